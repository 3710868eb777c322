/**
 * The MIME tree of a message in one pass over its bytes. A delimiter line of any open multipart closes what is open within it, so
 * that missing closing delimiters, nested boundaries with one prefix and cut messages all give a tree. Bounded in parts and levels.
 */
import { type Headers, readHeaderBlock } from './header-block.ts';
import { parameter, readStructured, type Structured } from './parameter.ts';

const LF = 10;
const CR = 13;
const MAX_PARTS = 1000;
const MAX_LEVELS = 100;
const MAX_DELIMITER = 1000;

export interface MimePart {
  /** As IMAP numbers: 1, 1.2 …; '' for the root of a multipart message. */
  readonly partId: string;
  readonly headers: Headers;
  readonly type: string;
  readonly contentType: Structured;
  readonly disposition: Structured | null;
  readonly encoding: string;
  readonly headerStart: number;
  readonly bodyStart: number;
  bodyEnd: number;
  /** Of a multipart. */
  readonly children: MimePart[];
  /** Of a message/rfc822 that is not itself encoded: the root of the message in it. */
  message: MimePart | null;
  /** The body without its transfer encoding, once somebody asked for it. */
  decoded: Buffer | null;
}

export interface MimeTree {
  readonly root: MimePart;
  readonly notes: readonly string[];
}

interface Frame {
  readonly part: MimePart;
  readonly delimiter: string;
  /** How many parts were open when this multipart began, itself included. */
  readonly openCount: number;
}

interface Delimiter {
  readonly frame: number;
  readonly closing: boolean;
  /** Start of the line, and of the line after it. */
  readonly start: number;
  readonly next: number;
}

const IDENTITY = new Set(['', '7bit', '8bit', 'binary']);

function typeOf(contentType: Structured, fallback: string): string {
  const type = contentType.value;
  if (/^[!#$&-.^_a-z0-9+]+\/[!#$&-.^_a-z0-9+]+$/.test(type)) return type;
  return type === '' || type === 'text' || type === 'text/' ? fallback : 'application/octet-stream';
}

class TreeReader {
  readonly #bytes: Buffer;
  readonly #notes = new Set<string>();
  readonly #frames: Frame[] = [];
  readonly #open: MimePart[] = [];
  readonly #rootBoundary: string | null;
  #parts = 0;

  constructor(bytes: Buffer, rootBoundary: string | null = null) {
    this.#bytes = bytes;
    this.#rootBoundary = rootBoundary;
  }

  read(start: number, headersOnly: boolean): MimeTree {
    const root = this.#readPart(start, null, 'text/plain', headersOnly);
    let at = this.#lastBodyStart();
    while (this.#frames.length > 0 && !headersOnly) {
      const delimiter = this.#nextDelimiter(at);
      if (delimiter === null || !this.#enter(delimiter)) break;
      at = delimiter.closing ? delimiter.next : this.#lastBodyStart();
    }
    for (const part of this.#open) part.bodyEnd = this.#bytes.length;
    return { root, notes: [...this.#notes] };
  }

  #lastBodyStart(): number {
    return this.#open.at(-1)?.bodyStart ?? this.#bytes.length;
  }

  /** Closes what the delimiter ends and opens the part that follows; false when no more parts are read. */
  #enter(delimiter: Delimiter): boolean {
    const frame = this.#frames[delimiter.frame] as Frame;
    this.#closeAbove(frame.openCount, delimiter.start);
    this.#frames.length = delimiter.frame + 1;
    if (delimiter.closing) {
      this.#closeAbove(frame.openCount - 1, delimiter.next);
      this.#frames.length = delimiter.frame;
      return true;
    }
    if (this.#parts >= MAX_PARTS) {
      this.#notes.add('more than 1,000 parts');
      return false;
    }
    const fallback = frame.part.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
    frame.part.children.push(this.#readPart(delimiter.next, frame.part, fallback, false));
    return true;
  }

  #closeAbove(count: number, end: number): void {
    for (const part of this.#open.slice(count)) part.bodyEnd = this.#contentEnd(part.bodyStart, end);
    this.#open.length = count;
  }

  /** RFC 2046 5.1.1: the line end before a delimiter belongs to the delimiter. */
  #contentEnd(start: number, end: number): number {
    let at = end;
    if (at > start && this.#bytes[at - 1] === LF) at -= 1;
    if (at > start && this.#bytes[at - 1] === CR) at -= 1;
    return Math.max(at, start);
  }

  #readPart(start: number, parent: MimePart | null, fallback: string, headersOnly: boolean): MimePart {
    const block = readHeaderBlock(this.#bytes, start, this.#bytes.length, (from, to) => this.#isDelimiter(from, to));
    if (block.note !== null) this.#notes.add(block.note);
    const part = this.#makePart(block.headers, start, block.bodyStart, parent, fallback);
    this.#parts += 1;
    this.#open.push(part);
    if (!headersOnly) this.#descend(part);
    return part;
  }

  #makePart(headers: Headers, headerStart: number, bodyStart: number, parent: MimePart | null, fallback: string): MimePart {
    const contentType = readStructured(headers.first('content-type') ?? '');
    const type = typeOf(contentType, fallback);
    const disposition = headers.first('content-disposition');
    return {
      partId: partIdOf(parent, type),
      headers,
      type,
      contentType,
      disposition: disposition === null ? null : readStructured(disposition),
      encoding: readStructured(headers.first('content-transfer-encoding') ?? '').value,
      headerStart,
      bodyStart,
      bodyEnd: bodyStart,
      children: [],
      message: null,
      decoded: null,
    };
  }

  #descend(part: MimePart): void {
    const isMultipart = part.type.startsWith('multipart/');
    const isMessage = /^message\/(rfc822|global|news)$/.test(part.type) && IDENTITY.has(part.encoding);
    if (!isMultipart && !isMessage) return;
    if (this.#open.length > MAX_LEVELS || this.#parts >= MAX_PARTS) {
      this.#notes.add(this.#parts >= MAX_PARTS ? 'more than 1,000 parts' : 'more than 100 levels');
      return;
    }
    if (isMessage) part.message = this.#readPart(part.bodyStart, part, 'text/plain', false);
    else this.#openMultipart(part);
  }

  #openMultipart(part: MimePart): void {
    const guessed = this.#open.length === 1 ? this.#rootBoundary : null;
    const boundary = guessed ?? boundaryOf(part.contentType);
    if (boundary === '' || boundary.length > MAX_DELIMITER) this.#notes.add('a multipart without a usable boundary');
    else this.#frames.push({ part, delimiter: `--${boundary}`, openCount: this.#open.length });
  }

  #isDelimiter(start: number, end: number): boolean {
    return this.#bytes[start] === 45 && this.#bytes[start + 1] === 45 && this.#match(start, end) !== null;
  }

  #match(start: number, end: number): Pick<Delimiter, 'frame' | 'closing'> | null {
    if (end - start > MAX_DELIMITER + 100) return null;
    const line = this.#bytes.toString('latin1', start, end).trimEnd();
    for (let frame = this.#frames.length - 1; frame >= 0; frame -= 1) {
      const delimiter = (this.#frames[frame] as Frame).delimiter;
      if (line === delimiter) return { frame, closing: false };
      if (line.length === delimiter.length + 2 && line.endsWith('--') && line.startsWith(delimiter))
        return { frame, closing: true };
    }
    return null;
  }

  #nextDelimiter(from: number): Delimiter | null {
    const bytes = this.#bytes;
    let at = this.#lineStart(from) ? from : bytes.indexOf('\n--', from) + 1;
    while (at > 0 || at === from) {
      if (bytes[at] === 45 && bytes[at + 1] === 45) {
        const lf = bytes.indexOf(LF, at);
        const end = lf < 0 ? bytes.length : lf;
        const match = this.#match(at, end);
        if (match !== null) return { ...match, start: at, next: Math.min(end + 1, bytes.length) };
      }
      const next = bytes.indexOf('\n--', at);
      if (next < 0) return null;
      at = next + 1;
    }
    return null;
  }

  #lineStart(at: number): boolean {
    return at === 0 || this.#bytes[at - 1] === LF;
  }
}

/** RFC 3501 6.4.5: a single part is 1; the parts of a message in a message count on from the number of that message. */
function partIdOf(parent: MimePart | null, type: string): string {
  const isMultipart = type.startsWith('multipart/');
  if (parent === null) return isMultipart ? '' : '1';
  if (parent.type.startsWith('multipart/')) {
    const index = parent.children.length + 1;
    return parent.partId === '' ? `${index}` : `${parent.partId}.${index}`;
  }
  return isMultipart ? parent.partId : `${parent.partId}.1`;
}

/** As written; only when it was split (RFC 2231 3) it has to be put together. */
function boundaryOf(contentType: Structured): string {
  return (contentType.parameters.get('boundary') ?? parameter(contentType, 'boundary') ?? '').trimEnd();
}

/** The first line that looks like a delimiter: one before a Content- field. */
function guessBoundary(bytes: Buffer, from: number): string | null {
  const start = bytes.toString('latin1', Math.max(from - 1, 0), from + 64 * 1024);
  return /\n--([^\s-][^\r\n]{0,200}?|[-=_]+[^\r\n]{1,200}?)[ \t]*\r*\ncontent-[a-z-]{3,30}:/i.exec(start)?.[1] ?? null;
}

export function readMimeTree(bytes: Buffer, start: number, headersOnly = false): MimeTree {
  const tree = new TreeReader(bytes).read(start, headersOnly);
  const { root } = tree;
  if (headersOnly || !root.type.startsWith('multipart/') || root.children.length > 0) return tree;
  // The boundary is missing, or another than the one in the body: gateways that rewrote one of the two.
  const guess = guessBoundary(bytes, root.bodyStart);
  return guess === null ? tree : new TreeReader(bytes, guess).read(start, false);
}
