/**
 * What a second sync with nothing new costs: round trips and bytes through a counting proxy, for mailboxes of 100, 1,000 and 5,000
 * messages. The number of round trips must not grow with the messages; this ends with 1 when it does.
 *
 *   node bin/run.js bench/second-sync.ts [--messages 100,1000,5000] [--json]
 */
import { parseArgs } from 'node:util';
import { createGateway } from '../test/gateway/gateway.ts';
import { type Dovecot, startDovecot } from '../test/servers/dovecot.ts';
import { type FaultProxy, startFaultProxy } from '../test/servers/fault-proxy.ts';

const { values: options } = parseArgs({
  options: { messages: { type: 'string', default: '100,1000,5000' }, json: { type: 'boolean', default: false } },
});

/** The folders that a mailbox has; only the first is as large as its name says. */
const FOLDERS = { one: ['INBOX'], three: ['INBOX', 'Sent', 'Projects'] } as const;
const SMALL_FOLDER = 20;

interface Mailbox {
  readonly user: string;
  readonly type: 'imap' | 'pop3';
  readonly folders: readonly string[];
  readonly messages: number;
}

interface Row extends Omit<Mailbox, 'user' | 'folders'> {
  readonly folders: number;
  readonly connections: number;
  readonly roundTrips: number;
  readonly bytesToServer: number;
  readonly bytesToClient: number;
}

const message = (at: number, folder: string): string =>
  `Message-ID: <${at}.${folder}@bench.example>\r\nFrom: a@bench.example\r\nTo: b@bench.example\r\nSubject: ${at}\r\n\r\nText ${at}\r\n`;

async function fill(dovecot: Dovecot, { user, folders, messages }: Mailbox): Promise<void> {
  for (const [at, folder] of folders.entries()) {
    const count = at === 0 ? messages : SMALL_FOLDER;
    for (let number = 0; number < count; number += 1) await dovecot.deliver(user, folder, message(number, folder));
  }
}

const configOf = (mailboxes: readonly Mailbox[], ports: Readonly<Record<'imap' | 'pop3', number>>): object => ({
  data: './data',
  servers: Object.fromEntries(
    Object.entries(ports).map(([type, port]) => [type, { type, host: '127.0.0.1', port, tls: 'none', allowClearText: true }]),
  ),
  mailboxes: mailboxes.map(({ user, type, folders }) => ({
    address: `${user}@bench.example`,
    receive: { server: type, folders, auth: { username: user, password: { env: 'BENCH_PASSWORD' } } },
  })),
});

async function measure(mailboxes: readonly Mailbox[], dovecot: Dovecot): Promise<Row[]> {
  await using imap = await startFaultProxy({ port: dovecot.imapPort });
  await using pop3 = await startFaultProxy({ port: dovecot.pop3Port });
  const gateway = await createGateway(configOf(mailboxes, { imap: imap.port, pop3: pop3.port }));
  process.env.BENCH_PASSWORD = 'secret';
  try {
    const sync = async ({ user, messages, folders }: Mailbox, first: boolean) => {
      const [answer] = await gateway.json<{ stored: number }>(['sync', `${user}@bench.example`]);
      const expected = first ? messages + SMALL_FOLDER * (folders.length - 1) : 0;
      if (answer?.stored !== expected) throw new Error(`${user}: ${answer?.stored} stored instead of ${expected}`);
    };
    const rows: Row[] = [];
    for (const mailbox of mailboxes) {
      const proxy: FaultProxy = mailbox.type === 'imap' ? imap : pop3;
      await sync(mailbox, true);
      proxy.resetCounts();
      await sync(mailbox, false);
      const { connections, ...counts } = proxy.counts();
      rows.push({ type: mailbox.type, folders: mailbox.folders.length, messages: mailbox.messages, connections, ...counts });
    }
    return rows;
  } finally {
    await gateway.remove();
  }
}

const sizes = options.messages.split(',').map(Number);
const mailboxes = sizes.flatMap((messages): Mailbox[] => [
  { user: `imap-one-${messages}`, type: 'imap', folders: FOLDERS.one, messages },
  { user: `imap-three-${messages}`, type: 'imap', folders: FOLDERS.three, messages },
  { user: `pop3-${messages}`, type: 'pop3', folders: FOLDERS.one, messages },
]);
const users = Object.fromEntries(mailboxes.map(({ user }) => [user, 'secret']));
await using dovecot = await startDovecot({ users, certificate: 'none' });
for (const mailbox of mailboxes) await fill(dovecot, mailbox);
const rows = await measure(mailboxes, dovecot);
rows.sort((a, b) => a.type.localeCompare(b.type) || a.folders - b.folders || a.messages - b.messages);
if (options.json) console.log(JSON.stringify(rows));
else {
  console.log('| protocol | folders | messages | connections | round trips | bytes to the server | bytes back |');
  console.log('| -------- | ------: | -------: | ----------: | ----------: | ------------------: | ---------: |');
  for (const row of rows)
    console.log(
      `| ${row.type.padEnd(8)} | ${pad(row.folders, 7)} | ${pad(row.messages, 8)} | ${pad(row.connections, 11)} | ${pad(row.roundTrips, 11)} | ${pad(row.bytesToServer, 19)} | ${pad(row.bytesToClient, 10)} |`,
    );
}
const grows = [...Map.groupBy(rows, ({ type, folders }) => `${type} with ${folders} folder(s)`)].filter(
  ([, group]) => new Set(group.map(({ roundTrips }) => roundTrips)).size > 1,
);
for (const [what] of grows) console.error(`the round trips grow with the messages: ${what}`);
if (grows.length > 0) process.exitCode = 1;

function pad(value: number, width: number): string {
  return String(value).padStart(width);
}
