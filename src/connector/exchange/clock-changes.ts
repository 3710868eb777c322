/** How the clocks of a zone go in a year and the three after it: by which zones of different names are compared. */

export interface ClockChanges {
  readonly year: number;
  /** Minutes east of UTC when the year begins in UTC. */
  readonly offset: number;
  readonly changes: readonly ClockChange[];
}

export interface ClockChange {
  /** Whole minutes since 1970: Windows writes midnight as 23:59:59.999. */
  readonly minute: number;
  /** Minutes east of UTC from then on. */
  readonly offset: number;
}

/** Long enough for rules that follow the moon, short enough for tables that end. */
export const YEARS = 4;

export const firstMinute = (year: number) => Date.UTC(year, 0, 1) / 60_000;

const kept = new Map<string, ClockChanges>();

export function changesOfPlace(place: string, year: number): ClockChanges {
  const key = `${place} ${year}`;
  const found = kept.get(key);
  if (found !== undefined) return found;
  const made = lookUp(place, year);
  kept.set(key, made);
  return made;
}

function lookUp(place: string, year: number): ClockChanges {
  const first = Temporal.Instant.fromEpochMilliseconds(firstMinute(year) * 60_000).toZonedDateTimeISO(place);
  const end = firstMinute(year + YEARS);
  const changes: ClockChange[] = [];
  let offset = offsetOf(first);
  for (let next = first.getTimeZoneTransition('next'); next !== null; next = next.getTimeZoneTransition('next')) {
    const minute = Math.round(next.epochMilliseconds / 60_000);
    if (minute >= end) break;
    // A change of name alone is no change.
    if (offsetOf(next) !== offset) changes.push({ minute, offset: offsetOf(next) });
    offset = offsetOf(next);
  }
  return { year, offset: offsetOf(first), changes };
}

const offsetOf = (when: Temporal.ZonedDateTime) => Math.round(when.offsetNanoseconds / 60e9);

export function sameChanges(one: ClockChanges, other: ClockChanges): boolean {
  return (
    one.offset === other.offset &&
    one.changes.length === other.changes.length &&
    one.changes.every(({ minute, offset }, at) => minute === other.changes[at]!.minute && offset === other.changes[at]!.offset)
  );
}
