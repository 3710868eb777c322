/**
 * TNEF (winmail.dat, MS-OXTNEF): the names and bytes of the attachments in it. A bounded reader: it walks the attributes once, never
 * beyond the bytes it has, and stops at what it cannot read.
 */
import { decodeText } from './charset.ts';

const SIGNATURE = 0x223e9f78;
const LEVEL_ATTACHMENT = 2;
const ATT_TITLE = 0x8010;
const ATT_DATA = 0x800f;
const ATT_RENDERING = 0x9002;
const ATT_PROPERTIES = 0x9005;
const ATT_CODEPAGE = 0x9007;
const MAX_ATTRIBUTES = 20_000;
const MAX_ATTACHMENTS = 1000;
const PROPERTY_DATA = 0x3701;
const PROPERTY_LONG_NAME = 0x3707;
const PROPERTY_NAME = 0x3001;
const PROPERTY_MIME = 0x370e;
const TYPE_STRING8 = 0x1e;
const TYPE_UNICODE = 0x1f;

export interface TnefAttachment {
  name: string | null;
  type: string | null;
  bytes: Buffer;
}

interface Attribute {
  readonly level: number;
  readonly id: number;
  readonly data: Buffer;
}

function* attributes(bytes: Buffer): Generator<Attribute> {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE) return;
  let at = 6;
  for (let count = 0; count < MAX_ATTRIBUTES && at + 11 <= bytes.length; count += 1) {
    const size = bytes.readUInt32LE(at + 5);
    const end = at + 9 + size;
    if (end > bytes.length) return;
    yield { level: bytes[at] as number, id: bytes.readUInt16LE(at + 1), data: bytes.subarray(at + 9, end) };
    at = end + 2; // checksum
  }
}

function zeroEnded(bytes: Buffer): Buffer {
  const zero = bytes.indexOf(0);
  return zero < 0 ? bytes : bytes.subarray(0, zero);
}

const FIXED_SIZES: Readonly<Record<number, number>> = {
  2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16,
}; // biome-ignore format: a table

/** A reader over MAPI properties (MS-OXTNEF 2.1.3.4) that never leaves its bytes: beyond them everything reads as zero. */
class PropertyReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get over(): boolean {
    return this.#at >= this.#bytes.length;
  }

  uint32(): number {
    const value = this.#at + 4 <= this.#bytes.length ? this.#bytes.readUInt32LE(this.#at) : 0;
    this.#at += 4;
    return value;
  }

  take(size: number, padTo = 4): Buffer {
    const end = Math.min(this.#at + size, this.#bytes.length);
    const data = this.#bytes.subarray(Math.min(this.#at, end), end);
    this.#at += Math.ceil(size / padTo) * padTo;
    return data;
  }

  /** Named properties carry a GUID and a number or a name. */
  skipName(id: number): void {
    if (id < 0x8000) return;
    this.take(16);
    if (this.uint32() === 0) this.take(4);
    else this.take(this.uint32());
  }

  value(type: number): Buffer {
    const kind = type & 0x0fff;
    const size = FIXED_SIZES[kind];
    const multiple = (type & 0x1000) !== 0;
    const variable = size === undefined;
    let count = multiple || variable ? this.uint32() : 1;
    let first: Buffer = Buffer.alloc(0);
    for (let index = 0; count > 0 && !this.over; index += 1, count -= 1) {
      const data = this.take(variable ? this.uint32() : size);
      if (index === 0) first = data;
    }
    return first;
  }
}

function propertyText(type: number, data: Buffer, charset: string): string {
  if ((type & 0xfff) === TYPE_UNICODE) return new TextDecoder('utf-16le').decode(data).replace(/\0.*$/s, '');
  return (type & 0xfff) === TYPE_STRING8 ? decodeText(zeroEnded(data), charset).text : '';
}

function applyProperty(tag: number, data: Buffer, into: TnefAttachment, charset: string): void {
  const id = tag >>> 16;
  const text = (): string | null => propertyText(tag, data, charset) || null;
  if (id === PROPERTY_LONG_NAME) into.name = text() ?? into.name;
  else if (id === PROPERTY_NAME) into.name ??= text();
  else if (id === PROPERTY_MIME) into.type = text();
  else if (id === PROPERTY_DATA && into.bytes.length === 0) into.bytes = data.length > 16 ? data.subarray(16) : data; // behind a GUID
}

function readProperties(bytes: Buffer, into: TnefAttachment, charset: string): void {
  const reader = new PropertyReader(bytes);
  const count = Math.min(reader.uint32(), 5000);
  for (let index = 0; index < count && !reader.over; index += 1) {
    const tag = reader.uint32();
    reader.skipName(tag >>> 16);
    applyProperty(tag, reader.value(tag & 0xffff), into, charset);
  }
}

function applyAttribute(attribute: Attribute, into: TnefAttachment, charset: string): void {
  if (attribute.id === ATT_TITLE) into.name ??= decodeText(zeroEnded(attribute.data), charset).text || null;
  else if (attribute.id === ATT_DATA) into.bytes = attribute.data;
  else if (attribute.id === ATT_PROPERTIES) readProperties(attribute.data, into, charset);
}

/** The attachments of a winmail.dat in their order; none where it is not TNEF. */
export function readTnef(bytes: Buffer): TnefAttachment[] {
  const found: TnefAttachment[] = [];
  let charset = 'windows-1252';
  for (const attribute of attributes(bytes)) {
    if (attribute.id === ATT_CODEPAGE && attribute.data.length >= 4) charset = `windows-${attribute.data.readUInt32LE(0)}`;
    if (attribute.level !== LEVEL_ATTACHMENT) continue;
    if (attribute.id === ATT_RENDERING || found.length === 0) {
      if (found.length >= MAX_ATTACHMENTS) break;
      found.push({ name: null, type: null, bytes: Buffer.alloc(0) });
    }
    applyAttribute(attribute, found.at(-1) as TnefAttachment, charset);
  }
  return found;
}
