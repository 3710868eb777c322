/** The figures of a run as a table, and what Mailroom's are in proportion to those of others in the same run. */
import type { Protocol } from './tools.ts';

export interface Row {
  readonly tool: string;
  readonly does: string;
  readonly protocol: Protocol;
  readonly messages: number;
  /** Null when it failed. */
  readonly figures: Figures | null;
  readonly failure: string | null;
}

export interface Figures {
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

const cell = (value: number | null | undefined, digits: number) => (value == null ? '' : value.toFixed(digits));

export function table(rows: readonly Row[]): string[] {
  const body = rows.map(({ tool, protocol, messages, figures }) => [
    ...[tool, protocol, String(messages), figures === null ? 'failed' : cell(figures.perSecond, 0)],
    ...[cell(figures?.megabytesPerSecond, 1), cell(figures?.ownCpu, 2), cell(figures?.databaseCpu, 2)],
    ...[cell(figures?.serverCpu, 2), cell(figures?.ownPeakMb, 0), cell(figures?.databasePeakMb, 0)],
  ]);
  const failed = rows.filter(({ failure }) => failure !== null);
  const widths = HEAD.map((title, at) => Math.max(title.length, ...body.map((cells) => cells[at]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, at) => (at < 2 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const why = failed.map(({ tool, protocol, failure }) => `failed: ${tool} ${protocol}: ${failure}`);
  return [line(HEAD), rule, ...body.map(line), '', ...why, HEAD_NOTE];
}

/** One line as soon as a tool is through. */
export function progress({ tool, protocol, messages, figures, failure }: Row): string {
  const what = `${tool} ${protocol}, ${messages} messages:`;
  if (figures === null) return `${what} failed: ${failure}`;
  const database =
    figures.databaseCpu === null
      ? ''
      : `; database ${cell(figures.databaseCpu, 2)} CPU-s/1000, peak ${cell(figures.databasePeakMb, 0)} MB`;
  const own = `${cell(figures.ownCpu, 2)} CPU-s/1000, peak ${cell(figures.ownPeakMb, 0)} MB`;
  return `${what} ${cell(figures.perSecond, 0)}/s in ${cell(figures.seconds, 1)} s, ${own}${database}`;
}

export interface Ratio {
  readonly other: string;
  readonly protocol: Protocol;
  /** Of Mailroom and of the other: the same, or a sample where the other is slow. */
  readonly messages: readonly [number, number];
  readonly speed: number;
  readonly text: string;
}

/**
 * Mailroom's messages per second over those of each other tool by the same protocol: on the same messages, and, where the other
 * had a sample only, over the whole as well, where Mailroom's start no longer counts.
 */
export function ratios(rows: readonly Row[]): Ratio[] {
  const own = rows.filter(({ tool }) => tool === 'mailroom');
  return rows
    .filter(({ tool }) => tool !== 'mailroom')
    .flatMap((other) =>
      own
        .filter(({ protocol, messages }) => protocol === other.protocol && messages >= other.messages)
        .flatMap((mine) => ratio(mine, other) ?? []),
    );
}

function ratio(mine: Row, other: Row): Ratio | null {
  if (mine.figures === null || other.figures === null) return null;
  const { tool, protocol, does } = other;
  const speed = mine.figures.perSecond / other.figures.perSecond;
  const on =
    mine.messages === other.messages
      ? `${mine.messages} messages`
      : `${mine.messages} messages against its first ${other.messages}`;
  const text = `mailroom is ${speed.toFixed(1)}x as fast as ${tool} (${protocol}, ${on}; ${tool}: ${does})`;
  return { other: tool, protocol, messages: [mine.messages, other.messages], speed, text };
}
