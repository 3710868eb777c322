/**
 * The reader: one RFC 5322 source in, one ReadEmail out. Pure, synchronous, linear in the bytes; it never throws and never guesses.
 *
 * - The first occurrence of a header counts; a date that cannot be read is null.
 * - What goes beyond a limit (2 MiB of header, 1,000 parts, 100 levels, 10 Mi characters of text) is left out and makes it `partial`.
 * - No value carries NUL, controls or lone surrogates; header values are one line.
 */
import { createHash } from 'node:crypto';
import type { Email, ReadEmail } from '../model/email.ts';
import { readAddresses } from './address.ts';
import { isRealAttachment, listAttachments } from './attachment.ts';
import { type BodyText, bodyParts, bodyText } from './body.ts';
import { readBounce } from './bounce/bounce.ts';
import { calendarMethod, isAutoReply, ownParts, readImportance, readList, readProtection } from './classify.ts';
import { cut } from './clean.ts';
import { readDate } from './date.ts';
import { headerText } from './encoded-word.ts';
import { type Headers, skipLeading, withLineFeeds } from './header-block.ts';
import { bytesIdentityOf, headersIdentityOf, IDENTITY_VERSION, identityOf } from './identity.ts';
import { readMessageId, readMessageIds } from './message-id.ts';
import { type MimePart, type MimeTree, readMimeTree } from './mime-tree.ts';
import { parameter } from './parameter.ts';

/** Raised whenever the reader reads more or other than before, so that `mailroom reparse` knows what to rebuild. */
export const PARSER_VERSION = 1;

const PREVIEW_LENGTH = 256;
const MAX_NOTE = 500;

export interface ReadOptions {
  /** The source is a header block alone, or only that shall be read. */
  readonly headersOnly?: boolean;
}

type Envelope = Pick<
  Email,
  'messageId' | 'inReplyTo' | 'references' | 'subject' | 'from' | 'sender' | 'replyTo' | 'to' | 'cc' | 'bcc' | 'sentAt'
>;

function readEnvelope(headers: Headers, charset: string | null): Envelope {
  const subject = headers.first('subject');
  const first = (name: string): Envelope['from'] => readAddresses(headers.first(name), charset);
  // Recipients harm nobody, and some senders write one To line for each: all of them count.
  const every = (name: string): Envelope['from'] => headers.all(name).flatMap((raw) => readAddresses(raw, charset));
  return {
    messageId: readMessageId(headers.first('message-id')),
    inReplyTo: readMessageIds(headers.first('in-reply-to')),
    references: readMessageIds(headers.first('references')),
    subject: subject === null ? null : headerText(subject, charset),
    from: first('from'),
    sender: first('sender'),
    replyTo: first('reply-to'),
    to: every('to'),
    cc: every('cc'),
    bcc: every('bcc'),
    sentAt: readDate(headers.first('date')),
  };
}

function previewOf(text: string | null): string {
  for (const length of [1000, 20_000]) {
    const start = (text ?? '').slice(0, length).replace(/\s+/g, ' ').trim();
    if (start.length >= PREVIEW_LENGTH || length >= (text ?? '').length) return cut(start, PREVIEW_LENGTH);
  }
  return '';
}

const NO_BODY: BodyText = { text: null, html: null, notes: [] };

interface Reading {
  readonly bytes: Buffer;
  readonly root: MimePart;
  readonly headersOnly: boolean;
}

type Content = Omit<Email, keyof Envelope | 'parse' | 'parseNote' | 'parserVersion'>;

function readContent({ bytes, root, headersOnly }: Reading, subject: string | null): Content & { notes: readonly string[] } {
  const parts = bodyParts(root);
  const body = headersOnly ? NO_BODY : bodyText(bytes, parts);
  const attachments = headersOnly ? [] : listAttachments(bytes, parts.attachments);
  const own = ownParts(root);
  return {
    preview: previewOf(body.text),
    text: body.text,
    html: body.html,
    attachments,
    hasAttachment: attachments.some(isRealAttachment),
    bounce: headersOnly ? null : readBounce({ bytes, root, text: body.text, subject }),
    autoReply: isAutoReply(root.headers, subject),
    list: readList(root.headers),
    calendarMethod: calendarMethod(own),
    ...readProtection(own, body.text),
    importance: readImportance(root.headers),
    notes: body.notes,
  };
}

function noteOf(tree: MimeTree, notes: readonly string[], headersOnly: boolean): string | null {
  const all = [...(headersOnly ? ['only the header was read'] : []), ...tree.notes, ...notes];
  return all.length === 0 ? null : cut(all.join('; '), MAX_NOTE);
}

export function sha256Of(source: Uint8Array): string {
  return createHash('sha256').update(source).digest('hex');
}

function read(source: Uint8Array, headersOnly: boolean): ReadEmail {
  const bytes = withLineFeeds(source);
  const tree = readMimeTree(bytes, skipLeading(bytes), headersOnly);
  const { headers } = tree.root;
  const envelope = readEnvelope(headers, parameter(tree.root.contentType, 'charset'));
  const { notes, ...content } = readContent({ bytes, root: tree.root, headersOnly }, envelope.subject);
  const parseNote = noteOf(tree, notes, headersOnly);
  return {
    email: { parse: parseNote === null ? 'ok' : 'partial', parseNote, parserVersion: PARSER_VERSION, ...envelope, ...content },
    identity: headersOnly ? headersIdentityOf(headers) : identityOf(bytes, tree.root),
    identityVersion: IDENTITY_VERSION,
    sourceSha256: sha256Of(source),
  };
}

/** What is left to say of a message that could not be read: that it is there, and why nothing more is known. */
export function failedEmail(source: Uint8Array, reason: string): ReadEmail {
  const sourceSha256 = sha256Of(source);
  const nobody: Envelope['from'] = [];
  const email: Email = {
    parse: 'failed',
    parseNote: cut(reason, MAX_NOTE),
    parserVersion: PARSER_VERSION,
    messageId: null,
    inReplyTo: [],
    references: [],
    subject: null,
    from: nobody,
    sender: nobody,
    replyTo: nobody,
    to: nobody,
    cc: nobody,
    bcc: nobody,
    sentAt: null,
    preview: '',
    text: null,
    html: null,
    attachments: [],
    hasAttachment: false,
    bounce: null,
    autoReply: false,
    list: null,
    calendarMethod: null,
    encrypted: false,
    signed: false,
    importance: 'normal',
  };
  return { email, identity: bytesIdentityOf(sourceSha256), identityVersion: IDENTITY_VERSION, sourceSha256 };
}

export function readEmail(source: Uint8Array, options: ReadOptions = {}): ReadEmail {
  try {
    return read(source, options.headersOnly === true);
  } catch (error) {
    return failedEmail(source, `the reader failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
