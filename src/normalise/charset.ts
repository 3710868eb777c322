/**
 * Bytes to text by the name a mail gives its charset. The runtime's decoders come first (WHATWG: labels as browsers know
 * them), iconv-lite has what they lack (UTF-7, DOS code pages), two stateful encodings are turned into what they wrap.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

type Decode = (bytes: Uint8Array) => string;

const ALIASES: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  'x-ms-cp932': 'shift_jis',
  'shift-jis': 'shift_jis',
  cp936: 'gbk',
  'gb18030-2022': 'gb18030',
  cp949: 'euc-kr',
  cp950: 'big5',
  'cp-850': 'cp850',
  utf8mb4: 'utf-8',
  'unicode-2-0-utf-8': 'utf-8',
  'unicode-1-1-utf-7': 'utf-7',
  'unicode-2-0-utf-7': 'utf-7',
  'x-unicode-2-0-utf-7': 'utf-7',
  utf7: 'utf-7',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
};
const UNSAID = new Set([
  '',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'ansi_x3.4-1986',
  '7bit',
  '8bit',
  'binary',
  'none',
  'default',
  'utf-8',
  'utf8',
]);

const known = new Map<string, Decode | null>();

/** ISO-2022-KR and HZ shift between ASCII and pairs of 7-bit bytes; with the high bit set these are EUC. */
function shifted(bytes: Uint8Array, on: readonly number[], off: readonly number[], target: string): string {
  const out = new Uint8Array(bytes.length);
  let size = 0;
  let high = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const here = (code: readonly number[]): boolean => code.every((byte, at) => bytes[i + at] === byte);
    if (here(on)) {
      high = 0x80;
      i += on.length - 1;
    } else if (here(off)) {
      high = 0;
      i += off.length - 1;
    } else {
      const byte = bytes[i] ?? 0;
      out[size] = byte > 0x20 ? byte | high : byte;
      size += 1;
    }
  }
  return new TextDecoder(target).decode(out.subarray(0, size));
}

const STATEFUL: Readonly<Record<string, Decode>> = {
  'iso-2022-kr': (bytes) => shifted(bytes, [0x0e], [0x0f], 'euc-kr').replaceAll('\u001b$)C', ''),
  'hz-gb-2312': (bytes) => shifted(bytes, [0x7e, 0x7b], [0x7e, 0x7d], 'gbk'),
};

function bareName(charset: string): string {
  return charset
    .slice(0, 100)
    .trim()
    .toLowerCase()
    .replace(/^["']+|["']+$/g, '')
    .replace(/\*.*$/, ''); // RFC 2231 5: a language may follow
}

function candidates(name: string): string[] {
  const dashed = name.replaceAll('_', '-').replace(/^(iso|cp|windows|win|utf|koi8)[- ]?(?=[\dru])/, '$1-');
  return [ALIASES[name] ?? name, dashed, name.replace(/^x-/, ''), dashed.replace(/^(cp|win|x-cp)-/, 'windows-')];
}

function findDecoder(name: string): Decode | null {
  const stateful = STATEFUL[name.replace(/^x-/, '')];
  if (stateful) return stateful;
  for (const label of candidates(name)) {
    try {
      const decoder = new TextDecoder(label, { ignoreBOM: false });
      return (bytes) => decoder.decode(bytes);
    } catch {
      // The runtime does not know this label.
    }
  }
  const label = candidates(name).find((each) => iconv.encodingExists(each));
  return label === undefined ? null : (bytes) => iconv.decode(Buffer.from(bytes), label);
}

function decoderFor(charset: string): Decode | null {
  const name = bareName(charset);
  const have = known.get(name);
  if (have !== undefined) return have;
  const found = name.length > 60 ? null : findDecoder(name);
  if (known.size < 500) known.set(name, found); // Names come from strangers; the memory of them is bounded.
  return found;
}

/** UTF-8 that was cut or damaged in places: far more characters came out well than not. */
function isMostlyUtf8(decoded: string): boolean {
  const sample = decoded.slice(0, 10_000);
  const broken = sample.split('\ufffd').length - 1;
  const whole = sample.match(/[\u0080-\ufffc]/g)?.length ?? 0;
  return whole >= 4 * broken;
}

/** Bytes whose charset nobody told: UTF-8 where they are valid UTF-8, else what the declared or the usual Western charset says. */
export function guessText(bytes: Uint8Array, declared: string | null = null): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(bytes)) return view.toString('utf8');
  const damaged = view.toString('utf8');
  if (declared === null && isMostlyUtf8(damaged)) return damaged;
  const decode = declared === null ? null : decoderFor(declared);
  return (decode ?? decoderFor('windows-1252'))?.(bytes) ?? '';
}

/** iso-2022-*, hz and utf-7 look like ASCII and are not. */
function hidesInAscii(name: string): boolean {
  return /^(x-)?(iso-2022|hz|.*utf-?7|.*utf-?16|.*utf-?32|ucs|unicode|csunicode|iso-10646|cp5022)/.test(name);
}

/** ISO-2022-JP that does not say so: its escape sequences are nothing else. */
function isShiftedJapanese(bytes: Buffer): boolean {
  const shift = bytes.indexOf(0x1b);
  return shift >= 0 && bytes[shift + 1] === 0x24 && (bytes[shift + 2] === 0x42 || bytes[shift + 2] === 0x40);
}

export interface DecodedText {
  readonly text: string;
  /** False where nobody knows the charset and there were bytes outside ASCII. */
  readonly charsetKnown: boolean;
}

export function decodeText(bytes: Uint8Array, charset: string | null): DecodedText {
  const name = bareName(charset ?? '');
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(view) && !hidesInAscii(name) && !isShiftedJapanese(view))
    return { text: view.toString('latin1'), charsetKnown: true };
  if (name === 'utf-8' || name === 'utf8') return { text: view.toString('utf8').replace(/^\ufeff/, ''), charsetKnown: true };
  if (isShiftedJapanese(view)) return { text: decoderFor('iso-2022-jp')?.(view) ?? '', charsetKnown: true };
  if (UNSAID.has(name)) return { text: guessText(view), charsetKnown: true };
  const decode = decoderFor(name);
  return decode === null ? { text: guessText(view), charsetKnown: false } : { text: decode(view), charsetKnown: true };
}
