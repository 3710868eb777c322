/** Ways in, and what a server's refusal means: what may pass by itself never counts as a refused credential. */
import { describe, expect, test } from 'vitest';
import { SECRET, stage } from '../../../test/contract/scripted-imap.ts';
import { type DovecotOptions, startDovecot } from '../../../test/servers/dovecot.ts';
import type { Answer } from '../../../test/servers/imap-script.ts';
import { needsServer } from '../../../test/servers/needs.ts';
import { Failure, type FailureCode } from '../../model/failure.ts';
import type { Credential } from '../connector.ts';

const failureOf = (work: Promise<unknown>): Promise<Failure> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(Failure);
      expect(`${(error as Failure).message} ${(error as Failure).remedy}`).not.toContain(SECRET);
      return error as Failure;
    },
  );
const answer =
  (words: string): Answer =>
  async ({ peer, tag }) => {
    await peer.say('+ ');
    await peer.line();
    await peer.say(`${tag} ${words}`);
  };

test.each<[string, FailureCode, RegExp]>([
  ['NO [AUTHENTICATIONFAILED] Authentication failed.', 'auth-rejected', /password/],
  ['NO Authentication failed', 'auth-rejected', /password/],
  ['BAD invalid credentials', 'auth-rejected', /password/],
  ['NO [AUTHORIZATIONFAILED] no such right', 'auth-rejected', /grant/],
  ['NO [EXPIRED] password has expired', 'auth-rejected', /expired/],
  ['NO [PRIVACYREQUIRED] use TLS', 'refused', /starttls/],
  ['NO [CONTACTADMIN] locked', 'auth-rejected', /administrator/],
  ['NO [WEBALERT https://example.test/x] Web login required.', 'auth-rejected', /browser/],
  ['NO [ALERT] Application-specific password required', 'auth-rejected', /application/],
  ['NO [UNAVAILABLE] Temporary authentication failure.', 'unreachable', /tried again/],
  ['NO [INUSE] locked by another session', 'throttled', /holds the mailbox/],
  ['NO [LIMIT] too many connections', 'throttled', /fewer connections/],
  ['NO [SERVERBUG] internal error', 'unreachable', /tried again/],
  ['NO Server temporarily unavailable, try again later', 'unreachable', /tried again/],
  ['NO Internal authentication failure', 'unreachable', /tried again/],
  ['NO Maximum number of connections from user+IP exceeded', 'throttled', /fewer connections/],
  ['NO Too many login failures', 'throttled', /fewer connections/],
])('login answered with %s is %s', async (words, code, remedy) => {
  await using staged = await stage({ answers: { AUTHENTICATE: answer(words) } });
  const failure = await failureOf(staged.open());
  expect(failure).toMatchObject({ code, remedy: expect.stringMatching(remedy), message: PLAIN_WORDS });
  expect(failure.message).toContain(`${staged.server.host}:${staged.server.port}`);
  expect(staged.server.connections()).toBe(1);
});

test('a throttling server says how long to wait', async () => {
  const words = 'BAD Request is throttled. Suggested Backoff Time: 120 milliseconds';
  await using staged = await stage({ answers: { AUTHENTICATE: answer(words) } });
  expect(await failureOf(staged.open())).toMatchObject({ code: 'throttled', retryAfterMs: 120 });
});

test('BYE in place of a greeting: its words tell whether to come less often', async () => {
  for (const [words, code] of [
    ['too many connections', 'throttled'],
    ['closing', 'unreachable'],
  ] as const) {
    await using staged = await stage({ state: { greeting: `* BYE ${words}` } });
    expect(await failureOf(staged.open())).toMatchObject({ code, message: expect.stringContaining(words) });
  }
});

test('LOGINDISABLED without a SASL mechanism: no password leaves', async () => {
  await using staged = await stage({ state: { capability: 'IMAP4rev1 LOGINDISABLED' } });
  const failure = await failureOf(staged.open());
  expect(failure).toMatchObject({ code: 'refused', remedy: expect.stringContaining('starttls') });
  expect(staged.server.heard()).not.toContain('LOGIN');
});

test('LOGINDISABLED is honoured for names like DOMAIN\\user too, where LOGIN would be the first choice', async () => {
  const credential: Credential = { method: 'password', username: 'EXAMPLE\\anna', password: SECRET };
  await using disabled = await stage({ credential, state: { capability: 'IMAP4rev1 LOGINDISABLED AUTH=PLAIN' } });
  await disabled.use(async () => {});
  expect(disabled.server.heard()).toMatch(/AUTHENTICATE PLAIN/);
  await using enabled = await stage({ credential, state: { capability: 'IMAP4rev1 AUTH=PLAIN' } });
  await enabled.use(async () => {});
  expect(enabled.server.heard()).toMatch(/LOGIN "?EXAMPLE\\\\anna"?/);
});

test('a password with other letters goes as UTF-8, by PLAIN, by SASL LOGIN and by the command', async () => {
  const utf8 = Buffer.from(SECRET, 'utf8');
  await using plain = await stage();
  await plain.use(async () => {});
  expect(plain.server.heard()).toContain(Buffer.concat([Buffer.from('\0anna\0'), utf8]).toString('base64'));
  await using login = await stage({ state: { capability: 'IMAP4rev1' } });
  await login.use(async () => {});
  expect(Buffer.from(login.server.heard(), 'latin1').includes(utf8)).toBe(true);
});

test('a refused token is renewed once; the same one is not tried twice', async () => {
  const oauth = (accessToken: string): Credential => ({ method: 'oauth2', username: 'anna', accessToken });
  const bearer: Answer = async ({ peer, tag, args, ok }) => {
    const payload = args.split(' ')[1]!;
    if (Buffer.from(payload, 'base64').toString().includes('Bearer good')) return ok();
    await peer.say(`+ ${Buffer.from('{"status":"401"}').toString('base64')}`);
    await peer.line();
    return peer.say(`${tag} NO [AUTHENTICATIONFAILED] token`);
  };
  const asked: boolean[] = [];
  const context = (second: string) => ({
    credential: async ({ rejected = false } = {}) => {
      asked.push(rejected);
      return oauth(rejected ? second : 'old');
    },
  });
  for (const mechanism of ['XOAUTH2', 'OAUTHBEARER']) {
    const state = { capability: `IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=${mechanism}` };
    await using renewed = await stage({ state, answers: { AUTHENTICATE: bearer } });
    const session = await renewed.open(context('good'));
    await session[Symbol.asyncDispose]();
    expect(renewed.server.heard()).toContain(`AUTHENTICATE ${mechanism}`);
    expect(renewed.server.connections()).toBe(2);
    await using same = await stage({ state, answers: { AUTHENTICATE: bearer } });
    expect(await failureOf(same.open(context('old')))).toMatchObject({
      code: 'auth-rejected',
      remedy: expect.stringContaining('auth login'),
    });
    expect(same.server.connections()).toBe(1);
  }
  expect(asked).toEqual([false, true, false, true, false, true, false, true]);
});

test('a server without OAuth2 says so before the token leaves', async () => {
  await using staged = await stage({ credential: { method: 'oauth2', username: 'anna', accessToken: SECRET } });
  expect(await failureOf(staged.open())).toMatchObject({ code: 'refused', remedy: expect.stringContaining('auth method') });
  expect(staged.server.heard()).not.toContain(SECRET);
});

test('a server that wants a login where none is configured', async () => {
  await using staged = await stage({ credential: { method: 'none' } });
  expect(await failureOf(staged.open())).toMatchObject({ code: 'refused' });
});

test('an aborted signal ends the login', async () => {
  const controller = new AbortController();
  await using staged = await stage({
    answers: {
      AUTHENTICATE: async ({ peer }) => {
        controller.abort();
        await peer.hang();
      },
    },
  });
  expect(await failureOf(staged.open({ signal: controller.signal }))).toMatchObject({ code: 'unreachable' });
  expect(await failureOf(staged.open({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'unreachable' });
});

/** Without the runtime's advice to who starts Node. */
const PLAIN_WORDS: string = expect.not.stringContaining('--use-system-ca');

describe.runIf(await needsServer('dovecot'))('over TLS', () => {
  test.each<[Partial<DovecotOptions>, 'implicit' | 'starttls', FailureCode | null, RegExp]>([
    [{}, 'implicit', null, /./],
    [{}, 'starttls', null, /./],
    [{ certificate: 'expired' }, 'implicit', 'unreachable', /expired/],
    [{ certificate: 'expired' }, 'starttls', 'unreachable', /expired/],
    [{ certificate: 'not-yet-valid' }, 'implicit', 'unreachable', /clocks/],
    [{ certificate: 'wrong-name' }, 'implicit', 'unreachable', /serverName/],
    [{ certificate: 'wrong-name' }, 'starttls', 'unreachable', /serverName/],
    [{ certificate: 'self-signed' }, 'implicit', 'unreachable', /authority/],
    [{ certificate: 'unknown-authority' }, 'starttls', 'unreachable', /authority/],
    [{ certificate: 'none' }, 'starttls', 'unreachable', /STARTTLS/],
    [
      { settings: 'ssl_min_protocol = TLSv1\nssl_cipher_list = ALL:@SECLEVEL=0\nssl_options = no_compression' },
      'implicit',
      null,
      /./,
    ],
  ])('a real server with %o by %s: %s', async (options, tls, code, remedy) => {
    const users = { anna: SECRET };
    await using dovecot = await startDovecot({ users, ...options });
    const port = tls === 'implicit' ? dovecot.imapsPort : dovecot.imapPort;
    await using staged = await stage({ settings: { host: dovecot.host, port, ca: dovecot.caPem, tls } });
    if (code === null) await staged.use(async () => {});
    else
      expect(await failureOf(staged.open())).toMatchObject({ code, remedy: expect.stringMatching(remedy), message: PLAIN_WORDS });
  });
});

test('ports that are closed, silent or speak another protocol, and hosts that do not exist', async () => {
  const closed = await stage();
  await closed[Symbol.asyncDispose]();
  expect(await failureOf(closed.open())).toMatchObject({
    code: 'unreachable',
    remedy: expect.stringContaining('Nothing listens'),
  });
  await using unknown = await stage({ settings: { host: 'no-such-host.invalid' } });
  expect(await failureOf(unknown.open())).toMatchObject({ code: 'unreachable' });
  await using silent = await stage({ settings: { timeoutMs: 200 }, script: (peer) => peer.hang() });
  expect(await failureOf(silent.open())).toMatchObject({ code: 'unreachable', remedy: expect.stringContaining('right port') });
  await using plain = await stage({ settings: { tls: 'implicit' } });
  expect(await failureOf(plain.open())).toMatchObject({ code: 'unreachable', remedy: expect.stringContaining('TLS') });
  await using http = await stage({
    settings: { timeoutMs: 500 },
    script: (peer) => peer.say('HTTP/1.1 400 Bad Request', '').then(() => peer.hang()),
  });
  expect((await failureOf(http.open())).code).toBe('unreachable');
});
