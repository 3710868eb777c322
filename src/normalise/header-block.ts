/**
 * The header block of a message or part. Lines end with LF or CRLF (CR-only mail is turned before); a field name must look like
 * one; a line that is neither field nor continuation is skipped when fields follow it, else the body begins there (missing blank line).
 *
 * Values are raw: latin1 strings (one character is one byte), unfolded.
 */
const LF = 10;
const CR = 13;
const DASH = 45;
const COLON = 58;
const MAX_HEADER_BYTES = 2 * 1024 * 1024;
const MAX_FIELDS = 10_000;

/** Header fields of one block. The first of a name counts: a field appended later must not change what a mail says it is. */
export class Headers {
  readonly #fields = new Map<string, string[]>();

  add(name: string, raw: string): void {
    const have = this.#fields.get(name);
    if (have) have.push(raw);
    else this.#fields.set(name, [raw]);
  }

  replaceLast(name: string, raw: string): void {
    const have = this.#fields.get(name);
    if (have) have[have.length - 1] = raw;
  }

  first(name: string): string | null {
    return this.#fields.get(name)?.[0] ?? null;
  }

  all(name: string): readonly string[] {
    return this.#fields.get(name) ?? [];
  }

  get names(): Iterable<string> {
    return this.#fields.keys();
  }
}

export interface HeaderBlock {
  readonly headers: Headers;
  /** Where the body begins. */
  readonly bodyStart: number;
  readonly note: string | null;
}

interface Line {
  readonly start: number;
  /** Without its line end. */
  readonly end: number;
  readonly next: number;
}

type StopAt = (start: number, end: number) => boolean;

function lineAt(bytes: Buffer, start: number, limit: number): Line {
  const lf = bytes.indexOf(LF, start);
  const stop = lf < 0 || lf >= limit ? limit : lf;
  let end = stop;
  while (end > start && bytes[end - 1] === CR) end -= 1;
  return { start, end, next: Math.min(stop + 1, limit) };
}

function isBlankByte(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Position of the colon that ends a field name (blanks before it are RFC 5322 4.5), or -1. */
function nameEnd(bytes: Buffer, line: Line): number {
  const limit = Math.min(line.end, line.start + 200);
  let at = line.start;
  while (at < limit && (bytes[at] as number) > 0x20 && (bytes[at] as number) < 0x7f && bytes[at] !== COLON) at += 1;
  if (at === line.start) return -1;
  while (at < limit && isBlankByte(bytes[at])) at += 1;
  return at < limit && bytes[at] === COLON ? at : -1;
}

const FAMILIAR =
  /^(received|from|to|cc|bcc|subject|date|message-id|mime-version|content-[a-z-]+|x-[a-z0-9-]+|return-path|reply-to|sender|references|in-reply-to|delivered-to|dkim-signature|list-[a-z]+|precedence|priority|importance|user-agent|thread-[a-z]+|auto-submitted|status|errors-to|organization|authentication-results|arc-[a-z-]+)$/;

function isFamiliarField(bytes: Buffer, line: Line): boolean {
  const colon = nameEnd(bytes, line);
  return colon > 0 && FAMILIAR.test(bytes.toString('latin1', line.start, colon).trim().toLowerCase());
}

function isAllBlank(bytes: Buffer, line: Line): boolean {
  let at = line.start;
  while (at < line.end && isBlankByte(bytes[at])) at += 1;
  return at === line.end;
}

class BlockReader {
  readonly #bytes: Buffer;
  readonly #limit: number;
  readonly #stopAt: StopAt;
  readonly #headers = new Headers();
  #count = 0;
  #last: { readonly name: string; readonly raw: string } | null = null;
  #note: string | null = null;

  constructor(bytes: Buffer, limit: number, stopAt: StopAt) {
    this.#bytes = bytes;
    this.#limit = limit;
    this.#stopAt = stopAt;
  }

  read(start: number): HeaderBlock {
    let at = start;
    while (at < this.#limit) {
      if (at - start > MAX_HEADER_BYTES || this.#count >= MAX_FIELDS) return this.#giveUp(at);
      const line = lineAt(this.#bytes, at, this.#limit);
      if (line.end === line.start) return this.#done(line.next);
      if (this.#bytes[at] === DASH && this.#stopAt(line.start, line.end)) return this.#done(line.start);
      const next = this.#line(line);
      if (next < 0) return this.#done(line.start);
      at = next;
    }
    return this.#done(this.#limit);
  }

  /** Where the line after what begins here is, or -1 where the body begins. */
  #line(line: Line): number {
    const colon = nameEnd(this.#bytes, line);
    if (colon >= 0) return this.#field(line, colon);
    if (this.#isLostParameter(line)) return this.#append(line);
    return this.#endsHere(line) ? -1 : line.next;
  }

  /** Adds the field that begins in this line with its continuations, and tells where the next line begins. */
  #field(first: Line, colon: number): number {
    let end = first.end;
    let next = first.next;
    while (next < this.#limit && isBlankByte(this.#bytes[next])) {
      const line = lineAt(this.#bytes, next, this.#limit);
      if (isAllBlank(this.#bytes, line) && this.#bodyFollows(line.next)) break;
      end = line.end;
      next = line.next;
    }
    const name = this.#bytes.toString('latin1', first.start, colon).trimEnd().toLowerCase();
    const folded = this.#bytes.toString('latin1', colon + 1, Math.min(end, first.start + MAX_HEADER_BYTES));
    if (end - first.start > MAX_HEADER_BYTES) this.#note = 'a header field is longer than 2 MiB';
    const raw = (end === first.end ? folded : folded.replaceAll('\r\n', '').replaceAll('\n', '')).trim();
    this.#headers.add(name, raw);
    this.#last = { name, raw };
    this.#count += 1;
    return next;
  }

  /** `boundary="…"` at the beginning of a line after a field that ends in a semicolon: the folding blank was lost. */
  #isLostParameter(line: Line): boolean {
    if (!this.#last?.raw.endsWith(';')) return false;
    return /^[a-z-]{1,30}\*?=\S/i.test(this.#bytes.toString('latin1', line.start, Math.min(line.end, line.start + 40)));
  }

  #append(line: Line): number {
    const name = this.#last?.name ?? '';
    const raw = `${this.#last?.raw ?? ''} ${this.#bytes.toString('latin1', line.start, line.end)}`;
    this.#headers.replaceLast(name, raw);
    this.#last = { name, raw };
    return line.next;
  }

  /** After a line of blanks alone: does the body begin, or does the header go on (RFC 5322 4.2, obsolete folding)? */
  #bodyFollows(at: number): boolean {
    if (at >= this.#limit) return true;
    const line = lineAt(this.#bytes, at, this.#limit);
    return line.end > line.start && !isBlankByte(this.#bytes[line.start]) && nameEnd(this.#bytes, line) < 0;
  }

  /** A line that is no field: the header ends here unless familiar fields follow. */
  #endsHere(line: Line): boolean {
    if (isAllBlank(this.#bytes, line)) return this.#count > 0;
    if (line.next >= this.#limit) return true;
    if (isBlankByte(this.#bytes[line.start]) && this.#count === 0) return false;
    return !isFamiliarField(this.#bytes, lineAt(this.#bytes, line.next, this.#limit));
  }

  #giveUp(at: number): HeaderBlock {
    this.#note = 'the header is longer than 2 MiB or 10,000 fields';
    const crlf = this.#bytes.indexOf('\n\r\n', at);
    const lf = this.#bytes.indexOf('\n\n', at);
    const ends = [crlf < 0 ? this.#limit : crlf + 3, lf < 0 ? this.#limit : lf + 2];
    return this.#done(Math.min(...ends, this.#limit));
  }

  #done(bodyStart: number): HeaderBlock {
    return { headers: this.#headers, bodyStart, note: this.#note };
  }
}

export function readHeaderBlock(bytes: Buffer, start: number, limit: number, stopAt: StopAt = () => false): HeaderBlock {
  return new BlockReader(bytes, limit, stopAt).read(start);
}

/** Skips what stands before a message's header: a byte order mark, empty lines, the "From " line of an mbox. */
export function skipLeading(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && (bytes[at] === LF || bytes[at] === CR)) at += 1;
  const head = bytes.toString('latin1', at, at + 6);
  if (head.startsWith('From ') || head === '>From ') at = lineAt(bytes, at, bytes.length).next;
  return at;
}

/** CR-only mail (old Macs, careless exports): where lone CRs outnumber LFs in the beginning, they are the line ends. */
export function withLineFeeds(source: Uint8Array): Buffer {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const firstCr = bytes.indexOf(CR);
  if (firstCr < 0 || bytes[firstCr + 1] === LF) return bytes;
  let lone = 0;
  for (let at = 0; at < Math.min(bytes.length, 8192); at += 1) {
    if (bytes[at] === LF) lone -= 1;
    else if (bytes[at] === CR && bytes[at + 1] !== LF && bytes[at + 1] !== CR) lone += 1;
  }
  if (lone <= 0) return bytes;
  const turned = Buffer.from(bytes);
  for (let at = turned.indexOf(CR); at >= 0; at = turned.indexOf(CR, at + 1)) if (turned[at + 1] !== LF) turned[at] = LF;
  return turned;
}
