/**
 * Address lists (RFC 5322 3.4 and 4.4, RFC 6532) as they are written in the wild: groups, nested comments, quoted names, obsolete
 * routes, semicolons for commas, missing brackets. One pass over the raw value; encoded words are decoded only after the
 * structure is read, so that no decoded comma or bracket can make up an address.
 */
import type { EmailAddress } from '../model/email.ts';
import { cleanLine } from './clean.ts';
import { decodeWords, rawText } from './encoded-word.ts';

type TokenKind = 'word' | 'quoted' | 'angle' | 'comment';

interface Token {
  readonly kind: TokenKind;
  readonly raw: string;
  /** Stands directly behind the token before it, without a blank. */
  readonly glued: boolean;
}

const MAX_ADDRESSES = 10_000;
const ENCODED_WORD = /=\?[^?\s=]{1,60}\?(?:[bB]\?[A-Za-z0-9+/=\s]*|[qQ]\?[^?<>\n]*)\?=/y;
const WORD_END = /[\s,;:<>()"]/g;

class AddressReader {
  readonly #raw: string;
  readonly #declared: string | null;
  readonly #found: EmailAddress[] = [];
  #tokens: Token[] = [];
  #at = 0;
  #gap = true;

  constructor(raw: string, declared: string | null) {
    this.#raw = raw;
    this.#declared = declared;
  }

  read(): EmailAddress[] {
    while (this.#at < this.#raw.length && this.#found.length < MAX_ADDRESSES) this.#step(this.#raw[this.#at] as string);
    this.#finish();
    return this.#found;
  }

  #step(char: string): void {
    if (char === ' ' || char === '\t' || char === '\r' || char === '\n') {
      this.#gap = true;
      this.#at += 1;
    } else if (char === ',' || char === ';') {
      this.#finish();
      this.#at += 1;
    } else if (char === ':') this.#colon();
    else if (char === '"') this.#quoted();
    else if (char === '(') this.#comment();
    else if (char === '<') this.#angle();
    else if (char === '>' || char === ')') this.#at += 1;
    else this.#word();
  }

  #push(kind: TokenKind, raw: string, end: number): void {
    this.#tokens.push({ kind, raw, glued: !this.#gap });
    this.#gap = false;
    this.#at = end;
  }

  /** The name of a group, or "mailto:": what stood before is no address. */
  #colon(): void {
    this.#tokens = [];
    this.#gap = true;
    this.#at += 1;
  }

  #quoted(): void {
    if (!this.#raw.includes('"', this.#at + 1)) {
      this.#at += 1; // never closed: only what it stands before counts
      return;
    }
    let at = this.#at + 1;
    let text = '';
    while (at < this.#raw.length && this.#raw[at] !== '"') {
      if (this.#raw[at] === '\\') at += 1;
      text += this.#raw[at] ?? '';
      at += 1;
    }
    this.#push('quoted', text, at + 1);
  }

  #comment(): void {
    let depth = 0;
    let at = this.#at;
    for (; at < this.#raw.length; at += 1) {
      if (this.#raw[at] === '\\') at += 1;
      else if (this.#raw[at] === '(') depth += 1;
      else if (this.#raw[at] === ')') depth -= 1;
      if (depth === 0) break;
    }
    this.#push('comment', this.#raw.slice(this.#at + 1, at).replace(/\\(.)/g, '$1'), at + 1);
  }

  /** "<…>"; where the bracket is never closed the address ends at the next blank or comma. */
  #angle(): void {
    const close = this.#angleClose(this.#at + 1);
    const end = close >= 0 ? close : this.#bareEnd(this.#at + 1);
    this.#push('angle', this.#raw.slice(this.#at + 1, end), close >= 0 ? end + 1 : end);
  }

  #angleClose(from: number): number {
    let quoted = false;
    for (let at = from; at < this.#raw.length && at < from + 2000; at += 1) {
      const char = this.#raw[at];
      if (char === '\\') at += 1;
      else if (char === '"') quoted = !quoted;
      else if (char === '>' && !quoted) return at;
      else if (char === '<' && !quoted) return -1;
    }
    return -1;
  }

  #bareEnd(from: number): number {
    WORD_END.lastIndex = from;
    return WORD_END.exec(this.#raw)?.index ?? this.#raw.length;
  }

  #word(): void {
    if (this.#raw.startsWith('=?', this.#at)) {
      ENCODED_WORD.lastIndex = this.#at;
      const match = ENCODED_WORD.exec(this.#raw.slice(0, this.#at + 2000));
      if (match) {
        this.#push('word', match[0], this.#at + match[0].length);
        return;
      }
    }
    const end = Math.max(this.#bareEnd(this.#at), this.#at + 1);
    this.#push('word', this.#raw.slice(this.#at, end), end);
  }

  #finish(): void {
    const tokens = this.#tokens;
    this.#tokens = [];
    this.#gap = true;
    if (tokens.length === 0) return;
    const address = addressOf(tokens, this.#declared);
    const repeats = address.name?.toLowerCase() === address.email.toLowerCase(); // "a@b <a@b>" tells no name
    if (address.email !== '' || address.name !== null) this.#found.push(repeats ? { ...address, name: null } : address);
  }
}

function phrase(tokens: readonly Token[], declared: string | null): string | null {
  let raw = '';
  for (const token of tokens) raw += raw === '' || token.glued ? token.raw : ` ${token.raw}`;
  const text = cleanLine(decodeWords(raw, declared)).replace(/^'(.*)'$/, '$1');
  return text === '' ? null : text;
}

/** Drops an obsolete route (RFC 5322 4.4: "@a,@b:user@host"), comments, blanks and stray brackets. */
function addrSpec(raw: string): string {
  const route = raw.trimStart().startsWith('@') ? raw.slice(raw.indexOf(':') + 1) : raw;
  const text = rawText(route.includes('(') ? route.replace(/\([^()]*\)/g, '') : route);
  const bare = cleanLine(text.replace(/^\s*mailto:/i, ''));
  return bare.startsWith('"') ? bare : bare.replace(/[\s<>]+/g, '');
}

function quoteAgain(raw: string): string {
  return /^[^\s"(),:;<>@[\\\]]+$/.test(raw) ? raw : `"${raw.replace(/(["\\])/g, '\\$1')}"`;
}

/** Without brackets: the word with an "@" is the address, what else there is its name. */
function bareAddress(tokens: readonly Token[], declared: string | null): EmailAddress {
  const words = tokens.filter((token) => token.kind !== 'comment');
  const comments = tokens.filter((token) => token.kind === 'comment');
  const at = words.findIndex((token) => token.kind === 'word' && token.raw.includes('@') && !token.raw.startsWith('=?'));
  const name = (rest: readonly Token[]): string | null => phrase(rest, declared) ?? phrase(comments, declared);
  if (at < 0) return { name: name(words), email: '' };
  let from = at;
  let to = at + 1;
  if (words[at]?.raw.startsWith('@') && from > 0) from -= 1;
  if (words[at]?.raw.endsWith('@') && to < words.length) to += 1;
  const raw = words
    .slice(from, to)
    .map((token) => (token.kind === 'quoted' ? quoteAgain(token.raw) : token.raw))
    .join('');
  return { name: name([...words.slice(0, from), ...words.slice(to)]), email: addrSpec(raw) };
}

function addressOf(tokens: readonly Token[], declared: string | null): EmailAddress {
  const angle = tokens.findLastIndex((token) => token.kind === 'angle');
  if (angle < 0) return bareAddress(tokens, declared);
  const words = tokens.filter((token) => token.kind === 'word' || token.kind === 'quoted');
  const comments = tokens.filter((token) => token.kind === 'comment');
  return {
    name: phrase(words, declared) ?? phrase(comments, declared),
    email: addrSpec(tokens[angle]?.raw ?? ''),
  };
}

/** All addresses of a raw header value, groups opened; `declared` is the charset to fall back on for raw 8-bit names. */
export function readAddresses(raw: string | null, declared: string | null = null): EmailAddress[] {
  return raw === null || raw.trim() === '' ? [] : new AddressReader(raw, declared).read();
}
