import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitAddresses } from '../../src/cli/send.ts';
import { readEmail } from '../../src/normalise/read-email.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { type SmtpSink, startSmtpSink } from '../servers/smtp-sink.ts';

const root = join(import.meta.dirname, '..', '..');
let folder: string;
let db: TestDatabase;
let sink: SmtpSink;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailroom-send-'));
  [db, sink] = await Promise.all([startTestDatabase(), startSmtpSink({ users: { anna: 'canary-s3cret' } })]);
  await writeFile(join(folder, 'ca.pem'), sink.caPem);
  await writeFile(join(folder, 'offer.html'), '<p>Dear <b>B</b>, 5&nbsp;€</p>');
  await writeFile(join(folder, 'Angebot ä.pdf'), 'pdf');
  await writeFile(
    join(folder, 'mailroom.yaml'),
    `
data: ./data
database: { url: ${JSON.stringify(db.url)} }
servers:
  relay: { type: smtp, host: localhost, port: ${sink.port}, tls: starttls, ca: { file: ./ca.pem } }
mailboxes:
  - address: anna@example.test
    aliases: [a.berg@example.test]
    send: { server: relay, sendAs: [info@example.test], auth: { username: anna, password: canary-s3cret } }
`,
  );
});
afterAll(async () => {
  await Promise.all([db?.stop(), sink?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function mailroom(...args: readonly string[]): Promise<Ran> {
  const words = [join(root, 'bin', 'run.js'), join(root, 'src', 'main.ts'), '--config', join(folder, 'mailroom.yaml'), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test('send stores, sends at once and tells the activity and its Message-ID; outbox shows what became of it', async () => {
  const html = join(folder, 'offer.html');
  const attach = join(folder, 'Angebot ä.pdf');
  const flags = ['--subject', 'Größe', '--html', html, '--attach', attach, '--json'];
  const sent = await mailroom(
    'send',
    '--from',
    'info@example.test',
    '--to',
    '"B, Mr" <b@x.test>, c@x.test',
    '--bcc',
    'd@x.test',
    ...flags,
  );
  expect(sent).toMatchObject({ code: 0 });
  const answer = JSON.parse(sent.stdout) as { id: string; messageId: string; state: string };
  expect(answer).toMatchObject({ state: 'sent', recipients: [{ address: 'b@x.test', state: 'accepted' }, {}, {}] });
  const [arrival] = sink.ledger.all();
  expect(arrival).toMatchObject({ messageId: `<${answer.messageId}>`, user: 'anna', from: 'anna@example.test' });
  const { email } = readEmail(arrival!.raw);
  expect(email).toMatchObject({ subject: 'Größe', from: [{ email: 'info@example.test' }], to: [{ name: 'B, Mr' }, {}] });
  expect(email.text).toMatch(/Dear B, 5\s€/);
  expect(email.attachments.map(({ name }) => name)).toEqual(['Angebot ä.pdf']);

  const reply = JSON.parse((await mailroom('send', '--reply-to-activity', answer.id, '--text', 'thanks', '--json')).stdout);
  expect(reply.recipients).toMatchObject([{ address: 'info@example.test' }]);
  const list = (await mailroom('outbox', 'list', '--json')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(list.map(({ id, state }) => [id, state])).toEqual([
    [answer.id, 'sent'],
    [reply.id, 'sent'],
  ]);
  expect((await mailroom('outbox', 'show', answer.id)).stdout).toMatch(/State: +sent\n/);
  expect(`${sent.stdout}${sent.stderr}`).not.toContain('canary');
});

test('send with --id given twice is one mail', async () => {
  const send = () => mailroom('send', '--to', 'b@x.test', '--text', 'x', '--id', 'request-1', '--json');
  const [first, second] = [await send(), await send()];
  expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  expect(second.stderr).toMatch(/this request is known/);
  const { messageId } = JSON.parse(first.stdout) as { messageId: string };
  expect(sink.ledger.count(`<${messageId}>`, 'b@x.test')).toBe(1);
});

test('what cannot go says why and what to do, without a stack or a secret', async () => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['send', '--from', 'boss@example.test', '--to', 'b@x.test'], 2, /no mailbox "boss@example.test"/],
    [['send', '--mailbox', 'anna@example.test', '--from', 'boss@example.test', '--to', 'b@x.test'], 1, /sendAs/],
    [['send', '--to', 'nobody'], 1, /not an email address/],
    [['send', '--subject', 'x'], 1, /at least one recipient/],
    [['send', '--to', 'b@x.test', '--attach', '/no/such/file'], 2, /cannot read/],
    [['send', '--to', 'b@x.test', '--at', 'tomorrow'], 2, /no time/],
    [['outbox', 'resolve', '00000000-0000-7000-8000-000000000000', 'maybe'], 2, /"sent" or "not-sent"/],
    [['outbox', 'show', 'x'], 4, /no mail with the id/],
    [['outbox', 'fly', 'x'], 2, /no "outbox fly"/],
  ];
  for (const [args, code, words] of cases) {
    const ran = await mailroom(...args);
    expect([args.join(' '), ran.code]).toEqual([args.join(' '), code]);
    expect(ran.stderr).toMatch(words);
    expect(ran.stderr).not.toMatch(/\n {4}at |canary/);
  }
});

test('a mail waits while the server is away, with the reason, and can be cancelled', async () => {
  await sink.stop();
  const sent = await mailroom('send', '--to', 'b@x.test', '--text', 'x', '--json');
  expect(sent.code).toBe(0);
  const { id, state } = JSON.parse(sent.stdout) as { id: string; state: string };
  expect(state).toBe('pending');
  expect(sent.stderr).toMatch(/waits in the outbox.*cannot connect to localhost/);
  expect(JSON.parse((await mailroom('outbox', 'cancel', id, '--json')).stdout)).toMatchObject({ id, state: 'cancelled' });
});

test.each([
  ['a@x, b@y', ['a@x', 'b@y']],
  ['"B, Mr" <b@x>,c@y', ['"B, Mr" <b@x>', 'c@y']],
  ['', []],
])('%j is split at its commas', (text, parts) => {
  expect(splitAddresses(text)).toEqual(parts);
});
