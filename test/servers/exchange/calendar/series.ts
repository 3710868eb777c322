// A series as a whole: its days, its occurrences as views, its exceptions.

import { isoSeconds } from '../clock.ts';
import { textOf } from '../property/context.ts';
import type { Exception, Item } from '../store/model.ts';
import { el, sameElement } from '../xml/element.ts';
import { daysOf, readRule } from './recurrence.ts';
import { findZone, instantOf, UTC, wallClock, type Zone } from './zone.ts';

/** The zone in which the series' wall clock stands still. */
export function zoneOfItem(item: Item): Zone {
  return findZone(item.fields.StartTimeZone?.attributes.Id ?? '') ?? UTC;
}

export const startOf = (item: Item) => Date.parse(textOf(item, 'Start') ?? '1970-01-01T00:00:00Z');
export const endOf = (item: Item) => Date.parse(textOf(item, 'End') ?? textOf(item, 'Start') ?? '1970-01-01T00:00:00Z');

export const dayKey = (day: Temporal.PlainDate) => day.toString().replaceAll('-', '');
export const dayOfKey = (key: string) => Temporal.PlainDate.from(`${key.slice(0, 4)}-${key.slice(4, 6)}-${key.slice(6, 8)}`);

/** When the occurrence of that day begins by the pattern. */
export function originalStart(master: Item, key: string): number {
  const zone = zoneOfItem(master);
  const time = wallClock(startOf(master), zone).toPlainTime();
  return instantOf(dayOfKey(key).toPlainDateTime(time), zone);
}

/** Days keep their length by the wall clock: an all-day occurrence over a change of clocks is a day all the same. */
function originalEnd(master: Item, key: string): number {
  const zone = zoneOfItem(master);
  const length = wallClock(startOf(master), zone).until(wallClock(endOf(master), zone), { largestUnit: 'days' });
  const time = wallClock(startOf(master), zone).toPlainTime();
  return instantOf(dayOfKey(key).toPlainDateTime(time).add(length), zone);
}

export function seriesDays(master: Item): Generator<Temporal.PlainDate> {
  return daysOf(readRule(master.fields.Recurrence!));
}

export function isDay(master: Item, key: string): boolean {
  const wanted = dayOfKey(key);
  for (const day of seriesDays(master)) {
    const order = Temporal.PlainDate.compare(day, wanted);
    if (order >= 0) return order === 0;
  }
  return false;
}

const ONLY_MASTER = ['Recurrence'];

/** The occurrence of a day as an item: the master's properties with what the exception changed. */
export function viewOf(master: Item, key: string): Item {
  const exception = master.exceptions[key];
  const fields = { ...master.fields };
  for (const name of ONLY_MASTER) delete fields[name];
  fields.Start = el('Start', isoSeconds(originalStart(master, key)));
  fields.End = el('End', isoSeconds(originalEnd(master, key)));
  Object.assign(fields, exception?.fields);
  for (const name of exception?.removed ?? []) delete fields[name];
  const attachments = exception?.attachments ?? master.attachments;
  const named = { ...master.named, ...exception?.named };
  return { ...master, fields, named, attachments, exceptions: {}, occurrence: { master, day: key } };
}

/** Keeps what differs from the pattern. */
export function keepException(view: Item, draft: Item) {
  const { master, day } = view.occurrence!;
  const plain = viewOf({ ...master, exceptions: {} }, day);
  const exception: Exception = { deleted: false, fields: {}, removed: [], named: {}, attachments: null };
  for (const [name, value] of Object.entries(draft.fields))
    if (!sameElement(value, plain.fields[name])) exception.fields[name] = value;
  for (const name of Object.keys(plain.fields)) if (draft.fields[name] === undefined) exception.removed.push(name);
  for (const [name, value] of Object.entries(draft.named)) if (value !== plain.named[name]) exception.named[name] = value;
  const same =
    draft.attachments.length === plain.attachments.length &&
    draft.attachments.every((one, index) => one === plain.attachments[index]);
  if (!same) exception.attachments = draft.attachments;
  master.exceptions = { ...master.exceptions, [day]: exception };
}

export function dropOccurrence(view: Item) {
  const { master, day } = view.occurrence!;
  master.exceptions = { ...master.exceptions, [day]: { deleted: true, fields: {}, removed: [], named: {}, attachments: null } };
}

/** Views of all occurrences that are left, within the given instants. */
export function* occurrences(master: Item, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): Generator<Item> {
  // An exception may have been moved into or out of the window, by less than the distance to its neighbours.
  const slack = 400 * 86_400_000;
  for (const day of seriesDays(master)) {
    const key = dayKey(day);
    const begins = originalStart(master, key);
    if (begins > to + slack) return;
    if (begins + slack < from || master.exceptions[key]?.deleted) continue;
    const view = viewOf(master, key);
    if (startOf(view) < to && (endOf(view) > from || startOf(view) >= from)) yield view;
  }
}
