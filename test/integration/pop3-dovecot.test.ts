/** Our POP3 client on a real Dovecot, beside an independent client, and through a network that fails. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credential, Session } from '../../src/connector/connector.ts';
import { createLedger } from '../contract/ledger.ts';
import type { CertificateKind } from '../servers/certificates.ts';
import { type Dovecot, type DovecotOptions, startDovecot } from '../servers/dovecot.ts';
import { startFaultProxy } from '../servers/fault-proxy.ts';
import { connectLine } from '../servers/line-client.ts';
import { corpus, needsServer } from '../servers/needs.ts';
import { pop3Client } from '../servers/pop3-session.ts';

const execute = promisify(execFile);
const here = await needsServer('dovecot');
const as = (username: string, password = 'secret'): Credential => ({ method: 'password', username, password });
const mail = (name: string) => `Subject: ${name}\r\n\r\nText of ${name}\r\n`;

/** All messages of a mailbox as curl receives them: another client, the same protocol. */
async function byCurl(dovecot: Dovecot, user: string, count: number): Promise<Buffer[]> {
  const bodies: Buffer[] = [];
  for (let number = 1; number <= count; number += 1) {
    const url = `pop3://${dovecot.host}:${dovecot.pop3Port}/${number}`;
    const options = { encoding: 'buffer', maxBuffer: 1 << 28 } as const;
    bodies.push((await execute('curl', ['-s', '-u', `${user}:secret`, url], options)).stdout);
  }
  return bodies;
}

async function byUs(dovecot: Dovecot, user: string): Promise<Buffer[]> {
  const ledger = createLedger();
  await using session = await pop3Client({ host: dovecot.host, port: dovecot.pop3Port }, { credential: as(user) }).open();
  await ledger.pass(session.email!, 'INBOX', { messageBytes: 1 << 28, bytes: 1 << 28 });
  return ledger.arrivals.map(({ source }) => Buffer.from(source));
}

const sha = (buffers: readonly Buffer[]) => buffers.map((buffer) => createHash('sha256').update(buffer).digest('hex'));

describe.runIf(here)('on a real Dovecot', () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    const users = ['odd', 'corpora', 'dots', 'steps', 'apop', 'faults', 'trips'].map((name) => [name, 'secret'] as const);
    dovecot = await startDovecot({
      users: Object.fromEntries(users),
      settings: 'protocol pop3 {\n  pop3_lock_session = yes\n}\n',
    });
  });
  afterAll(() => dovecot?.stop());

  test('odd messages are byte for byte what curl receives', async () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const odd = [
      Buffer.from('Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n\r\n.\r\n'),
      Buffer.concat([Buffer.from('Subject: bytes\r\n\r\n'), everyByte, Buffer.from('\r\n')]),
      Buffer.from('Subject: no end of line\r\n\r\nlast'),
      Buffer.from('Subject: lone\r\n\r\na\rb\r\r\n\r\n'),
      Buffer.from(`Subject: long\r\n\r\n${'.'.repeat(200_000)}\r\n`),
      Buffer.from('\r\n\r\nno header\r\n'),
      Buffer.from('Subject: only a header\r\n'),
    ];
    for (const raw of odd) await dovecot.deliver('odd', 'INBOX', raw);
    const ours = await byUs(dovecot, 'odd');
    expect(sha(ours)).toEqual(sha(await byCurl(dovecot, 'odd', odd.length)));
    expect(ours[1]!.includes(everyByte.subarray(128))).toBe(true);
  });

  const samples = corpus('mime4j');
  test.runIf(samples !== null)('and so are messages that were made to be difficult', async () => {
    const files = readdirSync(samples!, { recursive: true, encoding: 'utf8' })
      .map((name) => join(samples!, name))
      .filter((file) => file.endsWith('.msg') && statSync(file).size > 0)
      .slice(0, 60);
    for (const file of files) await dovecot.deliver('corpora', 'INBOX', readFileSync(file));
    expect(files.length).toBeGreaterThan(20);
    expect(sha(await byUs(dovecot, 'corpora'))).toEqual(sha(await byCurl(dovecot, 'corpora', files.length)));
  });

  test('a message whose first line begins with a dot comes out unstuffed (Dovecot 2.3): it forges nothing, and the others come', async () => {
    const forging = '.\r\n+OK 5 octets\r\nSubject: forged\r\n\r\nforged\r\n';
    const letters = [mail('d1'), mail('d2'), forging, mail('d3'), mail('d4')];
    for (const raw of letters) await dovecot.deliver('dots', 'INBOX', raw);
    const client = pop3Client({ host: dovecot.host, port: dovecot.pop3Port }, { credential: as('dots') });
    const ledger = createLedger();
    let complete = false;
    for (let run = 1; run <= 8 && !complete; run += 1) {
      await using session = await client.open();
      complete = await ledger.pass(session.email!, 'INBOX').then(
        (pages) => pages.at(-1)!.complete,
        () => false,
      );
    }
    expect(complete).toBe(true);
    expect(ledger.texts().sort()).toEqual(letters.filter((raw) => raw !== forging));
  });

  test('a mailbox that somebody else has open is busy, not refused', async () => {
    await using locking = await startDovecot({
      users: { busy: 'secret' },
      settings: 'protocol pop3 {\n  pop3_lock_session = yes\n}\n',
    });
    const other = await connectLine({ port: locking.pop3Port });
    await other.until(/\r\n/);
    await other.ask('USER busy');
    expect(await other.ask('PASS secret')).toMatch(/^\+OK/);
    const patient = { settings: { limits: { timeoutMs: 100_000 } }, credential: as('busy') };
    const failure = await pop3Client({ host: locking.host, port: locking.pop3Port }, patient)
      .open()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'throttled' });
    other.close();
  });

  test('APOP, PLAIN and USER/PASS open the same mailbox; APOP is preferred in clear text', async () => {
    for (const login of ['auto', 'apop', 'plain', 'user']) {
      const client = pop3Client(
        { host: dovecot.host, port: dovecot.pop3Port },
        { credential: as('apop'), settings: { options: { login } } },
      );
      await (await client.open())[Symbol.asyncDispose]();
    }
    expect(dovecot.log().match(/user=<apop>, method=(\S+),/g)).toEqual(
      ['APOP', 'APOP', 'PLAIN', 'PLAIN'].map((way) => `user=<apop>, method=${way},`),
    );
  });

  test('each step of a login is told', async () => {
    const client = pop3Client(
      { host: dovecot.host, port: dovecot.pop3sPort },
      { credential: as('steps'), settings: { tls: 'implicit', ca: dovecot.caPem, serverName: 'localhost' } },
    );
    const steps = await client.diagnose();
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual(
      ['name', 'connect', 'tls', 'certificate', 'capabilities', 'login', 'folders'].map((step) => [step, true]),
    );
    expect(steps.at(-1)!.detail).toMatch(/INBOX: 0 messages/);
  });

  test('a first pass and one with nothing new cost a constant number of round trips', async () => {
    for (let n = 1; n <= 300; n += 1) await dovecot.deliver('trips', 'INBOX', mail(`t${n}`));
    const proxy = await startFaultProxy({ port: dovecot.pop3Port });
    const { open } = pop3Client(proxy, { credential: as('trips') });
    const ledger = createLedger();
    const pass = async () => {
      proxy.resetCounts();
      const session = await open();
      await ledger.pass(session.email!, 'INBOX', { messages: 1000 });
      await session.disposal!.settle();
      return proxy.counts().roundTrips;
    };
    const first = await pass();
    expect(ledger.arrivals).toHaveLength(300);
    expect(first).toBeLessThan(60); // one at a time it would be more than 300
    expect(await pass()).toBeLessThanOrEqual(6);
    await proxy.stop();
  });

  test('wherever the connection is cut, the next session brings what is missing, and nothing twice', async () => {
    const letters = Array.from({ length: 12 }, (_, n) => mail(`f${n} ${'y'.repeat(n * 300)}`));
    for (const raw of letters) await dovecot.deliver('faults', 'INBOX', raw);
    const proxy = await startFaultProxy({ port: dovecot.pop3Port });
    const { open } = pop3Client(proxy, { credential: as('faults') });
    for (let afterBytes = 1; afterBytes < 24_000; afterBytes += 1171) {
      const ledger = createLedger();
      const pass = async () => {
        await using session: Session = await open();
        await ledger.pass(session.email!, 'INBOX', { messages: 3 });
      };
      const armed = proxy.arm({ kind: 'cut', direction: 'to-client', afterBytes });
      await pass().catch((error: unknown) => expect(error).toMatchObject({ name: 'Failure' }));
      armed.disarm();
      await expect
        .poll(() =>
          pass().then(
            () => 'done',
            (error: { code: string }) => error.code,
          ),
        )
        .toBe('done');
      expect(ledger.texts().sort()).toEqual([...letters].sort());
      expect(ledger.arrivals).toHaveLength(letters.length);
    }
    await proxy.stop();
  });
});

describe.runIf(here)('what is wrong is named, with a cause and a remedy', () => {
  const running: { stop(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of running) await one.stop();
  });
  const start = async (options: Partial<DovecotOptions> = {}) => {
    const dovecot = await startDovecot({ users: { anna: 'secret' }, ...options });
    running.push(dovecot);
    return dovecot;
  };
  const last = async (server: { host: string; port: number }, settings: object = {}, credential = as('anna')) => {
    const steps = await pop3Client(server, { credential, settings }).diagnose();
    expect(steps.slice(0, -1).every(({ ok }) => ok)).toBe(true);
    return { ...steps.at(-1)!, remedy: steps.at(-1)!.failure?.remedy ?? '' };
  };

  test('an unknown host, a closed port, a wrong password', async () => {
    const dovecot = await start();
    const server = { host: dovecot.host, port: dovecot.pop3Port };
    expect(await last({ host: 'no-such-host.invalid', port: 110 })).toMatchObject({
      step: 'name',
      ok: false,
      remedy: expect.stringMatching(/DNS/),
    });
    expect(await last({ host: dovecot.host, port: 1 })).toMatchObject({
      step: 'connect',
      ok: false,
      remedy: expect.stringMatching(/listens/),
    });
    const wrong = await last(server, {}, as('anna', 'canary-secret'));
    expect(wrong).toMatchObject({
      step: 'login',
      ok: false,
      failure: { code: 'auth-rejected' },
      remedy: expect.stringMatching(/password/),
    });
    expect(JSON.stringify(wrong) + String(wrong.failure?.stack)).not.toContain('canary-secret');
  });

  test.each<[CertificateKind, RegExp]>([
    ['expired', /expired/],
    ['not-yet-valid', /clock/],
    ['wrong-name', /serverName/],
    ['self-signed', /ca /],
    ['unknown-authority', /ca /],
  ])('a certificate that is %s', async (certificate, remedy) => {
    const dovecot = await start({ certificate });
    for (const [tls, port] of [
      ['implicit', dovecot.pop3sPort],
      ['starttls', dovecot.pop3Port],
    ] as const) {
      const told = await last({ host: dovecot.host, port }, { tls, ca: dovecot.caPem, serverName: 'localhost' });
      expect(told).toMatchObject({
        step: 'certificate',
        ok: false,
        failure: { code: 'unreachable' },
        remedy: expect.stringMatching(remedy),
      });
    }
  });

  test('a server without TLS where TLS is wanted, and one that wants TLS where there is none', async () => {
    const without = await start({ certificate: 'none' });
    const told = await last({ host: without.host, port: without.pop3Port }, { tls: 'starttls' });
    expect(told).toMatchObject({ step: 'tls', ok: false, remedy: expect.stringMatching(/implicit/) });
    const wanting = await start({ requireTls: true });
    const refused = await last({ host: wanting.host, port: wanting.pop3Port }, { options: { login: 'user' } });
    expect(refused).toMatchObject({
      step: 'login',
      ok: false,
      failure: { code: 'refused' },
      remedy: expect.stringMatching(/tls/),
    });
  });
});
