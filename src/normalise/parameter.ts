/**
 * Structured values (Content-Type, Content-Disposition): a value and its parameters, with RFC 2231 continuations and charsets and
 * with the encoded words that many put into quoted parameters. The first of a name counts.
 */
import { decodeText } from './charset.ts';
import { cleanLine } from './clean.ts';
import { decodeWords } from './encoded-word.ts';

export interface Structured {
  /** Lower case, without blanks and comments. */
  readonly value: string;
  /** Raw, by lower-case name as written (`filename*0*`). */
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_PARAMETERS = 1000;
/** charset'language' in front of the text (RFC 2231 4). */
const EXTENDED = /^([^']*)'[^']*'/;

/** Where the quoted string that opens at `from` closes (index of the quote), or the end. */
function quoteEnd(raw: string, from: number): number {
  let at = from + 1;
  while (at < raw.length && raw[at] !== '"') at += raw[at] === '\\' ? 2 : 1;
  return Math.min(at, raw.length);
}

function commentEnd(raw: string, from: number): number {
  let depth = 0;
  for (let at = from; at < raw.length; at += 1) {
    if (raw[at] === '\\') at += 1;
    else if (raw[at] === '(') depth += 1;
    else if (raw[at] === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return raw.length;
}

/** Splits at semicolons outside quotes; an unclosed quote ends with the value. */
function pieces(raw: string): string[] {
  const out: string[] = [];
  let from = 0;
  for (let at = 0; at < raw.length && out.length < MAX_PARAMETERS; at += 1) {
    if (raw[at] === '"') at = quoteEnd(raw, at);
    else if (raw[at] === ';') {
      out.push(raw.slice(from, at));
      from = at + 1;
    }
  }
  out.push(raw.slice(from));
  return out;
}

function withoutComments(raw: string): string {
  let out = '';
  let from = 0;
  for (let at = raw.indexOf('('); at >= 0; at = raw.indexOf('(', from)) {
    out += raw.slice(from, at);
    from = commentEnd(raw, at) + 1;
  }
  return out + raw.slice(from);
}

function parameterValue(raw: string): string {
  const text = raw.trim();
  if (!text.startsWith('"')) return /[ (]/.test(text) && !text.includes('=?') ? bareValue(text) : text;
  return text.slice(1, quoteEnd(text, 0)).replace(/\\(["\\])/g, '$1');
}

/** Unquoted values with blanks in them ("filename=my report.pdf") are kept whole; a comment behind is not part of them. */
function bareValue(text: string): string {
  const comment = text.search(/\s\(/);
  return comment > 0 ? text.slice(0, comment).trim() : text;
}

export function readStructured(raw: string): Structured {
  const [head = '', ...rest] = pieces(raw);
  const parameters = new Map<string, string>();
  for (const piece of rest) {
    const equals = piece.indexOf('=');
    const name = withoutComments(piece.slice(0, Math.max(equals, 0)))
      .trim()
      .toLowerCase();
    if (name !== '' && !parameters.has(name)) parameters.set(name, parameterValue(piece.slice(equals + 1)));
  }
  const value = withoutComments(head)
    .replace(/[^!-~]+/g, '')
    .toLowerCase();
  return { value, parameters };
}

function percentBytes(raw: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of raw.matchAll(/%([0-9A-Fa-f]{2})/g)) {
    parts.push(Buffer.from(raw.slice(from, match.index), 'latin1'), Buffer.from([Number.parseInt(match[1] ?? '0', 16)]));
    from = match.index + 3;
  }
  parts.push(Buffer.from(raw.slice(from), 'latin1'));
  return Buffer.concat(parts);
}

/** charset'language'text */
function extended(raw: string): string {
  const match = EXTENDED.exec(raw);
  const charset = match?.[1] || null;
  return decodeText(percentBytes(raw.slice(match?.[0].length ?? 0)), charset).text;
}

interface Section {
  readonly raw: string;
  readonly coded: boolean;
}

function sections(parameters: ReadonlyMap<string, string>, name: string): Section[] {
  const out: Section[] = [];
  for (let index = 0; index < MAX_PARAMETERS; index += 1) {
    const coded = parameters.get(`${name}*${index}*`);
    const raw = coded ?? parameters.get(`${name}*${index}`);
    if (raw === undefined) break;
    out.push({ raw, coded: coded !== undefined });
  }
  return out;
}

/** name*0, name*1* …: the bytes are joined before the charset is decoded. */
function continued(parameters: ReadonlyMap<string, string>, name: string): string | null {
  const [first, ...rest] = sections(parameters, name);
  if (first === undefined) return null;
  const lead = first.coded ? EXTENDED.exec(first.raw) : null;
  const all = [{ ...first, raw: first.raw.slice(lead?.[0].length ?? 0) }, ...rest];
  const bytes = Buffer.concat(all.map(({ raw, coded }) => (coded ? percentBytes(raw) : Buffer.from(raw, 'latin1'))));
  if (!all.some((each) => each.coded)) return decodeWords(bytes.toString('latin1'));
  return decodeText(bytes, lead?.[1] || null).text;
}

/** A parameter as text on one line, or null. */
export function parameter(from: Structured, name: string): string | null {
  const single = from.parameters.get(`${name}*`);
  if (single !== undefined) return cleanLine(extended(single));
  const joined = continued(from.parameters, name);
  if (joined !== null) return cleanLine(joined);
  const plain = from.parameters.get(name);
  return plain === undefined ? null : cleanLine(decodeWords(plain));
}
