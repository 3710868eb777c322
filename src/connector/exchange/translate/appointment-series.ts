/**
 * A series and its exceptions, both ways. Exchange keeps the exceptions beside the pattern: changed ones as items of their own
 * with an OriginalStart, deleted ones by their start alone. JSCalendar keeps them as overrides by their start in the series' zone.
 *
 * What of an occurrence can differ: its time and the plain fields. Guests of one occurrence are the server's business.
 */
import { Failure } from '../../../model/failure.ts';
import { type ItemContent, type Json, VENDOR } from '../../../model/item.ts';
import type { MoreReading } from '../item-kind.ts';
import { field, type Path } from '../property.ts';
import { childOf, type Element } from '../read-answer.ts';
import { readRecurrence, type Series } from '../recurrence.ts';
import { daysAmong, daysOf, indexOfDay } from '../recurrence-days.ts';
import { ruleOf, seriesOf } from '../recurrence-rule.ts';
import { PLAIN_PROPERTIES, plainContent } from './appointment-plain.ts';
import { dayAt, instantAt, TIME_PROPERTIES, wallClock, whenContent, whenOf } from './appointment-time.ts';

export const SERIES_PROPERTIES: readonly Path[] = [
  ...['calendar:Recurrence', 'calendar:ModifiedOccurrences', 'calendar:DeletedOccurrences'],
].map(field);
const OCCURRENCE_PROPERTIES: readonly Path[] = [...TIME_PROPERTIES, ...PLAIN_PROPERTIES];

type Content = Record<string, Json>;
type Patch = { readonly [property: string]: Json };
export type Overrides = { readonly [start: string]: Patch };

/** Properties of an occurrence that an override may replace; what is not in a patch is as in the series. */
const PATCHED = [
  ...['title', 'description', 'descriptionContentType', 'locations', 'priority', 'freeBusyStatus', 'alerts'],
  `${VENDOR}showAs`,
];

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

/** The key of an occurrence: when it would begin by the pattern. */
function originalStart(at: Temporal.Instant, whole: ItemContent, place: string): string {
  return whole.showWithoutTime === true ? `${dayAt(at, place)}T00:00:00` : wallClock(at, place);
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

export function overridesOf(content: ItemContent): Overrides {
  return (content.recurrenceOverrides ?? {}) as Overrides;
}

export function seriesIn(content: ItemContent): Series | null {
  const { excludedRecurrenceRules: excluded } = content;
  if (Array.isArray(excluded) && excluded.length > 0) throw refused('excluded rules');
  return seriesOf(content.recurrenceRules, String(content.start));
}

const refused = (why: string) => new Failure('refused', `Exchange cannot hold this series: ${why}`);

/** The number of an occurrence. Failure('refused') for a day that is none of the pattern. */
export function indexIn(series: Series, start: string): number {
  const index = indexOfDay(series, start.slice(0, 10));
  if (index === null) throw refused(`an occurrence on ${start.slice(0, 10)}, which is no day of its pattern`);
  return index;
}

/** An occurrence as it shall be: the series with its patch, whose keys are paths (RFC 8984 1.4.9). */
export function occurrenceContent(content: ItemContent, start: string, patch: Patch): ItemContent {
  const { recurrenceRules: _, recurrenceOverrides: __, ...whole } = content;
  const made = structuredClone({ ...whole, start }) as Record<string, Json>;
  for (const [path, value] of Object.entries(patch)) {
    const names = path.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (!HELD.has(names[0]!)) throw refused(`${names[0]} of one occurrence`);
    patchAt(made, names, value);
  }
  return made as ItemContent;
}

const HELD = new Set([...PATCHED, 'start', 'duration', 'timeZone', 'showWithoutTime']);

function patchAt(made: Record<string, Json>, [name, ...rest]: readonly string[], value: Json): void {
  if (rest.length > 0) {
    const held = made[name!];
    if (typeof held !== 'object' || held === null || Array.isArray(held)) throw refused('a patch of what is not there');
    patchAt(held as Record<string, Json>, rest, value);
  } else if (value === null) delete made[name!];
  else made[name!] = value;
}

export const isExcluded = (patch: Patch | undefined): boolean => patch?.excluded === true;

/** When the last occurrence begins; null: never, or so far away that it makes no difference. */
export function lastStart(content: ItemContent): string | null {
  const series = seriesIn(content);
  if (series === null) return String(content.start);
  if (series.range.until === null && series.range.count === null) return null;
  const days = daysOf(series).take(FAR).toArray();
  return days.length === FAR ? null : `${days.at(-1)}T${String(content.start).slice(11)}`;
}
const FAR = 2000;
