/**
 * What a content says of its series and of the exceptions, for whoever writes it: overrides by their start in the series' zone.
 *
 * What of an occurrence can differ: its time and the plain fields. Guests of one occurrence are the server's business.
 */
import { Failure } from '../../../model/failure.ts';
import { type ItemContent, type Json, VENDOR } from '../../../model/item.ts';
import type { Series } from '../recurrence.ts';
import { daysOf, indexOfDay } from '../recurrence-days.ts';
import { seriesOf } from '../recurrence-rule.ts';

export type Patch = { readonly [property: string]: Json };
export type Overrides = { readonly [start: string]: Patch };

/** Properties of an occurrence that an override may replace; what is not in a patch is as in the series. */
export const PATCHED = [
  ...['title', 'description', 'descriptionContentType', 'locations', 'priority', 'freeBusyStatus', 'alerts'],
  `${VENDOR}showAs`,
];

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
