/** Content-Transfer-Encoding to bytes; what is damaged gives what can be had of it. Every decoder is one pass. */
const LF = 10;
const CR = 13;
const EQUALS = 61;

/** Several base64 texts one behind the other, each with its padding: the runtime would stop at the first. */
function decodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const pad = text.indexOf('=');
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) <= 0x20 || text.charCodeAt(end - 1) === EQUALS)) end -= 1;
  if (pad < 0 || pad >= end) return Buffer.from(text, 'base64');
  return Buffer.concat(text.split(/=[\s=]*/).map((each) => Buffer.from(each, 'base64')));
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x09;
}

/** After "=": the position behind a soft line break (RFC 2045 6.7 rule 5, trailing blanks borne), or -1. */
function softBreakEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  if (at >= bytes.length) return at;
  if (bytes[at] === CR && bytes[at + 1] === LF) return at + 2;
  return bytes[at] === LF || bytes[at] === CR ? at + 1 : -1;
}

function decodeQuotedPrintable(bytes: Buffer): Buffer {
  let equals = bytes.indexOf(EQUALS);
  if (equals < 0) return bytes;
  const out = Buffer.allocUnsafe(bytes.length);
  let size = 0;
  let at = 0;
  while (equals >= 0) {
    size += bytes.copy(out, size, at, equals);
    const high = hexDigit(bytes[equals + 1]);
    const low = hexDigit(bytes[equals + 2]);
    const soft = high >= 0 && low >= 0 ? -1 : softBreakEnd(bytes, equals + 1);
    if (high >= 0 && low >= 0) {
      out[size] = high * 16 + low;
      size += 1;
      at = equals + 3;
    } else if (soft >= 0) at = soft;
    else {
      out[size] = EQUALS; // no code: stands for itself
      size += 1;
      at = equals + 1;
    }
    equals = bytes.indexOf(EQUALS, at);
  }
  size += bytes.copy(out, size, at);
  return out.subarray(0, size);
}

/** One uuencoded line: its first character tells the octets. */
function uuLine(line: string): Buffer {
  const length = (line.charCodeAt(0) - 32) & 63;
  const out = Buffer.alloc(length);
  for (let i = 1, o = 0; o < length; i += 4, o += 3) {
    const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map((k) => ((line.charCodeAt(i + k) || 32) - 32) & 63);
    out[o] = (a << 2) | (b >> 4);
    if (o + 1 < length) out[o + 1] = ((b & 15) << 4) | (c >> 2);
    if (o + 2 < length) out[o + 2] = ((c & 3) << 6) | d;
  }
  return out;
}

export function decodeUu(bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').split(/\r?\n/);
  const begin = lines.findIndex((line) => /^begin [0-7]{3,4} /.test(line));
  const parts: Buffer[] = [];
  for (const line of lines.slice(begin + 1)) {
    if (line === 'end') break;
    if (line !== '' && line.charCodeAt(0) > 32 && line.charCodeAt(0) <= 96) parts.push(uuLine(line));
  }
  return Buffer.concat(parts);
}

export function decodeTransfer(bytes: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return decodeBase64(bytes);
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes);
  if (/^(x-)?uue?(ncode)?$/.test(encoding)) return decodeUu(bytes);
  return bytes;
}
