// The changes of clocks of a zone, year by year, as "last Sunday of March at 02:00" rules.
import type { Zone } from './zone.ts';

export interface ClockChange {
  month: number;
  /** 1 Monday … 7 Sunday. */
  weekday: number;
  /** The occurrences that fit: 1…4 and 5, -1 for the last one. */
  fits: number[];
  /** Local time before the change. */
  time: string;
  /** Seconds east of UTC, before and after. */
  from: number;
  to: number;
}

export interface Era {
  first: number;
  last: number;
  changes: (ClockChange & { occurrence: number })[];
  /** Offset at the beginning of the era. */
  offset: number;
}

const FIRST_YEAR = 2000;
const LAST_YEAR = 2037;

function offsetSeconds(at: Temporal.ZonedDateTime): number {
  return at.offsetNanoseconds / 1_000_000_000;
}

function changesOf(place: string, year: number): ClockChange[] {
  const changes: ClockChange[] = [];
  const end = Temporal.PlainDateTime.from({ year: year + 1, month: 1, day: 1 }).toZonedDateTime(place);
  let at: Temporal.ZonedDateTime = Temporal.PlainDateTime.from({ year, month: 1, day: 1 })
    .toZonedDateTime(place)
    .subtract({ seconds: 1 });
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || Temporal.ZonedDateTime.compare(next, end) >= 0) return changes;
    const before = next.subtract({ nanoseconds: 1 });
    const [from, to] = [offsetSeconds(before), offsetSeconds(next)];
    at = next;
    if (from === to) continue;
    const local = before.toPlainDateTime().add({ nanoseconds: 1 });
    const fits = [Math.ceil(local.day / 7)];
    if (local.day + 7 > local.daysInMonth) fits.push(-1);
    changes.push({
      month: local.month,
      weekday: local.dayOfWeek,
      fits,
      time: local.toPlainTime().toString({ smallestUnit: 'second' }),
      from,
      to,
    });
  }
}

/** The same rule if some occurrence fits both years. */
function joined(era: ClockChange[], year: ClockChange[]): ClockChange[] | undefined {
  if (era.length !== year.length) return undefined;
  const both = era.map((change, index) => {
    const other = year[index]!;
    const same =
      change.month === other.month &&
      change.weekday === other.weekday &&
      change.time === other.time &&
      change.from === other.from &&
      change.to === other.to;
    const fits = change.fits.filter((one) => other.fits.includes(one));
    return same && fits.length > 0 ? { ...change, fits } : undefined;
  });
  return both.every((one) => one !== undefined) ? both : undefined;
}

const known = new Map<string, Era[]>();

/** The years with the same rules, from the first to the last one; the last era goes on for ever. */
export function erasOf(zone: Zone): Era[] {
  const found = known.get(zone.place);
  if (found !== undefined) return found;
  const eras: { first: number; last: number; changes: ClockChange[]; offset: number }[] = [];
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    const changes = changesOf(zone.place, year);
    const start = Temporal.PlainDateTime.from({ year, month: 1, day: 1 }).toZonedDateTime(zone.place);
    const era = eras.at(-1);
    const both =
      era === undefined || (changes.length === 0 && era.offset !== offsetSeconds(start))
        ? undefined
        : joined(era.changes, changes);
    if (era !== undefined && both !== undefined) {
      era.changes = both;
      era.last = year;
    } else eras.push({ first: year, last: year, changes, offset: offsetSeconds(start) });
  }
  const done = eras.map((era) => ({
    ...era,
    changes: era.changes.map((change) => ({ ...change, occurrence: change.fits.includes(-1) ? -1 : change.fits[0]! })),
  }));
  known.set(zone.place, done);
  return done;
}

/** The rules of a year; of the last known one for years to come. */
export function eraOf(zone: Zone, year: number): Era {
  const eras = erasOf(zone);
  return eras.find((era) => year >= era.first && year <= era.last) ?? (year < FIRST_YEAR ? eras[0]! : eras.at(-1)!);
}

/** The offset that the zone calls standard: the smaller one of an era. */
export function standardOffset(era: Era): number {
  return era.changes.length === 0 ? era.offset : Math.min(...era.changes.map((change) => Math.min(change.from, change.to)));
}
