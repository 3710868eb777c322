/**
 * The text a person reads in an HTML body: one pass, no tree and no recursion, so that 100,000 nested tables cost what 100,000 tags
 * cost. It is an index for people and rules, not a rendering.
 */
import { decodeEntities } from './html-entity.ts';

const BLOCKS = new Set(
  'address article aside blockquote body center dd dir div dl dt fieldset figcaption figure footer form header hr html li main menu nav ol option p pre section table tbody tfoot thead tr ul h1 h2 h3 h4 h5 h6'.split(
    ' ',
  ),
);
const PARAGRAPHS = new Set('p h1 h2 h3 h4 h5 h6 blockquote ul ol dl pre table'.split(' '));
const CELLS = new Set(['td', 'th']);
/** Their content is not text, or not for people. */
const SILENT = new Set('script style head title template noframes textarea svg math object iframe xml select'.split(' '));
const SEARCHES = new Map<string, RegExp>();
const NAME = /[a-zA-Z][^\s/>]*/y;

class TextCollector {
  readonly #parts: string[] = [];
  #breaks = 2;
  #blank = false;
  pre = 0;

  text(raw: string): void {
    const decoded = decodeEntities(raw);
    if (this.pre > 0) {
      this.#write(decoded);
      return;
    }
    const words = decoded.replace(/[ \t\r\n\f\u00a0]+/g, ' ');
    const bare = words.trim();
    if (bare === '') {
      this.#blank ||= words !== '';
      return;
    }
    if (words.startsWith(' ')) this.#blank = true;
    this.#write((this.#blank && this.#breaks === 0 ? ' ' : '') + bare);
    this.#blank = words.endsWith(' ');
  }

  #write(text: string): void {
    if (text === '') return;
    this.#parts.push(text);
    this.#breaks = 0;
    this.#blank = false;
  }

  /** At least `count` line ends stand before what comes. */
  breakLine(count: number): void {
    while (this.#breaks < count) {
      this.#parts.push('\n');
      this.#breaks += 1;
    }
    this.#blank = false;
  }

  addBreak(): void {
    this.#parts.push('\n');
    this.#breaks += 1;
    this.#blank = false;
  }

  blank(): void {
    this.#blank = true;
  }

  mark(text: string): void {
    this.#write(text);
    this.#blank = false;
    this.#breaks = 2;
  }

  finish(): string {
    const lines = this.#parts.join('').split('\n');
    return lines
      .map((line) => line.trimEnd())
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }
}

class HtmlReader {
  readonly #html: string;
  readonly #out = new TextCollector();
  /** What is known never to come again; searching a second time would make the whole quadratic. */
  readonly #gone = new Set<string>();

  constructor(html: string) {
    this.#html = html;
  }

  read(): string {
    let at = 0;
    while (at < this.#html.length) {
      const open = this.#html.indexOf('<', at);
      if (open < 0) break;
      if (open > at) this.#out.text(this.#html.slice(at, open));
      at = this.#markup(open);
    }
    if (at < this.#html.length) this.#out.text(this.#html.slice(at));
    return this.#out.finish();
  }

  #markup(open: number): number {
    const next = this.#html[open + 1] ?? '';
    if (next === '!' || next === '?') return this.#declaration(open);
    const closing = next === '/';
    NAME.lastIndex = open + (closing ? 2 : 1);
    const name = NAME.exec(this.#html)?.[0].toLowerCase();
    if (name === undefined) {
      if (!closing) this.#out.text('<');
      return closing ? this.#tagEnd(open + 2) : open + 1;
    }
    const end = this.#tagEnd(NAME.lastIndex);
    if (!closing && SILENT.has(name) && this.#html[end - 2] !== '/') return this.#skipSilent(name, end);
    this.#tag(name, closing);
    return end;
  }

  #declaration(open: number): number {
    if (this.#html.startsWith('<!--', open)) {
      const close = this.#find('-->', open + 2);
      if (close >= 0) return close + 3;
    }
    const end = this.#html.indexOf('>', open);
    return end < 0 ? this.#html.length : end + 1;
  }

  /** Behind the ">" that ends the tag; one inside a quoted value does not. */
  #tagEnd(from: number): number {
    let at = from;
    while (at < this.#html.length) {
      const char = this.#html[at];
      if (char === '>') return at + 1;
      if (char === '"' || char === "'") at = this.#quoteEnd(char, at);
      at += 1;
    }
    return this.#html.length;
  }

  #quoteEnd(quote: '"' | "'", at: number): number {
    const opens = this.#html[at - 1] === '=' || this.#html[at - 1] === ' ';
    const close = opens ? this.#find(quote, at + 1) : -1;
    return close < 0 ? at : close;
  }

  /** Case does not count; -1 where it does not come any more. */
  #find(what: string, from: number): number {
    if (this.#gone.has(what)) return -1;
    let search = SEARCHES.get(what);
    if (search === undefined) {
      search = new RegExp(what, 'gi');
      SEARCHES.set(what, search);
    }
    search.lastIndex = from;
    const at = search.exec(this.#html)?.index ?? -1;
    if (at < 0) this.#gone.add(what);
    return at;
  }

  #skipSilent(name: string, from: number): number {
    const close = this.#find(`</${name}`, from);
    if (name === 'head' && close < 0) return Math.max(this.#find('<body', from), from); // never closed
    return close < 0 ? from : this.#tagEnd(close + 2);
  }

  #tag(name: string, closing: boolean): void {
    if (name === 'br') this.#out.addBreak();
    else if (name === 'pre') this.#preformatted(closing);
    else if (CELLS.has(name)) this.#out.blank();
    else if (BLOCKS.has(name)) this.#block(name, closing);
  }

  #preformatted(closing: boolean): void {
    this.#out.breakLine(2);
    this.#out.pre = Math.max(0, this.#out.pre + (closing ? -1 : 1));
  }

  #block(name: string, closing: boolean): void {
    this.#out.breakLine(PARAGRAPHS.has(name) ? 2 : 1);
    if (name === 'li' && !closing) this.#out.mark('- ');
    if (name === 'hr') this.#out.breakLine(2);
  }
}

export function htmlToText(html: string): string {
  return new HtmlReader(html).read();
}
