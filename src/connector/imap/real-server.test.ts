/** Against a real Dovecot: bytes as another client gets them, memory, faults of the network, push and the diagnosis. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contextFor } from '../../../test/contract/context.ts';
import { imapWorld, PASSWORD, rawClient, settingsFor, USERS } from '../../../test/contract/imap-world.ts';
import { createLedger } from '../../../test/contract/ledger.ts';
import { type Dovecot, startDovecot } from '../../../test/servers/dovecot.ts';
import { startFaultProxy } from '../../../test/servers/fault-proxy.ts';
import { connectLine } from '../../../test/servers/line-client.ts';
import { needsServer } from '../../../test/servers/needs.ts';
import { Failure } from '../../model/failure.ts';
import type { Cursor, DiagnosticStep } from '../connector.ts';
import { createImapConnector } from './imap-connector.ts';
import type { ImapSettings } from './settings.ts';

describe.runIf(await needsServer('dovecot'))('a session on Dovecot', () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    dovecot = await startDovecot({ users: USERS });
  });
  afterAll(() => dovecot?.stop());

  const latin1 = (text: string) => Buffer.from(text, 'latin1');
  const ODD: readonly (readonly [string, Buffer])[] = [
    ['plain', latin1('Subject: a\r\n\r\nbody\r\n')],
    ['8-bit that is no UTF-8', latin1('Subject: \xe4\xff\x80\r\n\r\n\xc3\x28 \xa0\xfe\r\n')],
    ['bare LF', latin1('Subject: a\n\nbody\nmore\n')],
    ['CR only', latin1('Subject: a\r\rbody\rmore\r')],
    ['mixed line endings', latin1('Subject: a\r\nX: b\n\r\nbody\r\r\n\n\r')],
    ['empty body', latin1('Subject: a\r\n\r\n')],
    ['header without an end', latin1('Subject: a\r\nX: y')],
    ['no header at all', latin1('\r\njust a body\r\n')],
    ['nothing but text', latin1('no header, no line end')],
    ['one byte', latin1('x')],
    [
      'what looks like the protocol',
      latin1('Subject: )\r\n\r\n)\r\n* 1 FETCH (UID 9 BODY[] {3}\r\nabc)\r\n1 OK done\r\n{10}\r\n'),
    ],
    ['a long line', latin1(`Subject: a\r\n\r\n${'x'.repeat(200_000)}\r\n`)],
    ['dots and boundaries', latin1('Subject: a\r\n\r\n.\r\n..\r\n.\r\n--b\r\n--b--')],
    [
      'every byte but NUL',
      Buffer.concat([latin1('Subject: a\r\n\r\n'), Buffer.from(Array.from({ length: 255 }, (_, n) => n + 1))]),
    ],
  ];

  /** By hand over a bare connection: the literal as it comes. */
  async function fetchByHand(user: string, count: number): Promise<Buffer[]> {
    const client = await connectLine({ port: dovecot.imapPort });
    await client.until(/^\* OK.*\r\n/);
    client.send(`a AUTHENTICATE PLAIN ${Buffer.from(`\0${user}\0${PASSWORD}`).toString('base64')}\r\n`);
    await client.until(/^a OK.*\r\n/m);
    await client.ask('b EXAMINE INBOX', /^b OK.*\r\n/m);
    const found: Buffer[] = [];
    for (let n = 1; n <= count; n += 1) {
      client.send(`c${n} FETCH ${n} BODY.PEEK[]\r\n`);
      const said = await client.until(new RegExp(`\\)\\r\\nc${n} OK.*\\r\\n`));
      const [marker, size] = /^\* \d+ FETCH \(BODY\[\] \{(\d+)\}\r\n/.exec(said)!;
      found.push(latin1(said).subarray(marker.length, marker.length + Number(size)));
    }
    client.close();
    return found;
  }

  async function fetchByCurl(user: string, uid: number): Promise<Buffer> {
    const url = `imap://${dovecot.host}:${dovecot.imapPort}/INBOX/;UID=${uid}`;
    const options = { encoding: 'buffer' as const, maxBuffer: 1 << 26 };
    const { stdout } = await promisify(execFile)('curl', ['-sS', '--url', url, '-u', `${user}:${PASSWORD}`], options);
    return stdout;
  }

  describe('the bytes are those that another client receives', () => {
    const curl = existsSync('/usr/bin/curl');

    test('of odd messages, each', async () => {
      const world = imapWorld(dovecot);
      for (const [, raw] of ODD) await dovecot.deliver(world.user, 'INBOX', raw);
      const session = await world.open();
      const ledger = createLedger();
      await ledger.pass(session.email!, 'INBOX');
      await session[Symbol.asyncDispose]();
      const byHand = await fetchByHand(world.user, ODD.length);
      for (const [n, [name, raw]] of ODD.entries()) {
        const got = Buffer.from(ledger.arrivals[n]!.source);
        expect(got.equals(byHand[n]!), name).toBe(true);
        if (!raw.includes('\n') || raw.toString('latin1').replaceAll('\r\n', '').includes('\n') === false) {
          expect(got.equals(raw), `${name}, as delivered`).toBe(true);
        }
        if (curl) expect(got.equals(await fetchByCurl(world.user, n + 1)), `${name}, by curl`).toBe(true);
      }
    });

    const corpora = process.env.MAILROOM_CORPORA ?? join(import.meta.dirname, '../../../../shared/corpora');
    const folder = join(corpora, 'mailparser-fixtures');
    test.skipIf(!existsSync(folder))(
      `of the samples in ${existsSync(folder) ? 'mailparser-fixtures' : 'no corpus found'}`,
      async () => {
        const world = imapWorld(dovecot);
        const files = readdirSync(folder, { recursive: true })
          .map(String)
          .filter((file) => file.endsWith('.eml'));
        for (const file of files) await dovecot.deliver(world.user, 'INBOX', readFileSync(join(folder, file)));
        const session = await world.open();
        const ledger = createLedger();
        await ledger.pass(session.email!, 'INBOX', { messageBytes: 50 << 20, messages: 7 });
        await session[Symbol.asyncDispose]();
        const byHand = await fetchByHand(world.user, files.length);
        expect(ledger.arrivals).toHaveLength(files.length);
        for (const [n, { source }] of ledger.arrivals.entries())
          expect(Buffer.from(source).equals(byHand[n]!), files[n]).toBe(true);
      },
    );
  });

  test('a renumbered mailbox whose indexes were lost comes again, once', async () => {
    const world = imapWorld(dovecot);
    for (let n = 0; n < 5; n += 1) await world.deliver(`Subject: ${n}\r\n\r\n`);
    const ledger = createLedger();
    const pass = async () => {
      const session = await world.open();
      await ledger.pass(session.email!, 'INBOX');
      await session[Symbol.asyncDispose]();
    };
    await pass();
    await dovecot.doveadm('mailbox', 'update', '-u', world.user, '--uid-validity', '77', 'INBOX');
    await pass();
    await dovecot.removeIndexFiles(world.user);
    await pass();
    expect(ledger.resets).toBe(2);
    expect(ledger.present.size).toBe(5);
  });

  test('a message moved to another folder is gone there and arrives here', async () => {
    const world = imapWorld(dovecot);
    await world.deliver('Subject: moved\r\n\r\n');
    await dovecot.deliver(world.user, 'Kunden', 'Subject: there before\r\n\r\n');
    const [from, to] = [createLedger(), createLedger()];
    const pass = async () => {
      const session = await world.open();
      await from.pass(session.email!, 'INBOX');
      await to.pass(session.email!, 'Kunden');
      await session[Symbol.asyncDispose]();
    };
    await pass();
    const client = rawClient(dovecot, world.user);
    await client.connect();
    await client.mailboxOpen('INBOX');
    await client.messageMove('1:*', 'Kunden', { uid: true });
    await client.logout();
    await pass();
    expect(from.present.size).toBe(0);
    expect(to.texts()).toEqual(['Subject: there before\r\n\r\n', 'Subject: moved\r\n\r\n']);
  });

  test('folders renamed and deleted in the middle of a pass end it with a failure, and the next pass is right', async () => {
    for (const end of ['rename', 'delete'] as const) {
      const world = imapWorld(dovecot);
      for (let n = 0; n < 6; n += 1) await dovecot.deliver(world.user, 'Kunden', `Subject: ${n}\r\n\r\n`);
      const session = await world.open();
      const ledger = createLedger();
      const run = (async () => {
        const bounds = { messages: 1, bytes: 1 << 20, messageBytes: 1 << 20, since: null };
        for await (const page of session.email!.changes('Kunden', null, ledger.known, bounds)) {
          ledger.commit(page);
          if (ledger.arrivals.length > 1) continue;
          if (end === 'rename') await dovecot.doveadm('mailbox', 'rename', '-u', world.user, 'Kunden', 'Customers');
          else await dovecot.doveadm('mailbox', 'delete', '-u', world.user, '-Z', 'Kunden');
        }
      })();
      await run.catch((error: unknown) => expect(error).toBeInstanceOf(Failure));
      await session[Symbol.asyncDispose]();
      const again = await world.open();
      await expect(again.email!.probe(['Kunden'], new Map())).rejects.toMatchObject({ code: 'missing' });
      if (end === 'rename') {
        const renamed = createLedger();
        await renamed.pass(again.email!, 'Customers');
        expect(renamed.arrivals).toHaveLength(6);
      }
      await again[Symbol.asyncDispose]();
    }
  });

  test('cut anywhere by the network, over TLS, a mailbox arrives whole and once', async () => {
    const world = imapWorld(dovecot);
    const letters = Array.from({ length: 12 }, (_, n) => `Subject: ${n}\r\n\r\n${'x'.repeat(3000 * n)}\r\n`);
    for (const letter of letters) await world.deliver(letter);
    await using proxy = await startFaultProxy({ port: dovecot.imapsPort });
    const connector = createImapConnector();
    const ledger = createLedger();
    let failures = 0;
    for (let pass = 0, bytes = 1500; pass < 200; pass += 1, bytes += 2500) {
      const armed = proxy.arm({
        kind: 'cut',
        how: pass % 2 === 0 ? 'reset' : 'close',
        direction: 'to-client',
        afterBytes: bytes,
      });
      const done = await (async () => {
        const session = await connector.open(
          settingsFor(dovecot, { port: proxy.port }),
          contextFor({ method: 'password', username: world.user, password: PASSWORD }),
        );
        await ledger.pass(session.email!, 'INBOX', { messages: 3 });
        await session[Symbol.asyncDispose]();
        return true;
      })().catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'Failure', code: 'unreachable' });
        failures += 1;
        return false;
      });
      armed.disarm();
      if (done && failures > 3) break;
    }
    expect(failures).toBeGreaterThan(3);
    expect(ledger.texts().sort()).toEqual([...letters].sort());
    expect(ledger.arrivals).toHaveLength(letters.length);
  });

  test('a page in memory is as big as it may be, whatever lies in the mailbox', async () => {
    const world = imapWorld(dovecot);
    const big = `Subject: big\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(2000)}`;
    for (let n = 0; n < 60; n += 1) await world.deliver(`X-Number: ${n}\r\n${big}`);
    const session = await world.open();
    let held = 0;
    let count = 0;
    const bounds = { messages: 100, bytes: 4 << 20, messageBytes: 10 << 20, since: null };
    for await (const page of session.email!.changes('INBOX', null, createLedger().known, bounds)) {
      count += page.arrived.length;
      held = Math.max(
        held,
        page.arrived.reduce((sum, { source }) => sum + source.length, 0),
      );
    }
    await session[Symbol.asyncDispose]();
    expect(count).toBe(60);
    expect(held).toBeLessThanOrEqual(4 << 20);
  });

  test('a session that nobody asks anything stays open longer than an answer may take', async () => {
    const world = imapWorld(dovecot);
    const connector = createImapConnector();
    const session = await connector.open(
      settingsFor(dovecot, { timeoutMs: 200 }),
      contextFor({ method: 'password', username: world.user, password: PASSWORD }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await expect(session.email!.probe(['INBOX'], new Map())).resolves.toHaveLength(1);
    await session[Symbol.asyncDispose]();
  });

  describe('push', () => {
    type Listening = Partial<ImapSettings> & { readonly idleMs: number };
    const listen = async ({ idleMs, ...settings }: Listening, cursor: Cursor | null = null, world = imapWorld(dovecot)) => {
      const connector = createImapConnector({ idleMs });
      const session = await connector.open(
        settingsFor(dovecot, settings),
        contextFor({ method: 'password', username: world.user, password: PASSWORD }),
      );
      const controller = new AbortController();
      const hints = session.push!.hints(new Map([['INBOX', cursor]]), controller.signal)[Symbol.asyncIterator]();
      return { world, session, controller, hints };
    };

    test('where nothing has happened since the last look, the first hint is the first change', async () => {
      await using proxy = await startFaultProxy({ port: dovecot.imapsPort });
      const world = imapWorld(dovecot);
      await world.deliver('Subject: old\r\n\r\n');
      const ledger = createLedger();
      const reading = await world.open();
      await ledger.pass(reading.email!, 'INBOX');
      await reading[Symbol.asyncDispose]();
      const { session, controller, hints } = await listen(
        { idleMs: 50, timeoutMs: 5000, port: proxy.port },
        ledger.cursor,
        world,
      );
      let told = false;
      const first = hints.next().finally(() => {
        told = true;
      });
      while (!told && proxy.counts().roundTrips < 16) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(told).toBe(false);
      await world.deliver('Subject: new\r\n\r\n');
      expect(await first).toEqual({ done: false, value: { folder: 'INBOX' } });
      controller.abort();
      await hints.return?.();
      await session[Symbol.asyncDispose]();
    });

    test('IDLE is taken up again and again, and goes on telling', async () => {
      await using proxy = await startFaultProxy({ port: dovecot.imapsPort });
      const { world, session, controller, hints } = await listen({ idleMs: 50, timeoutMs: 5000, port: proxy.port });
      await hints.next();
      const before = proxy.counts().roundTrips;
      const next = hints.next();
      while (proxy.counts().roundTrips < before + 8) await new Promise((resolve) => setTimeout(resolve, 10));
      await world.deliver('Subject: new\r\n\r\n');
      expect(await next).toEqual({ done: false, value: { folder: 'INBOX' } });
      controller.abort();
      await hints.return?.();
      await session[Symbol.asyncDispose]();
    });

    test('a session that only listens holds one connection; used for mail besides, it holds two, and both work', async () => {
      await using proxy = await startFaultProxy({ port: dovecot.imapsPort });
      const only = await listen({ idleMs: 10_000, timeoutMs: 5000, port: proxy.port });
      await only.hints.next();
      expect(proxy.counts().connections).toBe(1);
      await expect(only.session.email!.probe(['INBOX'], new Map())).resolves.toHaveLength(1);
      expect(proxy.counts().connections).toBe(2);
      const next = only.hints.next();
      await only.world.deliver('Subject: new\r\n\r\n');
      expect((await next).done).toBe(false);
      const last = only.hints.next();
      only.controller.abort();
      expect((await last).done).toBe(true);
      await only.session[Symbol.asyncDispose]();
    });

    test('a connection that is half open is noticed', async () => {
      await using proxy = await startFaultProxy({ port: dovecot.imapPort });
      proxy.arm({ kind: 'stall', direction: 'to-server', after: 'IDLE' });
      const { session, hints } = await listen({
        idleMs: 100,
        timeoutMs: 300,
        port: proxy.port,
        tls: 'none',
        allowClearText: true,
      });
      await hints.next();
      const next = hints.next();
      await expect(next).rejects.toMatchObject({ name: 'Failure', code: 'unreachable' });
      proxy.cutAll();
      await session[Symbol.asyncDispose]();
    });
  });

  describe('the diagnosis', () => {
    const diagnose = async (server: Dovecot, changes: Parameters<typeof settingsFor>[1] = {}, password = PASSWORD) => {
      const steps: DiagnosticStep[] = [];
      const context = contextFor({ method: 'password', username: 'user1', password });
      for await (const step of createImapConnector().diagnose(settingsFor(server, changes), context)) steps.push(step);
      return steps;
    };
    const names = (steps: readonly DiagnosticStep[]) => steps.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`);
    const ALL = ['name ok', 'connect ok', 'tls ok', 'certificate ok', 'capabilities ok', 'login ok', 'folders ok'];

    test('all is well, by implicit TLS, STARTTLS and in clear text', async () => {
      const implicit = await diagnose(dovecot);
      expect(names(implicit)).toEqual(ALL);
      expect(implicit.map(({ detail }) => detail).join('\n')).toMatch(
        /TLSv1\.3[\s\S]*valid until[\s\S]*IMAP4rev1[\s\S]*logged in[\s\S]*INBOX/,
      );
      expect(names(await diagnose(dovecot, { tls: 'starttls', port: dovecot.imapPort }))).toEqual(ALL);
      const plain = await diagnose(dovecot, { tls: 'none', allowClearText: true, port: dovecot.imapPort });
      expect(names(plain)).toEqual(ALL.filter((name) => name !== 'certificate ok'));
    });

    test('what fails is told at its step, with cause and remedy, and without the password', async () => {
      const wrong = await diagnose(dovecot, {}, 'canary-wrong');
      expect(names(wrong)).toEqual([...ALL.slice(0, 5), 'login failed']);
      expect(wrong.at(-1)!.failure).toMatchObject({ code: 'auth-rejected', remedy: expect.stringContaining('password') });
      expect(
        JSON.stringify(wrong.map(({ step, detail, failure }) => [step, detail, failure?.message, failure?.remedy])),
      ).not.toContain('canary');
      const unknown = await diagnose(dovecot, { host: 'no-such-host.invalid' });
      expect(names(unknown)).toEqual(['name failed']);
      const closed = await diagnose(dovecot, { port: 1 });
      expect(names(closed)).toEqual(['name ok', 'connect failed']);
      expect(closed[1]!.failure!.remedy).toContain('Nothing listens');
      const noTls = await diagnose(dovecot, { port: dovecot.imapPort });
      expect(names(noTls)).toEqual(['name ok', 'connect ok', 'tls failed']);
      const name = await diagnose(dovecot, { serverName: 'other.example.test' });
      expect(names(name)).toEqual(['name ok', 'connect ok', 'tls ok', 'certificate failed']);
    });

    test('an expired certificate and a stripped STARTTLS', async () => {
      await using expired = await startDovecot({ users: USERS, certificate: 'expired' });
      for (const changes of [{}, { tls: 'starttls', port: expired.imapPort }] as const) {
        const steps = await diagnose(expired, changes);
        expect(names(steps)).toEqual(['name ok', 'connect ok', 'tls ok', 'certificate failed']);
        expect(steps.at(-1)!.failure!.remedy).toContain('renew');
      }
      await using stripped = await startDovecot({ users: USERS, certificate: 'none' });
      const steps = await diagnose(stripped, { tls: 'starttls', port: stripped.imapPort });
      expect(names(steps)).toEqual(['name ok', 'connect ok', 'tls failed']);
      expect(steps.at(-1)!.failure!.remedy).toContain('STARTTLS');
    });
  });
});
