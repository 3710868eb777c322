/**
 * Reading 100 messages of 30 KB from Exchange: processor time and duration of our connector and of ews-javascript-api over the
 * same messages in one run. Each of the two, and the stand-in, runs in a process of its own: nobody pays for another's work or
 * garbage. What a process does between its rounds, collecting its garbage and compiling its code, counts for it.
 *
 *   node bin/run.js bench/exchange-read.ts [messages] [rounds] [rounds to warm up]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Session } from '../src/connector/connector.ts';
import { createExchangeConnector } from '../src/connector/exchange/exchange-connector.ts';
import { systemClock } from '../src/platform/clock.ts';
import { silentLog } from '../src/platform/log.ts';
import { Exchange } from '../test/servers/exchange/exchange.ts';
import { deliver } from '../test/servers/exchange/mime/transport.ts';
import { serve } from '../test/servers/exchange/server.ts';

const ADDRESS = 'anna@example.com';
const PASSWORD = 'pw';
const SIZE_BYTES = 30_000;
/** As many as our connector asks for at once. */
const BATCH = 50;

function letter(index: number): Buffer {
  const head = `From: a@example.net\r\nTo: ${ADDRESS}\r\nSubject: message ${index}\r\nMessage-ID: <${index}@example.net>\r\n`;
  const attachment = Buffer.alloc(21_000, `bytes of ${index} `)
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
  const parts = `--m\r\nContent-Type: text/plain\r\n\r\nhello ${index}\r\n--m\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n${attachment}\r\n--m--\r\n`;
  const text = `${head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n${parts}`;
  return Buffer.from(text.padEnd(SIZE_BYTES, ' '));
}

/** Reads all there is and says how many bytes of source. */
type Read = () => Promise<number>;

/** A session for each reading, as for each run of a mailbox: its login is a GetFolder. */
function oursAt(url: string): Read {
  const connector = createExchangeConnector();
  const settings = connector.parseSettings({ url, allowClearText: true, mailbox: ADDRESS });
  const credential = async () => ({ method: 'password', username: ADDRESS, password: PASSWORD }) as const;
  const context = { log: silentLog, clock: systemClock, signal: new AbortController().signal, credential };
  return async () => {
    await using session = await connector.open(settings, context);
    return await readInbox(session);
  };
}

async function readInbox(session: Session): Promise<number> {
  const known = { has: async () => new Set<never>(), all: async () => new Set<never>() };
  const bounds = { messages: 200, bytes: 16 * 1024 * 1024, messageBytes: 64 * 1024 * 1024, since: null };
  let bytes = 0;
  for await (const page of session.email!.changes('INBOX', null, known, bounds)) {
    for (const { source } of page.arrived) bytes += source.length;
  }
  return bytes;
}

/**
 * As its own documentation does it: SyncFolderItems by ids, then a batch of MIME with the properties that ours asks
 * for too (but for one: it cannot write a property by its tag).
 */
async function ewsjsAt(url: string): Promise<Read> {
  const { default: ews } = await import('ews-javascript-api');
  const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2013_SP1);
  service.Credentials = new ews.WebCredentials(ADDRESS, PASSWORD);
  service.Url = new ews.Uri(url);
  const inbox = new ews.FolderId(ews.WellKnownFolderName.Inbox);
  const scope = ews.SyncFolderItemsScope.NormalItems;
  const { DateTimeReceived, Categories, Flag, IsDraft, MimeContent } = ews.ItemSchema;
  const read = [DateTimeReceived, Categories, Flag, IsDraft, MimeContent, ews.EmailMessageSchema.IsRead];
  const shape = new ews.PropertySet(ews.BasePropertySet.IdOnly, read);
  return async () => {
    let bytes = 0;
    for (let state = '', more = true; more; ) {
      const changes = await service.SyncFolderItems(inbox, ews.PropertySet.IdOnly, [], 512, scope, state);
      const ids = changes.GetEnumerator().map(({ Item }) => Item.Id);
      for (let at = 0; at < ids.length; at += BATCH) {
        const got = await service.BindToItems(ids.slice(at, at + BATCH), shape);
        for (const { Item } of got.Responses)
          bytes += Buffer.from(Item.MimeContent.Content as unknown as string, 'base64').length;
      }
      [state, more] = [changes.SyncState, changes.MoreChangesAvailable];
    }
    return bytes;
  };
}

const READERS = { 'our connector': oursAt, 'ews-javascript-api': ewsjsAt } as const;
type Name = keyof typeof READERS;
const NAMES = Object.keys(READERS) as Name[];

interface Measured {
  readonly cpuMs: number;
  readonly ms: number;
}

/** In a process of its own: each time it is asked it reads, and tells what the process has used since it was last asked. */
async function readWhenAsked(name: Name, url: string, wanted: number): Promise<void> {
  const read = await READERS[name](url);
  let cpu = process.cpuUsage();
  process.once('disconnect', () => process.exit());
  process.on('message', async () => {
    const started = performance.now();
    const bytes = await read();
    const ms = performance.now() - started;
    const before = cpu;
    cpu = process.cpuUsage();
    if (bytes < wanted) throw new Error(`${name} read ${bytes} bytes of ${wanted}`);
    process.send!({ cpuMs: (cpu.user - before.user + cpu.system - before.system) / 1000, ms });
  });
  process.send!('ready');
}

async function serveMail(count: number): Promise<void> {
  const exchange = new Exchange();
  const mailbox = exchange.addMailbox(ADDRESS, PASSWORD);
  for (let index = 0; index < count; index += 1) await deliver(exchange, mailbox, letter(index));
  process.once('disconnect', () => process.exit());
  process.send!((await serve(exchange)).url);
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const rounded = (value: number) => value.toFixed(0).padStart(6);

async function started(...words: readonly unknown[]): Promise<{ child: ChildProcess; said: unknown }> {
  const child = fork(import.meta.filename, words.map(String));
  const [said] = await once(child, 'message');
  return { child, said };
}

async function ask(child: ChildProcess): Promise<Measured> {
  child.send('read');
  const [measured] = await once(child, 'message');
  return measured;
}

async function compare(count: number, rounds: number, warmUp: number): Promise<void> {
  const server = await started('serve', count);
  const children = await Promise.all(NAMES.map((name) => started('read', name, server.said, count * SIZE_BYTES)));
  const all = children.map((): Measured[] => []);
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const [n, { child }] of children.entries()) all[n]!.push(await ask(child));
  }
  for (const { child } of [server, ...children]) child.disconnect();
  console.log(`${count} messages of ${SIZE_BYTES / 1000} KB, ${rounds} rounds in turn, after ${warmUp} to warm up; the median`);
  tell(all.map((measured) => measured.slice(warmUp)));
}

function tell(all: readonly (readonly Measured[])[]): void {
  const cpu = all.map((measured) => measured.map(({ cpuMs }) => cpuMs));
  for (const [n, name] of NAMES.entries()) {
    const ms = middle(all[n]!.map((one) => one.ms));
    console.log(`${name.padEnd(20)} ${rounded(middle(cpu[n]!))} ms of processor time, ${rounded(ms)} ms`);
  }
  const ratio = (of: (values: readonly number[]) => number) => (of(cpu[1]!) / of(cpu[0]!)).toFixed(1);
  console.log(`our connector takes 1/${ratio(middle)} of the processor time, over all rounds 1/${ratio(sum)}`);
}

const [first = '100', second = '25', third = '20', fourth = ''] = process.argv.slice(2);
if (first === 'serve') await serveMail(Number(second));
else if (first === 'read') await readWhenAsked(second as Name, third, Number(fourth));
else await compare(Number(first), Number(second), Number(third));
