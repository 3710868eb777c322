// Ids and change keys (MS-OXWSITEMID R37-R39, R62-R67; layout of the entry ids after [wire]).
//
// An id is base64 of: compression byte 0, storage type 3 (MailboxItemMailboxGuidBased), length and text of the mailbox GUID,
// processing byte, length and bytes of the entry id, then the attachment ids. Item ids have 152 characters: DavMail takes
// anything shorter than 136 for something else (reference 13 [run]).
import { createHash } from 'node:crypto';
import { refuse } from '../errors.ts';

export interface ObjectId {
  mailbox: string;
  kind: 'folder' | 'item' | 'occurrence';
  folder: number;
  item: number;
  /** The original day of an occurrence, yyyyMMdd. */
  day?: string;
  attachments: number[];
}

const STORAGE_MAILBOX_GUID = 3;

export function guidFrom(...parts: (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('\u0000')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function guidBytes(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  // A GUID's first three fields are little-endian on the wire.
  return Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]);
}

function counter(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

export function entryId(id: ObjectId): Buffer {
  const store = guidBytes(guidFrom(id.mailbox, 'store'));
  const head = Buffer.concat([Buffer.alloc(4), guidBytes(id.mailbox), Buffer.from([7, 0]), store, counter(id.folder)]);
  const folder = head.subarray(0, 46);
  if (id.kind === 'folder') return Buffer.from(folder);
  const item = Buffer.concat([folder.subarray(0, 44), Buffer.from([0, 0]), store, counter(id.item)]).subarray(0, 70);
  return id.kind === 'item' ? item : Buffer.concat([item, Buffer.from(id.day ?? '', 'ascii')]);
}

const short = (value: number) => Buffer.from([value & 0xff, value >> 8]);

export function writeId(id: ObjectId): string {
  const moniker = Buffer.from(id.mailbox, 'ascii');
  const entry = entryId(id);
  const parts = [
    Buffer.from([0, STORAGE_MAILBOX_GUID]),
    short(moniker.length),
    moniker,
    Buffer.from([0]),
    short(entry.length),
    entry,
  ];
  if (id.attachments.length > 0) {
    parts.push(Buffer.from([id.attachments.length]));
    for (const attachment of id.attachments) parts.push(short(16), Buffer.concat([Buffer.alloc(8), counter(attachment)]));
  }
  return Buffer.concat(parts).toString('base64');
}

/** Reads an id; malformed ones are refused as an item's error, not as a fault (reference 7 [wire]). */
export function readId(text: string): ObjectId {
  if (text === '') refuse('ErrorInvalidIdEmpty');
  // MS-OXWSCDATA R6603: at most 512 bytes decoded.
  if (text.length > 684) refuse('ErrorInvalidIdTooLong', 'Id is too long.');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) refuse('ErrorInvalidIdMalformed');
  const bytes = expand(Buffer.from(text, 'base64'));
  const length = bytes.length >= 4 ? bytes.readUInt16LE(2) : 0;
  if (bytes[1] !== STORAGE_MAILBOX_GUID || length !== 36 || bytes.length < 7 + length) refuse('ErrorInvalidIdMalformed');
  const mailbox = bytes.subarray(4, 4 + length).toString('ascii');
  const entryLength = bytes.readUInt16LE(5 + length);
  const entry = bytes.subarray(7 + length, 7 + length + entryLength);
  const id = readEntry(entry, mailbox);
  let at = 7 + length + entryLength;
  if (entry.length !== entryLength) refuse('ErrorInvalidIdMalformed');
  for (let left = bytes[at++] ?? 0; left > 0; left--) {
    const size = bytes.readUInt16LE(at);
    id.attachments.push(bytes.readUIntBE(at + 2 + size - 8, 6));
    at += 2 + size;
  }
  if (Buffer.compare(entryId(id), entry) !== 0) refuse('ErrorInvalidIdMalformed');
  return id;
}

function readEntry(entry: Buffer, mailbox: string): ObjectId {
  if (![46, 70, 78].includes(entry.length)) refuse('ErrorInvalidIdMalformed');
  const folder = entry.readUIntBE(38, 6);
  if (entry.length === 46) return { mailbox, kind: 'folder', folder, item: 0, attachments: [] };
  const item = entry.readUIntBE(62, 6);
  if (entry.length === 70) return { mailbox, kind: 'item', folder, item, attachments: [] };
  return { mailbox, kind: 'occurrence', folder, item, day: entry.subarray(70).toString('ascii'), attachments: [] };
}

/** MS-OXWSITEMID R22: a byte that repeats is written twice, then the number of further repeats. */
function expand(bytes: Buffer): Buffer {
  if (bytes[0] !== 1) return bytes;
  const out: number[] = [0];
  for (let at = 1; at < bytes.length; at++) {
    out.push(bytes[at]!);
    if (at + 1 < bytes.length && bytes[at] === bytes[at + 1]) {
      out.push(bytes[at]!);
      for (let more = bytes[at + 2] ?? 0; more > 0; more--) out.push(bytes[at]!);
      at += 2;
    }
    if (out.length > 512) refuse('ErrorInvalidIdMalformed');
  }
  return Buffer.from(out);
}

/** The first byte tells the kind of object: 1 folder, 9 message, 15 calendar item [wire]. */
export const KEY_KINDS: Readonly<Record<string, number>> = { Folder: 1, CalendarItem: 0x0f, Contact: 0x0b, Task: 0x13 };

export function writeChangeKey(kind: number, mailbox: string, version: number): string {
  const head = Buffer.from([kind, 0, 0, 0, 0x16, 0, 0, 0]);
  return Buffer.concat([head, guidBytes(guidFrom(mailbox, 'change')), counter(version).subarray(0, 6)]).toString('base64');
}

/** The version inside a key; keys that this server cannot have made are refused. */
export function readChangeKey(text: string): number {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text || bytes.length !== 30 || bytes[4] !== 0x16) refuse('ErrorInvalidChangeKey');
  return bytes.readUIntBE(24, 6);
}
