/**
 * Properties of items as requests name and write them, and as answers bring them: schema fields, entries of dictionaries and
 * extended properties (MS-OXWSCDATA 2.2.4.11, MS-OXWSXPROP). Everything that is written goes through here, so that values
 * become XML in one place (`soap.ts`) and elements stand in the order of the schema.
 */
import { childOf, type Element, textOf } from './read-answer.ts';
import { escapeXml } from './soap.ts';

/** A named property is a set with a name or a number, a tagged one has its tag alone (MS-OXWSXPROP 2.1.5). */
export interface ExtendedPath {
  readonly type: 'String' | 'Integer' | 'Boolean' | 'SystemTime' | 'Binary' | 'StringArray';
  readonly tag?: number;
  /** GUID, lower case. */
  readonly set?: string;
  readonly distinguished?: 'Address' | 'Appointment' | 'Common' | 'Meeting' | 'PublicStrings' | 'Task';
  readonly name?: string;
  readonly id?: number;
}

export type Path =
  /** `item:Subject`; the element is called as what stands behind the colon. */
  | { readonly uri: string }
  /** One entry of a dictionary: `contacts:PhoneNumber` HomePhone, of addresses one part of one. */
  | { readonly uri: string; readonly list: string; readonly index: string; readonly part?: string }
  | { readonly extended: ExtendedPath };

type Attributes = Readonly<Record<string, string>>;

/** What stands in an element: text, a list of `t:String`, or markup (its values escaped already); with attributes. */
export type Value =
  | string
  | readonly string[]
  | { readonly text: string; readonly attributes: Attributes }
  | { readonly markup: string; readonly attributes?: Attributes };

/** A property and what it shall be; null: not there at all (absent is not empty, MS-OXWSCORE 3.1.4.9). */
export interface Setting {
  readonly path: Path;
  readonly value: Value | null;
  /** Added to what is there, which only bodies and lists of people know (MS-OXWSCORE 2.2.4.2). */
  readonly append?: boolean;
}

export const uniquePaths = (paths: readonly Path[]): readonly Path[] => [
  ...new Map(paths.map((path) => [JSON.stringify(path), path] as const)).values(),
];

export const field = (uri: string): { readonly uri: string } => ({ uri });
export const elementOf = (uri: string): string => uri.slice(uri.indexOf(':') + 1);

export function pathXml(path: Path): string {
  if ('extended' in path) return extendedXml(path.extended);
  if (!('list' in path)) return `<t:FieldURI FieldURI="${path.uri}"/>`;
  const part = path.part === undefined ? '' : `:${path.part}`;
  return `<t:IndexedFieldURI FieldURI="${path.uri}${part}" FieldIndex="${path.index}"/>`;
}

function extendedXml({ type, tag, set, distinguished, name, id }: ExtendedPath): string {
  const attributes = {
    ...(distinguished === undefined ? {} : { DistinguishedPropertySetId: distinguished }),
    ...(set === undefined ? {} : { PropertySetId: set }),
    ...(tag === undefined ? {} : { PropertyTag: `0x${tag.toString(16)}` }),
    ...(name === undefined ? {} : { PropertyName: name }),
    ...(id === undefined ? {} : { PropertyId: String(id) }),
    PropertyType: type,
  };
  return `<t:ExtendedFieldURI${attributesXml(attributes)}/>`;
}

export const attributesXml = (attributes: Readonly<Record<string, string>> = {}): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('');

function contentXml(value: Value): string {
  if (typeof value === 'string') return escapeXml(value);
  if ('markup' in value) return value.markup;
  if ('text' in value) return escapeXml(value.text);
  return value.map((text) => `<t:String>${escapeXml(text)}</t:String>`).join('');
}

function attributesOf(value: Value): string {
  return typeof value === 'object' && 'attributes' in value ? attributesXml(value.attributes) : '';
}

const element = (name: string, value: Value) => `<t:${name}${attributesOf(value)}>${contentXml(value)}</t:${name}>`;

function extendedPropertyXml(path: ExtendedPath, value: Value): string {
  const content = path.type.endsWith('Array')
    ? `<t:Values>${(value as readonly string[]).map((text) => `<t:Value>${escapeXml(text)}</t:Value>`).join('')}</t:Values>`
    : `<t:Value>${contentXml(value)}</t:Value>`;
  return `<t:ExtendedProperty>${extendedXml(path)}${content}</t:ExtendedProperty>`;
}

/** One change of UpdateItem (MS-OXWSCORE 3.1.4.9): one path, one property. */
export function changeXml(item: string, { path, value, append }: Setting): string {
  if (value === null) return `<t:DeleteItemField>${pathXml(path)}</t:DeleteItemField>`;
  const change = append === true ? 'AppendToItemField' : 'SetItemField';
  return `<t:${change}>${pathXml(path)}<t:${item}>${propertyXml(path, value)}</t:${item}></t:${change}>`;
}

function propertyXml(path: Path, value: Value): string {
  if ('extended' in path) return extendedPropertyXml(path.extended, value);
  if (!('list' in path)) return element(elementOf(path.uri), value);
  return `<t:${path.list}>${entryXml(path.index, [{ path, value }])}</t:${path.list}>`;
}

/** A whole entry, or the parts of one. */
function entryXml(index: string, settings: readonly Setting[]): string {
  const parts = settings.filter(({ path }) => 'part' in path && path.part !== undefined);
  if (parts.length === 0) {
    const value = settings[0]!.value!;
    return `<t:Entry Key="${index}"${attributesOf(value)}>${contentXml(value)}</t:Entry>`;
  }
  const ordered = PARTS.flatMap((part) => parts.filter(({ path }) => 'part' in path && path.part === part));
  const content = ordered.map(({ path, value }) => element((path as { part: string }).part, value!)).join('');
  return `<t:Entry Key="${index}">${content}</t:Entry>`;
}

const PARTS = ['Street', 'City', 'State', 'CountryOrRegion', 'PostalCode'];

/** A new item with all its properties in the order of the schema (xs:sequence). */
export function itemXml(item: string, settings: readonly Setting[]): string {
  // Of what is new an empty text is none, and some servers refuse to read one.
  const given = settings.filter(({ value }) => value !== null && !isEmpty(value));
  const blocks = new Map<string, string>();
  for (const { path, value } of given) {
    if ('extended' in path) append(blocks, 'ExtendedProperty', extendedPropertyXml(path.extended, value!));
    else if (!('list' in path)) blocks.set(elementOf(path.uri), element(elementOf(path.uri), value!));
  }
  for (const list of LISTS) {
    const entries = given.filter(({ path }) => 'list' in path && path.list === list);
    const indexes = new Set(entries.map(({ path }) => (path as { index: string }).index));
    const content = [...indexes].map((index) =>
      entryXml(
        index,
        entries.filter(({ path }) => 'index' in path && path.index === index),
      ),
    );
    if (content.length > 0) blocks.set(list, `<t:${list}>${content.join('')}</t:${list}>`);
  }
  const content = [...blocks].sort(([left], [right]) => rank(left) - rank(right)).map(([, xml]) => xml);
  return `<t:${item}>${content.join('')}</t:${item}>`;
}

const isEmpty = (value: Value) => typeof value === 'object' && 'text' in value && value.text === '';

const append = (blocks: Map<string, string>, name: string, xml: string) => blocks.set(name, (blocks.get(name) ?? '') + xml);

const LISTS = ['EmailAddresses', 'PhysicalAddresses', 'PhoneNumbers', 'ImAddresses'];

/** What can be written, in the order of ItemType and then of its kinds, which share no name that stands at two places. */
const ORDER = `ItemClass Subject Sensitivity Body Attachments Categories Importance ReminderDueBy ReminderIsSet
  ReminderMinutesBeforeStart ExtendedProperty Culture Flag
  FileAs FileAsMapping DisplayName GivenName Initials MiddleName Nickname CompanyName EmailAddresses PhysicalAddresses PhoneNumbers
  AssistantName Birthday BusinessHomePage Children Companies Department Generation ImAddresses JobTitle Manager OfficeLocation
  PostalAddressIndex Profession SpouseName Surname WeddingAnniversary
  UID Start End IsAllDayEvent LegacyFreeBusyStatus Location IsResponseRequested RequiredAttendees OptionalAttendees Resources
  CompleteDate DueDate PercentComplete Recurrence StartDate Status
  StartTimeZone EndTimeZone AllowNewTimeProposal`.split(/\s+/);

function rank(name: string): number {
  const at = ORDER.indexOf(name);
  if (at < 0) throw new Error(`no place is known for ${name}`);
  return at;
}

/** The text of a property, undefined where the item has none. */
export function valueAt(item: Element, path: Path): string | undefined {
  if ('extended' in path) return textOf(extendedAt(item, path.extended), 'Value');
  if (!('list' in path)) return textOf(item, elementOf(path.uri));
  const { part } = path;
  const entries = entriesAt(item, path);
  if (part === undefined) return entries[0]?.text;
  return entries.map((entry) => textOf(entry, part)).find((text) => text !== undefined);
}

/** Asked for part by part, an address may come in several entries. */
export function entriesAt(item: Element, { list, index }: Extract<Path, { list: string }>): readonly Element[] {
  return childOf(item, list)?.children.filter(({ attributes }) => attributes.Key === index) ?? [];
}

function extendedAt(item: Element, path: ExtendedPath): Element | undefined {
  return item.children.find((child) => {
    const uri = child.name === 'ExtendedProperty' ? childOf(child, 'ExtendedFieldURI')?.attributes : undefined;
    return uri !== undefined && isSame(path, uri);
  });
}

/** Servers write tags in hex or decimal and sets by GUID or by name. */
function isSame({ tag, set, distinguished, name, id }: ExtendedPath, uri: Readonly<Record<string, string>>): boolean {
  if (tag !== undefined) return uri.PropertyTag !== undefined && Number(uri.PropertyTag) === tag;
  const guid = uri.PropertySetId?.toLowerCase().replace(/[{}]/g, '');
  const byName = distinguished !== undefined && uri.DistinguishedPropertySetId === distinguished;
  if (!byName && guid !== (set ?? SETS[distinguished ?? ''])) return false;
  return name === undefined
    ? Number(uri.PropertyId ?? Number.NaN) === id
    : uri.PropertyName?.toLowerCase() === name.toLowerCase();
}

/** The GUIDs of the sets that have a name in EWS (MS-OXPROPS 1.3.2). */
const SETS: Readonly<Record<string, string>> = {
  Address: '00062004-0000-0000-c000-000000000046',
  Appointment: '00062002-0000-0000-c000-000000000046',
  Common: '00062008-0000-0000-c000-000000000046',
  Meeting: '6ed8da90-450b-101b-98da-00aa003f1305',
  PublicStrings: '00020329-0000-0000-c000-000000000046',
  Task: '00062003-0000-0000-c000-000000000046',
};
