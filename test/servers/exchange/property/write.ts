// Writes properties as CreateItem and UpdateItem give them.
import { refuse } from '../errors.ts';
import type { Item } from '../store/model.ts';
import { child, childrenOf, type Element, el, plain } from '../xml/element.ts';
import { setEntry, writeAlias } from './alias.ts';
import { keptBody } from './body.ts';
import type { Context } from './context.ts';
import { hasField } from './kind.ts';
import { aliasOf } from './mapi.ts';
import { type Path, readPath, samePath } from './path.ts';
import { APPENDABLE, isReadOnly } from './read-only.ts';

/** Every property of a new item, in the order given. */
export function writeAll(item: Item, source: Element, context: Context, skip: readonly string[]) {
  for (const property of source.children) {
    if (skip.includes(property.name)) continue;
    if (property.name === 'ExtendedProperty') setExtended(item, property, context);
    else {
      if (!mayCreate(item, property.name)) refuse('ErrorInvalidPropertySet', `Property ${property.name} is read-only.`);
      setField(item, property, context);
    }
  }
}

/** A few properties can be given at creation although they cannot be changed later [doc]. */
function mayCreate(item: Item, element: string): boolean {
  if (element === 'ItemClass' || element === 'IsAssociated' || element === 'InternetMessageId') return true;
  if (element === 'Organizer' || element === 'DateTimeReceived') return false;
  return !isReadOnly(item.kind, element);
}

export function setField(item: Item, given: Element, context: Context) {
  const property = plain(given);
  if (property.name === 'Body') item.fields.Body = keptBody(property, context);
  // An empty list is no list.
  else if (property.children.length === 0 && property.text === '' && LISTS.has(property.name)) delete item.fields[property.name];
  else item.fields[property.name] = property;
  if (property.name === 'Mentions') delete item.fields.Mentions;
}

const LISTS = new Set([
  'Categories',
  'ToRecipients',
  'CcRecipients',
  'BccRecipients',
  'ReplyTo',
  'RequiredAttendees',
  'OptionalAttendees',
  'Resources',
  'Companies',
  'Contacts',
  'Children',
]);

function setExtended(item: Item, property: Element, context: Context) {
  const path = readPath(property.children[0]!);
  if (path.kind !== 'extended') return;
  const list = child(property, 'Values');
  const isArray = path.type.endsWith('Array');
  // MS-OXWSXPROP: arrays come in Values, single values in Value.
  if ((list !== undefined) !== isArray)
    refuse('ErrorInvalidExtendedPropertyValue', 'The extended property value does not match its type.');
  const values = list === undefined ? [child(property, 'Value')?.text ?? ''] : list.children.map((one) => one.text);
  for (const value of values) checkValue(path.type.replace(/Array$/, ''), value);
  setMapi(item, path, values, context);
}

const VALUE_FORMS: Readonly<Record<string, RegExp>> = {
  Integer: /^[+-]?\d+$/,
  Short: /^[+-]?\d+$/,
  Long: /^[+-]?\d+$/,
  Boolean: /^(true|false|0|1)$/i,
  Double: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/,
  Float: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/,
  SystemTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/,
  Binary: /^[A-Za-z0-9+/\s]*={0,2}\s*$/,
  CLSID: /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i,
};

function checkValue(type: string, value: string) {
  const form = VALUE_FORMS[type];
  if (form !== undefined && !form.test(value.trim()))
    refuse('ErrorInvalidExtendedPropertyValue', `'${value.slice(0, 60)}' is no ${type}.`);
}

function setMapi(item: Item, path: Path & { kind: 'extended' }, values: string[] | undefined, context: Context) {
  const alias = aliasOf(path.key);
  const kept = values?.map((value) => (path.type.startsWith('SystemTime') ? withoutFractions(value) : value));
  if (alias !== undefined) {
    const done = writeAlias(item, alias, kept, context, (element, name) => {
      // A property of another kind of item has no field here, but its own storage.
      if (!hasField(item.kind, name)) return;
      if (element === undefined) delete item.fields[name];
      else setField(item, element, context);
    });
    const fits = alias.kind !== 'field' || hasField(item.kind, alias.element);
    if (done && fits && (alias.kind !== 'entry' || hasField(item.kind, alias.list))) return;
  }
  if (kept === undefined) delete item.named[path.key];
  else item.named[path.key] = { type: path.type, values: kept };
}

/** `yyyy-MM-ddTHH:mm:ssZ` even if written with fractions (reference 24 [run]). */
function withoutFractions(text: string): string {
  const at = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(at) ? text : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** One change of UpdateItem: SetItemField, AppendToItemField or DeleteItemField (reference 32 [doc]). */
export function applyChange(item: Item, change: Element, context: Context): Path {
  const path = readPath(change.children[0]!);
  if (change.name === 'DeleteItemField') {
    deleteProperty(item, path, context);
    return path;
  }
  const given = change.children[1];
  const value = given?.children[0];
  // Exactly one property, the one that the path names.
  if (given === undefined || value === undefined || given.children.length !== 1)
    refuse(
      'ErrorIncorrectUpdatePropertyCount',
      'An object within a change description must contain one and only one property to modify.',
    );
  if (!matches(path, value)) refuse('ErrorUpdatePropertyMismatch');
  if (change.name === 'AppendToItemField') append(item, path, value, context);
  else set(item, path, value, context);
  return path;
}

function matches(path: Path, value: Element): boolean {
  if (path.kind === 'field') return path.element === value.name;
  if (path.kind === 'extended') return value.name === 'ExtendedProperty' && samePath(readPath(value.children[0]!), path);
  const entries = childrenOf(value, 'Entry');
  if (value.name !== path.list || entries.length !== 1 || entries[0]!.attributes.Key !== path.index) return false;
  return path.part === undefined || (entries[0]!.children.length === 1 && entries[0]!.children[0]!.name === path.part);
}

function checkWritable(item: Item, path: Path) {
  if (path.kind === 'extended') return;
  const element = path.kind === 'field' ? path.element : path.list;
  if (!hasField(item.kind, element)) refuse('ErrorInvalidPropertySet', `Property ${path.uri} is not valid for this object type.`);
  if (isReadOnly(item.kind, element) || element === 'MimeContent') refuse('ErrorInvalidPropertySet');
}

function set(item: Item, path: Path, value: Element, context: Context) {
  checkWritable(item, path);
  if (path.kind === 'field') setField(item, value, context);
  else if (path.kind === 'extended') setExtended(item, value, context);
  else {
    const entry = childrenOf(value, 'Entry')[0]!;
    const text = path.part === undefined ? entry.text : entry.children[0]!.text;
    // Name and RoutingType of an e-mail address are the entry's own (MS-OXWSCONT EmailAddressDictionaryEntryType).
    setEntry(item, path.list, path.index, path.part, text, path.part === undefined ? entry.attributes : {});
  }
}

function append(item: Item, path: Path, value: Element, context: Context) {
  if (path.kind !== 'field' || !APPENDABLE.has(path.element)) refuse('ErrorInvalidPropertyAppend');
  checkWritable(item, path);
  const old = item.fields[path.element];
  if (old === undefined) return setField(item, value, context);
  if (path.element !== 'Body') {
    item.fields[path.element] = el(path.element, [...old.children, ...value.children.map(plain)]);
    return;
  }
  // The body type must match, else the append is invalid.
  if (old.attributes.BodyType !== value.attributes.BodyType) refuse('ErrorInvalidPropertyAppend');
  const added =
    value.attributes.BodyType === 'HTML' ? old.text.replace(/(<\/body>|$)/i, (end) => value.text + end) : old.text + value.text;
  item.fields.Body = el('Body', added, old.attributes);
}

const NEVER_DELETED = new Set(['ItemClass', 'IsRead', 'Start', 'End', 'IsAllDayEvent', 'UID']);

/** Absent is not empty: a deleted property is gone (reference 32 [doc]). */
function deleteProperty(item: Item, path: Path, context: Context) {
  if (path.kind === 'extended') return setMapi(item, path, undefined, context);
  const element = path.kind === 'field' ? path.element : path.list;
  if (!hasField(item.kind, element) || isReadOnly(item.kind, element) || NEVER_DELETED.has(element))
    refuse('ErrorInvalidPropertyDelete');
  if (path.kind === 'field') delete item.fields[path.element];
  else setEntry(item, path.list, path.index, path.part, undefined);
}
