/**
 * From nothing to a session that is logged in, step by step: connect, tls, certificate, capabilities, login.
 *
 * `open` runs it through, `diagnose` tells each step. What a server says before TLS counts for nothing after it.
 */

import { isIP } from 'node:net';
import tls from 'node:tls';
import { asFailure, Failure } from '../../model/failure.ts';
import type { Credential, SessionContext } from '../connector.ts';
import { Body } from './body.ts';
import { type Capabilities, describeCapabilities, parseCapabilities, UNTOLD } from './capability.ts';
import { Connection } from './connection.ts';
import { greetingFailure, isCertificateFailure } from './failures.ts';
import type { Habits } from './habits.ts';
import { accountName, login } from './login.ts';
import { quote } from './reply-reader.ts';
import type { Pop3Settings } from './settings.ts';

const MAX_CAPA_BYTES = 64 * 1024;
/** How long after one answer the next may take when both commands went out together. */
const PIPELINING_TRIAL_MS = 10_000;

export interface Established {
  readonly connection: Connection;
  readonly capabilities: Capabilities;
  /** Server and user name, under which habits are kept. */
  readonly account: string;
  readonly username: string;
  /** Several commands may be under way at a time: offered, and tried. */
  readonly pipelining: boolean;
}

export interface PassedStep {
  readonly step: string;
  readonly detail: string;
}

/** Where it stands, for the step that fails. */
export interface Progress {
  step: string;
}

type Steps<T> = AsyncGenerator<PassedStep, T>;

/**
 * A refused token is exchanged for a new one once. A server that offers PIPELINING and then loses commands, or whose APOP
 * this account cannot use, is left and entered again without it.
 */
export async function* establish(
  settings: Pop3Settings,
  context: SessionContext,
  habits: Habits,
  progress: Progress = { step: 'connect' },
): Steps<Established> {
  const credential = await context.credential();
  try {
    return yield* enterAnew(settings, context, habits, progress, credential);
  } catch (error) {
    const renewed = asFailure(error)?.code === 'auth-rejected' ? await context.credential({ rejected: true }) : credential;
    if (isSame(renewed, credential)) throw error;
    return yield* enterAnew(settings, context, habits, progress, renewed);
  }
}

async function* enterAnew(...way: Parameters<typeof enter>): Steps<Established> {
  // Each null is something learnt, and there are two things to learn.
  for (let entry = 1; entry <= 3; entry += 1) {
    const established = yield* enter(...way);
    if (established !== null) return established;
  }
  throw new Error('what was given up was tried again');
}

function isSame(one: Credential, other: Credential): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Null when the server cannot bear pipelining, or APOP, after all; then it is known, and the next time goes without. */
async function* enter(
  settings: Pop3Settings,
  context: SessionContext,
  habits: Habits,
  progress: Progress,
  credential: Credential,
): Steps<Established | null> {
  const account = accountKey(settings, credential);
  heedLoginDelay(settings, context, habits, account);
  const connection = new Connection(settings, context);
  try {
    const greeting = yield* greet(connection, settings, progress);
    progress.step = 'capabilities';
    const before = await readCapabilities(connection);
    yield { step: 'capabilities', detail: describeCapabilities(before) };
    progress.step = 'login';
    if (before.utf8) await connection.command('UTF8'); // RFC 6856 2.1: only before the login, and a refusal changes nothing
    const announcedDelayMs = habits.announcedDelayMs(account);
    const situation = { settings, capabilities: before, greeting, announcedDelayMs, noApop: habits.refusesApop(account) };
    const method = await login(connection, credential, situation);
    if (method === null) {
      habits.apopRefused(account);
      connection.close();
      return null;
    }
    habits.loggedIn(account, context.clock, before.loginDelayMs);
    const wanted = before.names.has('PIPELINING') && settings.window > 1 && habits.pipelines(connection.where);
    const after = wanted ? await tryPipelining(connection, context, before) : await readAgain(connection, before);
    if (after === null) {
      context.log.warn('the server offers pipelining and loses commands, going on without', { server: connection.where });
      habits.pipeliningFailed(connection.where, true);
      connection.close();
      return null;
    }
    habits.loggedIn(account, context.clock, after.loginDelayMs);
    yield { step: 'login', detail: `logged in by ${method}` };
    const username = credential.method === 'none' ? '' : accountName(credential.username, settings);
    return { connection, capabilities: after, account, username, pipelining: wanted };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** After the login the list may be another: LOGIN-DELAY and EXPIRE can depend on the user (RFC 2449 6.5). */
async function readAgain(connection: Connection, before: Capabilities): Promise<Capabilities> {
  return before.told ? readCapabilities(connection, before) : before;
}

/** The same with a second command in the same segment; null when that one is lost. */
async function tryPipelining(
  connection: Connection,
  context: SessionContext,
  before: Capabilities,
): Promise<Capabilities | null> {
  const capabilities = readAgain(connection, before);
  const both = Promise.all([capabilities, connection.command('NOOP')]);
  const over = new AbortController();
  const late = capabilities.then(() => context.clock.sleep(PIPELINING_TRIAL_MS, over.signal));
  try {
    return await Promise.race([both.then(([after]) => after), late.then(() => null)]);
  } catch (error) {
    if (context.signal.aborted) throw error;
    return null;
  } finally {
    late.catch(() => {});
    over.abort();
  }
}

export function accountKey(settings: Pop3Settings, credential: Credential): string {
  return `${settings.host}:${settings.port} ${credential.method === 'none' ? '' : credential.username}`;
}

function heedLoginDelay(settings: Pop3Settings, context: SessionContext, habits: Habits, account: string): void {
  const left = habits.loginDelayLeftMs(account, context.clock);
  if (left === 0) return;
  throw new Failure(
    'throttled',
    `${settings.host}:${settings.port} allows no new login for another ${Math.ceil(left / 1000)} s`,
    {
      retryAfterMs: left,
      remedy: 'The server announces this delay (LOGIN-DELAY); it is kept by itself.',
    },
  );
}

/** Up to the first byte that can be trusted as far as the settings go. Returns the text of the greeting. */
async function* greet(connection: Connection, settings: Pop3Settings, progress: Progress): Steps<string> {
  progress.step = 'connect';
  await connection.connect();
  if (settings.tls === 'implicit') {
    yield { step: 'connect', detail: `connected to ${connection.where}` };
    yield* encrypt(connection, settings, progress);
    return (await welcome(connection)).text;
  }
  const { text } = await welcome(connection);
  yield { step: 'connect', detail: `${connection.where} greets: ${quote(text)}` };
  if (settings.tls === 'none') return text;
  progress.step = 'tls';
  const reply = await connection.command('STLS');
  if (reply.status !== 'ok') throw stripped(connection.where, reply.text);
  yield* encrypt(connection, settings, progress);
  connection.listen();
  return text;
}

async function welcome(connection: Connection) {
  connection.listen();
  const reply = await connection.greeting();
  if (reply.status !== 'ok') throw greetingFailure(connection.where, reply);
  return reply;
}

async function* encrypt(connection: Connection, settings: Pop3Settings, progress: Progress): Steps<void> {
  progress.step = 'tls';
  let socket: tls.TLSSocket;
  try {
    socket = await connection.secure(tlsOptions(settings));
  } catch (error) {
    if (error instanceof Failure && isCertificateFailure(error)) {
      yield { step: 'tls', detail: 'the server speaks TLS' };
      progress.step = 'certificate';
    }
    throw error;
  }
  yield { step: 'tls', detail: `${socket.getProtocol()} ${socket.getCipher().name}` };
  progress.step = 'certificate';
  const certificate = socket.getPeerCertificate();
  yield {
    step: 'certificate',
    detail: `for ${quote(String(certificate.subject?.CN ?? settings.serverName))}, valid to ${certificate.valid_to}`,
  };
}

function tlsOptions({ host, serverName, ca }: Pop3Settings): tls.ConnectionOptions {
  return {
    host,
    // RFC 6066 3: no address in SNI. The certificate is checked all the same, against the name we expect.
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(serverName, certificate),
    secureContext: secureContext(ca),
    rejectUnauthorized: true,
  };
}

const contexts = new Map<string, tls.SecureContext>();

/** One for all connections that trust the same: building it costs more than a handshake. */
function secureContext(ca: string | null): tls.SecureContext {
  const known = contexts.get(ca ?? '');
  if (known !== undefined) return known;
  const made = tls.createSecureContext({ minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) });
  contexts.set(ca ?? '', made);
  return made;
}

async function readCapabilities(connection: Connection, otherwise: Capabilities = UNTOLD): Promise<Capabilities> {
  const body = new Body(MAX_CAPA_BYTES);
  const reply = await connection.command('CAPA', body);
  return reply.status === 'ok' ? parseCapabilities(body.bytes().toString('latin1')) : otherwise;
}

function stripped(where: string, text: string): Failure {
  return new Failure('refused', `${where} refuses STLS, and without it the password would go in clear text: ${quote(text)}`, {
    remedy:
      'Use tls: implicit (port 995) if the server has it. If STLS worked before, something between may be taking it away; do not switch TLS off.',
  });
}
