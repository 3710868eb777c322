// Properties of calendar items and of the meeting messages that speak of them (MS-OXWSMTGS).
import { isoSeconds } from '../clock.ts';
import { itemIdElement } from '../property/common.ts';
import { type Context, plainReader, type Reader, textOf } from '../property/context.ts';
import type { Item } from '../store/model.ts';
import { child, childrenOf, type Element, el } from '../xml/element.ts';
import { dayKey, endOf, occurrences, originalStart, seriesDays, startOf, viewOf, zoneOfItem } from './series.ts';
import { findZone, wallClock, writeDateTime, type Zone } from './zone.ts';

const ATTENDEES = ['RequiredAttendees', 'OptionalAttendees', 'Resources'];

export const isMeeting = (item: Item) =>
  ATTENDEES.some((name) => (item.fields[name]?.children.length ?? 0) > 0) || textOf(item, 'IsMeeting') === 'true';

export function organizerAddress(item: Item): string | undefined {
  return child(item.fields.Organizer, 'Mailbox', 'EmailAddress')?.text;
}

export const isOrganizer = (item: Item, context: Pick<Context, 'mailbox'>) =>
  (organizerAddress(item) ?? context.mailbox.address).toLowerCase() === context.mailbox.address.toLowerCase();

function calendarItemType(item: Item): string {
  if (item.occurrence !== undefined)
    return item.occurrence.master.exceptions[item.occurrence.day] === undefined ? 'Occurrence' : 'Exception';
  return item.fields.Recurrence === undefined ? 'Single' : 'RecurringMaster';
}

/** A duration as XML Schema writes it. */
export function durationText(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const time = `${hours > 0 ? `${hours}H` : ''}${rest > 0 ? `${rest}M` : ''}`;
  const text = `${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
  return text === '' ? 'PT0S' : `P${text}`;
}

const isMaster = (item: Item) => item.occurrence === undefined && item.fields.Recurrence !== undefined;

function occurrenceInfo(name: string, view: Item, context: Context): Element {
  const { master, day } = view.occurrence!;
  return el(name, [
    itemIdElement(view, context),
    el('Start', writeDateTime(startOf(view), context.zone)),
    el('End', writeDateTime(endOf(view), context.zone)),
    el('OriginalStart', writeDateTime(originalStart(master, day), context.zone)),
  ]);
}

function firstOccurrence(item: Item, context: Context): Element | undefined {
  if (!isMaster(item)) return undefined;
  for (const view of occurrences(item)) return occurrenceInfo('FirstOccurrence', view, context);
  return undefined;
}

function lastOccurrence(item: Item, context: Context): Element | undefined {
  if (!isMaster(item) || child(item.fields.Recurrence, 'NoEndRecurrence') !== undefined) return undefined;
  let last: string | undefined;
  for (const day of seriesDays(item)) if (!item.exceptions[dayKey(day)]?.deleted) last = dayKey(day);
  return last === undefined ? undefined : occurrenceInfo('LastOccurrence', viewOf(item, last), context);
}

function modifiedOccurrences(item: Item, context: Context): Element | undefined {
  const days = Object.keys(item.exceptions)
    .filter((day) => !item.exceptions[day]!.deleted)
    .sort();
  if (!isMaster(item) || days.length === 0) return undefined;
  return el(
    'ModifiedOccurrences',
    days.map((day) => occurrenceInfo('Occurrence', viewOf(item, day), context)),
  );
}

/** Only by Start, also when the occurrence had been moved before it was deleted (reference 42). */
function deletedOccurrences(item: Item, context: Context): Element | undefined {
  const days = Object.keys(item.exceptions)
    .filter((day) => item.exceptions[day]!.deleted)
    .sort();
  if (!isMaster(item) || days.length === 0) return undefined;
  return el(
    'DeletedOccurrences',
    days.map((day) => el('DeletedOccurrence', [el('Start', writeDateTime(originalStart(item, day), context.zone))])),
  );
}

function zoneElement(name: string, element: string): Reader {
  return (item, context) => {
    const zone = findZone(item.fields[element]?.attributes.Id ?? '') ?? zoneOfItem(item);
    // Exchange2007 requests know MeetingTimeZone only (reference 6, 38 [doc]).
    return context.legacy ? undefined : el(name, undefined, { Id: zone.id, Name: zone.name });
  };
}

/** The zone of the end is the zone of the start where none was given (reference 38 [doc]). */
const endZone = (item: Item): Zone => findZone(item.fields.EndTimeZone?.attributes.Id ?? '') ?? zoneOfItem(item);

const wall = (at: number, zone: Zone) => `${wallClock(at, zone).toString({ smallestUnit: 'second' })}`;

/** Bits: 1 a meeting, 2 received, 4 cancelled (MS-OXWSMTGS R740, R741: attendee's cancelled copy 7, organizer's 5). */
export function appointmentState(item: Item, context: Pick<Context, 'mailbox'>): number {
  if (!isMeeting(item)) return 0;
  return 1 | (isOrganizer(item, context) ? 0 : 2) | (textOf(item, 'IsCancelled') === 'true' ? 4 : 0);
}

function neighbours(item: Item, context: Context, fits: (other: Item) => boolean): number {
  if (item.kind !== 'CalendarItem') return 0;
  const folder = context.mailbox.itemsIn(item.folder).filter((one) => one.kind === 'CalendarItem');
  if (folder.length > 500) return 0;
  const self = item.occurrence?.master ?? item;
  return folder.filter(
    (one) => one !== self && one.fields.Recurrence === undefined && one.fields.LegacyFreeBusyStatus?.text !== 'Free' && fits(one),
  ).length;
}

function meetingTimeZone(item: Item, context: Context): Element | undefined {
  // MS-OXWSMTGS R1053: only on masters, and only for old requests.
  return context.legacy && isMaster(item) ? el('MeetingTimeZone', undefined, { TimeZoneName: zoneOfItem(item).id }) : undefined;
}

export const CALENDAR: Record<string, Reader> = {
  CalendarItemType: (item) =>
    item.kind === 'MeetingRequest' || item.kind === 'CalendarItem'
      ? el('CalendarItemType', calendarItemType(item))
      : item.fields.CalendarItemType,
  IsRecurring: (item) =>
    el(
      'IsRecurring',
      item.occurrence !== undefined ||
        item.fields.RecurrenceId !== undefined ||
        (item.kind !== 'CalendarItem' && item.fields.Recurrence !== undefined),
    ),
  IsAllDayEvent: plainReader('IsAllDayEvent', 'false'),
  IsMeeting: (item) => el('IsMeeting', isMeeting(item)),
  IsCancelled: plainReader('IsCancelled', 'false'),
  LegacyFreeBusyStatus: plainReader('LegacyFreeBusyStatus', 'Busy'),
  MeetingRequestWasSent: plainReader('MeetingRequestWasSent', 'false'),
  IsResponseRequested: plainReader('IsResponseRequested', 'true'),
  MyResponseType: (item, context) =>
    item.fields.MyResponseType ??
    el('MyResponseType', !isMeeting(item) ? 'Unknown' : isOrganizer(item, context) ? 'Organizer' : 'NoResponseReceived'),
  Organizer: (item) => item.fields.Organizer,
  IsOrganizer: (item, context) => el('IsOrganizer', isOrganizer(item, context)),
  Duration: (item) => el('Duration', durationText(endOf(item) - startOf(item))),
  TimeZone: (item) => el('TimeZone', zoneOfItem(item).name),
  AppointmentSequenceNumber: plainReader('AppointmentSequenceNumber', '0'),
  AppointmentState: (item, context) => el('AppointmentState', appointmentState(item, context)),
  AllowNewTimeProposal: plainReader('AllowNewTimeProposal', 'true'),
  IsOnlineMeeting: plainReader('IsOnlineMeeting', 'false'),
  ConferenceType: plainReader('ConferenceType', '0'),
  ConflictingMeetingCount: (item, context) =>
    el(
      'ConflictingMeetingCount',
      neighbours(item, context, (one) => startOf(one) < endOf(item) && endOf(one) > startOf(item)),
    ),
  AdjacentMeetingCount: (item, context) =>
    el(
      'AdjacentMeetingCount',
      neighbours(item, context, (one) => startOf(one) === endOf(item) || endOf(one) === startOf(item)),
    ),
  OriginalStart: (item) =>
    item.occurrence === undefined
      ? undefined
      : el('OriginalStart', isoSeconds(originalStart(item.occurrence.master, item.occurrence.day))),
  RecurrenceId: (item) => {
    if (item.fields.RecurrenceId !== undefined) return item.fields.RecurrenceId;
    return item.occurrence === undefined
      ? undefined
      : el('RecurrenceId', isoSeconds(originalStart(item.occurrence.master, item.occurrence.day)));
  },
  DateTimeStamp: (item) =>
    item.fields.DateTimeStamp ?? el('DateTimeStamp', isoSeconds((item.occurrence?.master ?? item).modified)),
  Recurrence: (item) => (item.occurrence === undefined ? item.fields.Recurrence : undefined),
  FirstOccurrence: firstOccurrence,
  LastOccurrence: lastOccurrence,
  ModifiedOccurrences: modifiedOccurrences,
  DeletedOccurrences: deletedOccurrences,
  MeetingTimeZone: meetingTimeZone,
  StartTimeZone: zoneElement('StartTimeZone', 'StartTimeZone'),
  EndTimeZone: zoneElement('EndTimeZone', 'EndTimeZone'),
  StartTimeZoneId: (item) => el('StartTimeZoneId', zoneOfItem(item).id),
  EndTimeZoneId: (item) => el('EndTimeZoneId', endZone(item).id),
  StartWallClock: (item) => el('StartWallClock', wall(startOf(item), zoneOfItem(item))),
  EndWallClock: (item) => el('EndWallClock', wall(endOf(item), endZone(item))),
  RequiredAttendees: (item) => listed(item, 'RequiredAttendees'),
  OptionalAttendees: (item) => listed(item, 'OptionalAttendees'),
  Resources: (item) => listed(item, 'Resources'),
};

function listed(item: Item, name: string): Element | undefined {
  return childrenOf(item.fields[name], 'Attendee').length === 0 ? undefined : item.fields[name];
}
