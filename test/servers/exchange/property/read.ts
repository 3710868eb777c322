// Reads properties: by schema name, by index, by MAPI name. Missing values are absent (reference 23 [doc]).
import { placesOf } from '../schema/fields.ts';
import type { Item } from '../store/model.ts';
import { child, childrenOf, type Element, el } from '../xml/element.ts';
import { readAlias } from './alias.ts';
import type { Context } from './context.ts';
import { SHAPE_OF_KIND } from './kind.ts';
import { aliasOf } from './mapi.ts';
import type { Path } from './path.ts';
import { readField } from './read-field.ts';

export function readProperty(item: Item, path: Path, context: Context): Element | undefined {
  if (path.kind === 'field') return readField(item, path.element, context);
  if (path.kind === 'indexed') return readIndexed(item, path, context);
  return readExtended(item, path, context);
}

function readIndexed(item: Item, path: Path & { kind: 'indexed' }, context: Context): Element | undefined {
  const list = readField(item, path.list, context);
  if (path.list === 'InternetMessageHeaders') {
    const named = childrenOf(list, 'InternetMessageHeader').filter(
      (header) => header.attributes.HeaderName?.toLowerCase() === path.index.toLowerCase(),
    );
    return named.length === 0 ? undefined : el(path.list, named);
  }
  const entry = childrenOf(list, 'Entry').find((one) => one.attributes.Key === path.index);
  if (entry === undefined) return undefined;
  if (path.part === undefined) return el(path.list, [entry]);
  const part = child(entry, path.part);
  return part === undefined ? undefined : el(path.list, [el('Entry', [part], { Key: path.index })]);
}

function readExtended(item: Item, path: Path & { kind: 'extended' }, context: Context): Element | undefined {
  const alias = aliasOf(path.key);
  const values = (alias === undefined ? undefined : readAlias(item, alias, context)) ?? item.named[path.key]?.values;
  if (values === undefined) return undefined;
  return extendedElement(path, values);
}

export function extendedElement(path: Path & { kind: 'extended' }, values: string[]): Element {
  const source = el('ExtendedFieldURI', undefined, path.source.attributes);
  const content = path.type.endsWith('Array')
    ? el(
        'Values',
        values.map((value) => el('Value', value)),
      )
    : el('Value', values[0] ?? '');
  return el('ExtendedProperty', [source, content]);
}

/** The plain values of a property, for comparing: text, or the texts of a list. */
export function valuesOf(item: Item, path: Path, context: Context): string[] {
  const found = readProperty(item, path, context);
  if (found === undefined) return [];
  if (path.kind === 'extended') {
    const list = child(found, 'Values');
    return list === undefined ? [child(found, 'Value')?.text ?? ''] : list.children.map((value) => value.text);
  }
  if (path.kind === 'indexed') {
    const entry = found.children[0]!;
    return [path.part === undefined ? entry.text : (child(entry, path.part)?.text ?? '')];
  }
  if (found.attributes.Id !== undefined) return [found.attributes.Id];
  return found.children.length === 0 ? [found.text] : leafTexts(found);
}

function leafTexts(element: Element): string[] {
  return element.children.length === 0 ? [element.text] : element.children.flatMap(leafTexts);
}

/** All properties that AllProperties returns for this kind, in the order of the schema. */
export function allFields(item: Item): string[] {
  return [...placesOf(SHAPE_OF_KIND[item.kind]).keys()].filter((name) => !NOT_IN_ALL.has(name));
}

const NOT_IN_ALL = new Set([
  'MimeContent',
  'ExtendedProperty',
  'TextBody',
  'UniqueBody',
  'NormalizedBody',
  'Preview',
  'InstanceKey',
  'SearchKey',
  'ConflictingMeetings',
  'AdjacentMeetings',
  'StoreEntryId',
  'EntityExtractionResult',
  'WebClientEditFormQueryString',
]);
