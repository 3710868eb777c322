// When meeting messages go out: at creation, change and deletion, as the request's attributes say (reference 45, 46).
import { type Context, setText, textOf } from '../property/context.ts';
import type { Item } from '../store/model.ts';
import { el, sameElement } from '../xml/element.ts';
import { attendeesOf, meetingMessage, saveCopy, sendMeeting } from './meeting.ts';
import { isOrganizer } from './properties.ts';

const saves = (mode: string) => mode.endsWith('AndSaveCopy');

type Person = ReturnType<typeof attendeesOf>[number];

async function request(item: Item, to: readonly Person[], type: string, context: Context, mode: string) {
  if (to.length === 0) return;
  const extra = {
    MeetingRequestType: el('MeetingRequestType', type),
    IntendedFreeBusyStatus: el('IntendedFreeBusyStatus', textOf(item, 'LegacyFreeBusyStatus') ?? 'Busy'),
    ResponseType: el('ResponseType', 'NoResponseReceived'),
  };
  const subject = textOf(item, 'Subject') ?? '';
  const message = meetingMessage(item, { kind: 'MeetingRequest', subject, from: context.mailbox, to, extra }, context);
  message.attachments = item.attachments;
  await sendMeeting(item, message, 'REQUEST', context);
  if (saves(mode)) saveCopy(message, context);
}

async function cancel(item: Item, to: readonly Person[], context: Context, mode: string, note?: Item['fields']) {
  if (to.length === 0) return;
  const subject = `Canceled: ${textOf(item, 'Subject') ?? ''}`;
  const extra = { ...note, IsCancelled: el('IsCancelled', 'true') };
  const message = meetingMessage(item, { kind: 'MeetingCancellation', subject, from: context.mailbox, to, extra }, context);
  await sendMeeting(item, message, 'CANCEL', context);
  if (saves(mode)) saveCopy(message, context);
}

export async function sendInvitations(item: Item, context: Context, mode: string) {
  const people = attendeesOf(item);
  if (mode === 'SendToNone' || people.length === 0 || !isOrganizer(item, context)) return;
  setText(item, 'MeetingRequestWasSent', 'true');
  await request(item, people, 'NewMeetingRequest', context, mode);
}

/** What moves a meeting makes the answers void; the rest only informs. */
const MOVING = ['Start', 'End', 'Recurrence', 'IsAllDayEvent'];

export async function sendUpdates(item: Item, before: Item, context: Context, mode: string) {
  // An attendee's own changes stay with the attendee (reference 46).
  if (mode === 'SendToNone' || !isOrganizer(item, context)) return;
  const owner = item.occurrence?.master ?? item;
  const now = item.occurrence === undefined ? item : refreshed(item);
  const [people, old] = [attendeesOf(now), attendeesOf(before)];
  const has = (list: readonly Person[], one: Person) =>
    list.some((other) => other.address.toLowerCase() === one.address.toLowerCase());
  const added = people.filter((one) => !has(old, one));
  const removed = old.filter((one) => !has(people, one));
  const moved = MOVING.some((name) => !sameElement(now.fields[name], before.fields[name]));
  if (textOf(owner, 'MeetingRequestWasSent') === 'true') {
    setText(owner, 'AppointmentSequenceNumber', String(Number(textOf(owner, 'AppointmentSequenceNumber') ?? '0') + 1));
    now.fields.AppointmentSequenceNumber = owner.fields.AppointmentSequenceNumber!;
  }
  setText(owner, 'MeetingRequestWasSent', 'true');
  const changedOnly = mode.includes('Changed');
  const again = changedOnly ? [] : people.filter((one) => !added.includes(one));
  await request(now, added, 'NewMeetingRequest', context, mode);
  await request(now, again, moved ? 'FullUpdate' : 'InformationalUpdate', context, mode);
  if (textOf(before, 'MeetingRequestWasSent') === 'true') await cancel(now, removed, context, mode);
}

function refreshed(view: Item): Item {
  const { master, day } = view.occurrence!;
  return { ...view, fields: { ...view.fields, ...master.exceptions[day]?.fields } };
}

export async function sendCancellations(item: Item, context: Context, mode: string, note?: Item['fields']) {
  const owner = item.occurrence?.master ?? item;
  if (mode === 'SendToNone' || !isOrganizer(item, context)) return;
  if (textOf(owner, 'MeetingRequestWasSent') !== 'true' && note === undefined) return;
  const sequence = String(Number(textOf(owner, 'AppointmentSequenceNumber') ?? '0') + 1);
  setText(owner, 'AppointmentSequenceNumber', sequence);
  item.fields.AppointmentSequenceNumber = el('AppointmentSequenceNumber', sequence);
  await cancel(item, attendeesOf(item), context, mode, note);
}
