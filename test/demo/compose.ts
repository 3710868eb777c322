/** Writes messages the way very different mail programs do; every byte is decided here, none by a library. */
import { crc32, deflateSync } from 'node:zlib';
import iconv from 'iconv-lite';

export type Encoding = '7bit' | '8bit' | 'quoted-printable' | 'base64';

/** A header block and a body, as bytes. */
export interface Part {
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Lines with LF in the source, CRLF on the wire. */
export const crlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');

export function message(headers: readonly (string | null)[], content: Part | Buffer): Buffer {
  const part: Part = Buffer.isBuffer(content) ? { headers: [], body: content } : content;
  const head = [...headers.filter((line) => line !== null), ...part.headers].map((line) => crlf(line)).join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'utf8'), part.body]);
}

export function text(
  content: string,
  options: { type?: string; charset?: string; encoding?: Encoding; more?: string } = {},
): Part {
  const { type = 'text/plain', charset = 'utf-8', encoding = '8bit', more = '' } = options;
  const bytes = iconv.encode(crlf(content.endsWith('\n') ? content : `${content}\n`), charset);
  return {
    headers: [`Content-Type: ${type}; charset=${charset}${more}`, `Content-Transfer-Encoding: ${encoding}`],
    body: encode(bytes, encoding),
  };
}

export const html = (content: string, options: { charset?: string; encoding?: Encoding } = {}): Part =>
  text(content, { encoding: 'quoted-printable', ...options, type: 'text/html' });

export function file(name: string, type: string, bytes: Buffer, disposition = 'attachment', more: readonly string[] = []): Part {
  return {
    headers: [
      `Content-Type: ${type}`,
      `Content-Disposition: ${disposition}; ${fileName(name)}`,
      'Content-Transfer-Encoding: base64',
      ...more,
    ],
    body: encode(bytes, 'base64'),
  };
}

/** RFC 2231 where the name is not ASCII. */
function fileName(name: string): string {
  return /^[\x20-\x7e]+$/.test(name) ? `filename="${name}"` : `filename*=utf-8''${encodeURIComponent(name)}`;
}

let boundaries = 0;

export function multipart(kind: string, parts: readonly Part[], more = ''): Part {
  boundaries += 1;
  const boundary = `=_part_${boundaries}_${kind.replace(/\W/g, '')}`;
  const chunks = parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), message([], part), Buffer.from('\r\n')]);
  return {
    headers: [`Content-Type: multipart/${kind}${more};\n boundary="${boundary}"`],
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** RFC 2047, in words of at most 75 characters; a multi-byte character is never cut. */
export function word(content: string, charset = 'utf-8', how: 'B' | 'Q' = 'B'): string {
  const pieces: string[] = [''];
  for (const character of content) {
    if (one(pieces.at(-1)! + character, charset, how).length > 75) pieces.push('');
    pieces[pieces.length - 1] += character;
  }
  return pieces.map((piece) => one(piece, charset, how)).join('\n ');
}

function one(content: string, charset: string, how: 'B' | 'Q'): string {
  const bytes = iconv.encode(content, charset);
  const escaped = [...bytes].map((byte) =>
    /[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte),
  );
  return `=?${charset}?${how}?${how === 'B' ? bytes.toString('base64') : escaped.join('').replaceAll('=20', '_')}?=`;
}

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

function encode(bytes: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'base64') return Buffer.from(`${bytes.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`, 'latin1');
  return encoding === 'quoted-printable' ? quotedPrintable(bytes) : bytes;
}

function quotedPrintable(bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').split('\r\n').map(quoteLine);
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

function quoteLine(line: string): string {
  let out = '';
  let length = 0;
  for (let at = 0; at < line.length; at += 1) {
    const plain = /[\x21-\x3c\x3e-\x7e]/.test(line[at]!) || (/[ \t]/.test(line[at]!) && at < line.length - 1);
    const symbol = plain ? line[at]! : hex(line.charCodeAt(at));
    if (length + symbol.length > 75) {
      out += '=\r\n';
      length = 0;
    }
    out += symbol;
    length += symbol.length;
  }
  return out;
}

/** A picture of coloured stripes: a real PNG, so that a viewer shows something. */
export function png(width: number, height: number): Buffer {
  const row = Buffer.alloc(1 + width * 3);
  for (let x = 0; x < width; x += 1) row.set([(x * 255) / width, 96 + ((x >> 3) % 2) * 96, 160], 1 + x * 3);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const chunks = [chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** One page with one line of text. */
export function pdf(line: string): Buffer {
  const stream = `BT /F1 18 Tf 72 720 Td (${line.replace(/[()\\]/g, '\\$&')}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let out = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = out.length;
    out += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  out += `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${out.length}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}
