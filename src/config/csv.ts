/** RFC 4180 with the position of every field; any of the three line endings, and any one delimiter. */
export interface CsvField {
  readonly value: string;
  readonly line: number;
  readonly column: number;
}

export interface CsvRow {
  readonly line: number;
  readonly fields: readonly CsvField[];
  /** What is wrong with the row's quotes, or null. */
  readonly fault: string | null;
}

/** Whichever of comma, semicolon and tab the header has most of. */
export function guessDelimiter(written: string): string {
  const header = written.slice(0, /[\r\n]/.exec(written)?.index ?? written.length);
  const counts = [',', ';', '\t'].map((sign) => ({ sign, count: header.split(sign).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).sign;
}

export function* readCsv(written: string, delimiter: string): Generator<CsvRow> {
  const scan = { written, delimiter, at: 0, line: 1, lineStart: 0 };
  while (scan.at < written.length) {
    const row = readRow(scan);
    const blank = row.fields.length === 1 && row.fields[0]!.value.trim() === '';
    if (!blank) yield row;
  }
}

interface Scan {
  readonly written: string;
  readonly delimiter: string;
  at: number;
  line: number;
  lineStart: number;
}

function readRow(scan: Scan): CsvRow {
  const line = scan.line;
  const fields: CsvField[] = [];
  let fault: string | null = null;
  for (;;) {
    const place = { line: scan.line, column: scan.at - scan.lineStart + 1 };
    const quoted = scan.written[scan.at] === '"';
    const { value, fault: wrong } = quoted ? readQuoted(scan) : { value: readBare(scan), fault: null };
    fields.push({ value, ...place });
    fault ??= wrong;
    if (scan.written[scan.at] !== scan.delimiter) break;
    scan.at += 1;
  }
  endLine(scan);
  return { line, fields, fault };
}

function readBare(scan: Scan): string {
  const from = scan.at;
  while (scan.at < scan.written.length && !isEnd(scan, scan.written[scan.at]!)) scan.at += 1;
  return scan.written.slice(from, scan.at).trim();
}

function isEnd(scan: Scan, sign: string): boolean {
  return sign === scan.delimiter || sign === '\n' || sign === '\r';
}

function readQuoted(scan: Scan): { value: string; fault: string | null } {
  let value = '';
  scan.at += 1;
  for (;;) {
    const close = scan.written.indexOf('"', scan.at);
    const piece = scan.written.slice(scan.at, close < 0 ? undefined : close);
    value += piece;
    countLines(scan, piece);
    if (close < 0) {
      scan.at = scan.written.length;
      return { value, fault: 'a quoted field is never closed' };
    }
    scan.at = close + 1;
    if (scan.written[scan.at] !== '"') break;
    value += '"';
    scan.at += 1;
  }
  const rest = readBare(scan);
  return { value, fault: rest === '' ? null : 'text stands behind a closing quote' };
}

function countLines(scan: Scan, piece: string): void {
  for (const { index } of piece.matchAll(/\r\n|\r|\n/g)) {
    scan.line += 1;
    scan.lineStart = scan.at + index + 1;
  }
}

function endLine(scan: Scan): void {
  if (scan.written[scan.at] === '\r') scan.at += 1;
  if (scan.written[scan.at] === '\n') scan.at += 1;
  scan.line += 1;
  scan.lineStart = scan.at;
}
