/**
 * A series and its exceptions, read. Exchange keeps the exceptions beside the pattern: changed ones as items of their own with an
 * OriginalStart, deleted ones by their start alone. JSCalendar keeps them as overrides by their start in the series' zone.
 */
import { Failure } from '../../../model/failure.ts';
import type { ItemContent, Json } from '../../../model/item.ts';
import type { MoreReading } from '../item-kind.ts';
import { field, type Path } from '../property.ts';
import { childOf, type Element } from '../read-answer.ts';
import { readRecurrence } from '../recurrence.ts';
import { daysAmong } from '../recurrence-days.ts';
import { ruleOf } from '../recurrence-rule.ts';
import { PLAIN_PROPERTIES, plainContent } from './appointment-plain.ts';
import { PATCHED, type Patch } from './appointment-series.ts';
import { dayAt, instantAt, TIME_PROPERTIES, wallClock, whenContent, whenOf } from './appointment-time.ts';

export const SERIES_PROPERTIES: readonly Path[] = [
  ...['calendar:Recurrence', 'calendar:ModifiedOccurrences', 'calendar:DeletedOccurrences'],
].map(field);
const OCCURRENCE_PROPERTIES: readonly Path[] = [...TIME_PROPERTIES, ...PLAIN_PROPERTIES];

type Content = Record<string, Json>;
export interface SeriesReading {
  readonly content: Content;
  readonly notes: readonly string[];
}

/** Rules and overrides of a master; `whole` is what has been read of it, `place` its zone. */
export async function seriesContent(
  item: Element,
  whole: ItemContent,
  place: string,
  more: Pick<MoreReading, 'items'>,
): Promise<SeriesReading> {
  const recurrence = childOf(item, 'Recurrence');
  if (recurrence === undefined) return { content: {}, notes: [] };
  const read = readRecurrence(recurrence);
  const series = { ...read, range: { ...read.range, start: String(whole.start).slice(0, 10) } };
  const days = [...deletedDays(item, whole, place), ...modifiedDays(item, whole, place)];
  const known = daysAmong(
    series,
    days.map(({ start }) => start.slice(0, 10)),
  );
  const [of, strays] = [true, false].map((is) => days.filter(({ start }) => known.has(start.slice(0, 10)) === is)) as [
    Day[],
    Day[],
  ];
  const entries = [...of.filter(({ id }) => id === null).map(excluded), ...(await patches(of, whole, place, more))];
  const overrides = Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  return {
    content: { recurrenceRules: [ruleOf(series)], ...(entries.length === 0 ? {} : { recurrenceOverrides: overrides }) },
    notes: strays.map(({ start }) => `an exception of ${start} is of no occurrence of the series`),
  };
}

type Entry = readonly [start: string, patch: Patch];

interface Day {
  /** The key of its occurrence. */
  readonly start: string;
  /** Of the exception; null: it is deleted. */
  readonly id: string | null;
}

const excluded = ({ start }: Day): Entry => [start, { excluded: true }];

/** The key of an occurrence: when it would begin by the pattern, whose hour is one, whatever a server makes of it where clocks change. */
function originalStart(at: Temporal.Instant, whole: ItemContent, place: string): string {
  const day = whole.showWithoutTime === true ? dayAt(at, place).toString() : wallClock(at, place).slice(0, 10);
  return `${day}T${String(whole.start).slice(11)}`;
}

function deletedDays(item: Element, whole: ItemContent, place: string): Day[] {
  const days = childOf(item, 'DeletedOccurrences')?.children ?? [];
  return days.map((day) => ({ start: originalStart(instantAt(day, 'Start', place), whole, place), id: null }));
}

function modifiedDays(item: Element, whole: ItemContent, place: string): Day[] {
  return (childOf(item, 'ModifiedOccurrences')?.children ?? []).map((one) => ({
    start: originalStart(instantAt(one, 'OriginalStart', place), whole, place),
    id: childOf(one, 'ItemId')?.attributes.Id ?? '',
  }));
}

async function patches(
  days: readonly Day[],
  whole: ItemContent,
  place: string,
  more: Pick<MoreReading, 'items'>,
): Promise<Entry[]> {
  const listed = days.flatMap(({ start, id }) => (id === null ? [] : [{ start, id }]));
  if (listed.length === 0) return [];
  const got = await more.items(
    listed.map(({ id }) => id),
    OCCURRENCE_PROPERTIES,
  );
  return got
    .map(({ element, failure }, n): Entry => {
      const { start } = listed[n]!;
      if (element === undefined) throw unreadable(start, failure!);
      return [start, patchOf(element, whole, start, place)];
    })
    .filter(([, patch]) => Object.keys(patch).length > 0);
}

/** A part of a series is no series, and that a part is not found does not mean that the series is not there. */
const unreadable = (start: string, failure: Failure) =>
  failure.code === 'missing'
    ? new Failure('garbled', `the series has an exception of ${start} that cannot be read: ${failure.message}`)
    : failure;

function patchOf(occurrence: Element, whole: ItemContent, start: string, place: string): Patch {
  const own: Content = { ...plainContent(occurrence), ...whenContent(whenOf(occurrence, place)) };
  const usual: Content = { ...whole, start };
  const kinds = own.showWithoutTime === usual.showWithoutTime;
  const names = [...PATCHED, 'start', 'duration', ...(kinds ? [] : ['timeZone', 'showWithoutTime'])];
  const differing = names.filter((name) => JSON.stringify(own[name] ?? null) !== JSON.stringify(usual[name] ?? null));
  return Object.fromEntries(differing.map((name) => [name, own[name] ?? (name === 'showWithoutTime' ? false : null)]));
}
