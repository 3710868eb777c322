/**
 * RFC 2047 encoded words as they come: adjacent words of one charset are joined before their charset is decoded (senders split
 * characters), words inside quotes are read, blanks inside a word are borne, raw 8-bit bytes are read by UTF-8 or else as declared.
 *
 * Raw values are latin1 strings: one character is one byte.
 */
import { decodeText, guessText } from './charset.ts';
import { cleanLine } from './clean.ts';

const WORD_START = /=\?([^?\s=]{1,60})\?([bBqQ])\?/y;

interface Word {
  readonly charset: string;
  readonly bytes: Buffer;
  readonly end: number;
}

const HEX = /^[0-9A-Fa-f]{2}$/;

function unquote(text: string): Buffer {
  const out = Buffer.allocUnsafe(text.length);
  let size = 0;
  for (let i = 0; i < text.length; i += 1) {
    let code = text.charCodeAt(i);
    if (code === 0x5f) code = 0x20;
    else if (code === 0x3d && HEX.test(text.slice(i + 1, i + 3))) {
      code = Number.parseInt(text.slice(i + 1, i + 3), 16);
      i += 2;
    }
    out[size] = code;
    size += 1;
  }
  return out.subarray(0, size);
}

/** One word at `start`, or null. `lastEnd` is where the last "?=" stands: no search goes beyond it, so that all stays linear. */
function wordAt(raw: string, start: number, lastEnd: number): Word | null {
  WORD_START.lastIndex = start;
  const match = WORD_START.exec(raw);
  if (match === null) return null;
  const from = WORD_START.lastIndex;
  if (from > lastEnd) return null;
  const end = raw.indexOf('?=', from);
  const text = raw.slice(from, end);
  const base64 = match[2]?.toLowerCase() === 'b';
  return {
    charset: (match[1] ?? '').toLowerCase().replace(/\*.*$/, ''),
    bytes: base64 ? Buffer.from(text, 'base64') : unquote(text),
    end: end + 2,
  };
}

class WordDecoder {
  #out = '';
  #charset = '';
  #pending: Buffer[] = [];
  readonly #declared: string | null;

  constructor(declared: string | null) {
    this.#declared = declared;
  }

  addWord(word: Word): void {
    if (this.#pending.length > 0 && this.#charset !== word.charset) this.#flush();
    this.#charset = word.charset;
    this.#pending.push(word.bytes);
  }

  addPlain(raw: string): void {
    if (raw === '') return;
    this.#flush();
    this.#out += rawText(raw, this.#declared);
  }

  finish(): string {
    this.#flush();
    return this.#out;
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    // Shifting charsets begin and end in ASCII in each word; joined, the shift back and forth counts as an error.
    const words = this.#charset.startsWith('iso-2022') ? this.#pending : [Buffer.concat(this.#pending)];
    for (const bytes of words) this.#out += decodeText(bytes, this.#charset).text;
    this.#pending = [];
  }
}

const EIGHT_BIT = /[\u0080-\u00ff]/;
const BLANK = /^[ \t\r\n]*$/;

/** Bytes of a header outside encoded words (RFC 6532, or a sender that never heard of RFC 2047). */
export function rawText(raw: string, declared: string | null = null): string {
  return EIGHT_BIT.test(raw) ? guessText(Buffer.from(raw, 'latin1'), declared) : raw;
}

/** Raw header bytes to text, still with whatever control characters are in it. */
export function decodeWords(raw: string, declared: string | null = null): string {
  const lastEnd = raw.lastIndexOf('?=');
  if (lastEnd < 0) return rawText(raw, declared);
  const decoder = new WordDecoder(declared);
  let plainFrom = 0;
  let afterWord = false;
  let at = raw.indexOf('=?');
  while (at >= 0 && at < lastEnd) {
    const word = wordAt(raw, at, lastEnd);
    if (word === null) {
      at = raw.indexOf('=?', at + 2);
      continue;
    }
    const plain = raw.slice(plainFrom, at);
    if (!(afterWord && BLANK.test(plain))) decoder.addPlain(plain); // RFC 2047 6.2: blanks between words do not count
    decoder.addWord(word);
    afterWord = true;
    plainFrom = word.end;
    at = raw.indexOf('=?', word.end);
  }
  decoder.addPlain(raw.slice(plainFrom));
  return decoder.finish();
}

/** A header value as a person reads it: decoded, on one line, without controls. */
export function headerText(raw: string, declared: string | null = null): string {
  return cleanLine(decodeWords(raw, declared));
}
