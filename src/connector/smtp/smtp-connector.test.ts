import { afterEach, expect, test } from 'vitest';
import type { CertificateKind } from '../../../test/servers/certificates.ts';
import { freePorts } from '../../../test/servers/ports.ts';
import { type Dialogue, type DialogueOptions, startDialogue } from '../../../test/servers/smtp-dialogue.ts';
import { asFailure, type Failure } from '../../model/failure.ts';
import { systemClock } from '../../platform/clock.ts';
import { silentLog } from '../../platform/log.ts';
import type { Credential, DiagnosticStep, SessionContext } from '../connector.ts';
import { smtpConnector } from './smtp-connector.ts';

const SECRET = 'canary-5up3r-secret';
const password: Credential = { method: 'password', username: 'anna', password: SECRET };
const token = (accessToken: string): Credential => ({ method: 'oauth2', username: 'anna@example.test', accessToken });

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function serve(options: DialogueOptions): Promise<Dialogue> {
  const dialogue = await startDialogue(options);
  cleanUp.push(() => dialogue.stop());
  return dialogue;
}

interface Case {
  readonly host?: string;
  readonly port?: number;
  readonly tls?: 'implicit' | 'starttls' | 'none';
  readonly ca?: string | null;
  readonly serverName?: string;
  readonly credentials?: readonly Credential[];
  readonly mechanism?: string;
}

function prepare(dialogue: Dialogue | null, options: Case) {
  const settings = smtpConnector.parseSettings({
    host: options.host ?? 'localhost',
    port: options.port ?? dialogue?.port,
    tls: options.tls ?? 'implicit',
    allowClearText: true,
    ca: options.ca === undefined ? dialogue?.caPem : options.ca,
    serverName: options.serverName,
    timeoutMs: 5_000,
    mechanism: options.mechanism,
  });
  const given = [...(options.credentials ?? [password])];
  const context: SessionContext = {
    ...{ log: silentLog, clock: systemClock, signal: new AbortController().signal },
    credential: async () => (given.length > 1 ? given.shift()! : given[0]!),
  };
  return { settings, context };
}

async function open(dialogue: Dialogue | null, options: Case = {}): Promise<Failure | null> {
  const { settings, context } = prepare(dialogue, options);
  try {
    await (await smtpConnector.open(settings, context))[Symbol.asyncDispose]();
    return null;
  } catch (error) {
    const failure = asFailure(error);
    if (!failure) throw error;
    return failure;
  }
}

async function diagnose(dialogue: Dialogue | null, options: Case = {}): Promise<DiagnosticStep[]> {
  const { settings, context } = prepare(dialogue, options);
  return Array.fromAsync(smtpConnector.diagnose(settings, context));
}

const withLogin = ['SIZE 1000', 'AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER'];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test.each(['implicit', 'starttls'] as const)('%s: logs in, and not a byte of the password goes before TLS', async (tls) => {
  const dialogue = await serve({ tls, offers: withLogin });
  expect(await open(dialogue, { tls })).toBeNull();
  expect(dialogue.commands).toContain(`AUTH PLAIN ${base64(`\0anna\0${SECRET}`)}`);
  expect(dialogue.clearText.join()).not.toContain('AUTH');
});

test.each<[string, DialogueOptions]>([
  ['not offered', { offers: withLogin }],
  ['offered and then refused', { offers: ['STARTTLS', ...withLogin], answer: refuse('STARTTLS', '454 4.7.0 TLS not available') }],
  ['answered with 220 and no TLS', { offers: ['STARTTLS', ...withLogin], answer: refuse('STARTTLS', '220 go\n250 plain') }],
  ['hidden behind a server that knows only HELO', { answer: refuse('EHLO', '502 unknown') }],
])('STARTTLS %s: no login, no mail, a remedy', async (_words, options) => {
  const dialogue = await serve(options);
  const failure = await open(dialogue, { tls: 'starttls' });
  expect(failure).toMatchObject({ code: 'unreachable' });
  expect(failure?.remedy).toMatch(/tls: implicit|TLS/);
  expect(dialogue.commands.join()).not.toMatch(/AUTH|MAIL/);
});

function refuse(word: string, answer: string) {
  return (command: string): string | undefined => (command.startsWith(word) ? answer : undefined);
}

test('what is injected in clear text behind the STARTTLS reply is not believed', async () => {
  const options: DialogueOptions = { tls: 'starttls', offers: ['AUTH PLAIN'] };
  const dialogue = await serve(options);
  expect(await open(dialogue, { tls: 'starttls' })).toBeNull();
  expect(dialogue.commands.filter((command) => command.startsWith('EHLO'))).toHaveLength(2);
});

test.each<[CertificateKind, RegExp]>([
  ['expired', /expired/],
  ['not-yet-valid', /clock/],
  ['wrong-name', /serverName/],
  ['self-signed', /ca\b/],
  ['unknown-authority', /ca\b/],
])('a certificate that is %s is refused with a remedy, in both ways of TLS', async (certificate, remedy) => {
  for (const tls of ['implicit', 'starttls'] as const) {
    const dialogue = await serve({ tls, certificate, offers: withLogin });
    const steps = await diagnose(dialogue, { tls });
    const last = steps.at(-1)!;
    expect([last.step, last.ok, last.failure?.code]).toEqual(['certificate', false, 'unreachable']);
    expect(last.failure?.remedy).toMatch(remedy);
    expect(dialogue.commands.join()).not.toContain('AUTH');
  }
});

test('serverName is the name the certificate has to carry, whatever host is called', async () => {
  const dialogue = await serve({ tls: 'implicit', offers: withLogin });
  expect(await open(dialogue, { serverName: 'mail.example.test' })).toBeNull();
  expect((await open(dialogue, { serverName: 'other.example.test' }))?.remedy).toMatch(/serverName/);
  expect(await open(dialogue, { host: '127.0.0.1' })).toBeNull();
});

test.each<[string, string, readonly string[], readonly string[]]>([
  ['LOGIN', 'LOGIN', ['334 VXNlcm5hbWU6', '334 UGFzc3dvcmQ6', '235 ok'], [base64('anna'), base64(SECRET)]],
  ['CRAM-MD5', 'CRAM-MD5', [`334 ${base64('<1@x>')}`, '235 ok'], []],
])('logs in by %s when that is what there is', async (_words, mechanism, answers, said) => {
  const left = [...answers];
  const inLogin = (command: string) => (/^(EHLO|QUIT)/.test(command) ? undefined : left.shift());
  const dialogue = await serve({ tls: 'implicit', offers: [`AUTH ${mechanism}`], answer: inLogin });
  expect(await open(dialogue)).toBeNull();
  expect(dialogue.commands).toEqual(expect.arrayContaining([`AUTH ${mechanism}`, ...said]));
  if (mechanism === 'CRAM-MD5') expect(dialogue.commands.join()).not.toContain(SECRET);
});

test('a token goes by OAUTHBEARER or XOAUTH2; a refused one is renewed once, over a new connection', async () => {
  const bearer = `AUTH OAUTHBEARER ${base64('n,a=anna@example.test,\x01auth=Bearer good\x01\x01')}`;
  const good = await serve({ tls: 'implicit', offers: withLogin });
  expect(await open(good, { credentials: [token('good')] })).toBeNull();
  expect(good.commands).toContain(bearer);

  const answer = (command: string) => {
    if (command === bearer) return '235 ok';
    if (command.startsWith('AUTH')) return `334 ${base64('{"status":"invalid_token"}')}`;
    return command === 'AQ==' ? '535 5.7.8 bad token' : undefined;
  };
  const strict = await serve({ tls: 'implicit', offers: withLogin, answer });
  expect(await open(strict, { credentials: [token('old'), token('good')] })).toBeNull();
  expect(strict.commands.filter((command) => command.startsWith('EHLO'))).toHaveLength(2);
  expect(await open(strict, { credentials: [token('old')] })).toMatchObject({ code: 'auth-rejected' });

  const outlook = await serve({ tls: 'implicit', offers: ['AUTH LOGIN XOAUTH2'] });
  expect(await open(outlook, { credentials: [token('good')] })).toBeNull();
  expect(outlook.commands).toContain(`AUTH XOAUTH2 ${base64('user=anna@example.test\x01auth=Bearer good\x01\x01')}`);
});

test.each<[string, string, string, RegExp]>([
  ['wrong password', '535 5.7.8 authentication failed', 'auth-rejected', /user name and password/],
  ['application password', '534 5.7.9 Application-specific password required', 'auth-rejected', /auth login/],
  ['switched off', '535 5.7.139 SmtpClientAuthentication is disabled for the Tenant', 'auth-rejected', /administrator/],
  ['temporary', '454 4.7.0 Temporary authentication failure', 'throttled', /again/],
  ['closing', '421 4.7.0 too many connections', 'throttled', /again/],
  ['hung up', 'hang up', 'unreachable', /again/],
])('a login that fails (%s) says what to do, without the secret', async (_words, reply, code, remedy) => {
  const dialogue = await serve({ tls: 'implicit', offers: withLogin, answer: refuse('AUTH', reply) });
  const steps = await diagnose(dialogue);
  const last = steps.at(-1)!;
  expect([last.step, last.ok, last.failure?.code]).toEqual(['login', false, code]);
  expect(last.failure?.remedy).toMatch(remedy);
  expect(JSON.stringify(steps)).not.toContain(SECRET);
  expect(`${last.failure?.stack}${last.failure?.message}`).not.toContain(base64(`\0anna\0${SECRET}`));
});

test('a server without a login, or without one that fits, is not offered the password', async () => {
  const none = await serve({ tls: 'implicit', offers: [] });
  expect(await open(none)).toMatchObject({ code: 'refused' });
  const other = await serve({ tls: 'implicit', offers: ['AUTH GSSAPI NTLM'] });
  expect((await open(other))?.message).toMatch(/offers only GSSAPI, NTLM/);
  expect([...none.commands, ...other.commands].join()).not.toMatch(/AUTH/);
});

test.each<[string, DialogueOptions, string]>([
  ['not SMTP', { greeting: 'HTTP/1.1 400 Bad Request' }, 'garbled'],
  ['a refusal', { greeting: '554 5.7.1 your address is blocked' }, 'unreachable'],
  ['busy', { greeting: '421 4.3.2 too busy' }, 'throttled'],
  ['a closed door', { greeting: 'hang up' }, 'unreachable'],
])('a greeting that is %s', async (_words, options, code) => {
  expect(await open(await serve(options), { tls: 'none' })).toMatchObject({ code });
});

test('unknown host, closed port and the wrong way of TLS each have a cause and a remedy', async () => {
  const [port] = await freePorts(1);
  expect((await diagnose(null, { host: 'no-such-host.invalid', port: 465 })).at(-1)).toMatchObject({ step: 'name', ok: false });
  const closed = (await diagnose(null, { port: port! })).at(-1);
  expect(closed).toMatchObject({ step: 'connect', ok: false, failure: { code: 'unreachable' } });
  expect(closed?.failure?.remedy).toMatch(/host and port/);
  const plain = await serve({ offers: withLogin });
  expect((await diagnose(plain, { tls: 'implicit' })).at(-1)?.failure?.remedy).toMatch(/starttls/);
  const secure = await serve({ tls: 'implicit', offers: withLogin });
  const wrongWay = (await diagnose(secure, { tls: 'starttls' })).at(-1);
  expect([wrongWay?.ok, wrongWay?.failure?.code]).toEqual([false, 'unreachable']);
});

test('every step that goes well is told', async () => {
  const implicit = await diagnose(await serve({ tls: 'implicit', offers: withLogin }));
  expect(implicit.map(({ step, ok }) => [step, ok])).toEqual(
    ['name', 'connect', 'tls', 'certificate', 'capabilities', 'login'].map((step) => [step, true]),
  );
  const starttls = await diagnose(await serve({ tls: 'starttls', offers: withLogin }), { tls: 'starttls' });
  expect(starttls.map(({ step }) => step)).toEqual(implicit.map(({ step }) => step));
  const plain = await diagnose(await serve({}), { tls: 'none', credentials: [{ method: 'none' }] });
  expect(plain.map(({ step, ok }) => [step, ok])).toEqual(
    ['name', 'connect', 'tls', 'capabilities', 'login'].map((step) => [step, true]),
  );
  expect(plain.find(({ step }) => step === 'tls')?.detail).toMatch(/clear text/);
});

test('clear text needs an explicit word, and settings that make no sense are told', () => {
  const base = { host: 'mail.example.test', port: 25, tls: 'none' };
  expect(() => smtpConnector.parseSettings(base)).toThrow(/clear text/);
  expect(() => smtpConnector.parseSettings({ ...base, allowClearText: true })).not.toThrow();
  expect(() => smtpConnector.parseSettings({ ...base, port: 0 })).toThrow(/cannot use these SMTP settings/);
});
