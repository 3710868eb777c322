// From MIME to properties: CreateItem with MimeContent, and mail that arrives by SMTP.
import PostalMime, { type Address } from 'postal-mime';
import type { Context } from '../property/context.ts';
import { setText, textOf } from '../property/context.ts';
import { kindOfItemClass } from '../property/kind.ts';
import type { Attachment, Item } from '../store/model.ts';
import { type Element, el } from '../xml/element.ts';

function flat(addresses: Address[] | undefined): { name: string; address: string }[] {
  return (addresses ?? []).flatMap((one) => (one.group === undefined ? [one] : one.group));
}

function mailbox(one: { name: string; address: string }): Element {
  const address = one.address === '' ? [] : [el('EmailAddress', one.address), el('RoutingType', 'SMTP')];
  return el('Mailbox', [el('Name', one.name || one.address), ...address]);
}

function setRecipients(item: Item, name: string, addresses: Address[] | undefined) {
  const list = flat(addresses).map(mailbox);
  if (list.length > 0) item.fields[name] = el(name, list);
}

function setOne(item: Item, name: string, address: Address | undefined) {
  const first = address === undefined ? undefined : flat([address])[0];
  if (first !== undefined) item.fields[name] = el(name, [mailbox(first)]);
}

export function iso(text: string | undefined): string | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export async function fillFromMime(item: Item, source: Buffer, context: Context) {
  const email = await new PostalMime({ rfc822Attachments: true, forceRfc822Attachments: true }).parse(source);
  setText(item, 'Subject', email.subject);
  setOne(item, 'From', email.from);
  setOne(item, 'Sender', email.sender);
  setRecipients(item, 'ToRecipients', email.to);
  setRecipients(item, 'CcRecipients', email.cc);
  setRecipients(item, 'BccRecipients', email.bcc);
  setRecipients(item, 'ReplyTo', email.replyTo);
  setText(item, 'InternetMessageId', email.messageId);
  setText(item, 'InReplyTo', email.inReplyTo);
  setText(item, 'References', email.references);
  setText(item, 'DateTimeSent', iso(email.date));
  const html = email.html !== undefined;
  item.fields.Body = el('Body', html ? email.html : (email.text ?? ''), { BodyType: html ? 'HTML' : 'Text' });
  const headers = email.headers.map((header) => el('InternetMessageHeader', header.value, { HeaderName: header.originalKey }));
  if (headers.length > 0) item.fields.InternetMessageHeaders = el('InternetMessageHeaders', headers);
  for (const header of email.headers) setFromHeader(item, header.key, header.value);
  item.mime = source.toString('base64');
  for (const part of email.attachments) {
    const content = Buffer.from(part.content as ArrayBuffer);
    item.attachments.push(
      fileAttachment(context, part.filename ?? nameFor(part.mimeType), part.mimeType, content, part.contentId, part.disposition),
    );
  }
  if (textOf(item, 'ItemClass') !== undefined) item.kind = kindOfItemClass(textOf(item, 'ItemClass')!);
}

const nameFor = (type: string) =>
  type === 'message/rfc822' ? 'message.eml' : type === 'text/calendar' ? 'meeting.ics' : 'attachment';

const IMPORTANCE: Readonly<Record<string, string>> = {
  high: 'High',
  low: 'Low',
  normal: 'Normal',
  '1': 'High',
  '2': 'High',
  '4': 'Low',
  '5': 'Low',
};
const SENSITIVITY: Readonly<Record<string, string>> = {
  personal: 'Personal',
  private: 'Private',
  'company-confidential': 'Confidential',
};

function setFromHeader(item: Item, key: string, value: string) {
  const word = value.trim().toLowerCase();
  if (key === 'importance' || key === 'x-priority') setText(item, 'Importance', IMPORTANCE[word.split(/\s/)[0]!] ?? 'Normal');
  if (key === 'sensitivity') setText(item, 'Sensitivity', SENSITIVITY[word] ?? 'Normal');
  if (key === 'disposition-notification-to') setText(item, 'IsReadReceiptRequested', 'true');
  if (key === 'return-receipt-to') setText(item, 'IsDeliveryReceiptRequested', 'true');
  if (key === 'keywords')
    item.fields.Categories = el(
      'Categories',
      value.split(',').map((one) => el('String', one.trim())),
    );
}

export function fileAttachment(
  context: Pick<Context, 'mailbox'>,
  name: string,
  type: string,
  content: Buffer,
  contentId?: string,
  disposition?: string | null,
): Attachment {
  const fields: Record<string, Element> = {
    Name: el('Name', name),
    ContentType: el('ContentType', type),
    Size: el('Size', content.length),
    LastModifiedTime: el('LastModifiedTime', new Date(context.mailbox.clock.now()).toISOString().slice(0, 19)),
    IsInline: el('IsInline', disposition === 'inline' && contentId !== undefined),
  };
  if (contentId !== undefined) fields.ContentId = el('ContentId', contentId.replace(/^<|>$/g, ''));
  return { key: context.mailbox.newKey(), kind: 'FileAttachment', fields, content: content.toString('base64') };
}
