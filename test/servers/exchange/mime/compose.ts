// From properties to MIME, for what was made without: outgoing mail, and IncludeMimeContent.
import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type Context, textOf } from '../property/context.ts';
import type { Item } from '../store/model.ts';
import { child, childText, type Element } from '../xml/element.ts';

function address(box: Element): { name: string; address: string } {
  return { name: childText(box, 'Name') ?? '', address: childText(box, 'EmailAddress') ?? '' };
}

export function addressesOf(item: Item, name: string): { name: string; address: string }[] {
  return (item.fields[name]?.children ?? []).map(address).filter((one) => one.address !== '');
}

export interface Calendar {
  method: string;
  text: string;
}

export function composeMime(item: Item, context: Context, options: { bcc?: boolean; calendar?: Calendar } = {}): Promise<Buffer> {
  const body = item.fields.Body;
  const html = body?.attributes.BodyType === 'HTML';
  const files = item.attachments.filter((one) => one.kind === 'FileAttachment');
  const composer = new MailComposer({
    from: addressesOf(item, 'From')[0] ?? addressesOf(item, 'Sender')[0],
    sender: addressesOf(item, 'Sender')[0],
    to: addressesOf(item, 'ToRecipients'),
    cc: addressesOf(item, 'CcRecipients'),
    bcc: options.bcc ? addressesOf(item, 'BccRecipients') : [],
    replyTo: addressesOf(item, 'ReplyTo'),
    subject: textOf(item, 'Subject') ?? '',
    messageId: textOf(item, 'InternetMessageId'),
    inReplyTo: textOf(item, 'InReplyTo'),
    references: textOf(item, 'References'),
    date: new Date(textOf(item, 'DateTimeSent') ?? item.created),
    priority: textOf(item, 'Importance') === 'High' ? 'high' : textOf(item, 'Importance') === 'Low' ? 'low' : undefined,
    ...(html ? { html: body!.text } : { text: body?.text ?? '' }),
    // The invitation is another form of the text, not a file (RFC 6047 2.4).
    ...(options.calendar === undefined
      ? {}
      : {
          alternatives: [
            { contentType: `text/calendar; charset=utf-8; method=${options.calendar.method}`, content: options.calendar.text },
          ],
        }),
    attachments: files.map((one) => ({
      filename: childTextOf(one.fields.Name) ?? 'attachment',
      contentType: childTextOf(one.fields.ContentType),
      content: Buffer.from(one.content, 'base64'),
      cid: childTextOf(one.fields.ContentId),
    })),
    // The same message has the same boundaries in every run.
    baseBoundary: createHash('sha256').update(`${context.mailbox.guid}/${item.key}`).digest('hex').slice(0, 16),
  });
  const node = composer.compile();
  if (options.bcc) node.keepBcc = true;
  return node.build();
}

const childTextOf = (element: Element | undefined) => element?.text;

export function recipientsOf(item: Item): string[] {
  return ['ToRecipients', 'CcRecipients', 'BccRecipients'].flatMap((name) => addressesOf(item, name).map((one) => one.address));
}

/** The address a message goes out as. */
export function senderOf(item: Item): string | undefined {
  return child(item.fields.Sender ?? item.fields.From, 'Mailbox', 'EmailAddress')?.text;
}
