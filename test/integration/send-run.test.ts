/** The whole way round: a running server sends, files, receives the bounce and puts it onto the mail. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { type SmtpSink, startSmtpSink } from '../servers/smtp-sink.ts';

const root = join(import.meta.dirname, '..', '..');

describe.runIf(await needsServer('dovecot'))('beside a running server', () => {
  let folder: string;
  let db: TestDatabase;
  let sink: SmtpSink;
  let dovecot: Dovecot;
  let server: ChildProcess;
  let said = '';

  const words = (args: readonly string[]) => [
    ...[join(root, 'bin', 'run.js'), join(root, 'src', 'main.ts'), '--config', join(folder, 'mailroom.yaml')],
    ...args,
  ];
  const mailroom = (...args: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile(process.execPath, words(args), { cwd: root }, (error, stdout, stderr) =>
        error ? reject(new Error(`${stderr}${stdout}`)) : resolve(stdout),
      );
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailroom-run-'));
    [db, sink, dovecot] = await Promise.all([startTestDatabase(), startSmtpSink(), startDovecot({ users: { anna: 'pw' } })]);
    await dovecot.deliver('anna', 'Sent', 'Subject: old\r\n\r\n');
    await writeFile(join(folder, 'ca.pem'), sink.caPem);
    await writeFile(
      join(folder, 'mailroom.yaml'),
      `
data: ./data
database: { url: ${JSON.stringify(db.url)} }
defaults: { receive: { since: 2020-01-01, folders: [INBOX, { role: sent }] } }
servers:
  office: { type: imap, host: localhost, port: ${dovecot.imapsPort}, tls: implicit, ca: { file: ./ca.pem } }
  relay: { type: smtp, host: localhost, port: ${sink.port}, tls: starttls, ca: { file: ./ca.pem }, auth: { method: none } }
mailboxes:
  - address: anna@example.test
    receive: { server: office, auth: { username: anna, password: pw } }
    send: { server: relay }
`,
    );
    server = spawn(process.execPath, words(['run']), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [server.stdout!, server.stderr!])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server?.kill('SIGTERM');
    if (server && server.exitCode === null) await ended;
    await Promise.all([db?.stop(), sink?.stop(), dovecot?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  test('what is sent beside it goes out by it, is filed once, and its bounce comes back onto it', async () => {
    await expect.poll(() => said, { timeout: 60_000 }).toMatch(/pass done/);
    const args = ['send', '--from', 'anna@example.test', '--to', 'b@example.test', '--subject', 'Offer', '--text', 'x', '--json'];
    const { id, messageId } = JSON.parse(await mailroom(...args)) as { id: string; messageId: string };
    await sink.ledger.until((arrival) => arrival.messageId === `<${messageId}>`);
    const inSent = () => dovecot.messages('anna', 'Sent').filter(({ raw }) => raw.toString().includes(messageId)).length;
    await expect.poll(inSent, { timeout: 60_000 }).toBe(1);
    await dovecot.deliver('anna', 'INBOX', bounceOf(messageId));
    const state = async () => (JSON.parse(await mailroom('outbox', 'show', id, '--json')) as { state: string }).state;
    await expect.poll(state, { timeout: 120_000, interval: 1_000 }).toBe('failed');
    expect([sink.ledger.count(`<${messageId}>`, 'b@example.test'), inSent()]).toEqual([1, 1]);
  });
});

function bounceOf(messageId: string): string {
  return [
    'From: MAILER-DAEMON@sink.example.test',
    'To: anna@example.test',
    'Subject: Undelivered Mail Returned to Sender',
    'Message-ID: <bounce-1@sink.example.test>',
    'Date: Wed, 4 Mar 2026 05:06:07 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It did not arrive.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; sink.example.test',
    '',
    'Final-Recipient: rfc822;b@example.test',
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 No such user',
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: <${messageId}>`,
    'Subject: Offer',
    '',
    '--b--',
    '',
  ].join('\r\n');
}
