/**
 * The first sync of a large mailbox, by Mailroom and by others, one after another on the same mailbox in one run. Wall times swing
 * with the machine: trust the ratios within one run, and processor seconds.
 *
 *   node bin/run.js bench/first-sync.ts [--messages 20000] [--slow-subset 1000] [--protocol imap|pop3|both] [--json]
 *                                       [--tools mailroom,naive,mbsync,fetchmail,getmail6,node-pop3]
 *
 * What is slow (getmail6, and fetchmail by IMAP) gets the first messages only; Mailroom gets the same ones then as well.
 * With BENCH_PROFILE=folder Mailroom writes a processor profile there.
 */
import { parseArgs } from 'node:util';
import { type Dovecot, startDovecot } from '../test/servers/dovecot.ts';
import { makeMessage } from './first-sync/mailbox.ts';
import { type Cost, measure } from './first-sync/measure.ts';
import { type Row, ratios, table } from './first-sync/report.ts';
import { bring, type Protocol, TOOLS, type Tool } from './first-sync/tools.ts';

const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    'slow-subset': { type: 'string', default: '1000' },
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

async function run(dovecot: Dovecot, tool: Tool, protocol: Protocol, mailbox: Mailbox): Promise<Row> {
  const prepared = await tool.prepare({ ...dovecot, user: mailbox.user }, protocol);
  try {
    const cost = await measure(prepared.program, dovecot.pid(), prepared.database);
    const count = prepared.count(cost.output);
    if (count !== mailbox.messages) throw new Error(`${tool.name} has ${count} of ${mailbox.messages} messages`);
    const row = rowOf(tool, protocol, mailbox, cost);
    tell(`${row.tool} ${protocol}, ${mailbox.messages} messages: ${row.perSecond.toFixed(0)}/s`);
    return row;
  } finally {
    await prepared.remove();
  }
}

function rowOf(tool: Tool, protocol: Protocol, { messages, megabytes }: Mailbox, cost: Cost): Row {
  const per1000 = (seconds: number | null) => (seconds === null ? null : (seconds / messages) * 1000);
  return {
    ...{ tool: tool.name, does: tool.does, protocol, messages, seconds: cost.seconds },
    ...{ perSecond: messages / cost.seconds, megabytesPerSecond: megabytes / cost.seconds },
    ...{ ownCpu: per1000(cost.ownCpu)!, databaseCpu: per1000(cost.databaseCpu), serverCpu: per1000(cost.serverCpu)! },
    ...{ ownPeakMb: cost.ownPeakMb, databasePeakMb: cost.databasePeakMb },
  };
}

async function main(): Promise<void> {
  const protocols: readonly Protocol[] = options.protocol === 'both' ? ['imap', 'pop3'] : [options.protocol as Protocol];
  const wanted = options.tools.split(',');
  const tools: Tool[] = [];
  for (const tool of TOOLS.filter(({ name }) => wanted.includes(name))) {
    const reason = await bring(tool, tell);
    if (reason === null) tools.push(tool);
    else tell(`left out: ${tool.name}: ${reason}`);
  }
  const rows: Row[] = [];
  await using dovecot = await startDovecot({ users: { whole: 'secret', part: 'secret' }, certificate: 'none' });
  const [messages, slow] = [Number(options.messages), Number(options['slow-subset'])];
  const whole = await fill(dovecot, 'whole', messages);
  const part = slow < messages ? await fill(dovecot, 'part', slow) : whole;
  for (const protocol of protocols) {
    const able = tools.filter((tool) => tool.protocols.includes(protocol));
    const late = able.filter((tool) => tool.slow.includes(protocol));
    for (const tool of able.filter((one) => !late.includes(one))) rows.push(await run(dovecot, tool, protocol, whole));
    const own = part === whole || late.length === 0 ? [] : able.filter(({ name }) => name === 'mailroom');
    for (const tool of [...own, ...late]) rows.push(await run(dovecot, tool, protocol, part));
  }
  if (options.json) console.log(JSON.stringify({ messages, megabytes: whole.megabytes, rows, ratios: ratios(rows) }));
  else console.log([...table(rows), '', ...ratios(rows).map(({ text }) => text)].join('\n'));
}

await main();
