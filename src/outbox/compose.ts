/**
 * The bytes of an outgoing email, made once. All line ends are CRLF, all bytes 7-bit unless an address is beyond ASCII, no line
 * is over 998 octets. Whatever text comes in, it stays in its own header: controls become blanks before anything is written.
 */
import { randomUUID } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { EmailAddress } from '../model/email.ts';
import { asciiDomain, printable } from './address.ts';
import type { Threading } from './thread.ts';

export interface AttachmentToSend {
  readonly name: string;
  readonly content: Uint8Array;
  /** Media type; by the name where it is not given. */
  readonly type?: string | undefined;
  /** Given: an image that the HTML shows by `cid:`. */
  readonly cid?: string | undefined;
}

export interface EmailToCompose {
  readonly from: EmailAddress;
  readonly to: readonly EmailAddress[];
  readonly cc: readonly EmailAddress[];
  readonly replyTo: readonly EmailAddress[];
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly AttachmentToSend[];
  readonly threading: Threading;
  readonly forwardedMessageId: string | null;
  /** Nobody pressed a button: RFC 3834 5. */
  readonly automatic: 'no' | 'generated' | 'replied';
  readonly date: Date;
}

export interface ComposedEmail {
  /** Without brackets. */
  readonly messageId: string;
  readonly envelopeId: string;
  readonly source: Buffer;
}

export async function compose(email: EmailToCompose): Promise<ComposedEmail> {
  const envelopeId = randomUUID();
  const messageId = `${envelopeId}@${asciiDomain(email.from.email)}`;
  const node = new MailComposer({
    messageId: `<${messageId}>`,
    date: email.date,
    from: written(email.from),
    to: email.to.map(written),
    cc: email.cc.map(written),
    replyTo: email.replyTo.map(written),
    subject: printable(email.subject),
    ...threadHeaders(email.threading),
    ...bodyOf(email),
    attachments: email.attachments.map(partOf),
    headers: ownHeaders(email),
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const source = await node.build();
  return { messageId, envelopeId, source: withCrlf(source) };
}

const written = ({ name, email }: EmailAddress) => ({ name: name === null ? '' : printable(name), address: email });

function threadHeaders({ inReplyTo, references }: Threading): { inReplyTo?: string; references?: string[] } {
  return {
    ...(inReplyTo === null ? {} : { inReplyTo: `<${inReplyTo}>` }),
    ...(references.length === 0 ? {} : { references: references.map((id) => `<${id}>`) }),
  };
}

/** A text part always comes first, so that every reader shows something. */
function bodyOf({ text, html }: EmailToCompose): { text: string; html?: string } {
  const tidy = (value: string) =>
    value
      .replace(/\r\n?|\n/g, '\r\n')
      .replaceAll('\0', '')
      .toWellFormed();
  return { text: tidy(text ?? ''), ...(html === null ? {} : { html: tidy(html) }) };
}

function partOf(attachment: AttachmentToSend) {
  const content = Buffer.from(attachment.content);
  const filename = safeName(attachment.name);
  const contentType = attachment.type === undefined ? undefined : printable(attachment.type).replace(/[^\w.+/-].*$/, '');
  const isMessage = contentType === 'message/rfc822';
  // RFC 2046 5.2.1: a message part must not be encoded, so one that would not survive as it is goes as a file.
  if (isMessage && !survivesUnencoded(content)) return { filename, content, contentType: 'application/octet-stream' };
  return {
    ...{ filename, content, ...(contentType ? { contentType } : {}) },
    ...(isMessage ? { contentTransferEncoding: '7bit', contentDisposition: 'attachment' } : {}),
    ...(attachment.cid === undefined ? {} : { cid: printable(attachment.cid).replace(/[<>\s]/g, '') }),
  };
}

function survivesUnencoded(content: Buffer): boolean {
  if (content.some((byte) => byte === 0 || byte >= 0x80)) return false;
  const text = content.toString('latin1');
  return !/\r(?!\n)|(?<!\r)\n/.test(text) && text.split('\r\n').every((line) => line.length <= 998);
}

const safeName = (name: string): string =>
  printable(name.split(/[/\\]/).at(-1) ?? '')
    .replace(/["<>|:*?]/g, '_')
    .slice(0, 200) || 'attachment';

function ownHeaders({ automatic, forwardedMessageId }: EmailToCompose): Record<string, string> {
  const forwarded: Record<string, string> =
    forwardedMessageId === null ? {} : { 'X-Forwarded-Message-Id': `<${forwardedMessageId}>` };
  if (automatic === 'no') return forwarded;
  // The second one is what Exchange listens to.
  return { ...forwarded, 'Auto-Submitted': `auto-${automatic}`, 'X-Auto-Response-Suppress': 'All' };
}

/** nodemailer leaves the line ends of what it is given here and there. */
function withCrlf(source: Buffer): Buffer {
  const text = source.toString('latin1');
  return /\r(?!\n)|(?<!\r)\n/.test(text) ? Buffer.from(text.replace(/\r\n?|\n/g, '\r\n'), 'latin1') : source;
}
