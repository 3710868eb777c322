/** A birthday or wedding day as `2001-05-06`, or `--05-06` where the year is unknown (RFC 9553 2.8.1). */
import type { ItemContent, Json } from './item.ts';
import { at, isObject, put, textAt } from './json.ts';

export function dateOf(date: Json): string | null {
  const utc = textAt(date, 'utc');
  if (utc !== null) return /^\d{4}-\d\d-\d\d/.exec(utc)?.[0] ?? null;
  const [year, month, day] = ['year', 'month', 'day'].map((part) => at(date, part));
  if (typeof month !== 'number' || typeof day !== 'number') return null;
  return `${typeof year === 'number' ? pad(year, 4) : '-'}-${pad(month, 2)}-${pad(day, 2)}`;
}

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');

export function datePut(content: ItemContent, path: readonly string[], kind: string, value: Json): ItemContent {
  if (typeof value !== 'string') return put(content, path, null);
  const held = at(content, ...path);
  return put(content, path, { ...(isObject(held) ? held : { '@type': 'Anniversary', kind }), date: partial(value) });
}

function partial(value: string): Json {
  const [, year, month, day] = /^(\d{4}|-)-(\d\d)-(\d\d)$/.exec(value) ?? [];
  return {
    '@type': 'PartialDate',
    ...(year === undefined || year === '-' ? {} : { year: Number(year) }),
    month: Number(month),
    day: Number(day),
  };
}
