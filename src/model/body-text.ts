/** What a person reads in a body, for comparing: a server that rewrites HTML changes neither the words nor the links. */
import { createHash } from 'node:crypto';

/** Longer texts are compared by their hash, so that a baseline stays small. */
const LONGEST = 200;

/** The words and links of a body in one line; null where there is none. HTML and text that say the same give the same. */
export function bodyText(body: string | null, type: string | null): string | null {
  if (body === null) return null;
  const words = (type?.toLowerCase().startsWith('text/html') ? fromHtml(body) : body)
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .trim();
  return words === '' ? null : digest(words);
}

/** Itself while short, `sha256:…` otherwise. */
export function digest(text: string): string {
  return text.length <= LONGEST ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

const NAMED: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Read once from front to back, whatever is in it: what mail senders write is never trusted to be HTML. */
function fromHtml(html: string): string {
  const parts: string[] = [];
  for (let from = 0; from < html.length; ) {
    const open = html.indexOf('<', from);
    parts.push(html.slice(from, open < 0 ? html.length : open));
    if (open < 0) break;
    const tag = tagAt(html, open);
    parts.push(tag.text);
    from = tag.end;
  }
  return decode(parts.join(''));
}

const SILENT = /^(head|style|script|title)$/;
const INLINE = /^(b|i|u|em|strong|span|font|small|big|sub|sup|code)$/;

function tagAt(html: string, open: number): { readonly text: string; readonly end: number } {
  if (html.startsWith('<!--', open)) return { text: '', end: after(html, '-->', open) };
  const end = after(html, '>', open);
  const [, slash, name = '', attributes = ''] = /^<(\/?)([a-z][a-z0-9:]*)?([\s\S]*)$/i.exec(html.slice(open, end)) ?? [];
  const kind = name.toLowerCase();
  if (slash === '' && SILENT.test(kind)) return { text: ' ', end: closing(html, kind, end) };
  if (kind === 'a' || kind === 'img') return { text: slash === '' ? ` ${target(attributes)} ` : '', end };
  return { text: INLINE.test(kind) ? '' : ' ', end };
}

/** Where a mark ends that begins at or after `from`; the end of the text where there is none. */
function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

function closing(html: string, kind: string, from: number): number {
  const close = new RegExp(`</${kind}`, 'gi');
  close.lastIndex = from;
  const found = close.exec(html);
  return found === null ? html.length : after(html, '>', found.index);
}

/** Where a link or picture leads. */
function target(attributes: string): string {
  const found = /\b(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes);
  return found === null ? '' : (found[1] ?? found[2] ?? found[3] ?? '');
}

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
