/**
 * Reads an answer while it arrives. What is kept: of every response message its fields and its items (folders, changes), a
 * fault, the server's version. No tree of the whole document; what is not base64 is bounded, and base64 is decoded on the
 * way and bounded for itself.
 *
 * Elements go by their local names: prefixes are the server's choice.
 */
import { SaxesParser } from 'saxes';
import { type Mime, MimeCollector } from './base64.ts';
import { Cutter } from './cut-answer.ts';
import { garbled } from './garbled.ts';

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: Element[];
  /** Of MimeContent, and of an attachment's Content. */
  mime?: Mime;
}

/** One response message (MS-OXWSCDATA 2.2.4.67); a batch has one for each thing asked for, in order. */
export interface ResponseMessage {
  readonly name: string;
  /** Success, Warning or Error. */
  readonly class: string;
  /** Its leaves (ResponseCode, SyncState …) and the attributes of what stands around its items. */
  readonly fields: Record<string, string>;
  readonly items: Element[];
  readonly details: Element[];
}

export interface Answer {
  readonly messages: readonly ResponseMessage[];
  readonly fault: Element | null;
  readonly version: Element | null;
}

export interface AnswerLimits {
  /** A longer message is kept by its header block. All of an answer together may have as much as this, and not less than 16 MiB. */
  readonly mimeBytes: number;
  /** Of everything else together. */
  readonly textLength: number;
}

const CONTAINERS = new Set(['Changes', 'Items', 'Folders', 'Attachments', 'TimeZoneDefinitions', 'Dictionary']);
const MAX_DEPTH = 100;
const MIN_BYTES_TOGETHER = 16 * 1024 * 1024;

export class AnswerReader {
  readonly #parser = new SaxesParser({ position: false });
  readonly #cutter = new Cutter({ parse: (text) => this.#parse(text), collector: () => this.#collector });
  readonly #limits: AnswerLimits;
  readonly #path: string[] = [];
  readonly #open: Element[] = [];
  readonly #messages: ResponseMessage[] = [];
  #fault: Element | null = null;
  #version: Element | null = null;
  #message: ResponseMessage | null = null;
  #text = '';
  #attributes: Record<string, string> = {};
  #collector: MimeCollector | null = null;
  #length = 0;
  #kept = 0;
  #rooted = false;
  #forbidden = false;

  constructor(limits: AnswerLimits) {
    this.#limits = limits;
    this.#parser.on('error', (error) => this.#complain(error));
    this.#parser.on('doctype', () => this.#complain(new Error('a document type declaration')));
    this.#parser.on('attribute', ({ name, value }) => {
      this.#attributes[local(name)] = value;
    });
    this.#parser.on('opentag', ({ name }) => this.#enter(local(name)));
    this.#parser.on('closetag', () => this.#leave());
    this.#parser.on('text', (text) => this.#hear(text));
    this.#parser.on('cdata', (text) => this.#hear(text));
  }

  write(chunk: Buffer): void {
    this.#cutter.write(chunk);
  }

  end(): Answer {
    this.#cutter.end();
    this.#parser.close();
    if (!this.#rooted) throw garbled('it is empty');
    return { messages: this.#messages, fault: this.#fault, version: this.#version };
  }

  #parse(text: string): void {
    this.#length += text.length;
    if (this.#length > this.#limits.textLength) throw garbled('it is too long');
    if (text !== '') this.#parser.write(text);
  }

  #complain(error: Error): void {
    // Exchange hands out what it stores, characters that XML forbids included, and saxes goes on after saying so.
    if (/malformed character entity/.test(error.message)) this.#forbidden = true;
    else if (!/disallowed character\.$/.test(error.message)) throw garbled(error.message);
  }

  #hear(text: string): void {
    const heard = this.#forbidden ? withoutForbidden(text) : text;
    if (this.#collector !== null) this.#collector.write(heard);
    else this.#text += heard;
    this.#forbidden = false;
  }

  #enter(name: string): void {
    const attributes = this.#attributes;
    this.#attributes = {};
    const parent = this.#path.at(-1);
    if (this.#collector !== null) throw garbled('it holds elements where base64 should stand');
    if (this.#path.length >= MAX_DEPTH) throw garbled('it is nested too deeply');
    if (!this.#rooted && name !== 'Envelope') throw garbled(`it is not SOAP but <${name.slice(0, 40)}>`);
    this.#rooted = true;
    this.#path.push(name);
    this.#text = '';
    if (this.#open.length > 0 || isUnit(name, parent)) this.#begin(name, attributes);
    else if (parent === 'ResponseMessages') this.#beginMessage(name, attributes);
    else if (this.#message !== null) Object.assign(this.#message.fields, attributes);
  }

  #beginMessage(name: string, attributes: Record<string, string>): void {
    const { ResponseClass = '' } = attributes;
    this.#message = { name, class: ResponseClass, fields: {}, items: [], details: [] };
    this.#messages.push(this.#message);
  }

  #begin(name: string, attributes: Record<string, string>): void {
    const element: Element = { name, attributes, text: '', children: [] };
    this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
    if (isBase64(name, this.#path.at(-2))) this.#collector = new MimeCollector(this.#limits.mimeBytes);
  }

  #leave(): void {
    const name = this.#path.pop()!;
    const element = this.#open.pop();
    if (element === undefined) {
      if (this.#message !== null && this.#text.trim() !== '') this.#message.fields[name] = this.#text;
      if (this.#path.at(-1) === 'ResponseMessages') this.#message = null;
    } else {
      if (this.#collector !== null) element.mime = this.#keep(this.#collector.end());
      else if (element.children.length === 0) element.text = this.#text;
      this.#collector = null;
      if (this.#open.length === 0) this.#finish(element);
    }
    this.#text = '';
  }

  /** What servers say of sizes beforehand may be wrong. Garbled, it is asked for again in smaller batches. */
  #keep(mime: Mime): Mime {
    this.#kept += mime.bytes.length;
    if (this.#kept > Math.max(this.#limits.mimeBytes, MIN_BYTES_TOGETHER)) throw garbled('it brings too much at once');
    return mime;
  }

  #finish(unit: Element): void {
    if (unit.name === 'Fault') this.#fault = unit;
    else if (unit.name === 'ServerVersionInfo') this.#version = unit;
    else if (unit.name === 'MessageXml') this.#message?.details.push(unit);
    else this.#message?.items.push(unit);
  }
}

const local = (name: string) => name.slice(name.indexOf(':') + 1);

const isUnit = (name: string, parent: string | undefined) =>
  (parent !== undefined && CONTAINERS.has(parent)) || name === 'Fault' || name === 'MessageXml' || name === 'ServerVersionInfo';

/** The source of a message, the bytes of an attachment. */
const isBase64 = (name: string, parent: string | undefined) =>
  name === 'MimeContent' || (name === 'Content' && parent === 'FileAttachment');

/** saxes leaves a reference to a character that XML 1.0 forbids as it stands; nothing is what it stands for. */
function withoutForbidden(text: string): string {
  return text.replace(/&#(x?)([0-9a-f]+);/gi, (whole, hex: string, digits: string) => {
    const code = Number.parseInt(digits, hex === '' ? 10 : 16);
    return (code < 32 && ![9, 10, 13].includes(code)) || code > 0xfffd ? '' : whole;
  });
}

/** The first child of that name, down the path. */
export function childOf(element: Element | null | undefined, ...path: readonly string[]): Element | undefined {
  let found: Element | undefined = element ?? undefined;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found;
}

export function textOf(element: Element | null | undefined, ...path: readonly string[]): string | undefined {
  return childOf(element, ...path)?.text;
}

/** xs:boolean has two words for it, and white space around them says nothing (XML Schema 3.2.2). */
export const isTrue = (text: string | undefined): boolean => /^\s*(true|1)\s*$/.test(text ?? '');

/** The first of that name anywhere below. */
export function findBelow(element: Element | null, name: string): Element | undefined {
  for (const child of element?.children ?? []) {
    const found = child.name === name ? child : findBelow(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
