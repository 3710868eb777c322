/**
 * Birthday and wedding day: days, which Exchange gives as instants (PidTagBirthday, MS-OXOCNTC 2.2.1.5). Outlook writes the
 * midnight of its own zone, others midnight or 11:59 of UTC; PidLidBirthdayLocal has the day itself, where it is kept up to date.
 */
import { dayOf, instantOf, type Mapping } from '../field.ts';
import { type Path, valueAt } from '../property.ts';

/** No zone is further from UTC. */
const FARTHEST_MS = 14 * 3_600_000;
/** What phones write where the year is not known; it is a leap year. */
const NO_YEAR = '1604';

export function contactDay(uri: string, local: Path): Mapping {
  const path = { uri };
  return {
    paths: [path, local],
    read: (item) => birthday(valueAt(item, path), valueAt(item, local)),
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

function birthday(text: string | undefined, local: string | undefined): string | null {
  const [at, own] = [instantOf(text), instantOf(local)];
  if (at === null) return null;
  const isFresh = own !== null && own % 86_400_000 === 0 && Math.abs(own - at) <= FARTHEST_MS;
  const day = dayOf(isFresh ? local : text)!;
  return day.startsWith(NO_YEAR) ? `-${day.slice(4)}` : day;
}
