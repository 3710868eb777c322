/**
 * IANA and Windows time zones, by CLDR's windowsZones (the version is that of `cldr-core` in package.json).
 *
 * A Windows zone stands for many places; what is read names the one CLDR calls its default (territory 001). Aliases
 * (Asia/Kolkata, US/Pacific) are told by the runtime's own tzdata. A place that CLDR does not list has the Windows zone whose
 * clocks go the same way in the years around, or none.
 */
import table from 'cldr-core/supplemental/windowsZones.json' with { type: 'json' };
import { type ClockChanges, changesOfPlace, sameChanges } from './clock-changes.ts';

/** CLDR keeps the first name a place ever had; these have another in today's tzdata. */
const RENAMED: Readonly<Record<string, string>> = {
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Europe/Kiev': 'Europe/Kyiv',
};

/** Windows ids by lower case, with their default place; CLDR's order. */
const defaults = new Map<string, { readonly id: string; readonly place: string }>();
const windowsIds = new Map<string, string>();
for (const { mapZone } of table.supplemental.windowsZones.mapTimezones) {
  const { _other: id, _type: places, _territory: territory } = mapZone;
  if (territory === '001') defaults.set(id.toLowerCase(), { id, place: RENAMED[places] ?? places });
  for (const place of places.split(' ').filter(Boolean)) if (!windowsIds.has(place)) windowsIds.set(place, id);
}

/** What Exchange calls the zone of items that were made in no other. */
const EXCHANGE_UTC = 'tzone://microsoft/utc';

/** Every Windows id that CLDR knows. */
export const WINDOWS_ZONES: readonly string[] = [...defaults.values()].map(({ id }) => id);

/** The place a Windows zone stands for; null for an id that CLDR does not know. Case does not matter. */
export function placeOf(windowsId: string): string | null {
  const id = windowsId.trim().toLowerCase();
  return id === EXCHANGE_UTC ? 'Etc/UTC' : (defaults.get(id)?.place ?? null);
}

/** The Windows id for an IANA zone; null where there is none. `year`: the clocks of that year and the three after decide for places that CLDR does not list. */
export function windowsIdOf(place: string, year: number): string | null {
  return windowsIds.get(place) ?? aliased(place) ?? byClock(place, year);
}

/** An IANA zone stays while its Windows zone agrees: Europe/Zurich is not turned into Europe/Berlin. */
export function agrees(place: string, windowsId: string, year: number): boolean {
  return isPlace(place) && windowsIdOf(place, year)?.toLowerCase() === windowsId.toLowerCase();
}

export function isPlace(place: string): boolean {
  // An offset is a zone to the runtime, and none to IANA.
  if (/^[+-]/.test(place)) return false;
  try {
    return at(place) !== null;
  } catch {
    return false;
  }
}

const at = (place: string) => new Temporal.ZonedDateTime(0n, place);
const known = new Map<string, string | null>();

function aliased(place: string): string | null {
  if (!isPlace(place)) return null;
  const found = known.get(place);
  if (found !== undefined) return found;
  const here = at(place);
  // Two names of one zone are equal to Temporal.
  const name = [...windowsIds.keys()].find((other) => isPlace(other) && here.equals(at(other)));
  const id = name === undefined ? null : windowsIds.get(name)!;
  known.set(place, id);
  return id;
}

function byClock(place: string, year: number): string | null {
  return isPlace(place) ? (withClock(changesOfPlace(place, year))?.id ?? null) : null;
}

/** The first Windows zone whose clocks change like that, with its place. */
export function withClock(changes: ClockChanges): { readonly id: string; readonly place: string } | null {
  const same = (place: string) => sameChanges(changesOfPlace(place, changes.year), changes);
  return [...defaults.values()].find(({ place }) => same(place)) ?? elsewhere(same);
}

/** Some rules only a place of a single territory keeps. */
function elsewhere(same: (place: string) => boolean): { readonly id: string; readonly place: string } | null {
  for (const [place, id] of windowsIds) if (isPlace(place) && same(place)) return { id, place };
  return null;
}
