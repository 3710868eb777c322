/**
 * Which IANA zone an appointment is in: by what it calls its zone, by how that is defined, by what the program that made it wrote.
 *
 * Which of several places with one Windows zone was meant stands in a property of ours, and holds while the zone agrees.
 */
import type { MoreReading } from '../item-kind.ts';
import { type Path, valueAt } from '../property.ts';
import { childOf, type Element, isTrue, textOf } from '../read-answer.ts';
import { agrees, isPlace, placeOf, withClock } from '../zone.ts';
import { changesOfDefinition } from '../zone-definition.ts';
import { instantAt, PLACE } from './appointment-time.ts';

/** PidLidAppointmentTimeZoneDefinitionStartDisplay (MS-OXOCAL 2.2.1.42). */
const WRITTEN: Path = { extended: { type: 'Binary', distinguished: 'Appointment', id: 0x825e } };

/** Asked for by itself: with every item it would be half a kilobyte for nothing. */
export async function writtenZone(item: Element, more: Pick<MoreReading, 'items'>): Promise<string | null> {
  const id = childOf(item, 'ItemId')?.attributes.Id;
  const [got] = id === undefined ? [] : await more.items([id], [WRITTEN]);
  const bytes = Buffer.from((got?.element && valueAt(got.element, WRITTEN)) ?? '', 'base64');
  // Versions, length of the header, reserved; then how long the name is (MS-OXOCAL 2.2.1.41).
  return bytes.length < 8 ? null : bytes.subarray(8, 8 + 2 * bytes.readUInt16LE(6)).toString('utf16le');
}

export interface Zone {
  readonly place: string;
  /** Where no IANA zone goes that way: what Exchange calls it. Then `place` is UTC. */
  readonly unknown: { readonly id: string; readonly name: string } | null;
}

/** Of zones that neither CLDR nor the item explains. */
export interface ZoneQuestions {
  /** Null: the server does not know it either. */
  definition(id: string): Promise<Element | null>;
  /** The Windows id that the program which made the item wrote into it; null: none. */
  written(): Promise<string | null>;
}

/** `ownersZone` is for what has none: a value without an offset, and whole days that begin at its midnight. */
export async function zoneOf(item: Element, questions: ZoneQuestions, ownersZone = 'Etc/UTC'): Promise<Zone> {
  const element = childOf(item, 'StartTimeZone');
  const id = element?.attributes.Id?.trim() ?? '';
  if (element === undefined || (id === '' && childOf(element, 'Periods') === undefined))
    return { place: placeWithoutZone(item, ownersZone), unknown: null };
  return await placeOfZone(item, element, id, questions);
}

/** Some servers keep no zone (items of old clients): instants are of UTC then, and whole days whose midnight they are. */
function placeWithoutZone(item: Element, ownersZone: string): string {
  if (!isTrue(textOf(item, 'IsAllDayEvent'))) {
    const own = valueAt(item, PLACE) ?? '';
    return isPlace(own) ? own : 'Etc/UTC';
  }
  const start = instantAt(item, 'Start', ownersZone);
  const isMidnight = (place: string) => start.toZonedDateTimeISO(place).toPlainTime().equals('00:00');
  return isMidnight('Etc/UTC') && !isMidnight(ownersZone) ? 'Etc/UTC' : ownersZone;
}

async function placeOfZone(item: Element, element: Element, id: string, questions: ZoneQuestions): Promise<Zone> {
  const year = yearOf(item);
  const own = valueAt(item, PLACE);
  if (own !== undefined && agrees(own, id, year)) return { place: own, unknown: null };
  const listed = placeOf(id) ?? (isPlace(id) ? id : null);
  if (listed !== null) return { place: listed, unknown: null };
  const told = childOf(element, 'Periods') === undefined ? await questions.definition(id) : element;
  const changes = told === null || told === undefined ? null : changesOfDefinition(told, year);
  const alike = changes === null ? null : withClock(changes);
  const place = alike?.place ?? placeOf((await questions.written()) ?? '');
  if (place !== null) return { place, unknown: null };
  return { place: 'Etc/UTC', unknown: { id, name: element.attributes.Name ?? id } };
}

const yearOf = (item: Element) => Number((textOf(item, 'Start') ?? '2000').trim().slice(0, 4));
