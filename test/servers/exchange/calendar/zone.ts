// Time zones by their Windows names. All arithmetic is done with the rules of the runtime (Temporal, ICU); the definitions
// that GetServerTimeZones gives out (zone-definition.ts) are derived from the same rules, so the two cannot disagree.
import { refuse } from '../errors.ts';
import { ZONE_NAMES } from './zone-names.ts';

export interface Zone {
  id: string;
  place: string;
  name: string;
}

const zones = new Map<string, Zone>();
for (const line of ZONE_NAMES.trim().split('\n')) {
  const [id, place, name] = line.split('|') as [string, string, string];
  zones.set(id.toLowerCase(), { id, place, name });
}

export function allZones(): Zone[] {
  return [...zones.values()];
}

export function findZone(id: string): Zone | undefined {
  return zones.get(id.toLowerCase());
}

export function zoneOf(id: string): Zone {
  return findZone(id) ?? refuse('ErrorCalendarInvalidTimeZone', `The time zone '${id}' is unknown.`);
}

/** The Windows zone of a place name, as iCalendar files of other makers carry it. */
export function zoneOfPlace(place: string): Zone | undefined {
  const direct = allZones().find((zone) => zone.place === place);
  if (direct !== undefined) return direct;
  const sample = [Date.UTC(2025, 0, 15), Date.UTC(2025, 3, 1), Date.UTC(2025, 6, 15), Date.UTC(2025, 9, 28)];
  try {
    const offsets = sample.map((at) => offsetAt(place, at)).join();
    return allZones().find((zone) => sample.map((at) => offsetAt(zone.place, at)).join() === offsets);
  } catch {
    return undefined;
  }
}

function offsetAt(place: string, at: number): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(place).offsetNanoseconds;
}

/** Local wall clock of an instant. */
export function wallClock(at: number, zone: Zone): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone.place).toPlainDateTime();
}

export function instantOf(local: Temporal.PlainDateTime, zone: Zone): number {
  return local.toZonedDateTime(zone.place).epochMilliseconds;
}

const HAS_OFFSET = /(Z|[+-]\d\d:?\d\d)$/i;

/** The input rule: a value with offset is that instant, one without is wall clock of the zone (reference 38 [doc]). */
export function readDateTime(text: string, zone: Zone): number {
  const trimmed = text.trim();
  const at = HAS_OFFSET.test(trimmed) ? Date.parse(trimmed) : instantOf(Temporal.PlainDateTime.from(trimmed), zone);
  // Exchange keeps whole seconds.
  return Math.floor(at / 1000) * 1000;
}

export function hasOffset(text: string): boolean {
  return HAS_OFFSET.test(text.trim());
}

/** The output rule: always with a zone, UTC as Z without TimeZoneContext, else the offset of that zone (38 [doc]). */
export function writeDateTime(at: number, zone?: Zone): string {
  if (zone === undefined || zone.id === 'UTC') return `${new Date(at).toISOString().slice(0, 19)}Z`;
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone.place);
  return `${zoned.toPlainDateTime().toString({ smallestUnit: 'second' })}${zoned.offset.slice(0, 6)}`;
}

export const UTC: Zone = zones.get('utc')!;
