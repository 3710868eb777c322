/**
 * The first sync of a large mailbox, by Mailroom and by others, one after another on the same mailbox in one run. Wall times swing
 * with the machine: trust the ratios within one run, and processor seconds.
 *
 *   node bin/run.js bench/first-sync.ts [--messages 20000] [--sample 2000] [--protocol imap|pop3|both] [--json]
 *                                       [--tools mailroom,naive,mbsync,fetchmail,getmail6,node-pop3]
 *                                       [--limit-s 480] [--rows FILE]
 *
 * What is slow (getmail6, and fetchmail by IMAP) gets the first messages only; Mailroom gets the same ones then as well. A tool
 * that fails, or takes longer than the limit, costs its own row only, which says why; the table is printed in any case, after
 * Ctrl-C too. With --rows each row is kept in the file, and a run that was broken off goes on after the last one.
 * With BENCH_PROFILE=folder Mailroom writes a processor profile there.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Dovecot, startDovecot } from '../test/servers/dovecot.ts';
import { makeMessage } from './first-sync/mailbox.ts';
import { type Cost, measure } from './first-sync/measure.ts';
import { type Figures, progress, type Row, ratios, table } from './first-sync/report.ts';
import { bring, type Protocol, TOOLS, type Tool } from './first-sync/tools.ts';

const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    sample: { type: 'string', default: '2000' },
    'limit-s': { type: 'string', default: '480' },
    rows: { type: 'string' },
    protocol: { type: 'string', default: 'both' },
    tools: { type: 'string', default: TOOLS.map(({ name }) => name).join(',') },
    json: { type: 'boolean', default: false },
  },
});
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

interface Mailbox {
  readonly user: string;
  readonly messages: number;
  readonly megabytes: number;
}

/** The server has read all sizes before anybody is measured, or the first one would pay for it. */
async function fill(dovecot: Dovecot, user: string, messages: number): Promise<Mailbox> {
  let bytes = 0;
  for (let at = 0; at < messages; at += 1) {
    const { raw, date } = makeMessage(at);
    bytes += raw.length;
    await dovecot.deliver(user, 'INBOX', raw, { date });
  }
  await dovecot.doveadm('fetch', '-u', user, 'size.virtual', 'mailbox', 'INBOX');
  tell(`${user}: ${messages} messages, ${(bytes / 1e6).toFixed(1)} MB`);
  return { user, messages, megabytes: bytes / 1e6 };
}

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort(new Error('stopped by Ctrl-C')));

async function measureTool(dovecot: Dovecot, tool: Tool, protocol: Protocol, mailbox: Mailbox): Promise<Figures> {
  const prepared = await tool.prepare({ ...dovecot, user: mailbox.user }, protocol);
  const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(Number(options['limit-s']) * 1000)]);
  try {
    const cost = await measure(prepared.program, dovecot.pid(), prepared.database, signal);
    const count = prepared.count(cost.output);
    if (count !== mailbox.messages) throw new Error(`it has ${count} of ${mailbox.messages} messages`);
    return figuresOf(mailbox, cost);
  } finally {
    await prepared.remove();
  }
}

function figuresOf({ messages, megabytes }: Mailbox, cost: Cost): Figures {
  const per1000 = (seconds: number | null) => (seconds === null ? null : (seconds / messages) * 1000);
  return {
    ...{ seconds: cost.seconds, perSecond: messages / cost.seconds, megabytesPerSecond: megabytes / cost.seconds },
    ...{ ownCpu: per1000(cost.ownCpu)!, databaseCpu: per1000(cost.databaseCpu), serverCpu: per1000(cost.serverCpu)! },
    ...{ ownPeakMb: cost.ownPeakMb, databasePeakMb: cost.databasePeakMb },
  };
}

/** A tool's failure is its own: the others are measured all the same. */
async function measureRow(dovecot: Dovecot, tool: Tool, protocol: Protocol, mailbox: Mailbox): Promise<Row> {
  const row = { tool: tool.name, does: tool.does, protocol, messages: mailbox.messages };
  const failures: string[] = [];
  while (failures.length < (tool.attempts ?? 1) && !stopping.signal.aborted) {
    try {
      return { ...row, figures: await measureTool(dovecot, tool, protocol, mailbox), failure: null };
    } catch (error) {
      failures.push(reasonOf(error));
      tell(`${tool.name} ${protocol}, ${mailbox.messages} messages: ${failures.at(-1)}`);
    }
  }
  return { ...row, figures: null, failure: failures.at(-1) ?? 'stopped before its turn' };
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' / ').slice(0, 300);

interface Turn {
  readonly tool: Tool;
  readonly protocol: Protocol;
  readonly mailbox: Mailbox;
}

function turnsOf(tools: readonly Tool[], protocol: Protocol, whole: Mailbox, part: Mailbox): Turn[] {
  const able = tools.filter((tool) => tool.protocols.includes(protocol));
  const late = able.filter((tool) => tool.slow.includes(protocol));
  const own = part === whole || late.length === 0 ? [] : able.filter(({ name }) => name === 'mailroom');
  return [
    ...able.filter((tool) => !late.includes(tool)).map((tool) => ({ tool, protocol, mailbox: whole })),
    ...[...own, ...late].map((tool) => ({ tool, protocol, mailbox: part })),
  ];
}

/** Rows of an earlier run with the same file that need not be measured again. */
function keptRows(file: string | undefined): Row[] {
  if (file === undefined || !existsSync(file)) return [];
  const rows = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return rows.map((line) => JSON.parse(line) as Row).filter(({ failure }) => failure === null);
}

async function broughtTools(): Promise<Tool[]> {
  const wanted = options.tools.split(',');
  const tools: Tool[] = [];
  for (const tool of TOOLS.filter(({ name }) => wanted.includes(name))) {
    const reason = await bring(tool, tell);
    if (reason === null) tools.push(tool);
    else tell(`left out: ${tool.name}: ${reason}`);
  }
  return tools;
}

async function measureAll(rows: Row[]): Promise<void> {
  const tools = await broughtTools();
  const protocols: readonly Protocol[] = options.protocol === 'both' ? ['imap', 'pop3'] : [options.protocol as Protocol];
  await using dovecot = await startDovecot({ users: { whole: 'secret', part: 'secret' }, certificate: 'none' });
  const [messages, sample] = [Number(options.messages), Number(options.sample)];
  const whole = await fill(dovecot, 'whole', messages);
  const part = sample < messages ? await fill(dovecot, 'part', sample) : whole;
  const kept = keptRows(options.rows);
  for (const { tool, protocol, mailbox } of protocols.flatMap((one) => turnsOf(tools, one, whole, part))) {
    const same = (row: Row) => row.tool === tool.name && row.protocol === protocol && row.messages === mailbox.messages;
    const old = kept.find(same);
    const row = old ?? (await measureRow(dovecot, tool, protocol, mailbox));
    rows.push(row);
    tell(progress(row) + (old ? ' (measured earlier)' : ''));
    if (options.rows !== undefined && !old) appendFileSync(options.rows, `${JSON.stringify(row)}\n`);
  }
}

const rows: Row[] = [];
try {
  await measureAll(rows);
} finally {
  if (options.json) console.log(JSON.stringify({ rows, ratios: ratios(rows) }));
  else console.log([...table(rows), '', ...ratios(rows).map(({ text }) => text)].join('\n'));
}
if (rows.some(({ failure }) => failure !== null)) process.exitCode = 1;
