/**
 * Reading 100 messages of 30 KB from Exchange: processor time and duration of our connector and of ews-javascript-api over the
 * same messages in one run. The stand-in runs in a process of its own, so that its work is nobody's.
 *
 *   node bin/run.js bench/exchange-read.ts [messages] [rounds]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createExchangeConnector } from '../src/connector/exchange/exchange-connector.ts';
import { systemClock } from '../src/platform/clock.ts';
import { silentLog } from '../src/platform/log.ts';
import { Exchange } from '../test/servers/exchange/exchange.ts';
import { deliver } from '../test/servers/exchange/mime/transport.ts';
import { serve } from '../test/servers/exchange/server.ts';

const ADDRESS = 'anna@example.com';
const PASSWORD = 'pw';
const SIZE_BYTES = 30_000;
const WARM_UP = 5;
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

async function readByOurs(url: string): Promise<number> {
  const connector = createExchangeConnector();
  const settings = connector.parseSettings({ url, allowClearText: true, mailbox: ADDRESS });
  const credential = async () => ({ method: 'password', username: ADDRESS, password: PASSWORD }) as const;
  const context = { log: silentLog, clock: systemClock, signal: new AbortController().signal, credential };
  await using session = await connector.open(settings, context);
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
async function readByEwsjs(url: string): Promise<number> {
  const { default: ews } = await import('ews-javascript-api');
  const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2013_SP1);
  service.Credentials = new ews.WebCredentials(ADDRESS, PASSWORD);
  service.Url = new ews.Uri(url);
  const inbox = new ews.FolderId(ews.WellKnownFolderName.Inbox);
  const scope = ews.SyncFolderItemsScope.NormalItems;
  const { DateTimeReceived, Categories, Flag, IsDraft, MimeContent } = ews.ItemSchema;
  const read = [DateTimeReceived, Categories, Flag, IsDraft, MimeContent, ews.EmailMessageSchema.IsRead];
  let bytes = 0;
  for (let state = '', more = true; more; ) {
    const changes = await service.SyncFolderItems(inbox, ews.PropertySet.IdOnly, [], 512, scope, state);
    const ids = changes.GetEnumerator().map(({ Item }) => Item.Id);
    for (let at = 0; at < ids.length; at += BATCH) {
      const got = await service.BindToItems(ids.slice(at, at + BATCH), new ews.PropertySet(ews.BasePropertySet.IdOnly, read));
      for (const { Item } of got.Responses) bytes += Buffer.from(Item.MimeContent.Content as unknown as string, 'base64').length;
    }
    [state, more] = [changes.SyncState, changes.MoreChangesAvailable];
  }
  return bytes;
}

const READERS = { 'our connector': readByOurs, 'ews-javascript-api': readByEwsjs } as const;
type Name = keyof typeof READERS;

interface Measured {
  readonly cpuMs: number;
  readonly ms: number;
}

async function measure(name: Name, url: string, wanted: number): Promise<Measured> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const bytes = await READERS[name](url);
  const used = process.cpuUsage(cpu);
  if (bytes < wanted) throw new Error(`${name} read ${bytes} bytes of ${wanted}`);
  return { cpuMs: (used.user + used.system) / 1000, ms: performance.now() - started };
}

async function serveMail(count: number): Promise<void> {
  const exchange = new Exchange();
  const mailbox = exchange.addMailbox(ADDRESS, PASSWORD);
  for (let index = 0; index < count; index += 1) await deliver(exchange, mailbox, letter(index));
  process.once('disconnect', () => process.exit());
  process.send!((await serve(exchange)).url);
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function compare(count: number, rounds: number): Promise<void> {
  const child = fork(import.meta.filename, ['serve', String(count)]);
  const [url] = (await once(child, 'message')) as [string];
  const names = Object.keys(READERS) as Name[];
  // Modules are loaded and the code is warm before anything counts.
  for (let round = 0; round < WARM_UP; round += 1) for (const name of names) await measure(name, url, count * SIZE_BYTES);
  const all = new Map<Name, Measured[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) all.get(name)!.push(await measure(name, url, count * SIZE_BYTES));
  }
  child.kill();
  console.log(
    `${count} messages of ${SIZE_BYTES / 1000} KB, the median of ${rounds} rounds in turn, after ${WARM_UP} to warm up`,
  );
  for (const name of names) {
    const measured = all.get(name)!;
    const [cpu, ms] = [middle(measured.map(({ cpuMs }) => cpuMs)), middle(measured.map((one) => one.ms))];
    console.log(`${name.padEnd(20)} ${cpu.toFixed(0).padStart(6)} ms of processor time, ${ms.toFixed(0).padStart(6)} ms`);
  }
  const [ours, theirs] = names.map((name) => middle(all.get(name)!.map(({ cpuMs }) => cpuMs)));
  console.log(`our connector takes 1/${(theirs! / ours!).toFixed(1)} of the processor time`);
}

const [first = '100', second = '5'] = process.argv.slice(2);
if (first === 'serve') await serveMail(Number(second));
else await compare(Number(first), Number(second));
