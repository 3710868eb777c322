/** `mailroom run` as a process of its own, and other commands beside it: reloads, refusals, wake-ups, a graceful end. */
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createGateway, type Finished, finished, type Gateway } from '../gateway/gateway.ts';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { type SmtpSink, startSmtpSink } from '../servers/smtp-sink.ts';

const PATIENCE = { timeout: 120_000, interval: 50 };
const PASSWORD = 'canary-5up3r-s3cr3t';

interface Status {
  readonly mailboxes: readonly {
    readonly address: string;
    readonly state: string;
    readonly counts: { readonly stored: number };
    readonly outbox: Readonly<Record<string, number>>;
    readonly sendingStopped: { readonly code: string; readonly remedy: string | null } | null;
  }[];
  readonly refusedConfig: { readonly lines: readonly string[] } | null;
}

describe.runIf(await needsServer('dovecot'))('mailroom run', () => {
  let dovecot: Dovecot;
  let sink: SmtpSink;
  let db: TestDatabase;
  let gateway: Gateway;
  let server: ChildProcess;
  let ended: Promise<Finished>;
  let said = '';

  beforeAll(async () => {
    const users = { anna: PASSWORD, boris: PASSWORD };
    [dovecot, sink] = await Promise.all([startDovecot({ users }), startSmtpSink({ users })]);
  });
  afterAll(() => Promise.all([dovecot?.stop(), sink?.stop()]));

  beforeEach(async () => {
    db = await startTestDatabase({ migrated: false });
    gateway = await createGateway({});
    await writeFile(join(gateway.folder, 'ca.pem'), dovecot.caPem);
    said = '';
  });
  afterEach(async () => {
    if (server.exitCode === null) server.kill('SIGKILL');
    await ended;
    await db.stop();
    await gateway.remove();
  });

  const mailbox = (name: string) => ({
    address: `${name}@example.com`,
    receive: { server: 'box', auth: { username: name, password: { file: `./${name}.password` } } },
    send: { server: 'relay', auth: { username: name, password: { file: `./${name}.sending` } } },
  });
  const config = (...names: readonly string[]) => ({
    data: './data',
    database: { url: db.url },
    http: false,
    log: { level: 'info', format: 'json' },
    servers: {
      box: { type: 'imap', host: '127.0.0.1', port: dovecot.imapsPort, ca: { file: './ca.pem' } },
      relay: { type: 'smtp', host: '127.0.0.1', port: sink.tlsPort, ca: { file: './ca.pem' } },
    },
    mailboxes: names.map(mailbox),
  });
  const setPassword = async (name: string, receiving: string, sending = receiving) => {
    await writeFile(join(gateway.folder, `${name}.password`), receiving);
    await writeFile(join(gateway.folder, `${name}.sending`), sending);
  };

  function run(): void {
    server = gateway.start(['run']);
    server.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    ended = finished(server);
  }
  const lines = (message: string) => said.split('\n').filter((line) => line.includes(`"message":"${message}`));
  const until = (message: string, times = 1) => expect.poll(() => lines(message).length, PATIENCE).toBeGreaterThanOrEqual(times);
  const passes = (name: string) => lines('pass done').filter((line) => line.includes(`${name}@example.com`)).length;
  const status = async (): Promise<Status> =>
    JSON.parse((await gateway.run(['status', '--json'])).stdout.toString().trim().split('\n').at(-1)!) as Status;

  test('takes over a changed file, and on SIGHUP; keeps the last good one, and says so; ends in time', async () => {
    await setPassword('anna', PASSWORD);
    await setPassword('boris', PASSWORD);
    await gateway.configure(config('anna'));
    run();
    await expect.poll(() => passes('anna'), PATIENCE).toBeGreaterThan(0);

    await gateway.configure(config('anna', 'boris'));
    await expect.poll(() => passes('boris'), PATIENCE).toBeGreaterThan(0);

    await writeFile(gateway.configFile, 'servers: { box: { type: imap, hots: x } }\n');
    await until('configuration has errors, the last good one stays in force');
    const told = await gateway.run(['status']);
    expect(told.code).toBe(3);
    expect(told.stderr).toMatch(/hots/);
    expect(told.stderr).toMatch(/the running server has seen it, and goes on with the last good configuration/);
    await dovecot.deliver('anna', 'INBOX', 'From: c@example.net\r\nSubject: still served\r\nMessage-ID: <1@c>\r\n\r\nx\r\n');

    await gateway.configure(config('anna', 'boris'));
    await until('configuration taken over', 2);
    const before = lines('configuration taken over').length;
    server.kill('SIGHUP');
    await until('configuration taken over', before + 1);
    await expect.poll(async () => (await status()).mailboxes[0]?.counts.stored, PATIENCE).toBe(1);
    expect((await status()).refusedConfig).toBeNull();

    const asked = performance.now();
    server.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect(performance.now() - asked).toBeLessThan(30_000);
    expect(lines('stopped')).toHaveLength(1);
    expect(said).not.toContain(PASSWORD);
  });

  test('a reload that would drop most mailboxes waits for approval, and status says so', async () => {
    await setPassword('anna', PASSWORD);
    await setPassword('boris', PASSWORD);
    await gateway.configure(config('anna', 'boris'));
    run();
    await expect.poll(() => passes('anna') * passes('boris'), PATIENCE).toBeGreaterThan(0);
    await gateway.configure(config('anna'));
    await until('configuration would drop too many mailboxes');
    const { refusedConfig, mailboxes } = await status();
    expect(refusedConfig?.lines).toEqual(['it would drop 1 of 2 mailboxes, and waits for "mailroom plan --approve"']);
    expect(mailboxes.map(({ state }) => state)).toEqual(['active', 'active']);
    expect((await gateway.run(['plan', '--approve'])).code).toBe(0);
    await until('configuration taken over');
    expect((await status()).mailboxes.map(({ state }) => state)).toEqual(['active', 'paused']);
    expect((await status()).refusedConfig).toBeNull();
  });

  test('a stopped mailbox is served again at once when "mailroom test" passes, whoever had stopped it', async () => {
    await setPassword('anna', PASSWORD);
    await gateway.configure(config('anna'));
    await gateway.run(['migrate']);
    await gateway.run(['status']); // brings the mailbox in
    await db.database('mailboxes').update({ state: 'stopped', stopped_code: 'auth-rejected', stopped_message: 'refused' });
    run();
    await until('serving');
    const tested = await gateway.run(['test', 'anna@example.com']);
    expect(tested.stdout.toString() + tested.stderr).toMatch(/ok +login/);
    await expect.poll(() => passes('anna'), PATIENCE).toBeGreaterThan(0);
    expect((await status()).mailboxes[0]).toMatchObject({ state: 'active' });
  });

  test('a refused login for sending stops sending alone, with the way to mend it; a test that passes lets it go on', async () => {
    await setPassword('anna', PASSWORD, 'wrong');
    await gateway.configure(config('anna'));
    await gateway.run(['migrate']);
    run();
    await expect.poll(() => passes('anna'), PATIENCE).toBeGreaterThan(0);
    await gateway.run(['send', '--from', 'anna@example.com', '--to', 'c@example.net', '--subject', 's', '--text', 't']);
    await until('sending stopped: the server refuses its login');
    const stopped = (await status()).mailboxes[0];
    expect(stopped).toMatchObject({ state: 'active', outbox: { pending: 1 }, sendingStopped: { code: 'auth-rejected' } });
    expect(stopped?.sendingStopped?.remedy).toMatch(/password/i);
    const told = await gateway.run(['status']);
    expect(told.stdout.toString()).toMatch(/anna@example.com sends nothing: .*\n {2}what to do: /);
    expect(told.code).toBe(1);
    await setPassword('anna', PASSWORD);
    expect((await gateway.run(['test', 'anna@example.com'])).code).toBe(0);
    await expect.poll(async () => (await status()).mailboxes[0], PATIENCE).toMatchObject({ outbox: { sent: 1 } });
    expect((await status()).mailboxes[0]).toMatchObject({ sendingStopped: null });
    expect(sink.ledger.all()).toHaveLength(1);
  });
});
