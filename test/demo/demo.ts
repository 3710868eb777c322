/**
 * `npm run demo`: the main job on this machine, with real mail servers on loopback and the embedded PostgreSQL. On a terminal it
 * goes on until Ctrl-C, otherwise it ends when everything was shown. Leaves nothing behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createGateway, finished, type Gateway } from '../gateway/gateway.ts';
import { ensure } from '../servers/packages.ts';
import { showItems, startItemsDemo } from './items.ts';
import { type DemoServers, startDemoServers } from './servers.ts';

const interactive = process.stdout.isTTY === true;
const stopping = new AbortController();
const cleanUp: (() => Promise<unknown>)[] = [];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

function say(text = ''): void {
  console.log(text);
}

function headline(text: string): void {
  say(`\n\x1b[1m== ${text}\x1b[0m`.replace(interactive ? '' : /\x1b\[\dm/g, ''));
}

async function main(): Promise<void> {
  say('Mailroom demo: three mailboxes on real mail servers and three calendars, all of it on this machine (127.0.0.1).');
  headline('What is needed');
  say('PostgreSQL comes with the npm packages. The mail servers are Dovecot (IMAP, POP3) and Postfix (SMTP).');
  await ensure(['openssl', 'dovecot', 'postfix'], (line) => say(`  ${line}`));
  const servers = await startDemoServers();
  cleanUp.push(servers.stop);
  say(`  mailboxes:  ${servers.labels.mailboxes}, IMAP on port ${servers.imapsPort}, POP3 on port ${servers.pop3sPort} (TLS)`);
  say(`  submission: ${servers.labels.submission}, port ${servers.smtpsPort} (TLS)`);
  say(`  ${servers.mail.length} messages of all kinds were put into the mailboxes`);

  const gateway = await createGateway(configOf(servers));
  for (const { address, password } of Object.values(servers.mailboxes)) {
    await writeFile(join(gateway.folder, `${address}.password`), password, { mode: 0o600 });
  }
  cleanUp.push(gateway.remove);
  headline('mailroom sync: the first pass');
  await show(gateway, ['sync']);

  headline('mailroom run: serving while new mail comes');
  const server = startServer(gateway);
  await watchNewMail(gateway, servers, server);

  headline('mailroom send: one message out, and back in');
  await sendOne(gateway, servers);

  headline('mailroom activities: what came in and went out');
  await show(gateway, ['activities']);
  headline('mailroom status');
  await show(gateway, ['status']);

  headline('Exchange: appointments in step, both ways');
  const calendars = await startItemsDemo();
  cleanUp.push(calendars.stop);
  await showItems(calendars, { say, show });
  sayWhatNext(gateway);
  if (interactive) await goOn(gateway, servers);
}

function configOf(servers: DemoServers): object {
  const { imap, pop3, live } = servers.mailboxes;
  const ca = { file: servers.caFile };
  const login = ({ address }: { address: string }) => ({ username: address, password: { file: `./${address}.password` } });
  const mailbox = (box: { address: string }, server: string, extra: object = {}) => ({
    address: box.address,
    receive: { server, ...extra, auth: login(box) },
    send: { server: 'submission', auth: login(box) },
  });
  return {
    data: './data',
    http: false,
    log: { level: 'info', format: 'pretty' },
    servers: {
      dovecot: { type: 'imap', host: servers.host, port: servers.imapsPort, ca, polling: { every: '5 s' } },
      popbox: { type: 'pop3', host: servers.host, port: servers.pop3sPort, ca },
      submission: { type: 'smtp', host: servers.host, port: servers.smtpsPort, ca },
    },
    mailboxes: [
      mailbox(imap, 'dovecot', { folders: ['INBOX', { role: 'sent' }] }),
      mailbox(pop3, 'popbox'),
      mailbox(live, 'dovecot'),
    ],
  };
}

async function show(gateway: Gateway, args: readonly string[]): Promise<void> {
  stopping.signal.throwIfAborted();
  const child = spawn(process.execPath, gateway.command(args), { stdio: ['ignore', 'inherit', 'inherit'] });
  await finished(child);
  stopping.signal.throwIfAborted();
}

function startServer(gateway: Gateway): ChildProcess {
  const child = gateway.start(['run']);
  const log = createWriteStream(join(gateway.folder, 'mailroom.log'));
  child.stderr?.pipe(log);
  const end = finished(child);
  cleanUp.push(async () => {
    child.kill('SIGTERM');
    await end;
  });
  return child;
}

async function watchNewMail(gateway: Gateway, servers: DemoServers, server: ChildProcess): Promise<void> {
  const { address } = servers.mailboxes.live;
  const known = new Set((await copiesOf(gateway, address)).map(({ copyId }) => copyId));
  for (let number = 1; number <= 3; number += 1) {
    const put = performance.now();
    await servers.deliverNext();
    const copy = await untilStored(gateway, address, server, ({ copyId }) => !known.has(copyId));
    known.add(copy.copyId);
    say(`  a new mail for ${address} was stored after ${((performance.now() - put) / 1000).toFixed(1)} s: "${copy.subject}"`);
  }
}

interface Copy {
  readonly copyId: string;
  readonly subject: string | null;
  readonly messageId: string | null;
  readonly direction: string;
}

const copiesOf = (gateway: Gateway, address: string) =>
  gateway.json<Copy & Record<string, unknown>>(['activities', '--mailbox', address]);

async function untilStored(
  gateway: Gateway,
  address: string,
  server: ChildProcess | null,
  fits: (copy: Copy) => boolean,
): Promise<Copy> {
  for (;;) {
    stopping.signal.throwIfAborted();
    const found = (await copiesOf(gateway, address)).find(fits);
    if (found) return found;
    if (server?.exitCode != null)
      throw new Error(`mailroom run ended by itself; its log is ${join(gateway.folder, 'mailroom.log')}`);
    await pause(200);
  }
}

async function sendOne(gateway: Gateway, servers: DemoServers): Promise<void> {
  const { imap: from, live: to } = servers.mailboxes;
  const words = ['--subject', 'Your order is on its way', '--text', 'Dear customer,\n\nit left us this morning.\n\nAnna'];
  const [sent] = await gateway.json<{ id: string; messageId: string }>([
    'send',
    '--from',
    from.address,
    '--to',
    to.address,
    ...words,
  ]);
  say(`  ${from.address} wrote to ${to.address}: Message-ID ${sent!.messageId}`);
  const bare = sent!.messageId.replace(/[<>]/g, '');
  await servers.untilArrived(({ raw }) => raw.includes(bare));
  say('  the submission server has accepted it');
  await untilStored(gateway, to.address, null, ({ messageId }) => messageId === bare);
  say(`  it has arrived at ${to.address} and is stored: one activity, with a copy in each mailbox`);
}

function sayWhatNext(gateway: Gateway): void {
  headline('What to try next');
  say('  bin/mailroom init you@your.domain     your own mailbox: finds the servers, writes the config and tests it');
  if (!interactive) return;
  say('While this demo runs, in another terminal:');
  say(`  export MAILROOM_CONFIG=${gateway.configFile}`);
  say('  bin/mailroom activities --json        every field, one object a line');
  say('  bin/mailroom show <id> --raw          the bytes as they came');
  say('  bin/mailroom status                   each mailbox and how it is');
  say(`  less ${join(gateway.folder, 'mailroom.log')}`);
}

async function goOn(gateway: Gateway, servers: DemoServers): Promise<void> {
  const { address } = servers.mailboxes.live;
  say(`\nA new mail comes to ${address} every ten seconds. Ctrl-C ends the demo and removes everything it made.`);
  const known = new Set((await copiesOf(gateway, address)).map(({ copyId }) => copyId));
  const delivering = servers.keepDelivering(10_000);
  cleanUp.push(async () => delivering.stop());
  for (;;) {
    const copy = await untilStored(gateway, address, null, ({ copyId }) => !known.has(copyId));
    known.add(copy.copyId);
    say(`  stored: "${copy.subject}"`);
  }
}

async function end(): Promise<void> {
  for (const one of cleanUp.reverse()) await one().catch((error: Error) => say(`  while ending: ${error.message}`));
}

try {
  await main();
} catch (error) {
  if (stopping.signal.aborted) say('\nending the demo …');
  else {
    say(`\nThe demo failed: ${(error as Error).message}`);
    process.exitCode = 1;
  }
} finally {
  await end();
}
