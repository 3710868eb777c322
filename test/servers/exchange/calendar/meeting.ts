// Meetings between mailboxes: what an organizer's item becomes in the Inbox and the calendar of others (reference 45).
import { isoSeconds } from '../clock.ts';
import { composeMime } from '../mime/compose.ts';
import { randomMessageId } from '../mime/message-id.ts';
import { arrive, contextFor, submit } from '../mime/transport.ts';
import { createdEvents } from '../operation/items.ts';
import { type Context, setText, textOf } from '../property/context.ts';
import { CLASS_OF_ITEM } from '../property/kind.ts';
import { mailboxElement } from '../property/settle.ts';
import { blankItem } from '../store/blank.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item, ItemKind } from '../store/model.ts';
import { child, childrenOf, childText, type Element, el } from '../xml/element.ts';
import { CARRIED, cancelCopy, writeAttendeeCopy } from './follow.ts';
import { calendarText } from './to-icalendar.ts';

const LISTS = ['RequiredAttendees', 'OptionalAttendees', 'Resources'] as const;

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

export function deliverToAttendee(mailbox: Mailbox, message: Item, context: Context) {
  const copy = structuredClone(message);
  copy.attachments = structuredClone(message.attachments);
  if (copy.kind === 'MeetingRequest') writeAttendeeCopy(mailbox, copy);
  if (copy.kind === 'MeetingCancellation') cancelCopy(mailbox, copy);
  arrive(mailbox, copy);
  if (context.exchange.switches.driftChangeKeys) mailbox.touch(copy);
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
