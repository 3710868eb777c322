/**
 * Takes an answer apart while it arrives: markup goes to the XML parser, the base64 between the tags of MimeContent and of an
 * attachment's Content goes past it, as bytes, in as large pieces as they come. Most of an answer is base64, and a parser looks
 * at each character.
 *
 * The way past is only taken where it is certain that the parser stands right behind the start tag. In all other cases (a
 * comment, CDATA, a `>` in an attribute, a prefix without end) the parser reads everything, which is slow and gives the same.
 */
import type { MimeCollector } from './base64.ts';
import { garbled } from './garbled.ts';

export interface Cut {
  parse(text: string): void;
  /** That of the element which the parser is in. */
  collector(): MimeCollector | null;
}

/** `<t:MimeContent`, `<t:Content`, and in vain `<t:ContentType`. */
const NAME = Buffer.from('Content');
/** Servers choose the prefix. */
const MAX_PREFIX = 40;
/** Of a start tag that is not complete yet; a longer one is the parser's. */
const MAX_HELD = 1000;
const [LESS, GREATER, SLASH, AMPERSAND] = [0x3c, 0x3e, 0x2f, 0x26];

export class Cutter {
  readonly #cut: Cut;
  readonly #decoder = new TextDecoder('utf-8');
  #held: Buffer | null = null;
  #past: MimeCollector | null = null;
  #reference = '';

  constructor(cut: Cut) {
    this.#cut = cut;
  }

  write(chunk: Buffer): void {
    const bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = null;
    for (let at = 0; at < bytes.length; ) at = this.#past === null ? this.#markup(bytes, at) : this.#pass(this.#past, bytes, at);
  }

  end(): void {
    if (this.#held !== null) this.#parse(this.#held);
    this.#cut.parse(this.#decoder.decode());
  }

  /** How far it has come: over the next start tag that may lead to base64. */
  #markup(bytes: Buffer, from: number): number {
    const { start, end } = startTag(bytes, from);
    this.#parse(bytes.subarray(from, start));
    if (end > bytes.length) {
      this.#held = Buffer.from(bytes.subarray(start));
      return bytes.length;
    }
    const outside = this.#cut.collector() === null;
    this.#parse(bytes.subarray(start, end));
    // The only `>` of it is its last byte: if the parser entered the element, it did so there.
    if (outside) this.#past = this.#cut.collector();
    return end;
  }

  /** Whatever tag comes, it is the parser's. */
  #pass(collector: MimeCollector, bytes: Buffer, from: number): number {
    const found = bytes.indexOf(LESS, from);
    const end = found < 0 ? bytes.length : found;
    const piece = bytes.subarray(from, end);
    if (this.#reference === '' && !piece.includes(AMPERSAND)) collector.write(piece.toString('latin1'));
    else this.#passReferences(collector, piece.toString('latin1'));
    if (found < 0) return end;
    if (this.#reference !== '') throw garbled('it holds a reference without end');
    this.#past = null;
    return end;
  }

  /** Some servers write line ends as `&#xD;`; one may be cut in two. */
  #passReferences(collector: MimeCollector, piece: string): void {
    const text = this.#reference + piece;
    const cut = /&[^;&]{0,20}$/.exec(text)?.index ?? text.length;
    this.#reference = text.slice(cut);
    collector.write(text.slice(0, cut).replace(/&([^;&]{0,20};?)/g, (_, name: string) => characterOf(name)));
  }

  #parse(bytes: Buffer): void {
    if (bytes.length > 0) this.#cut.parse(this.#decoder.decode(bytes, { stream: true }));
  }
}

interface Span {
  readonly start: number;
  /** Behind its `>`; beyond the bytes: it is not complete. */
  readonly end: number;
}

/** Where there is none it is empty and stands at the end. */
function startTag(bytes: Buffer, from: number): Span {
  for (let at = bytes.indexOf(NAME, from); at >= 0; at = bytes.indexOf(NAME, at + 1)) {
    const start = opening(bytes, at, from);
    if (start < 0) continue;
    const close = bytes.indexOf(GREATER, at);
    return close < 0 ? incomplete(bytes, start) : { start, end: close + 1 };
  }
  const start = bytes.lastIndexOf(LESS);
  return start < from || bytes.includes(GREATER, start) ? { start: bytes.length, end: bytes.length } : incomplete(bytes, start);
}

/** The `<` of the start tag that has this name, -1 where there is none. */
function opening(bytes: Buffer, name: number, from: number): number {
  for (let at = name - 1; at >= Math.max(from, name - MAX_PREFIX); at -= 1) {
    if (bytes[at] === LESS) return at;
    if (bytes[at] === GREATER || bytes[at] === SLASH) return -1;
  }
  return -1;
}

function incomplete(bytes: Buffer, start: number): Span {
  const { length } = bytes;
  return length - start > MAX_HELD ? { start: length, end: length } : { start, end: length + 1 };
}

/** Of a reference in base64. The five that have names are none of its characters; what is no number stays, as with the parser. */
function characterOf(name: string): string {
  if (/^(?:lt|gt|amp|apos|quot);$/.test(name)) return '';
  if (!/^#.*;$/s.test(name)) throw garbled(`it holds &${name} in base64`);
  const [, hex, decimal] = /^#(?:x([0-9a-f]+)|([0-9]+));$/i.exec(name) ?? [];
  if (hex === undefined && decimal === undefined) return `&${name}`;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code < 0x80 ? String.fromCharCode(code) : '';
}
