/**
 * What makes two messages the same mail (ground rule 4): a hash of what the sender wrote. Its own version, because it must not change
 * when the reader learns to read more.
 *
 * In: Message-ID, the first raw From, Date and Subject, the decoded leaf bodies. Out: everything that travel changes: trace and X-
 * headers, folding, line ends, transfer encodings, blank lines at an end.
 */
import { createHash, type Hash } from 'node:crypto';
import { partBytes } from './body.ts';
import type { Headers } from './header-block.ts';
import { readMessageId } from './message-id.ts';
import type { MimePart } from './mime-tree.ts';

export const IDENTITY_VERSION = 1;

const LF = 10;
const CR = 13;
const WRITTEN = ['from', 'date', 'subject'] as const;
const WRITTEN_WITHOUT_BODY = [...WRITTEN, 'to', 'cc', 'in-reply-to'] as const;

function addValue(hash: Hash, name: string, value: string): void {
  hash.update(`${name}:${value.length}:`).update(value, 'latin1').update('\n');
}

/** Refolding by relays changes the blanks of a value; nothing else may. */
function raw(headers: Headers, name: string): string {
  return (headers.first(name) ?? '').replace(/\s+/g, ' ').trim();
}

function addHeaders(hash: Hash, headers: Headers, names: readonly string[]): void {
  addValue(hash, 'message-id', readMessageId(headers.first('message-id')) ?? '');
  for (const name of names) addValue(hash, name, raw(headers, name));
}

/** Every line end as LF, none at the end of the part: POP3 adds one, mbox stores lose some. As latin1: one character is one byte. */
export function canonicalBody(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === LF || bytes[end - 1] === CR)) end -= 1;
  const body = bytes.toString('latin1', 0, end);
  return body.includes('\r') ? body.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : body;
}

function addPart(hash: Hash, bytes: Buffer, part: MimePart): void {
  if (part.message !== null) {
    addHeaders(hash, part.message.headers, WRITTEN);
    addPart(hash, bytes, part.message);
  } else if (part.children.length > 0) for (const child of part.children) addPart(hash, bytes, child);
  else {
    const body = canonicalBody(partBytes(bytes, part));
    hash.update(`part:${body.length}:`).update(body, 'latin1');
  }
}

export function identityOf(bytes: Buffer, root: MimePart): string {
  const hash = createHash('sha256').update(`mailroom identity ${IDENTITY_VERSION}\n`);
  addHeaders(hash, root.headers, WRITTEN);
  addPart(hash, bytes, root);
  return hash.digest('hex');
}

/** Where only the header came: another kind of identity, never equal to one with a body. */
export function headersIdentityOf(headers: Headers): string {
  const hash = createHash('sha256').update(`mailroom identity ${IDENTITY_VERSION} of headers\n`);
  addHeaders(hash, headers, WRITTEN_WITHOUT_BODY);
  return hash.digest('hex');
}

/** For what could not be read at all: the bytes themselves. */
export function bytesIdentityOf(sourceSha256: string): string {
  return createHash('sha256').update(`mailroom identity ${IDENTITY_VERSION} of bytes\n${sourceSha256}`).digest('hex');
}
