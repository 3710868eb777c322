// Meeting mail from outside (iMIP, RFC 6047): a text/calendar part with a METHOD makes a mail a meeting message, and the calendar
// follows it (reference 45; MS-OXCICAL 2.1.3.1.1.1 says which method becomes which class).
import { isoSeconds } from '../clock.ts';
import { type Context, setText, textOf } from '../property/context.ts';
import { settleItem } from '../property/settle-item.ts';
import { blankItem } from '../store/blank.ts';
import type { Attachment, Item } from '../store/model.ts';
import { el } from '../xml/element.ts';
import { CARRIED, cancelCopy, noteResponse, writeAttendeeCopy } from './follow.ts';
import { fillFromCalendar } from './from-icalendar.ts';
import { type Component, parseCalendar, propertiesOf, propertyOf } from './icalendar.ts';
import { meetingByUid } from './lookup.ts';
import { isOrganizer } from './properties.ts';
import { dayKey, startOf, zoneOfItem } from './series.ts';
import { wallClock } from './zone.ts';

const CLASSES: Readonly<Record<string, [Item['kind'], string]>> = {
  REQUEST: ['MeetingRequest', 'IPM.Schedule.Meeting.Request'],
  CANCEL: ['MeetingCancellation', 'IPM.Schedule.Meeting.Canceled'],
  REPLY: ['MeetingResponse', 'IPM.Schedule.Meeting.Resp'],
  COUNTER: ['MeetingResponse', 'IPM.Schedule.Meeting.Resp'],
};
const RESPONSES: Readonly<Record<string, [string, string]>> = {
  ACCEPTED: ['Accept', 'Pos'],
  DECLINED: ['Decline', 'Neg'],
  TENTATIVE: ['Tentative', 'Tent'],
};
const MOVING = ['Start', 'End', 'Recurrence', 'IsAllDayEvent'];

interface Invitation {
  part: Attachment;
  method: string;
  event: Component;
  source: string;
}

function invitationIn(item: Item): Invitation | undefined {
  const part = item.attachments.find((one) => /^text\/calendar\b/i.test(one.fields.ContentType?.text ?? ''));
  if (part === undefined) return undefined;
  const source = Buffer.from(part.content, 'base64').toString('utf8');
  const calendar = parseCalendar(source);
  const method = propertyOf(calendar, 'METHOD')?.value.toUpperCase() ?? '';
  const event = calendar.components.find((one) => one.name === 'VEVENT');
  return event === undefined || CLASSES[method] === undefined ? undefined : { part, method, event, source };
}

/** Makes a delivered mail a meeting message and does what it says; a mail without an invitation stays what it is. */
export function receiveMeeting(item: Item, context: Context) {
  const found = invitationIn(item);
  if (found === undefined) return;
  const [kind, itemClass] = CLASSES[found.method]!;
  item.kind = kind;
  setText(item, 'ItemClass', itemClass);
  item.attachments = item.attachments.filter((one) => one !== found.part);
  const meeting = meetingOf(item, found, context);
  const applies = context.exchange.switches.processExternalMeetings;
  if (kind === 'MeetingResponse') return receiveResponse(item, found, applies, context);
  if (kind === 'MeetingCancellation') {
    setText(item, 'IsCancelled', 'true');
    if (applies && !isOld(item, context)) cancelCopy(context.mailbox, item);
    return;
  }
  receiveRequest(item, meeting, found, applies, context);
}

/** What the invitation says of the meeting, carried by the message. */
function meetingOf(item: Item, { source, event }: Invitation, context: Context): Item {
  const meeting = blankItem('CalendarItem', context.mailbox.clock.now());
  fillFromCalendar(meeting, source, context);
  settleItem(meeting, undefined, new Set(), context);
  setText(meeting, 'AppointmentSequenceNumber', propertyOf(event, 'SEQUENCE')?.value ?? '0');
  for (const name of CARRIED) {
    const value = meeting.fields[name];
    if (value !== undefined && name !== 'Subject' && name !== 'Body') item.fields[name] = value;
  }
  item.exceptions = meeting.exceptions;
  const recurrence = propertyOf(event, 'RECURRENCE-ID');
  if (recurrence !== undefined) {
    const original = { ...event, properties: [...event.properties.filter((one) => !/^(DTSTART|DTEND)$/.test(one.name))] };
    original.properties.push({ ...recurrence, name: 'DTSTART' });
    const first = blankItem('CalendarItem', meeting.created);
    fillFromCalendar(first, asText(original), context);
    settleItem(first, undefined, new Set(), context);
    item.fields.RecurrenceId = el('RecurrenceId', isoSeconds(startOf(first)));
    item.named['meeting/day'] = {
      type: 'String',
      values: [dayKey(wallClock(startOf(first), zoneOfItem(meeting)).toPlainDate())],
    };
  }
  return meeting;
}

/** Only what tells a time: enough to read one. */
function asText(event: Component): string {
  const start = propertyOf(event, 'DTSTART')!;
  const parameters = Object.entries(start.parameters)
    .map(([name, value]) => `;${name}=${value}`)
    .join('');
  return `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART${parameters}:${start.value}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
}

function isOld(item: Item, { mailbox }: Context): boolean {
  const known = meetingByUid(mailbox, textOf(item, 'UID'));
  const sequence = (one: Item) => Number(textOf(one, 'AppointmentSequenceNumber') ?? '0');
  return known !== undefined && sequence(item) < sequence(known);
}

function receiveRequest(item: Item, meeting: Item, { event }: Invitation, applies: boolean, context: Context) {
  const { mailbox } = context;
  const known = meetingByUid(mailbox, textOf(item, 'UID'));
  const moved = known !== undefined && MOVING.some((name) => known.fields[name]?.text !== meeting.fields[name]?.text);
  const type = known === undefined ? 'NewMeetingRequest' : moved ? 'FullUpdate' : 'InformationalUpdate';
  setText(item, 'MeetingRequestType', type);
  setText(item, 'ResponseType', 'NoResponseReceived');
  const intended = propertyOf(event, 'X-MICROSOFT-CDO-INTENDEDSTATUS')?.value.toUpperCase();
  setText(item, 'IntendedFreeBusyStatus', intended === 'FREE' ? 'Free' : intended === 'OOF' ? 'OOF' : 'Busy');
  // The organizer's own calendar is not written by mail.
  if (!applies || isOld(item, context) || (known !== undefined && isOrganizer(known, context))) return;
  const copied = { ...item, fields: { ...item.fields } };
  for (const name of ['Subject', 'Body']) {
    const value = meeting.fields[name];
    if (value !== undefined) copied.fields[name] = value;
  }
  writeAttendeeCopy(mailbox, copied);
}

/** The organizer's item learns what the attendee answered; who that is says the ATTENDEE, not the sender (RFC 5546 3.2.3). */
function receiveResponse(item: Item, { method, event }: Invitation, applies: boolean, context: Context) {
  const attendee = propertiesOf(event, 'ATTENDEE')[0];
  const state = method === 'COUNTER' ? 'TENTATIVE' : (attendee?.parameters.PARTSTAT?.toUpperCase() ?? '');
  const [response, suffix] = RESPONSES[state] ?? ['Unknown', 'Tent'];
  setText(item, 'ItemClass', `IPM.Schedule.Meeting.Resp.${suffix}`);
  setText(item, 'ResponseType', response);
  if (method === 'COUNTER') {
    setText(item, 'ProposedStart', textOf(item, 'Start'));
    setText(item, 'ProposedEnd', textOf(item, 'End'));
  }
  const known = meetingByUid(context.mailbox, textOf(item, 'UID'));
  if (!applies || attendee === undefined || known === undefined || !isOrganizer(known, context)) return;
  noteResponse(context.mailbox, item, attendee.value.replace(/^mailto:/i, ''));
}
