// Meetings between mailboxes: what an organizer's item becomes in the Inbox and the calendar of others (reference 45).
import { isoSeconds } from '../clock.ts';
import { composeMime } from '../mime/compose.ts';
import { randomMessageId } from '../mime/message-id.ts';
import { arrive, contextFor, submit } from '../mime/transport.ts';
import { createdEvents, itemEvent } from '../operation/items.ts';
import { type Context, setText, textOf } from '../property/context.ts';
import { CLASS_OF_ITEM } from '../property/kind.ts';
import { mailboxElement } from '../property/settle.ts';
import { blankItem } from '../store/blank.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item, ItemKind } from '../store/model.ts';
import { child, childrenOf, childText, type Element, el } from '../xml/element.ts';
import { meetingByUid } from './lookup.ts';
import { calendarText } from './to-icalendar.ts';

const LISTS = ['RequiredAttendees', 'OptionalAttendees', 'Resources'] as const;

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

export function attendeesOf(item: Item): { address: string; name: string; list: string; element: Element }[] {
  return LISTS.flatMap((list) =>
    childrenOf(item.fields[list], 'Attendee').map((element) => ({
      address: childText(element, 'Mailbox', 'EmailAddress') ?? '',
      name: childText(element, 'Mailbox', 'Name') ?? '',
      list,
      element,
    })),
  ).filter((one) => one.address !== '');
}

function carriedFields(item: Item): Record<string, Element> {
  const source = item.occurrence?.master ?? item;
  const fields: Record<string, Element> = {};
  for (const name of CARRIED) {
    const value = item.fields[name] ?? (item.occurrence === undefined ? source.fields[name] : undefined);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

export interface Message {
  kind: Extract<ItemKind, 'MeetingRequest' | 'MeetingCancellation' | 'MeetingResponse'>;
  itemClass?: string;
  subject: string;
  from: Mailbox;
  to: readonly { address: string; name: string }[];
  extra?: Record<string, Element>;
}

export function meetingMessage(item: Item, message: Message, context: Context): Item {
  const { exchange } = context;
  const now = context.mailbox.clock.now();
  const made = blankItem(message.kind, now);
  made.fields = { ...carriedFields(item), ...message.extra };
  made.exceptions = item.occurrence === undefined ? { ...item.exceptions } : {};
  if (item.occurrence !== undefined) {
    made.fields.RecurrenceId = el(
      'RecurrenceId',
      item.fields.RecurrenceId?.text ?? isoSeconds(Date.parse(item.fields.Start?.text ?? '')),
    );
    made.named['meeting/day'] = { type: 'String', values: [item.occurrence.day] };
  }
  setText(made, 'ItemClass', message.itemClass ?? CLASS_OF_ITEM[message.kind]);
  setText(made, 'Subject', message.subject);
  made.fields.From = el('From', [mailboxElement(message.from.address, exchange)]);
  made.fields.Sender = el('Sender', [mailboxElement(message.from.address, exchange)]);
  made.fields.ToRecipients = el(
    'ToRecipients',
    message.to.map((one) => mailboxElement(one.address, exchange, one.name)),
  );
  setText(made, 'DateTimeSent', isoSeconds(now));
  setText(made, 'DateTimeReceived', isoSeconds(now));
  setText(made, 'InternetMessageId', randomMessageId(context));
  setText(made, 'IsRead', 'false');
  setText(made, 'IsDraft', 'false');
  setText(made, 'DateTimeStamp', isoSeconds(now));
  return made;
}

/** A reply speaks of the one who answers only (RFC 5546 3.2.3). */
function spokenOf(item: Item, method: string, context: Context): Item {
  if (method !== 'REPLY') return item;
  const { mailbox, exchange } = context;
  const response = el('ResponseType', textOf(item, 'MyResponseType') ?? 'Unknown');
  const self = el('Attendee', [mailboxElement(mailbox.address, exchange), response]);
  const { OptionalAttendees: _, Resources: __, ...fields } = item.fields;
  return { ...item, fields: { ...fields, RequiredAttendees: el('RequiredAttendees', [self]) } };
}

export async function sendOutside(item: Item, message: Item, addresses: readonly string[], method: string, context: Context) {
  if (addresses.length === 0) return;
  const calendar = { method, text: calendarText(spokenOf(item, method, context), method) };
  const mime = await composeMime({ ...message, mime: undefined, attachments: item.attachments } as Item, context, { calendar });
  await submit(context.exchange, context.mailbox.address, addresses, mime);
}

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

export function deliverToAttendee(mailbox: Mailbox, message: Item, context: Context) {
  const copy = structuredClone(message);
  copy.attachments = structuredClone(message.attachments);
  if (copy.kind === 'MeetingRequest') writeAttendeeCopy(mailbox, copy);
  if (copy.kind === 'MeetingCancellation') cancelCopy(mailbox, copy);
  arrive(mailbox, copy);
  if (context.exchange.switches.driftChangeKeys) mailbox.touch(copy);
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

/** Hands a meeting message to everybody it is for, at home and outside. */
export async function sendMeeting(item: Item, message: Item, method: string, context: Context) {
  const outside: string[] = [];
  for (const box of message.fields.ToRecipients?.children ?? []) {
    const address = child(box, 'EmailAddress')?.text ?? '';
    const mailbox = context.exchange.mailboxOf(address);
    if (mailbox === undefined) outside.push(address);
    else if (mailbox !== context.mailbox) deliverToAttendee(mailbox, message, contextFor(context.exchange, mailbox));
  }
  await sendOutside(item, message, outside, method, context);
}

export function saveCopy(message: Item, context: Context) {
  const copy = structuredClone(message);
  setText(copy, 'IsRead', 'true');
  setText(copy, 'IsFromMe', 'true');
  context.mailbox.place(copy, context.mailbox.folderNamed('sentitems'));
  createdEvents(context.mailbox, copy);
}
