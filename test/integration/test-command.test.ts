/** `mailroom test` as an operator meets it: each thing that can be wrong gives a cause and a remedy, no stack trace and no secret. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { freePorts } from '../servers/ports.ts';
import { type SmtpSink, startSmtpSink } from '../servers/smtp-sink.ts';

const PASSWORD = 'canary-5up3r-s3cr3t';

describe.runIf(await needsServer('dovecot'))('mailroom test', () => {
  let good: Dovecot;
  let expired: Dovecot;
  let withoutTls: Dovecot;
  let sink: SmtpSink;
  let gateway: Gateway;
  let closedPort: number;

  beforeAll(async () => {
    const users = { anna: PASSWORD };
    [good, expired, withoutTls] = await Promise.all([
      startDovecot({ users }),
      startDovecot({ users, certificate: 'expired' }),
      startDovecot({ users, certificate: 'none' }),
    ]);
    sink = await startSmtpSink({ users });
    [closedPort] = (await freePorts(1)) as [number];
    gateway = await createGateway({});
  });
  afterAll(async () => {
    await gateway?.remove();
    await Promise.all([good?.stop(), expired?.stop(), withoutTls?.stop(), sink?.stop()]);
  });

  async function configure(receive: object, options: { password?: string; send?: boolean } = {}): Promise<void> {
    const auth = { username: 'anna', password: { env: 'ANNA_PASSWORD' } };
    await gateway.configure({
      data: './data',
      http: false,
      log: { level: 'error' },
      servers: {
        box: { type: 'imap', ca: { file: './ca.pem' }, ...receive },
        relay: { type: 'smtp', host: '127.0.0.1', port: sink.tlsPort, ca: { file: './ca.pem' } },
      },
      mailboxes: [
        {
          address: 'anna@example.com',
          receive: { server: 'box', auth },
          ...(options.send ? { send: { server: 'relay', auth } } : {}),
        },
      ],
    });
    await writeFile(join(gateway.folder, 'ca.pem'), good.caPem);
  }

  async function said(args: readonly string[] = [], password = PASSWORD) {
    const done = await gateway.run(['test', ...args], { ANNA_PASSWORD: password });
    const words = done.stdout.toString() + done.stderr;
    expect(words).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(words).not.toContain(PASSWORD);
    expect(words).not.toContain(Buffer.from(`\0anna\0${PASSWORD}`).toString('base64'));
    return { words, code: done.code };
  }

  test('passes with everything right, and a mail to itself is sent only when asked for', async () => {
    await configure({ host: '127.0.0.1', port: good.imapsPort }, { send: true });
    const { words, code } = await said();
    expect(words).toMatch(/ok +login/);
    expect(code).toBe(0);
    expect(sink.ledger.all()).toHaveLength(0);
    const sending = await said(['--send']);
    expect(sending.words).toMatch(/ok +send +a mail to anna@example.com was accepted/);
    expect(sink.ledger.all()).toHaveLength(1);
  });

  test('its own mail is left out when it comes in', async () => {
    const [arrival] = sink.ledger.all();
    await good.deliver('anna', 'INBOX', arrival!.raw);
    await good.deliver(
      'anna',
      'INBOX',
      'From: c@example.net\r\nSubject: a real one\r\nMessage-ID: <1@example.net>\r\n\r\nhello\r\n',
    );
    const done = await gateway.run(['sync', '--json'], { ANNA_PASSWORD: PASSWORD });
    expect(JSON.parse(done.stdout.toString())).toMatchObject({ stored: 1, excluded: 1 });
  });

  test.each<[string, () => [object, { password?: string; send?: boolean; args?: string[] }?], RegExp, RegExp]>([
    ['a wrong password', () => [{ host: '127.0.0.1', port: good.imapsPort }, { password: 'wrong' }], /FAILED login/, /password/i],
    ['an unknown host', () => [{ host: 'no-such-host.invalid', port: 993 }], /FAILED name/, /host|name/i],
    [
      'an expired certificate',
      () => [{ host: '127.0.0.1', port: expired.imapsPort }],
      /FAILED (tls|certificate) .*expired/s,
      /renew|certificate/i,
    ],
    ['a closed port', () => [{ host: '127.0.0.1', port: closedPort }], /FAILED connect/, /port|server/i],
    [
      'a server that offers no STARTTLS',
      () => [{ host: '127.0.0.1', port: withoutTls.imapPort, tls: 'starttls' }],
      /FAILED tls .*STARTTLS/s,
      /tls/i,
    ],
  ])('%s is told with its cause and a remedy', async (_, make, cause, remedy) => {
    const [receive, options = {}] = make();
    await configure(receive, options);
    const { words, code } = await said([], options.password);
    expect(words).toMatch(cause);
    expect(words.split('what to do:')[1]).toMatch(remedy);
    expect(code).toBe(1);
  });

  test.each([
    ['when the recipient is named', 'rcpt'],
    ['after the message', 'data'],
  ] as const)('a full mailbox, told %s, is told with its cause and a remedy', async (_, stage) => {
    await configure({ host: '127.0.0.1', port: good.imapsPort }, { send: true });
    sink.answer('anna@example.com', { stage, reply: '552 5.2.2 Quota exceeded', times: 1 });
    const { words, code } = await said(['--send']);
    expect(words).toMatch(/FAILED send .*Quota exceeded/s);
    expect(words.split('what to do:')[1]).toMatch(/room|quota/i);
    expect(code).toBe(1);
  });
});
