import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contextFor } from '../../../test/contract/context.ts';
import { PASSWORD, SERVICE, type StandIn, settingsFor } from '../../../test/contract/exchange-world.ts';
import { type Authority, authority, type CertificateKind } from '../../../test/servers/certificates.ts';
import type { AuthOptions } from '../../../test/servers/exchange/auth/authenticate.ts';
import { Exchange } from '../../../test/servers/exchange/exchange.ts';
import { serve } from '../../../test/servers/exchange/server.ts';
import { systemClock } from '../../platform/clock.ts';
import type { DiagnosticStep } from '../connector.ts';
import { createExchangeConnector } from './exchange-connector.ts';
import { productOf } from './remedies.ts';
import type { ExchangeSettings } from './settings.ts';

const ANNA = 'anna@example.com';
const closing: (() => Promise<unknown>)[] = [];
let trusted: Authority;
let plain: StandIn;
let bound: StandIn;

async function start(auth: AuthOptions, kind?: CertificateKind): Promise<StandIn> {
  const exchange = new Exchange();
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  exchange.addMailbox(ANNA, PASSWORD);
  const server = await serve(exchange, kind === undefined ? { auth } : { auth, tls: await trusted.certificate(kind) });
  closing.push(() => server.close());
  return { exchange, server };
}

beforeAll(async () => {
  trusted = await authority();
  plain = await start({ schemes: ['basic'] });
  bound = await start({ schemes: ['negotiate', 'ntlm'], extendedProtection: 'require' }, 'good');
});
afterAll(() => Promise.all(closing.map((close) => close())));

interface Asked {
  readonly settings?: Partial<ExchangeSettings>;
  readonly method?: 'password' | 'ntlm';
  readonly username?: string;
  readonly password?: string;
  readonly aheadMs?: number;
}

async function steps(at: StandIn, asked: Asked = {}): Promise<DiagnosticStep[]> {
  const { method = at === plain ? 'password' : 'ntlm', username = ANNA, password = PASSWORD, aheadMs = 0 } = asked;
  const settings = { ...settingsFor(at.server, ANNA, { method, access: 'direct', ca: trusted.caPem }), ...asked.settings };
  const clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
  const told = await Array.fromAsync(
    createExchangeConnector().diagnose(settings, contextFor({ method, username, password }, { clock })),
  );
  const words = told.map(({ step, detail, failure }) => [step, detail, failure?.message, failure?.remedy].join(' ')).join('\n');
  expect(words).not.toContain(password);
  return told;
}

const names = (told: readonly DiagnosticStep[]) => told.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`);
const detailOf = (told: readonly DiagnosticStep[], name: string) => told.find(({ step }) => step === name)?.detail;
const REACHED = ['name ok', 'connect ok', 'tls ok'];
const TO_LOGIN = [...REACHED, 'certificate ok', 'authentication ok', 'clock ok'];
const INSIDE = ['login ok', 'version ok', 'mailbox ok', 'folders ok', 'limits ok'];

test('all is well: each step is told, by NTLM over TLS and by Basic in clear text', async () => {
  const secured = await steps(bound);
  expect(names(secured)).toEqual([...TO_LOGIN, ...INSIDE]);
  expect(secured.map(({ detail }) => detail).join('\n')).toMatch(
    /TLSv1[\s\S]*valid until[\s\S]*offers Negotiate, NTLM[\s\S]*agrees[\s\S]*NTLM[\s\S]*Exchange SE \(15\.2\.2562\.17\)[\s\S]*INBOX/,
  );
  expect(names(await steps(plain))).toEqual([...REACHED, 'authentication ok', 'clock ok', ...INSIDE]);
});

test('what Exchange charges, and what to do when that is too little, is told for each way of access', async () => {
  const settings = (access: ExchangeSettings['access']) => ({ username: SERVICE, settings: { access, mailbox: ANNA } });
  expect(detailOf(await steps(plain, settings('impersonate')), 'limits')).toContain(`charges ${ANNA}`);
  const delegate = detailOf(await steps(plain, settings('delegate')), 'limits');
  expect(delegate).toContain(`charges ${SERVICE}`);
  expect(delegate).toContain(`Set-ThrottlingPolicyAssociation ${SERVICE}`);
});

test.each<[string, () => Promise<DiagnosticStep[]>, readonly string[], string, RegExp]>([
  [
    'an unknown host',
    () => steps(bound, { settings: { url: new URL('https://no-such-host.invalid/EWS/Exchange.asmx') } }),
    ['name failed'],
    'unreachable',
    /check the url|DNS/,
  ],
  [
    'a closed port',
    () => steps(bound, { settings: { url: new URL('https://127.0.0.1:1/EWS/Exchange.asmx') } }),
    ['name ok', 'connect failed'],
    'unreachable',
    /Nothing listens/,
  ],
  [
    'a port without TLS',
    () => steps(bound, { settings: { url: new URL(plain.server.url.replace('http:', 'https:')) } }),
    ['name ok', 'connect ok', 'tls failed'],
    'unreachable',
    /speaks no TLS/,
  ],
  [
    'a certificate of an unknown authority',
    () => steps(bound, { settings: { ca: null } }),
    [...REACHED, 'certificate failed'],
    'unreachable',
    /give it as `ca`/,
  ],
  [
    'a certificate for another name',
    () => steps(bound, { settings: { serverName: 'other.example.test' } }),
    [...REACHED, 'certificate failed'],
    'unreachable',
    /serverName/,
  ],
  [
    'a wrong path',
    () => steps(plain, { settings: { url: new URL('/owa/', plain.server.url) } }),
    [...REACHED, 'authentication failed'],
    'refused',
    /EWS\/Exchange\.asmx/,
  ],
  [
    'a password where only NTLM is offered',
    () => steps(bound, { method: 'password' }),
    [...REACHED, 'certificate ok', 'authentication failed'],
    'auth-rejected',
    /auth\.method: ntlm/,
  ],
  [
    'NTLM where only Basic is offered',
    () => steps(plain, { method: 'ntlm' }),
    [...REACHED, 'authentication failed'],
    'auth-rejected',
    /WindowsAuthentication|auth\.method: password/,
  ],
  [
    'a wrong password, or an account that is locked',
    () => steps(bound, { password: 'canary-wrong' }),
    [...TO_LOGIN, 'login failed'],
    'auth-rejected',
    /1\. a wrong user name, domain or password; 2\. the account is locked .* 3\. a proxy .* channel binding/,
  ],
  [
    'a user name without a domain',
    () => steps(bound, { username: 'nobody' }),
    [...TO_LOGIN, 'login failed'],
    'auth-rejected',
    /1\. the user name has no domain/,
  ],
  [
    'channel binding switched off where it is demanded',
    () => steps(bound, { settings: { channelBinding: 'never' } }),
    [...TO_LOGIN, 'login failed'],
    'auth-rejected',
    /channelBinding: never switches it off: write auto/,
  ],
  [
    'an account without the right to impersonate',
    () => steps(plain, { settings: { access: 'impersonate', mailbox: SERVICE } }),
    [...REACHED, 'authentication ok', 'clock ok', 'login ok', 'mailbox failed'],
    'refused',
    /New-ManagementRoleAssignment .*-Role ApplicationImpersonation -User anna@example\.com/,
  ],
  [
    'a mailbox that does not exist',
    () => steps(plain, { username: SERVICE, settings: { access: 'impersonate', mailbox: 'nobody@example.com' } }),
    [...REACHED, 'authentication ok', 'clock ok', 'login ok', 'mailbox failed'],
    'missing',
    /check the address/,
  ],
])('%s is told at its step, with the remedy', async (_, ask, expected, code, remedy) => {
  const told = await ask();
  expect(names(told)).toEqual(expected);
  expect(told.at(-1)!.failure).toMatchObject({ code, remedy: expect.stringMatching(remedy) });
});

test('a clock that is wrong by more than a domain allows is told even where the login goes through', async () => {
  const told = await steps(bound, { aheadMs: 6 * 60_000 });
  expect(names(told)).toEqual([...TO_LOGIN.slice(0, -1), 'clock failed', ...INSIDE]);
  expect(told.find(({ step }) => step === 'clock')).toMatchObject({
    ...{ detail: expect.stringMatching(/3(59|60|61) s behind ours/), failure: { remedy: expect.stringContaining('NTP') } },
  });
  const refused = await steps(bound, { aheadMs: -6 * 60_000, password: 'canary-wrong' });
  expect(refused.at(-1)!.failure!.remedy).toMatch(/1\. the clocks differ .* ahead of ours/);
  expect(names(await steps(plain, { aheadMs: 6 * 60_000 }))).toContain('clock ok');
});

test('a proxy that ends TLS with a certificate of its own is named among the causes', async () => {
  const own = await trusted.certificate('wrong-name');
  const proxy = createTlsServer({ cert: own.cert, key: own.key }, (client) => {
    const server = connect({ port: bound.server.port, host: '127.0.0.1', rejectUnauthorized: false });
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => {});
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(bound.server.url);
  url.port = String((proxy.address() as AddressInfo).port);
  const told = await steps(bound, { settings: { url, serverName: 'other.example.test' } });
  proxy.close();
  expect(names(told)).toEqual([...TO_LOGIN, 'login failed']);
  expect(told.at(-1)!.failure!.remedy).toContain('a proxy with a certificate of its own stands before Exchange');
});

/** Something that stands where Exchange should, and gives these answers in turn, the last one for ever. */
async function standing(...answers: readonly (readonly [status: number, headers?: Record<string, string | string[]>])[]) {
  let n = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(...(answers[Math.min(n++, answers.length - 1)] as [number])).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => server.close());
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`) };
}

test('a server that takes Kerberos alone is told what to switch on, and no password is blamed', async () => {
  const settings = await standing([401, { 'WWW-Authenticate': 'Negotiate' }]);
  const told = await steps(plain, { settings, method: 'ntlm', username: 'EXAMPLE\\anna' });
  expect(names(told).at(-1)).toBe('login failed');
  expect(told.at(-1)!.failure).toMatchObject({
    code: 'refused',
    remedy: expect.stringContaining('-WindowsAuthentication $true'),
  });
});

test('a server that is busy in the middle of a login is told as busy, not as one without NTLM', async () => {
  const settings = await standing([401, { 'WWW-Authenticate': 'NTLM' }], [503, { 'Retry-After': '7' }]);
  const told = await steps(plain, { settings, method: 'ntlm' });
  expect(told.at(-1)).toMatchObject({ step: 'login', failure: { code: 'throttled', retryAfterMs: 7000 } });
  const busy = await steps(plain, { settings: await standing([503]) });
  expect(busy.at(-1)).toMatchObject({ step: 'authentication', failure: { code: 'throttled' } });
});

test('who is led elsewhere behind the login has not logged in, and is told where', async () => {
  const settings = await standing(
    [401, { 'WWW-Authenticate': 'Basic realm="x"' }],
    [302, { Location: 'https://a.example.com/owa?u=1' }],
  );
  const told = await steps(plain, { settings });
  expect(told.at(-1)).toMatchObject({
    step: 'login',
    detail: expect.stringMatching(/redirects to https:\/\/a\.example\.com\/owa$/),
  });
});

test('logins that stand in one header are told apart', async () => {
  const settings = await standing([401, { 'WWW-Authenticate': 'Negotiate, NTLM, Basic realm="a, b", charset="UTF-8"' }]);
  const told = await steps(plain, { settings });
  expect(detailOf(told, 'authentication')).toBe('the server offers Negotiate, NTLM, Basic');
});

test('a password with letters beyond ASCII is named among the causes where Basic refuses it', async () => {
  const told = await steps(plain, { password: 'canary-wröng' });
  expect(told.at(-1)!.failure!.remedy).toContain('letters beyond ASCII');
  expect((await steps(plain, { password: 'canary-wrong' })).at(-1)!.failure!.remedy).not.toContain('ASCII');
});

test('a server that names no login is told so', async () => {
  const server: Server = createServer((_, response) => response.end('<html>maintenance</html>'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => server.close());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`);
  const told = await steps(plain, { settings: { url } });
  expect(names(told)).toEqual([...REACHED, 'authentication failed']);
  expect(told.at(-1)!.failure!.remedy).toContain('proxy');
});

test('a later build of SE is SE, and a server that does not say what it is has a name all the same', () => {
  expect(productOf('15.2.3012.4')).toContain('Exchange SE');
  expect(productOf('15.2.1748.10')).toContain('Exchange 2019');
  expect(productOf('16.0.1.2')).toBe('the server is Exchange (16.0.1.2)');
});

test('older versions are told as what they are', async () => {
  for (const [version, product] of [
    ['2013', 'Exchange 2013'],
    ['2016', 'Exchange 2016'],
    ['2019', 'Exchange 2019'],
  ] as const) {
    const exchange = new Exchange({ version });
    exchange.addMailbox(ANNA, PASSWORD);
    const server = await serve(exchange);
    closing.push(() => server.close());
    const settings = { ...settingsFor(server, ANNA, { method: 'password', access: 'direct' }) };
    const context = contextFor({ method: 'password', username: ANNA, password: PASSWORD });
    const told = await Array.fromAsync(createExchangeConnector().diagnose(settings, context));
    expect(detailOf(told, 'version')).toContain(`${product} (15.`);
  }
});
