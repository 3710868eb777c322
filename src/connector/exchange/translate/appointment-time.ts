/**
 * When an appointment is, both ways: Start, End, IsAllDayEvent and the two zones, which go together in every write.
 *
 * - Values come as instants (`Z`). They become wall clock in the item's zone; a day is a day in that zone (MS-OXWSMTGS 2.2.4.13).
 * - Single appointments are written as instants, so that a server with other rules for a zone cannot move them; series and whole
 *   days by wall clock, for that is what they mean. A wall clock that does not exist on its day is written as an instant.
 */
import { Failure } from '../../../model/failure.ts';
import { type ItemContent, type Json, VENDOR } from '../../../model/item.ts';
import { OWN_SET } from '../item-key.ts';
import { field, type Path, type Setting } from '../property.ts';
import { type Element, isTrue, textOf } from '../read-answer.ts';
import { isPlace, windowsIdOf } from '../zone.ts';

export const PLACE: Path = { extended: { type: 'String', set: OWN_SET, name: 'MailroomTimeZone' } };

export const TIME_PROPERTIES: readonly Path[] = [
  ...['calendar:Start', 'calendar:End', 'calendar:IsAllDayEvent', 'calendar:StartTimeZone', 'calendar:EndTimeZone'].map(field),
  PLACE,
];

export interface When {
  readonly start: string;
  readonly duration: string;
  readonly timeZone: string | null;
  readonly showWithoutTime: boolean;
}

export function whenOf(item: Element, place: string): When {
  const [start, end] = [instantAt(item, 'Start', place), instantAt(item, 'End', place)];
  if (isTrue(textOf(item, 'IsAllDayEvent'))) return wholeDays(start, end, place);
  const minutes = Math.max(0, Math.round((end.epochMilliseconds - start.epochMilliseconds) / 60_000));
  return { start: wallClock(start, place), duration: duration(minutes), timeZone: place, showWithoutTime: false };
}

/** Without an offset it is wall clock of the item's zone, as it is when it is written (MS-OXWSMTGS 2.2.4.13). */
export function instantAt(item: Element | undefined, name: string, place: string): Temporal.Instant {
  const text = (textOf(item, name) ?? '').trim();
  try {
    if (/([Zz]|[+-]\d\d:?\d\d)$/.test(text)) return Temporal.Instant.from(text);
    return Temporal.PlainDateTime.from(text).toZonedDateTime(place).toInstant();
  } catch {
    throw new Failure('garbled', `an appointment without a ${name} that can be read`);
  }
}

export const wallClock = (at: Temporal.Instant, place: string): string =>
  at.toZonedDateTimeISO(place).toPlainDateTime().toString({ smallestUnit: 'second' });

/** A server with other rules for the zone is an hour or two off midnight: the nearest one is meant. */
export function dayAt(at: Temporal.Instant, place: string): Temporal.PlainDate {
  return at.toZonedDateTimeISO(place).toPlainDateTime().add({ hours: 12 }).toPlainDate();
}

function wholeDays(start: Temporal.Instant, end: Temporal.Instant, place: string): When {
  const first = dayAt(start, place);
  const days = Math.max(1, first.until(dayAt(end, place)).days);
  return { start: `${first}T00:00:00`, duration: `P${days}D`, timeZone: null, showWithoutTime: true };
}

function duration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return minutes === 0 ? 'PT0S' : `PT${hours > 0 ? `${hours}H` : ''}${rest > 0 ? `${rest}M` : ''}`;
}

/** The properties of JSCalendar for it (RFC 8984 4.7, 5.1). */
export function whenContent({ start, duration: length, timeZone, showWithoutTime }: When): Record<string, Json> {
  return { start, duration: length, timeZone, ...(showWithoutTime ? { showWithoutTime } : {}) };
}

export interface Times {
  readonly start: Temporal.PlainDateTime;
  readonly end: Temporal.PlainDateTime;
  readonly place: string;
  readonly allDay: boolean;
}

/** `ownersZone` is for whole days, and for times without a zone. Failure('refused') for what is no time. */
export function timesOf(content: ItemContent, ownersZone: string): Times {
  const allDay = content.showWithoutTime === true;
  const place = typeof content.timeZone === 'string' && !allDay ? content.timeZone : ownersZone;
  if (!isPlace(place)) throw new Failure('refused', `the time zone ${JSON.stringify(place)} is none of IANA`);
  try {
    const start = Temporal.PlainDateTime.from(String(content.start));
    const length = Temporal.Duration.from(String(content.duration ?? (allDay ? 'P1D' : 'PT0S')));
    if (length.sign < 0) throw new RangeError('a negative duration');
    if (!allDay) return { start, end: start.toZonedDateTime(place).add(length).toPlainDateTime(), place, allDay };
    const first = start.with({ hour: 0, minute: 0, second: 0 });
    const days = Math.max(1, Math.ceil(length.total({ unit: 'days', relativeTo: first })));
    return { start: first, end: first.add({ days }), place, allDay };
  } catch (error) {
    throw new Failure('refused', `the start or the duration of an appointment cannot be understood: ${String(error)}`);
  }
}

/** Zones first: what follows without an offset is read by them (MS-OXWSMTGS 2.2.4.13). */
export function timeSettings(content: ItemContent, ownersZone: string): Setting[] {
  const times = timesOf(content, ownersZone);
  const { place, allDay } = times;
  const series = Array.isArray(content.recurrenceRules) && content.recurrenceRules.length > 0;
  const id = windowsIdOf(place, times.start.year);
  if (id === null && series) throw new Failure('refused', `Exchange has no time zone with the clocks of ${place} for a series`);
  const other = id === null ? null : endZone(content);
  const write = (at: Temporal.PlainDateTime) => written(at, place, (series || allDay) && id !== null);
  return [
    { path: field('calendar:StartTimeZone'), value: zoneValue(id ?? 'UTC') },
    { path: field('calendar:EndTimeZone'), value: zoneValue(other ?? id ?? 'UTC') },
    { path: field('calendar:Start'), value: write(times.start) },
    { path: field('calendar:End'), value: other === null ? write(times.end) : written(times.end, place, false) },
    { path: field('calendar:IsAllDayEvent'), value: String(allDay) },
    { path: PLACE, value: place },
  ];
}

const zoneValue = (id: string) => ({ markup: '', attributes: { Id: id } });

/** The zone of the end, where Exchange has another one than for the start and the start still is as it was. */
function endZone(content: ItemContent): string | null {
  const id = content[`${VENDOR}endTimeZone`];
  return typeof id === 'string' && content.showWithoutTime !== true ? id : null;
}

function written(at: Temporal.PlainDateTime, place: string, byWallClock: boolean): string {
  const zoned = at.toZonedDateTime(place);
  const exists = zoned.toPlainDateTime().equals(at);
  if (byWallClock && exists) return at.toString({ smallestUnit: 'second' });
  return zoned.toInstant().toString({ smallestUnit: 'second' });
}
