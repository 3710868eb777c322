/**
 * How a field of the model stands in Exchange's properties: which are asked for, what value they give, and what is written
 * for a value. The maps (`translate/contact-map.ts` and its sisters) are complete by type: a field without one does not compile.
 */
import type { Named } from '../../model/field.ts';
import type { ItemContent, Json } from '../../model/item.ts';
import { textOfHtml } from './html-text.ts';
import { elementOf, type Path, type Setting, uniquePaths, type Value, valueAt } from './property.ts';
import { childOf, type Element } from './read-answer.ts';

export interface Mapping {
  readonly paths: readonly Path[];
  /** The field's value, null where there is none. */
  read(item: Element): Json;
  /** Every property of the field, those that shall not be there with null. */
  write(value: Json, sides: Sides): readonly Setting[];
}

/** For what cannot be written without a look at the rest: the whole target, and the item as it stands there now (null: it is new). */
export interface Sides {
  readonly ours: ItemContent;
  readonly theirs: ItemContent | null;
}

type Map<Name extends string> = Partial<Readonly<Record<Name, Mapping>>>;

/** What an item says of these fields, put into a content. */
export function readFields<Name extends string>(
  fields: readonly Named<Name>[],
  map: Map<Name>,
  item: Element,
  empty: ItemContent,
): ItemContent {
  return fields.reduce((content, each) => {
    const value = map[each.name]?.read(item) ?? null;
    return value === null || (Array.isArray(value) && value.length === 0) ? content : each.set(content, value);
  }, empty);
}

/** What is written for the named of these fields, one setting for each property. */
export function writeFields<Name extends string>(
  fields: readonly Named<Name>[],
  map: Map<Name>,
  names: readonly string[],
  sides: Sides,
): readonly Setting[] {
  const wanted = fields.filter(({ name }) => names.includes(name));
  const settings = wanted.flatMap((each) => map[each.name]?.write(each.get(sides.ours), sides) ?? []);
  // Two fields may say something of one property: name and company of what lists show.
  return [...new Map(settings.map((setting) => [JSON.stringify(setting.path), setting] as const)).values()];
}

/** What is asked for: of dictionaries the whole. */
export const pathsOf = (map: Map<string>): readonly Path[] => uniquePaths(entryPathsOf(map).map(wholeOf));

/** The same, each entry of a dictionary by itself. */
export const entryPathsOf = (map: Map<string>): readonly Path[] =>
  uniquePaths(Object.values(map).flatMap((mapping) => mapping?.paths ?? []));

const wholeOf = (path: Path): Path => ('list' in path ? { uri: `contacts:${path.list}` } : path);

/** Blank is not there. What servers wrap or pad stays, but for the line ends. */
export function textIn(item: Element, path: Path): string | null {
  const text = valueAt(item, path);
  return text === undefined || text.trim() === '' ? null : text.replace(/\r\n?/g, '\n');
}

export const asText = (value: Json): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);

/** One text in one property. */
export function text(path: Path): Mapping {
  return {
    paths: [path],
    read: (item) => textIn(item, path),
    write: (value) => [{ path, value: asText(value) }],
  };
}

/** One of the words of an enumeration; `none` is written where there is no value. */
export function word(uri: string, words: Readonly<Record<string, string>>, none: string): Mapping {
  const path = { uri };
  const ours = new Map(Object.entries(words).map(([our, their]) => [their, our]));
  return {
    paths: [path],
    read: (item) => ours.get(valueAt(item, path)?.trim() ?? '') ?? null,
    write: (value) => [{ path, value: words[asText(value) ?? ''] ?? none }],
  };
}

/** A list of texts, without empty ones. */
export function list(uri: string): Mapping {
  const path = { uri };
  const texts = (value: Json) => (Array.isArray(value) ? value.filter((each) => asText(each) !== null) : []) as string[];
  return {
    paths: [path],
    read: (item) => texts(childOf(item, elementOf(uri))?.children.map((child) => child.text) ?? []),
    write(value) {
      const given: Value = texts(value);
      return [{ path, value: given.length === 0 ? null : given }];
    },
  };
}

/** Text that keeps its line breaks (item:Body, asked for as text, which not every server heeds). */
export function notes(): Mapping {
  const path = { uri: 'item:Body' };
  return {
    paths: [path],
    read(item) {
      const told = textIn(item, path);
      const isHtml = childOf(item, 'Body')?.attributes.BodyType === 'HTML';
      return (isHtml && told !== null ? textOfHtml(told) : told)?.replace(/\s+$/, '') || null;
    },
    // A body cannot be taken away, only emptied.
    write: (value) => [{ path, value: bodyValue(asText(value) ?? '', 'Text') }],
  };
}

export function bodyValue(content: string, type: 'HTML' | 'Text'): Value {
  return { text: content, attributes: { BodyType: type } };
}

/** A day of which Exchange makes an instant: midnight or noon of UTC, or the nearest midnight of a zone between UTC-12 and UTC+12. */
export function dayOf(instant: string | undefined): string | null {
  const at = instantOf(instant);
  return at === null ? null : new Date(at + NOON_MS).toISOString().slice(0, 10);
}

/** One before noon is of its day, one after it of the next, whose midnight it is somewhere east. */
const NOON_MS = (12 * 60 - 1) * 60_000;

const INSTANT = /^(\d{4}-\d\d-\d\d)(T[\d:.]+)?(Z|[+-]\d\d:\d\d)?$/;

/** In ms; null for what is none, or far off any calendar. */
export function instantOf(text: string | undefined): number | null {
  // xs:date has the zone behind the day, and Date only reads one behind a time.
  const [, day = '', time = 'T00:00:00', zone = ''] = INSTANT.exec(text?.trim() ?? '') ?? [];
  const at = Date.parse(`${day}${time}${zone === '' ? 'Z' : zone}`);
  const year = new Date(at).getUTCFullYear();
  return year >= 1 && year < 9999 ? at : null;
}

const WORDS = { personal: 'Personal', private: 'Private', confidential: 'Confidential' };
export const sensitivity = word('item:Sensitivity', WORDS, 'Normal');
export const categories = list('item:Categories');
