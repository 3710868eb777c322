/** Mail by EWS as an operator gets it: from a config file, by the command line, in each of the three ways to reach a mailbox. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { letter } from '../contract/email-source.ts';
import { createGateway, finished, type Gateway } from '../gateway/gateway.ts';
import { authority } from '../servers/certificates.ts';
import type { AuthOptions } from '../servers/exchange/auth/authenticate.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { deliver } from '../servers/exchange/mime/transport.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';

const SERVICE = 'svc@example.com';
const PASSWORD = 'canary-pässwörd:"1\\';
const addresses = Array.from({ length: 30 }, (_, n) => `user${n}@example.com`);
let exchange: Exchange;
let server: RunningServer;
let gateway: Gateway;

async function start(auth: AuthOptions): Promise<void> {
  const trusted = await authority();
  exchange = new Exchange();
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  for (const address of addresses) {
    const mailbox = exchange.addMailbox(address, PASSWORD);
    for (const name of ['one', 'two']) await deliver(exchange, mailbox, Buffer.from(letter(`${name} of ${address}`)));
  }
  server = await serve(exchange, { auth, tls: await trusted.certificate() });
  gateway = await createGateway({});
  await writeFile(join(gateway.folder, 'ca.pem'), trusted.caPem);
}

beforeAll(() => start({ schemes: ['negotiate', 'ntlm'], extendedProtection: 'require' }));
afterAll(async () => {
  await server?.close();
  await gateway?.remove();
});
afterEach(() => {
  exchange.accounts.get(SERVICE)!.mayImpersonate = true;
  exchange.refusedLogins = 0;
  exchange.faults.clear();
});

interface Written {
  readonly access: 'direct' | 'impersonate' | 'delegate';
  readonly mailboxes: readonly string[];
  readonly server?: object;
  readonly more?: object;
  readonly receive?: object;
  readonly mail?: boolean;
}

const login = (username: string) => ({ method: 'ntlm', username: `EXAMPLE\\${username}`, password: { env: 'PASSWORD' } });

/** Ids of their own, so that each test begins with mailboxes that nobody has read. */
async function configure(id: string, written: Written): Promise<void> {
  const direct = written.access === 'direct';
  await gateway.configure({
    ...{ data: './data', http: false, log: { level: 'error' } },
    servers: {
      ex: {
        ...{ type: 'exchange', url: server.url, ca: { file: './ca.pem' }, access: written.access, ...written.server },
        ...(direct ? {} : { auth: login('svc') }),
      },
    },
    mailboxes: written.mailboxes.map((address) => ({
      ...{ address, id: `${id} ${address}` },
      ...written.more,
      ...(written.mail === false
        ? {}
        : { receive: { server: 'ex', ...written.receive, ...(direct ? { auth: login(address.split('@')[0]!) } : {}) } }),
    })),
  });
}

interface Report {
  readonly mailbox: string;
  readonly stored: number;
  readonly failure: { readonly code: string; readonly message: string; readonly remedy?: string } | null;
}

async function sync(password = PASSWORD): Promise<{ code: number | null; reports: Report[] }> {
  const { code, stdout, stderr } = await gateway.run(['sync', '--json'], { PASSWORD: password });
  const said = stdout.toString();
  expect(said + stderr).not.toContain(PASSWORD);
  return {
    code,
    reports: said
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

test.each(['impersonate', 'direct', 'delegate'] as const)('with access: %s everything comes once', async (access) => {
  const mailboxes = addresses.slice(0, 3);
  await configure(access, { access, mailboxes });
  const first = await sync();
  expect(first.reports.map(({ failure }) => failure)).toEqual([null, null, null]);
  expect(first.code).toBe(0);
  expect((await sync()).reports.map(({ stored }) => stored)).toEqual([0, 0, 0]);
  for (const address of mailboxes) {
    const copies = await gateway.json<{ subject: string; folder: string }>(['activities', '--mailbox', address]);
    expect(copies.map(({ subject }) => subject).sort()).toEqual([`one of ${address}`, `two of ${address}`]);
    expect(copies.every(({ folder }) => folder === 'INBOX')).toBe(true);
  }
});

test('a mailbox that has only items is tested too, and one whose mail comes the same way is asked once', async () => {
  const [address] = addresses as [string];
  const parts = async (mail: 'with mail' | 'items alone') => {
    const more = { items: { server: 'ex', contacts: true } };
    await configure(mail, { access: 'impersonate', mailboxes: [address], more, mail: mail === 'with mail' });
    const { code, stdout } = await gateway.run(['test', address, '--json'], { PASSWORD });
    const { checks } = JSON.parse(stdout.toString()) as { checks: { part: string; steps: { step: string; ok: boolean }[] }[] };
    expect(code).toBe(0);
    expect(checks.every(({ steps }) => steps.some(({ step, ok }) => step === 'login' && ok))).toBe(true);
    return checks.map(({ part }) => part);
  };
  expect(await parts('with mail')).toEqual(['receive']);
  expect(await parts('items alone')).toEqual(['items']);
});

/** In one process; the confirming second try after a minute is held by src/mailbox/circuit.test.ts. */
test('thirty mailboxes of a service account with a wrong password are one refused login', async () => {
  await configure('wrong', { access: 'impersonate', mailboxes: addresses });
  const { code, reports } = await sync('wrong');
  expect(code).toBe(1);
  expect(reports).toHaveLength(30);
  const codes = reports.map(({ failure }) => failure?.code);
  expect(codes.filter((one) => one === 'auth-rejected')).toHaveLength(1);
  expect(codes.filter((one) => one === 'throttled')).toHaveLength(29);
  expect(exchange.refusedLogins).toBe(1);
});

test('and testing all of them is one refused login too', async () => {
  await configure('tested', { access: 'impersonate', mailboxes: addresses.slice(0, 5) });
  const { code, stdout } = await gateway.run(['test', '--all', '--json'], { PASSWORD: 'wrong' });
  const results = stdout
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(code).toBe(1);
  expect(results.map(({ checks }) => checks[0].steps.at(-1).code)).toEqual(['auth-rejected', ...Array(4).fill('throttled')]);
  expect(exchange.refusedLogins).toBe(1);
});

test('where each mailbox has a password of its own, a wrong one stops only its own', async () => {
  await configure('own', { access: 'direct', mailboxes: addresses.slice(5, 7) });
  exchange.accounts.get(addresses[5]!)!.password = 'changed';
  const { reports } = await sync();
  expect(Object.fromEntries(reports.map(({ mailbox, failure, stored }) => [mailbox, failure?.code ?? stored]))).toEqual({
    [addresses[5]!]: 'auth-rejected',
    [addresses[6]!]: 2,
  });
});

test('a service account without the right to impersonate is told the command that grants it, and the login stays good', async () => {
  exchange.accounts.get(SERVICE)!.mayImpersonate = false;
  await configure('no right', { access: 'impersonate', mailboxes: addresses.slice(0, 3) });
  const { code, reports } = await sync();
  expect(code).toBe(1);
  expect(reports.map(({ failure }) => failure?.code)).toEqual(['refused', 'refused', 'refused']);
  expect(reports[0]!.failure!.remedy).toContain('New-ManagementRoleAssignment');
  expect(exchange.refusedLogins).toBe(0);
});

test('a mailbox that does not exist keeps no other from being read', async () => {
  await configure('nobody', { access: 'impersonate', mailboxes: ['nobody@example.com', addresses[7]!] });
  const { code, reports } = await sync();
  expect(code).toBe(1);
  expect(Object.fromEntries(reports.map(({ mailbox, failure, stored }) => [mailbox, failure?.code ?? stored]))).toEqual({
    'nobody@example.com': 'missing',
    [addresses[7]!]: 2,
  });
});

test('a login without channel binding is refused where Extended Protection demands it: the config decides', async () => {
  await configure('unbound', { access: 'impersonate', mailboxes: [addresses[8]!], server: { channelBinding: 'never' } });
  const { reports } = await sync();
  expect(reports[0]!.failure).toMatchObject({ code: 'auth-rejected' });
  await configure('bound', { access: 'impersonate', mailboxes: [addresses[8]!], server: { channelBinding: 'auto' } });
  expect((await sync()).reports[0]).toMatchObject({ failure: null, stored: 2 });
});

test('a queue is emptied after the mail is stored, into Deleted Items, and what comes later is received and removed too', async () => {
  const [address] = addresses.slice(9);
  await configure('queue', {
    access: 'impersonate',
    mailboxes: [address!],
    more: { owner: { queue: 'help' } },
    receive: { afterReceive: 'delete' },
  });
  const mailbox = exchange.mailboxOf(address!)!;
  const inFolder = (name: string) => mailbox.itemsIn(mailbox.folderNamed(name).key).length;
  expect((await sync()).reports[0]).toMatchObject({ failure: null, stored: 2 });
  expect([inFolder('inbox'), inFolder('deleteditems')]).toEqual([0, 2]);
  await deliver(exchange, mailbox, Buffer.from(letter('later')));
  expect((await sync()).reports[0]).toMatchObject({ failure: null, stored: 1 });
  expect([inFolder('inbox'), inFolder('deleteditems')]).toEqual([0, 3]);
  expect(await gateway.json(['activities', '--mailbox', address!])).toHaveLength(3);
});

describe('a mailbox that is moved to another database or server', () => {
  const address = addresses[10]!;
  const goneCopies = async () => {
    const copies = await gateway.json<{ goneAt: string | null }>(['activities', '--mailbox', address]);
    return [copies.length, copies.filter(({ goneAt }) => goneAt !== null).length];
  };

  test('is told so, nothing of it counts as deleted, and it is gone on with where it was', async () => {
    await configure('moving', { access: 'impersonate', mailboxes: [address] });
    await sync();
    const mailbox = exchange.mailboxOf(address)!;
    await deliver(exchange, mailbox, Buffer.from(letter('while it moves')));
    exchange.faults.add({ mailbox: address, fault: 'fault-code', code: 'ErrorMailboxMoveInProgress' });
    const { code, reports } = await sync();
    expect(code).toBe(1);
    expect(reports[0]!.failure).toMatchObject({
      ...{ code: 'unreachable', message: expect.stringContaining('ErrorMailboxMoveInProgress') },
      remedy: expect.stringContaining('is being moved or has moved'),
    });
    expect((await gateway.run(['status', '--json'])).stdout.toString()).toContain('ErrorMailboxMoveInProgress');
    expect(await goneCopies()).toEqual([2, 0]);
    exchange.faults.clear();
    // States do not survive a move, item ids do.
    exchange.switches.loseSyncStates = true;
    expect((await sync()).reports[0]).toMatchObject({ failure: null, stored: 1 });
    exchange.switches.loseSyncStates = false;
    expect(await goneCopies()).toEqual([3, 0]);
  });

  test('and one that is no longer there is told so, and keeps what was received', async () => {
    await configure('moved', { access: 'impersonate', mailboxes: [address] });
    await sync();
    exchange.faults.add({ mailbox: address, fault: 'fault-code', code: 'ErrorNonExistentMailbox' });
    expect((await sync()).reports[0]!.failure).toMatchObject({ code: 'missing', remedy: expect.stringContaining('moved away') });
    exchange.faults.clear();
    const copies = await gateway.json<{ mailbox: string; goneAt: string | null }>(['activities', '--mailbox', address]);
    expect(copies.every(({ goneAt }) => goneAt === null)).toBe(true);
  });
});

test.each([
  ['HTTP 503 with Retry-After', { fault: 'unavailable' }],
  ['ErrorServerBusy with BackOffMilliseconds', { fault: 'server-busy', backOffMilliseconds: 30_000 }],
] as const)(
  '%s is obeyed: that mailbox waits, the other goes on',
  async (name, rule) => {
    const [busy, other] = [addresses[11]!, addresses[12]!];
    const server = { polling: { every: '1 s', quietEvery: '1 s' } };
    await configure(name, { access: 'impersonate', mailboxes: [busy, other], server });
    exchange.faults.add({ ...rule, mailbox: busy });
    const before = exchange.budget.usageOf(other).requests;
    const asked = () => exchange.faults.actedOn(busy);
    const started = performance.now();
    const running = gateway.start(['run'], { PASSWORD });
    const ended = finished(running);
    // Passes of the other are the clock: without obedience there would be a second try after some five of them.
    await expect.poll(() => exchange.budget.usageOf(other).requests - before, { timeout: 60_000 }).toBeGreaterThan(24);
    expect(asked()).toBeGreaterThan(0);
    expect(asked()).toBeLessThanOrEqual(1 + Math.floor((performance.now() - started) / 30_000));
    running.kill('SIGTERM');
    await ended;
    exchange.faults.clear();
  },
  90_000,
);
