// How a calendar follows meeting messages: the attendee's copy, its cancellation, and the answers at the organizer's item (reference 45).
import { isoSeconds } from '../clock.ts';
import { createdEvents, itemEvent } from '../operation/items.ts';
import { setText, textOf } from '../property/context.ts';
import { blankItem } from '../store/blank.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item } from '../store/model.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import { meetingByUid } from './lookup.ts';

/** What a meeting message says of the meeting, and what the attendee's copy takes over. */
export const CARRIED = [
  'Subject',
  'Body',
  'Start',
  'End',
  'StartTimeZone',
  'EndTimeZone',
  'Location',
  'IsAllDayEvent',
  'Recurrence',
  'UID',
  'Organizer',
  'RequiredAttendees',
  'OptionalAttendees',
  'Resources',
  'AppointmentSequenceNumber',
  'Importance',
  'Sensitivity',
  'ConferenceType',
  'AllowNewTimeProposal',
  'IsResponseRequested',
  'MeetingWorkspaceUrl',
  'NetShowUrl',
  'IsOnlineMeeting',
];

/** The attendee's calendar: for internal users the server writes it before anybody reads the request (45). */
export function writeAttendeeCopy(mailbox: Mailbox, request: Item) {
  const day = request.named['meeting/day']?.values[0];
  const found = meetingByUid(mailbox, textOf(request, 'UID'));
  if (found === undefined) {
    createCopy(mailbox, request);
    return;
  }
  if (day !== undefined && found.fields.Recurrence !== undefined) {
    const kept: Record<string, Element> = {};
    for (const name of ['Start', 'End', 'Location', 'Subject', 'Body'])
      if (request.fields[name] !== undefined) kept[name] = request.fields[name];
    found.exceptions = {
      ...found.exceptions,
      [day]: { deleted: false, fields: kept, removed: [], named: {}, attachments: null },
    };
  } else {
    const full = request.fields.MeetingRequestType?.text !== 'InformationalUpdate';
    for (const name of CARRIED) {
      const value = request.fields[name];
      if (value === undefined) delete found.fields[name];
      else found.fields[name] = value;
    }
    found.exceptions = { ...request.exceptions };
    // A moved meeting asks again [doc: FullUpdate].
    if (full) Object.assign(found.fields, openFields(request));
  }
  mailbox.touch(found);
  itemEvent(mailbox, 'Modified', found);
}

function openFields(request: Item): Record<string, Element> {
  return {
    MyResponseType: el('MyResponseType', 'NoResponseReceived'),
    LegacyFreeBusyStatus: el('LegacyFreeBusyStatus', 'Tentative'),
    IntendedFreeBusyStatus: el('IntendedFreeBusyStatus', request.fields.IntendedFreeBusyStatus?.text ?? 'Busy'),
  };
}

function createCopy(mailbox: Mailbox, request: Item) {
  const copy = blankItem('CalendarItem', mailbox.clock.now());
  for (const name of CARRIED) if (request.fields[name] !== undefined) copy.fields[name] = request.fields[name];
  Object.assign(copy.fields, openFields(request));
  copy.exceptions = structuredClone(request.exceptions);
  setText(copy, 'ItemClass', 'IPM.Appointment');
  setText(copy, 'IsMeeting', 'true');
  setText(copy, 'ReminderIsSet', 'true');
  copy.attachments = structuredClone(request.attachments);
  mailbox.place(copy, mailbox.folderNamed('calendar'));
  createdEvents(mailbox, copy);
}

/** The copy stays, marked: AppointmentState 7 (MS-OXWSMTGS R741). */
export function cancelCopy(mailbox: Mailbox, message: Item) {
  const found = meetingByUid(mailbox, textOf(message, 'UID'));
  const day = message.named['meeting/day']?.values[0];
  if (found === undefined) return;
  if (day !== undefined && found.fields.Recurrence !== undefined) {
    found.exceptions = { ...found.exceptions, [day]: { deleted: true, fields: {}, removed: [], named: {}, attachments: null } };
  } else {
    setText(found, 'IsCancelled', 'true');
    setText(found, 'Subject', textOf(message, 'Subject'));
    setText(found, 'AppointmentSequenceNumber', textOf(message, 'AppointmentSequenceNumber'));
  }
  mailbox.touch(found);
  itemEvent(mailbox, 'Modified', found);
}

/** The organizer's item learns who said what, and when (reference 45). */
export function noteResponse(organizer: Mailbox, response: Item, from: string) {
  const item = meetingByUid(organizer, textOf(response, 'UID'));
  if (item === undefined) return;
  for (const list of ['RequiredAttendees', 'OptionalAttendees', 'Resources']) {
    const people = item.fields[list];
    if (people === undefined) continue;
    item.fields[list] = el(
      list,
      people.children.map((one) =>
        childText(one, 'Mailbox', 'EmailAddress')?.toLowerCase() !== from.toLowerCase()
          ? one
          : el('Attendee', [
              child(one, 'Mailbox'),
              el('ResponseType', response.fields.ResponseType?.text ?? 'Unknown'),
              el('LastResponseTime', isoSeconds(organizer.clock.now())),
            ]),
      ),
    );
  }
  organizer.touch(item);
  itemEvent(organizer, 'Modified', item);
}
