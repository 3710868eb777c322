// Bodies: HTML and text are two views of one thing, and HTML does not come back as it was written (reference 35).

import type { Item } from '../store/model.ts';
import { type Element, el } from '../xml/element.ts';
import type { Context } from './context.ts';

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', '#39': "'" };

export function htmlToText(html: string): string {
  return html
    .replace(/<(script|style|head)[\s\S]*?<\/\1>/gi, '')
    .replace(/\r?\n/g, ' ')
    .replace(/<(br|\/p|\/div|\/tr|\/li|\/h\d)[^>]*>\s*/gi, '\r\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => ENTITIES[name] ?? numeric(name) ?? whole)
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\r\n ?/g, '\r\n')
    .trim();
}

function numeric(name: string): string | undefined {
  const match = /^#(x?)([0-9a-f]+)$/i.exec(name);
  const code = match === null ? Number.NaN : Number.parseInt(match[2]!, match[1] === '' ? 10 : 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

export function textToHtml(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return wrapHtml(`<div class="PlainText">${escaped.replace(/\r?\n/g, '<br>\r\n')}</div>`);
}

/** Script goes, line ends become CRLF, and what is not a whole document becomes one (35 [exp, documented in part]). */
export function wrapHtml(html: string): string {
  const clean = html
    .replace(/<script[\s\S]*?<\/script>/gi, '')
    .replace(/\son\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, '')
    .replace(/\r?\n/g, '\r\n');
  if (/<html[\s>]/i.test(clean)) return clean;
  return `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n${clean}\r\n</body>\r\n</html>\r\n`;
}

/** Stores a body as the server keeps it. */
export function keptBody(body: Element, context: Context): Element {
  const html = body.attributes.BodyType === 'HTML';
  const text = html && context.exchange.switches.rewriteBodies ? wrapHtml(body.text) : body.text;
  return el('Body', text, { BodyType: html ? 'HTML' : 'Text' });
}

export function bodyAs(item: Item, wanted: 'Best' | 'HTML' | 'Text', name = 'Body'): Element {
  const stored = item.fields.Body;
  const type = stored?.attributes.BodyType ?? 'Text';
  const text = stored?.text ?? '';
  if (wanted === 'Best' || wanted === type) return el(name, text, { BodyType: type });
  if (wanted === 'Text') return el(name, htmlToText(text), { BodyType: 'Text' });
  return el(name, text === '' ? '' : textToHtml(text), { BodyType: 'HTML' });
}
