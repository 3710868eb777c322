/**
 * When the mailbox received a message, by the topmost Received field: the one its own server wrote. POP3 tells no other date.
 * Null when there is none that can be read without guessing; the sender's Date may be years off and does not count.
 */
export function receivedDate(header: Buffer): Date | null {
  const field = topReceived(header.toString('latin1'));
  const stamp = field?.slice(field.lastIndexOf(';') + 1);
  const match = stamp === undefined ? null : DATE_TIME.exec(stamp);
  if (match === null) return null;
  const [, day, month, year, hour, minute, second, zone] = match;
  const at = Date.UTC(
    Number(year),
    MONTHS.indexOf(month!.toLowerCase()),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second ?? 0),
  );
  return new Date(at - offsetMinutes(zone!) * 60_000);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** RFC 5322 3.3 with a year of four digits and a zone that says what it is. */
const DATE_TIME =
  /(\d{1,2})\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s+([+-]\d{4}|GMT|UTC?|Z)/i;

function topReceived(header: string): string | null {
  const lines = header.split(/\r?\n/);
  const start = lines.findIndex((line) => /^received\s*:/i.test(line));
  const blank = lines.indexOf('');
  if (start === -1 || (blank !== -1 && blank < start)) return null;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !/^[ \t]/.test(line));
  return [lines[start]!, ...rest.slice(0, end === -1 ? rest.length : end)].join(' ');
}

function offsetMinutes(zone: string): number {
  const match = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}

/** The header block with the empty line that ends it; all of it when none does. */
export function headerBlock(source: Buffer): Buffer {
  if (source[0] === 0x0a) return source.subarray(0, 1);
  if (source[0] === 0x0d && source[1] === 0x0a) return source.subarray(0, 2);
  const crlf = source.indexOf('\r\n\r\n');
  const lf = source.indexOf('\n\n');
  if (crlf === -1 && lf === -1) return source;
  const end = lf === -1 || (crlf !== -1 && crlf < lf) ? crlf + 4 : lf + 2;
  return source.subarray(0, end);
}
