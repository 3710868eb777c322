/**
 * How a field of the model stands in Exchange's properties: which are asked for, what value they give, and what is written
 * for a value. The maps (`translate/contact-map.ts` and its sisters) are complete by type: a field without one does not compile.
 */
import type { ItemContent, Json } from '../../model/item.ts';
import { elementOf, type Path, type Setting, type Value, valueAt } from './property.ts';
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

/** Blank is not there. What servers wrap or pad stays, but for the line ends. */
export function textIn(item: Element, path: Path): string | null {
  const text = valueAt(item, path);
  return text === undefined || text.trim() === '' ? null : text.replace(/\r\n?/g, '\n');
}

export const asText = (value: Json): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);

/** One text in one property. */
export function text(path: Path): Mapping {
  return {
    paths: [askedBy(path)],
    read: (item) => textIn(item, path),
    write: (value) => [{ path, value: asText(value) }],
  };
}

/** Entries of a dictionary are asked for together: there is no path that reads one alone. */
const askedBy = (path: Path): Path => ('list' in path ? { uri: `contacts:${path.list}` } : path);

/** One of the words of an enumeration; `none` is written where there is no value. */
export function word(uri: string, words: Readonly<Record<string, string>>, none: string): Mapping {
  const path = { uri };
  const ours = new Map(Object.entries(words).map(([our, their]) => [their, our]));
  return {
    paths: [path],
    read: (item) => ours.get(valueAt(item, path) ?? '') ?? null,
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

/** Text that keeps its line breaks (item:Body as text). */
export function notes(): Mapping {
  const path = { uri: 'item:Body' };
  return {
    paths: [path],
    read: (item) => textIn(item, path)?.replace(/\s+$/, '') ?? null,
    // A body cannot be taken away, only emptied.
    write: (value) => [{ path, value: bodyValue(asText(value) ?? '', 'Text') }],
  };
}

export function bodyValue(content: string, type: 'HTML' | 'Text'): Value {
  return { text: content, attributes: { BodyType: type } };
}

const WORDS = { personal: 'Personal', private: 'Private', confidential: 'Confidential' };
export const sensitivity = word('item:Sensitivity', WORDS, 'Normal');
export const categories = list('item:Categories');
