/**
 * Which parts are the text, which the HTML, which the attachments: the decomposition of RFC 8621 4.1.4, and the text of each.
 * Parts inside an attached message belong to that message, not to this one.
 */
import { decodeText } from './charset.ts';
import { cleanText } from './clean.ts';
import { unfoldFlowed } from './flowed.ts';
import { htmlToText } from './html-text.ts';
import type { MimePart } from './mime-tree.ts';
import { parameter } from './parameter.ts';
import { decodeTransfer } from './transfer-encoding.ts';

export interface BodyParts {
  readonly text: readonly MimePart[];
  readonly html: readonly MimePart[];
  readonly attachments: readonly MimePart[];
}

interface Lists {
  text: MimePart[] | null;
  html: MimePart[] | null;
  readonly attachments: MimePart[];
}

function isInlineMedia(part: MimePart): boolean {
  return /^(image|audio|video)\//.test(part.type);
}

function isText(part: MimePart): boolean {
  return part.type === 'text/plain' || part.type === 'text/html' || isBrokenMultipart(part);
}

/** A multipart without a boundary, or with no part in it, is read as the text it then is. */
function isBrokenMultipart(part: MimePart): boolean {
  return part.type.startsWith('multipart/') && part.children.length === 0;
}

export function dispositionOf(part: MimePart): string | null {
  return part.disposition?.value || null;
}

/** Content-Disposition's filename before Content-Type's name (RFC 2183 2.3). */
export function rawNameOf(part: MimePart): string | null {
  const fromDisposition = part.disposition === null ? null : parameter(part.disposition, 'filename');
  return fromDisposition || parameter(part.contentType, 'name') || null;
}

function belongsToBody(part: MimePart, index: number, within: string): boolean {
  if (dispositionOf(part) === 'attachment' || !(isText(part) || isInlineMedia(part))) return false;
  if (index === 0) return true;
  return within !== 'related' && (isInlineMedia(part) || rawNameOf(part) === null);
}

function addAlternative(part: MimePart, lists: Lists): void {
  if (part.type === 'text/plain' || isBrokenMultipart(part)) lists.text?.push(part);
  else if (part.type === 'text/html') lists.html?.push(part);
  else lists.attachments.push(part);
}

function addInline(part: MimePart, inAlternative: boolean, lists: Lists): void {
  if (inAlternative && part.type === 'text/plain') lists.html = null;
  if (inAlternative && part.type === 'text/html') lists.text = null;
  lists.text?.push(part);
  lists.html?.push(part);
  if (isInlineMedia(part)) lists.attachments.push(part);
}

function addPart(part: MimePart, index: number, within: string, inAlternative: boolean, lists: Lists): void {
  if (part.children.length > 0) {
    const kind = part.type.slice('multipart/'.length);
    addParts(part.children, kind, inAlternative || kind === 'alternative', lists);
  } else if (!belongsToBody(part, index, within)) lists.attachments.push(part);
  else if (within === 'alternative') addAlternative(part, lists);
  else addInline(part, inAlternative, lists);
}

/** An alternative that offers one form only stands for both. */
function fillGap(from: MimePart[], start: number, into: MimePart[]): void {
  for (const part of from.slice(start)) into.push(part);
}

function addParts(parts: readonly MimePart[], within: string, inAlternative: boolean, outer: Lists): void {
  const lists: Lists = { text: outer.text, html: outer.html, attachments: outer.attachments };
  const texts = lists.text?.length ?? -1;
  const htmls = lists.html?.length ?? -1;
  for (const [index, part] of parts.entries()) addPart(part, index, within, inAlternative, lists);
  if (within !== 'alternative' || lists.text === null || lists.html === null) return;
  if (texts === lists.text.length && htmls !== lists.html.length) fillGap(lists.html, htmls, lists.text);
  else if (htmls === lists.html.length && texts !== lists.text.length) fillGap(lists.text, texts, lists.html);
}

export function bodyParts(root: MimePart): BodyParts {
  const lists = { text: [] as MimePart[], html: [] as MimePart[], attachments: [] as MimePart[] };
  addParts([root], 'mixed', false, lists);
  return lists;
}

/** Bytes of one text, characters of all of them: what is longer is for nobody to read, and copies of it would fill the heap. */
const MAX_TEXT = 10 * 1024 * 1024;
const TOO_LONG = 'a text longer than 10 MiB was cut';

export function partBytes(bytes: Buffer, part: MimePart): Buffer {
  part.decoded ??= decodeTransfer(bytes.subarray(part.bodyStart, part.bodyEnd), part.encoding);
  return part.decoded;
}

export interface PartText {
  readonly text: string;
  readonly charsetKnown: boolean;
  readonly wasCut: boolean;
}

/** HTML may tell its charset itself where the header does not. */
function htmlCharset(bytes: Buffer): string | null {
  return /<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{2,40})/i.exec(bytes.toString('latin1', 0, 2048))?.[1] ?? null;
}

function charsetOf(part: MimePart, bytes: Buffer): string | null {
  const declared = parameter(part.contentType, 'charset');
  if (declared !== null || part.type !== 'text/html') return declared;
  return htmlCharset(bytes);
}

export function partText(bytes: Buffer, part: MimePart): PartText {
  const whole = partBytes(bytes, part);
  const wasCut = whole.length > MAX_TEXT;
  const body = wasCut ? whole.subarray(0, MAX_TEXT) : whole;
  const decoded = decodeText(body, charsetOf(part, body));
  const text = cleanText(decoded.text);
  if (part.type !== 'text/plain' || parameter(part.contentType, 'format')?.toLowerCase() !== 'flowed')
    return { text, charsetKnown: decoded.charsetKnown, wasCut };
  const deleteSpace = parameter(part.contentType, 'delsp')?.toLowerCase() === 'yes';
  return { text: unfoldFlowed(text, deleteSpace), charsetKnown: decoded.charsetKnown, wasCut };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>\n');
}

export interface BodyText {
  readonly text: string | null;
  readonly html: string | null;
  readonly notes: readonly string[];
}

class BodyReader {
  readonly #bytes: Buffer;
  readonly #texts = new Map<MimePart, string>();
  readonly notes = new Set<string>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  #textOf(part: MimePart): string {
    const have = this.#texts.get(part);
    if (have !== undefined) return have;
    const read = partText(this.#bytes, part);
    if (!read.charsetKnown) this.notes.add(`unknown charset ${(parameter(part.contentType, 'charset') ?? '').slice(0, 60)}`);
    if (read.wasCut) this.notes.add(TOO_LONG);
    this.#texts.set(part, read.text);
    return read.text;
  }

  #joined(parts: readonly MimePart[], form: (part: MimePart, text: string) => string): string | null {
    const texts = parts.filter((part) => !isInlineMedia(part)).map((part) => form(part, this.#textOf(part)));
    if (texts.length === 0) return null;
    const all = texts.length === 1 ? (texts[0] as string) : texts.join('\n');
    if (all.length <= MAX_TEXT) return all;
    this.notes.add(TOO_LONG);
    return all.slice(0, MAX_TEXT).toWellFormed();
  }

  text(parts: readonly MimePart[]): string | null {
    return this.#joined(parts, (part, text) => (part.type === 'text/html' ? cleanText(htmlToText(text)) : text));
  }

  html(parts: readonly MimePart[]): string | null {
    if (!parts.some((part) => part.type === 'text/html')) return null;
    return this.#joined(parts, (part, text) => (part.type === 'text/html' ? text : escapeHtml(text)));
  }
}

export function bodyText(bytes: Buffer, parts: BodyParts): BodyText {
  const reader = new BodyReader(bytes);
  const text = reader.text(parts.text);
  const html = reader.html(parts.html);
  return { text, html, notes: [...reader.notes] };
}
