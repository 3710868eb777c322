// The MIME of a calendar item: iCalendar as Exchange writes it (reference 29 [wire]).
import { htmlToText } from '../property/body.ts';
import { textOf } from '../property/context.ts';
import { compareValues } from '../query/restriction.ts';
import type { Item } from '../store/model.ts';
import { child, childrenOf, type Element } from '../xml/element.ts';
import { escapeText, fold } from './icalendar.ts';
import { isMeeting } from './properties.ts';
import { ruleText } from './rrule.ts';
import { endOf, originalStart, startOf, viewOf, zoneOfItem } from './series.ts';
import { instantOf, wallClock, type Zone } from './zone.ts';
import { eraOf, standardOffset } from './zone-rules.ts';

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

const compact = (local: Temporal.PlainDateTime) => local.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
const utc = (at: number) => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

function offsetText(seconds: number): string {
  const minutes = Math.abs(seconds) / 60;
  return `${seconds < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`;
}

/** The rules of the item's year, dated 1601 as Windows zones are. */
export function zoneLines(zone: Zone, year: number): string[] {
  const era = eraOf(zone, year);
  const standard = standardOffset(era);
  const parts = era.changes.flatMap((change) => {
    const name = change.to === standard ? 'STANDARD' : 'DAYLIGHT';
    const rule = `RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=${change.occurrence}${CODES[change.weekday - 1]};BYMONTH=${change.month}`;
    const time = change.time.replaceAll(':', '');
    return [
      `BEGIN:${name}`,
      `DTSTART:16010101T${time}`,
      `TZOFFSETFROM:${offsetText(change.from)}`,
      `TZOFFSETTO:${offsetText(change.to)}`,
      rule,
      `END:${name}`,
    ];
  });
  const fixed = [
    'BEGIN:STANDARD',
    'DTSTART:16010101T000000',
    `TZOFFSETFROM:${offsetText(era.offset)}`,
    `TZOFFSETTO:${offsetText(era.offset)}`,
    'END:STANDARD',
  ];
  return ['BEGIN:VTIMEZONE', `TZID:${zone.id}`, ...(parts.length === 0 ? fixed : parts), 'END:VTIMEZONE'];
}

export function calendarText(item: Item, method = 'PUBLISH'): string {
  const zone = zoneOfItem(item);
  const year = wallClock(startOf(item), zone).year;
  const views = Object.keys(item.exceptions)
    .sort(compareValues)
    .filter((day) => !item.exceptions[day]!.deleted)
    .map((day) => viewOf(item, day));
  const events = [item, ...views].flatMap((one) => eventLines(one, zone, method));
  const lines = [
    'BEGIN:VCALENDAR',
    `METHOD:${method}`,
    'PRODID:Microsoft Exchange Server 2010',
    'VERSION:2.0',
    ...zoneLines(zone, year),
    ...events,
    'END:VCALENDAR',
    '',
  ];
  return lines.map((line) => (line === '' ? '' : fold(line))).join('\r\n');
}

function time(name: string, at: number, zone: Zone, allDay: boolean): string {
  const local = wallClock(at, zone);
  return allDay ? `${name};VALUE=DATE:${compact(local).slice(0, 8)}` : `${name};TZID=${zone.id}:${compact(local)}`;
}

function eventLines(item: Item, zone: Zone, method: string): string[] {
  const allDay = textOf(item, 'IsAllDayEvent') === 'true';
  const body = item.fields.Body;
  const description = body?.attributes.BodyType === 'HTML' ? htmlToText(body.text) : (body?.text ?? '');
  const sequence = textOf(item, 'AppointmentSequenceNumber') ?? '0';
  const cancelled = method === 'CANCEL' || textOf(item, 'IsCancelled') === 'true';
  return [
    'BEGIN:VEVENT',
    ...people(item),
    ...(description === '' ? [] : [`DESCRIPTION;LANGUAGE=en-US:${escapeText(description)}`]),
    ...recurrenceLines(item, zone, allDay),
    `UID:${textOf(item, 'UID') ?? ''}`,
    ...(item.occurrence === undefined
      ? []
      : [time('RECURRENCE-ID', originalStart(item.occurrence.master, item.occurrence.day), zone, allDay)]),
    `SUMMARY;LANGUAGE=en-US:${escapeText(textOf(item, 'Subject') ?? '')}`,
    time('DTSTART', startOf(item), zone, allDay),
    time('DTEND', endOf(item), zone, allDay),
    `CLASS:${CLASSES[textOf(item, 'Sensitivity') ?? 'Normal']}`,
    `PRIORITY:${PRIORITIES[textOf(item, 'Importance') ?? 'Normal']}`,
    `DTSTAMP:${utc((item.occurrence?.master ?? item).modified)}`,
    `TRANSP:${textOf(item, 'LegacyFreeBusyStatus') === 'Free' ? 'TRANSPARENT' : 'OPAQUE'}`,
    `STATUS:${cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    `SEQUENCE:${sequence}`,
    `LOCATION;LANGUAGE=en-US:${escapeText(textOf(item, 'Location') ?? '')}`,
    ...categoryLines(item.fields.Categories),
    `X-MICROSOFT-CDO-APPT-SEQUENCE:${sequence}`,
    `X-MICROSOFT-CDO-BUSYSTATUS:${(textOf(item, 'LegacyFreeBusyStatus') ?? 'Busy').toUpperCase()}`,
    'X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY',
    `X-MICROSOFT-CDO-ALLDAYEVENT:${allDay ? 'TRUE' : 'FALSE'}`,
    `X-MICROSOFT-CDO-INSTTYPE:${item.occurrence !== undefined ? 3 : item.fields.Recurrence !== undefined ? 1 : 0}`,
    ...alarm(item),
    'END:VEVENT',
  ].filter((line) => line !== '');
}

const CLASSES: Readonly<Record<string, string>> = {
  Normal: 'PUBLIC',
  Personal: 'PERSONAL',
  Private: 'PRIVATE',
  Confidential: 'CONFIDENTIAL',
};
const PRIORITIES: Readonly<Record<string, number>> = { Low: 9, Normal: 5, High: 1 };
const STATES: Readonly<Record<string, string>> = { Accept: 'ACCEPTED', Decline: 'DECLINED', Tentative: 'TENTATIVE' };

function people(item: Item): string[] {
  if (!isMeeting(item)) return [];
  const organizer = child(item.fields.Organizer, 'Mailbox');
  const lines =
    organizer === undefined
      ? []
      : [`ORGANIZER;CN=${quoted(child(organizer, 'Name')?.text)}:MAILTO:${child(organizer, 'EmailAddress')?.text ?? ''}`];
  for (const [name, role] of [
    ['RequiredAttendees', 'ROLE=REQ-PARTICIPANT'],
    ['OptionalAttendees', 'ROLE=OPT-PARTICIPANT'],
    ['Resources', 'CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT'],
  ] as const) {
    for (const attendee of childrenOf(item.fields[name], 'Attendee')) {
      const box = child(attendee, 'Mailbox');
      const state = STATES[child(attendee, 'ResponseType')?.text ?? ''] ?? 'NEEDS-ACTION';
      lines.push(
        `ATTENDEE;${role};PARTSTAT=${state};RSVP=TRUE;CN=${quoted(child(box, 'Name')?.text)}:MAILTO:${child(box, 'EmailAddress')?.text ?? ''}`,
      );
    }
  }
  return lines;
}

const quoted = (name = '') => (/[;:,]/.test(name) ? `"${name.replaceAll('"', "'")}"` : name);

function recurrenceLines(item: Item, zone: Zone, allDay: boolean): string[] {
  if (item.fields.Recurrence === undefined || item.occurrence !== undefined) return [];
  const clock = wallClock(startOf(item), zone).toPlainTime();
  const until = (day: string) =>
    allDay ? day.replaceAll('-', '') : utc(instantOf(Temporal.PlainDate.from(day).toPlainDateTime(clock), zone));
  const deleted = Object.keys(item.exceptions)
    .filter((day) => item.exceptions[day]!.deleted)
    .sort();
  const lines = [`RRULE:${ruleText(item.fields.Recurrence, until)}`];
  for (const day of deleted) lines.push(time('EXDATE', originalStart(item, day), zone, allDay));
  return lines;
}

function categoryLines(categories: Element | undefined): string[] {
  const names = childrenOf(categories, 'String').map((one) => escapeText(one.text));
  return names.length === 0 ? [] : [`CATEGORIES:${names.join(',')}`];
}

function alarm(item: Item): string[] {
  if (textOf(item, 'ReminderIsSet') !== 'true') return [];
  const minutes = textOf(item, 'ReminderMinutesBeforeStart') ?? '15';
  return ['BEGIN:VALARM', 'DESCRIPTION:REMINDER', `TRIGGER;RELATED=START:-PT${minutes}M`, 'ACTION:DISPLAY', 'END:VALARM'];
}
