/**
 * Contacts and appointments of one large mailbox of Exchange, by `mailroom sync` as a process of its own: a first sync, and a
 * last one with nothing new. The stand-in, in a process of its own too, counts the requests. Ends with 1 when the last sync
 * changes the server, reads an item, or makes more requests than a mailbox of ten items takes.
 *
 * With `explicit`, the default of the config, items are read and none is taken over. With `everything` each is taken over and
 * gets our key, which is a change of the server; the second sync is told of these, and the third is the one with nothing new.
 *
 *   node bin/run.js bench/exchange-items.ts [items of each kind] [contact,appointment] [explicit|everything]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createGateway, type Gateway } from '../test/gateway/gateway.ts';
import { Exchange } from '../test/servers/exchange/exchange.ts';
import { serve } from '../test/servers/exchange/server.ts';
import { blankItem } from '../test/servers/exchange/store/blank.ts';
import type { ItemKind } from '../test/servers/exchange/store/model.ts';
import { type Element, el } from '../test/servers/exchange/xml/element.ts';

const PASSWORD = 'pw';
const SMALL = 10;
const TICKS_PER_SECOND = 100;
const HOUR_MS = 3_600_000;

const KINDS = { contact: 'contacts', appointment: 'appointments' } as const;
type Kind = keyof typeof KINDS;

interface Place {
  readonly home: 'contacts' | 'calendar';
  readonly item: ItemKind;
  fields(index: number): Record<string, string | Element[]>;
}

const PLACES: Record<Kind, Place> = {
  contact: {
    ...{ home: 'contacts', item: 'Contact' },
    fields: (index) => ({
      GivenName: 'Ada',
      Surname: `Person ${index}`,
      CompanyName: `Company ${index % 100}`,
      JobTitle: 'Buyer',
      EmailAddresses: [el('Entry', `person${index}@example.net`, { Key: 'EmailAddress1' })],
      PhoneNumbers: [el('Entry', `+41 44 ${index}`, { Key: 'MobilePhone' })],
    }),
  },
  appointment: {
    ...{ home: 'calendar', item: 'CalendarItem' },
    fields(index) {
      const start = Date.UTC(2027, 0, 1) + index * HOUR_MS;
      const [from, to] = [start, start + HOUR_MS / 2].map((time) => new Date(time).toISOString());
      return { Subject: `Visit ${index}`, Start: from!, End: to!, Location: 'Here' };
    },
  },
};

const addressOf = (kind: Kind, count: number) => `${kind}${count}@example.com`;

async function serveItems(kinds: readonly Kind[], sizes: readonly number[]): Promise<void> {
  const exchange = new Exchange();
  for (const kind of kinds) {
    for (const size of sizes) {
      const mailbox = exchange.addMailbox(addressOf(kind, size), PASSWORD);
      const { home, item, fields } = PLACES[kind];
      for (let index = 0; index < size; index += 1) {
        const made = blankItem(item, mailbox.clock.now());
        for (const [name, value] of Object.entries(fields(index))) made.fields[name] = el(name, value);
        mailbox.place(made, mailbox.folderNamed(home));
      }
    }
  }
  let counts: Record<string, number> = {};
  const onAnswer = (_: string, operation: string) => {
    counts[operation] = (counts[operation] ?? 0) + 1;
  };
  process.on('message', () => {
    process.send!(counts);
    counts = {};
  });
  process.once('disconnect', () => process.exit());
  process.send!((await serve(exchange, { onAnswer })).url);
}

const SYNCS = { explicit: ['first', 'second'], everything: ['first', 'second', 'third'] } as const;
type Track = keyof typeof SYNCS;
type Sync = 'first' | 'second' | 'third';

interface Row {
  readonly kind: Kind;
  readonly items: number;
  readonly sync: Sync;
  readonly requests: number;
  readonly reads: number;
  readonly writes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Of all processes that this one has started and that have ended (proc_pid_stat(5): cutime, cstime). */
function cpuOfEnded(): number {
  const [, after = ''] = readFileSync('/proc/self/stat', 'latin1').split(/\) /);
  const fields = after.split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

type Count = () => Promise<Record<string, number>>;

async function measure(gateway: Gateway, count: Count, kind: Kind, items: number, sync: Row['sync']): Promise<Row> {
  await count();
  const [cpu, started] = [cpuOfEnded(), performance.now()];
  const [answer] = await gateway.json<{ items: Record<Kind, { read: number }> }>(['sync', addressOf(kind, items)]);
  const used = { seconds: (performance.now() - started) / 1000, cpuSeconds: cpuOfEnded() - cpu };
  const { read } = answer!.items[kind];
  if (sync === 'first' && read !== items) throw new Error(`${read} of ${items} ${kind}s were read`);
  const counts = Object.entries(await count());
  const sum = (of: RegExp) => counts.filter(([name]) => of.test(name)).reduce((total, [, times]) => total + times, 0);
  return {
    kind,
    items,
    sync,
    requests: sum(/./),
    reads: sum(/^GetItem/),
    writes: sum(/^(Create|Update|Delete|Move|Send)/),
    ...used,
  };
}

async function measureAll(kinds: readonly Kind[], sizes: readonly number[], track: Track): Promise<Row[]> {
  const child = fork(import.meta.filename, ['serve', sizes.join(), kinds.join()]);
  const [url] = (await once(child, 'message')) as [string];
  const count: Count = async () => {
    child.send('counts');
    return (await once(child, 'message'))[0] as Record<string, number>;
  };
  const pairs = kinds.flatMap((kind) => sizes.map((size) => [kind, size] as const));
  const gateway = await createGateway({
    ...{ data: './data', http: false, log: { level: 'error' } },
    servers: { ex: { type: 'exchange', url, allowClearText: true } },
    mailboxes: pairs.map(([kind, size]) => ({
      address: addressOf(kind, size),
      items: { server: 'ex', auth: { password: { env: 'BENCH_PASSWORD' } }, [KINDS[kind]]: { track } },
    })),
  });
  process.env.BENCH_PASSWORD = PASSWORD;
  try {
    const rows: Row[] = [];
    for (const [kind, size] of pairs) {
      for (const sync of SYNCS[track]) rows.push(await measure(gateway, count, kind, size, sync));
    }
    return rows;
  } finally {
    await gateway.remove();
    child.disconnect();
  }
}

function show(rows: readonly Row[]): void {
  console.log('| kind        |  items | sync   | requests | GetItem | writes | seconds | CPU seconds |');
  console.log('| ----------- | -----: | ------ | -------: | ------: | -----: | ------: | ----------: |');
  for (const { kind, items, sync, requests, reads, writes, seconds, cpuSeconds } of rows) {
    const numbers = [
      [requests, 8],
      [reads, 7],
      [writes, 6],
      [seconds.toFixed(1), 7],
      [cpuSeconds.toFixed(2), 11],
    ] as const;
    const cells = numbers.map(([value, width]) => String(value).padStart(width)).join(' | ');
    console.log(`| ${kind.padEnd(11)} | ${String(items).padStart(6)} | ${sync.padEnd(6)} | ${cells} |`);
  }
}

function complaints(rows: readonly Row[], track: Track): string[] {
  const last = rows.filter(({ sync }) => sync === SYNCS[track].at(-1));
  const changes = last
    .filter(({ writes }) => writes > 0)
    .map(({ kind }) => `a sync with nothing new changes the server: ${kind}s`);
  const reads = last.filter((row) => row.reads > 0).map(({ kind }) => `a sync with nothing new reads items: ${kind}s`);
  const grows = last.filter(({ kind, requests }) => last.some((row) => row.kind === kind && row.requests < requests));
  return [...changes, ...reads, ...grows.map(({ kind }) => `the requests of a sync with nothing new grow with the ${kind}s`)];
}

const [first = '10000', second = 'contact,appointment', third = 'explicit'] = process.argv.slice(2);
if (first === 'serve') await serveItems(third.split(',') as Kind[], second.split(',').map(Number));
else {
  const track = third as Track;
  const rows = await measureAll(second.split(',') as Kind[], [SMALL, Number(first)], track);
  show(rows);
  for (const complaint of complaints(rows, track)) console.error(complaint);
  if (complaints(rows, track).length > 0) process.exitCode = 1;
}
