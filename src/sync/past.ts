/** Whether an appointment is over: nobody is told of what was. */
import { isSeries } from '../model/appointment-time.ts';
import type { ItemContent } from '../model/item.ts';
import { at, isObject, textAt } from '../model/json.ts';
import { isZone } from '../model/zone-rules.ts';

export function isPast(content: ItemContent, now: Date): boolean {
  const end = endOf(content);
  return end !== null && end < now.getTime();
}

/** Milliseconds; null where it never ends, is no appointment or cannot be read. Of a series the latest it can be. */
function endOf(content: ItemContent): number | null {
  const start = textAt(content, 'start');
  if (content['@type'] !== 'Event' || start === null) return null;
  try {
    const last = lastStart(content, Temporal.PlainDateTime.from(start));
    const length = textAt(content, 'duration') ?? (at(content, 'showWithoutTime') === true ? 'P1D' : 'PT0S');
    return last === null ? null : last.toZonedDateTime(zoneOf(content)).add(Temporal.Duration.from(length)).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** An all-day one is over when it is over everywhere: twelve hours behind Greenwich. */
function zoneOf(content: ItemContent): string {
  const zone = textAt(content, 'timeZone');
  return zone !== null && isZone(zone) ? zone : '-12:00';
}

const UNITS: { readonly [frequency: string]: 'days' | 'weeks' | 'months' | 'years' } = {
  daily: 'days',
  weekly: 'weeks',
  monthly: 'months',
  yearly: 'years',
};

/** A count is taken to have its occurrences as far apart as the pattern allows, one period each. */
function lastStart(content: ItemContent, start: Temporal.PlainDateTime): Temporal.PlainDateTime | null {
  if (!isSeries(content)) return start;
  const [rule] = at(content, 'recurrenceRules') as readonly never[];
  const until = textAt(rule!, 'until');
  const ends = until === null ? counted(rule!, start) : Temporal.PlainDateTime.from(until);
  return ends === null ? null : latest([ends, ...movedTo(content)]);
}

function counted(rule: never, start: Temporal.PlainDateTime): Temporal.PlainDateTime | null {
  const [count, interval, unit] = [at(rule, 'count'), at(rule, 'interval'), UNITS[textAt(rule, 'frequency') ?? '']];
  if (typeof count !== 'number' || unit === undefined) return null;
  return start.add({ [unit]: count * (typeof interval === 'number' ? interval : 1) });
}

function movedTo(content: ItemContent): readonly Temporal.PlainDateTime[] {
  const overrides = at(content, 'recurrenceOverrides');
  const starts = isObject(overrides) ? Object.values(overrides).map((patch) => textAt(patch, 'start')) : [];
  return starts.flatMap((start) => (start === null ? [] : [Temporal.PlainDateTime.from(start)]));
}

const latest = (all: readonly Temporal.PlainDateTime[]) =>
  all.reduce((last, one) => (Temporal.PlainDateTime.compare(one, last) > 0 ? one : last));
