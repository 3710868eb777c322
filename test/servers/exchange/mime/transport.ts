// Sending and receiving: within the company by hand, outside through SMTP.

import { receiveMeeting } from '../calendar/from-mail.ts';
import { isoSeconds } from '../clock.ts';
import { refuse } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { folderModified, itemEvent } from '../operation/items.ts';
import { type Context, setText, textOf } from '../property/context.ts';
import { mailboxElement } from '../property/settle.ts';
import { settleItem } from '../property/settle-item.ts';
import { blankItem } from '../store/blank.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item } from '../store/model.ts';
import { el } from '../xml/element.ts';
import { type Calendar, composeMime, recipientsOf, senderOf } from './compose.ts';
import { fillFromMime } from './fill.ts';
import { randomMessageId } from './message-id.ts';

export function contextFor(exchange: Exchange, mailbox: Mailbox): Context {
  return { exchange, mailbox, zone: undefined, bodyType: 'Best', legacy: false };
}

/** Sends a message that is about to be saved, or dropped: stamps it, delivers it. */
export async function sendItemNow(item: Item, context: Context, calendar?: Calendar) {
  const recipients = recipientsOf(item);
  if (recipients.length === 0) refuse('ErrorInvalidRecipients', "At least one recipient isn't valid.");
  const bad = recipients.find((address) => !/^[^@\s]+@[^@\s]+$/.test(address));
  if (bad !== undefined) refuse('ErrorInvalidRecipients', "At least one recipient isn't valid.");
  const { exchange, mailbox } = context;
  const now = isoSeconds(mailbox.clock.now());
  item.fields.From ??= el('From', [mailboxElement(mailbox.address, exchange)]);
  item.fields.Sender ??= el('Sender', [mailboxElement(mailbox.address, exchange)]);
  setText(item, 'DateTimeSent', now);
  setText(item, 'DateTimeReceived', now);
  setText(item, 'IsDraft', 'false');
  setText(item, 'IsFromMe', 'true');
  if (textOf(item, 'InternetMessageId') === undefined) setText(item, 'InternetMessageId', randomMessageId(context));
  const mime =
    item.mime === undefined
      ? await composeMime(item, context, calendar === undefined ? {} : { calendar })
      : withoutBcc(Buffer.from(item.mime, 'base64'), item);
  await submit(exchange, senderOf(item) ?? mailbox.address, recipients, mime);
}

/** A kept source goes out as it is, only Bcc stays behind and what is missing is added. */
function withoutBcc(mime: Buffer, item: Item): Buffer {
  const text = mime.toString('latin1');
  const end = text.search(/\r?\n\r?\n/);
  const head = (end < 0 ? text : text.slice(0, end)).replace(/^bcc:.*(\r?\n[ \t].*)*\r?\n?/gim, '');
  const added = [
    /^message-id:/im.test(head) ? '' : `Message-ID: ${textOf(item, 'InternetMessageId')}\r\n`,
    /^date:/im.test(head) ? '' : `Date: ${new Date(textOf(item, 'DateTimeSent')!).toUTCString().replace('GMT', '+0000')}\r\n`,
  ].join('');
  return Buffer.from(added + head.replace(/\r?\n$/, '') + (end < 0 ? '\r\n\r\n' : text.slice(end)), 'latin1');
}

/** Members of a group, groups within it too. */
export function expandGroup(exchange: Exchange, address: string, seen = new Set<string>()): string[] {
  const key = address.toLowerCase();
  if (seen.has(key)) return [];
  seen.add(key);
  const group = exchange.groups.get(key);
  return group === undefined ? [address] : group.members.flatMap((member) => expandGroup(exchange, member, seen));
}

export async function submit(exchange: Exchange, from: string, recipients: readonly string[], mime: Buffer) {
  const all = new Set(recipients.flatMap((one) => expandGroup(exchange, one)).map((one) => one.toLowerCase()));
  const outside: string[] = [];
  for (const address of all) {
    const mailbox = exchange.mailboxOf(address);
    if (mailbox === undefined) outside.push(address);
    else await deliver(exchange, mailbox, mime);
  }
  if (outside.length === 0) return;
  exchange.outside.push({ from, to: outside, mime });
  exchange.relay?.(from, outside, mime);
}

/** Puts a message into an Inbox as new mail. */
export async function deliver(exchange: Exchange, mailbox: Mailbox, mime: Buffer): Promise<Item> {
  const item = blankItem('Message', mailbox.clock.now());
  const context = contextFor(exchange, mailbox);
  setText(item, 'ItemClass', 'IPM.Note');
  await fillFromMime(item, mime, context);
  setText(item, 'DateTimeReceived', isoSeconds(mailbox.clock.now()));
  setText(item, 'IsRead', 'false');
  setText(item, 'IsDraft', 'false');
  delete item.fields.BccRecipients;
  settleItem(item, undefined, new Set(), context);
  receiveMeeting(item, context);
  arrive(mailbox, item);
  return item;
}

export function arrive(mailbox: Mailbox, item: Item) {
  mailbox.place(item, mailbox.folderNamed('inbox'));
  itemEvent(mailbox, 'Created', item);
  itemEvent(mailbox, 'NewMail', item);
  folderModified(mailbox, item.folder);
}
