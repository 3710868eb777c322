/** The figures of a run as a table, and what Mailroom's are in proportion to those of others in the same run. */
import type { Protocol } from './tools.ts';

export interface Row {
  readonly tool: string;
  readonly does: string;
  readonly protocol: Protocol;
  readonly messages: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly megabytesPerSecond: number;
  /** Processor seconds per 1000 messages. */
  readonly ownCpu: number;
  readonly databaseCpu: number | null;
  readonly serverCpu: number;
  readonly ownPeakMb: number;
  readonly databasePeakMb: number | null;
}

const HEAD = [
  'tool',
  'protocol',
  'messages',
  'messages/s',
  'MB/s',
  'CPU-s/1000 own',
  'database',
  'server',
  'peak MB own',
  'database',
];
const HEAD_NOTE = 'own: VmHWM, summed over the living processes of the program; database: its processes together (PSS)';

export function table(rows: readonly Row[]): string[] {
  const cell = (value: number | null, digits: number) => (value === null ? '' : value.toFixed(digits));
  const body = rows.map((row) => [
    ...[row.tool, row.protocol, String(row.messages), cell(row.perSecond, 0), cell(row.megabytesPerSecond, 1)],
    ...[cell(row.ownCpu, 2), cell(row.databaseCpu, 2), cell(row.serverCpu, 2)],
    ...[cell(row.ownPeakMb, 0), cell(row.databasePeakMb, 0)],
  ]);
  const widths = HEAD.map((title, at) => Math.max(title.length, ...body.map((cells) => cells[at]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, at) => (at < 2 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(HEAD), rule, ...body.map(line), '', HEAD_NOTE];
}

export interface Ratio {
  readonly other: string;
  readonly protocol: Protocol;
  readonly messages: number;
  readonly speed: number;
  readonly text: string;
}

/** Mailroom's messages per second over those of each other tool, on the same messages by the same protocol. */
export function ratios(rows: readonly Row[]): Ratio[] {
  return rows
    .filter(({ tool }) => tool !== 'mailroom')
    .flatMap((other) => {
      const own = rows.find(
        (row) => row.tool === 'mailroom' && row.protocol === other.protocol && row.messages === other.messages,
      );
      if (own === undefined) return [];
      const speed = own.perSecond / other.perSecond;
      const text = `mailroom is ${speed.toFixed(1)}x as fast as ${other.tool} (${other.protocol}, ${other.messages} messages; ${other.tool}: ${other.does})`;
      return [{ other: other.tool, protocol: other.protocol, messages: other.messages, speed, text }];
    });
}
