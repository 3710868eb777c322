/**
 * Birthday and wedding day: days, which Exchange gives as instants (PidTagBirthday, MS-OXOCNTC 2.2.1.5). Outlook writes the
 * midnight of its own zone, others midnight or 11:59 of UTC; PidLidBirthdayLocal has the day itself, where it is kept up to date.
 */
import type { Mapping } from '../field.ts';
import { type Path, valueAt } from '../property.ts';

/** An instant before noon is of its day, one after it of the next, whose midnight it is somewhere east. */
const NOON_MS = (12 * 60 - 1) * 60_000;
/** No zone is further from UTC. */
const FARTHEST_MS = 14 * 3_600_000;
/** What phones write where the year is not known; it is a leap year. */
const NO_YEAR = '1604';

export function contactDay(uri: string, local: Path): Mapping {
  const path = { uri };
  return {
    paths: [path, local],
    read: (item) => dayOf(valueAt(item, path), valueAt(item, local)),
    write(value) {
      const [, year, rest] = /^(\d{4}|-)(-\d\d-\d\d)$/.exec(String(value)) ?? [];
      const day = rest === undefined ? null : `${year === '-' ? NO_YEAR : year}${rest}`;
      return [
        // At 11:59 it is the same day in every zone from -11 to +12.
        { path, value: day === null ? null : `${day}T11:59:00Z` },
        { path: local, value: day === null ? null : `${day}T00:00:00Z` },
      ];
    },
  };
}

function dayOf(text: string | undefined, local: string | undefined): string | null {
  const at = instantOf(text);
  if (at === null) return null;
  const own = instantOf(local);
  const isFresh = own !== null && own % 86_400_000 === 0 && Math.abs(own - at) <= FARTHEST_MS;
  const day = new Date(isFresh ? own : at + NOON_MS).toISOString().slice(0, 10);
  return day.startsWith(NO_YEAR) ? `-${day.slice(4)}` : day;
}

function instantOf(text: string | undefined): number | null {
  const at = Date.parse(text !== undefined && /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  const year = new Date(at).getUTCFullYear();
  return year >= 1 && year < 9999 ? at : null;
}
