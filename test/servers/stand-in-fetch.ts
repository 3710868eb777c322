/** One row of a FETCH answer. */
import type { KeptMessage } from './kept-mail.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function fetchRow(message: KeptMessage, number: number, items: readonly string[]): Buffer {
  const parts = [...new Set(items.map((item) => item.toUpperCase()))].map((item) => attribute(message, item));
  const joined = parts.flatMap((part, at) => (at === 0 ? [part] : [Buffer.from(' '), part]));
  return Buffer.concat([Buffer.from(`* ${number} FETCH (`), ...joined, Buffer.from(')\r\n')]);
}

function attribute({ uid, flags, date, raw }: KeptMessage, item: string): Buffer {
  if (item === 'UID') return Buffer.from(`UID ${uid}`);
  if (item === 'FLAGS') return Buffer.from(`FLAGS (${flags.join(' ')})`);
  if (item === 'INTERNALDATE') return Buffer.from(`INTERNALDATE "${internalDate(date)}"`);
  if (item === 'RFC822.SIZE') return Buffer.from(`RFC822.SIZE ${raw.length}`);
  const body = /^BODY(?:\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/.exec(item);
  if (body === null) return Buffer.from(`${item} NIL`);
  const [, section = '', from, count] = body;
  const whole = sectionOf(raw, section);
  const shown = from === undefined ? whole : whole.subarray(Number(from), Number(from) + Number(count));
  return Buffer.concat([Buffer.from(`BODY[${section}]${from === undefined ? '' : `<${from}>`} {${shown.length}}\r\n`), shown]);
}

function sectionOf(raw: Buffer, section: string): Buffer {
  const end = raw.indexOf('\r\n\r\n');
  const header = end < 0 ? raw : raw.subarray(0, end + 4);
  if (section === '') return raw;
  if (section === 'TEXT') return raw.subarray(header.length);
  const fields = /^HEADER\.FIELDS \((.*)\)$/.exec(section)?.[1];
  return fields === undefined ? header : only(header, fields.split(' '));
}

function only(header: Buffer, names: readonly string[]): Buffer {
  const fields = header.toString('latin1').match(/^[^\r\n\t ][^\r\n]*(\r\n[ \t][^\r\n]*)*\r\n/gm) ?? [];
  const wanted = fields.filter((field) => names.includes(field.split(':', 1)[0]!.toUpperCase().replace(/^"|"$/g, '')));
  return Buffer.from(`${wanted.join('')}\r\n`, 'latin1');
}

/** RFC 3501, date-time. */
function internalDate(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} +0000`;
}
