/**
 * One connection to an IMAP server: opened, logged in, watched and closed, with every error turned into a Failure.
 *
 * Rules: TLS is never optional (`doSTARTTLS`); one shared secure context per authority; an 'error' event always has a
 * listener, also after the end; no answer and no row of an answer may take for ever, however it drips in.
 *
 * imapflow is pinned, because five things here are not in its types: `exec` (commands with untagged handlers of our own),
 * the size limit of literals after the connection stands, which way of login it went, its memory of folders, and its walk over VANISHED sets one UID at a time, which a server
 * could make last for ever with `1:4294967295`.
 */
import { createSecureContext, type SecureContext } from 'node:tls';
import { ImapFlow } from 'imapflow';
import { Failure } from '../../model/failure.ts';
import type { Credential, SessionContext } from '../connector.ts';
import { aboutToken, toFailure } from './failures.ts';
import type { ImapSettings } from './settings.ts';

export interface Untagged {
  readonly command: string;
  readonly attributes?: readonly unknown[];
}
type UntaggedHandlers = Readonly<Record<string, (untagged: Untagged) => Promise<void>>>;

interface Internals {
  exec(
    command: string,
    attributes: readonly unknown[],
    options: { untagged: UntaggedHandlers },
  ): Promise<{ response: unknown; next(): void }>;
  readonly streamer: { maxLiteralSize: number; maxResponseSize: number };
  readonly folders: Map<string, unknown>;
  readonly authCapabilities: ReadonlyMap<string, boolean>;
  untaggedVanished(): Promise<void>;
}

export interface ImapConnection {
  readonly client: ImapFlow;
  readonly settings: ImapSettings;
  /** For messages: host and port. */
  readonly where: string;
  /** The prefix of the user's own folders; paths here are always whole. */
  readonly personal: { readonly prefix: string; readonly delimiter: string };
  /** Does it, fails as a Failure, and breaks the connection when the patience is over. */
  run<T>(attempt: string, work: (progress: () => void) => Promise<T>, patience?: Patience): Promise<T>;
  /** A command with handlers of our own for its untagged answers. */
  command(name: string, attributes: readonly unknown[], untagged: UntaggedHandlers): Promise<void>;
  limitLiterals(bytes: number): void;
  /** Opening a folder that was never listed would cost a LIST and an LSUB before. */
  expectFolder(path: string): void;
  end(): Promise<void>;
}

export interface Patience {
  /** Without a byte from the server; default: the setting `timeoutMs`. */
  readonly silenceMs?: number;
  /** Between two calls of `progress`, however busily it drips; default: four times as long. */
  readonly stepMs?: number;
}

const SMALL_LITERAL = 1 << 20;
const MAX_LINE = 32 << 20; // a SEARCH answer over some four million messages
const PATIENCE = 4;
const TICKS = 4;
/** imapflow would end a connection that is quiet because nobody asks anything; silence is watched here, per command. */
const NEVER_MS = 2 ** 31 - 1;
const LOGOUT_MS = 3000;

export type SecureContexts = (ca: string | null) => SecureContext;

/** One for all connections that trust the same authority: making one costs milliseconds and memory each time. */
export function createSecureContexts(): SecureContexts {
  const made = new Map<string | null, SecureContext>();
  return (ca) => {
    const context = made.get(ca) ?? createSecureContext({ ...(ca === null ? {} : { ca }), minVersion: 'TLSv1.2' });
    made.set(ca, context);
    return context;
  };
}

/** Logs in; a credential that can be renewed (a token) gets a second try, the same one never does. */
export async function connect(
  settings: ImapSettings,
  context: SessionContext,
  secure: SecureContexts,
  watch?: Watch,
): Promise<ImapConnection> {
  const credential = await context.credential();
  try {
    return await connectWith(credential, settings, context, secure, watch);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'auth-rejected') throw error;
    const fresh = await context.credential({ rejected: true });
    if (JSON.stringify(fresh) === JSON.stringify(credential)) throw error;
    return connectWith(fresh, settings, context, secure, watch);
  }
}

/** Sees the client before it connects, so that a diagnosis knows how far it came. */
export type Watch = (client: ImapFlow) => void;

async function connectWith(
  credential: Credential,
  settings: ImapSettings,
  context: SessionContext,
  secure: SecureContexts,
  watch?: Watch,
): Promise<ImapConnection> {
  const where = `${settings.host}:${settings.port}`;
  const client = createClient(settings, credential, secure);
  client.on('alert', (alert: { message: string }) => context.log.warn('imap server alert', { where, alert: alert.message }));
  (client as unknown as Internals).untaggedVanished = async () => void client.emit('expunge', {});
  watch?.(client);
  const connection = wrap(client, settings, where, context);
  try {
    // Connecting and waiting for the greeting have time-outs of imapflow's own, which say more.
    await connection.run('logging in', () => client.connect(), { silenceMs: 3 * settings.timeoutMs });
    if (!hasLoggedIn(client) && credential.method !== 'none') throw preauthenticated(where);
  } catch (error) {
    await connection.end();
    throw error instanceof Failure && credential.method === 'oauth2' ? aboutToken(error) : error;
  }
  // imapflow would put the prefix before every name that lacks it, which makes other namespaces unreachable.
  client.namespace = { prefix: '', delimiter: connection.personal.delimiter };
  return connection;
}

/** imapflow marks the way of login that it went; after a PREAUTH greeting none is marked. */
const hasLoggedIn = (client: ImapFlow) => [...(client as unknown as Internals).authCapabilities.values()].includes(true);

const preauthenticated = (where: string) =>
  new Failure(
    'refused',
    `logging in to ${where}: the server greets as if already logged in, so whose mail it shows is not known`,
    {
      remedy: 'Use a port of the server that asks for a login.',
    },
  );

function createClient(settings: ImapSettings, credential: Credential, secure: SecureContexts): ImapFlow {
  const { host, port, tls, ca, serverName, timeoutMs } = settings;
  const client: ImapFlow = new ImapFlow({
    ...{ host, port, secure: tls === 'implicit', doSTARTTLS: tls === 'starttls' },
    ...(serverName === null ? {} : { servername: serverName }),
    tls: { secureContext: secure(ca), minVersion: 'TLSv1.2', rejectUnauthorized: true },
    ...(credential.method === 'none' ? {} : { auth: authOf(credential, () => client.capabilities) }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: NEVER_MS },
    ...{ maxLiteralSize: SMALL_LITERAL, maxLineLength: MAX_LINE, maxResponseSize: SMALL_LITERAL + MAX_LINE },
    // rev2 brings nothing that is used here, and some servers that offer it answer SEARCH wrongly once it is on.
    ...{ qresync: true, disableAutoIdle: true, disableCompression: true, disableIMAP4rev2: true },
    ...{ logger: false, clientInfo: { name: 'Mailroom', vendor: '', 'support-url': '' } },
  });
  return client;
}

type LoginCredential = Exclude<Credential, { readonly method: 'none' }>;

function authOf(credential: LoginCredential, capabilities: () => ReadonlyMap<string, unknown>) {
  const user = credential.username;
  if (credential.method === 'oauth2') return { user, accessToken: credential.accessToken };
  return {
    ...{ user, pass: credential.password },
    // imapflow sends LOGIN for names like DOMAIN\\user (Exchange wants that), even where LOGIN is forbidden and PLAIN is not.
    get loginMethod() {
      const has = (name: string) => capabilities().has(name);
      if (!has('LOGINDISABLED')) return undefined;
      return has('AUTH=PLAIN') ? 'AUTH=PLAIN' : has('AUTH=LOGIN') ? 'AUTH=LOGIN' : undefined;
    },
  };
}

function wrap(client: ImapFlow, settings: ImapSettings, where: string, { signal, log }: SessionContext): ImapConnection {
  const internals = client as unknown as Internals;
  let broken: string | null = null;
  // A command that was under way only hears that the connection is gone; why, is said here.
  let reason: unknown;
  client.on('error', (error: unknown) => {
    reason ??= error;
    log.debug('imap connection broke', { where, error: String(error) });
  });
  const close = () => client.close();
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  const explain = (error: unknown, attempt: string): Failure => {
    const what = `${attempt} at ${where}`;
    if (signal.aborted) return new Failure('unreachable', `${what}: the session was ended`, { cause: signal.reason });
    if (broken === null) return toFailure(isGone(error) ? (reason ?? error) : error, what);
    return new Failure('unreachable', `${what}: ${broken}`, { cause: error, remedy: 'Check the server and the network.' });
  };
  const run: ImapConnection['run'] = async (attempt, work, patience = {}) => {
    const watch = watchOver(client, patience, settings.timeoutMs, (what) => {
      broken = what;
      client.close();
    });
    try {
      return await work(watch.progress);
    } catch (error) {
      throw explain(error, attempt);
    } finally {
      watch.end();
    }
  };
  let personal: ImapConnection['personal'] | null = null;
  return {
    ...{ client, settings, where, run },
    get personal() {
      personal ??= { prefix: client.namespace?.prefix ?? '', delimiter: client.namespace?.delimiter ?? '/' };
      return personal;
    },
    async command(name, attributes, untagged) {
      const done = await internals.exec(name, attributes, { untagged });
      done.next();
    },
    limitLiterals(bytes) {
      internals.streamer.maxLiteralSize = Math.max(bytes, SMALL_LITERAL);
      internals.streamer.maxResponseSize = Math.max(bytes, SMALL_LITERAL) + MAX_LINE;
    },
    expectFolder(path) {
      if (!internals.folders.has(path)) internals.folders.set(path, {});
    },
    async end() {
      signal.removeEventListener('abort', close);
      await sayGoodbye(client);
      client.close();
    },
  };
}

const isGone = (error: unknown) =>
  ['NoConnection', 'EConnectionClosed'].includes(String((error as { code?: unknown } | null)?.code));

function watchOver(client: ImapFlow, patience: Patience, timeoutMs: number, giveUp: (what: string) => void) {
  const { silenceMs = timeoutMs, stepMs = PATIENCE * timeoutMs } = patience;
  const tickMs = Math.max(1, silenceMs / TICKS);
  const heard = () => client.stats().received;
  let last = heard();
  let quietTicks = 0;
  let stepTicks = 0;
  const timer = setInterval(() => {
    quietTicks = heard() === last ? quietTicks + 1 : 0;
    stepTicks += 1;
    last = heard();
    if (quietTicks >= TICKS) giveUp('the server has stopped answering');
    else if (stepTicks * tickMs >= stepMs) giveUp('the server answers too slowly');
  }, tickMs);
  const progress = () => {
    stepTicks = 0;
  };
  return { progress, end: () => clearInterval(timer) };
}

/** A server that does not answer LOGOUT is left without an answer. */
async function sayGoodbye(client: ImapFlow): Promise<void> {
  if (!client.usable) return;
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LOGOUT_MS);
  });
  await Promise.race([client.logout().catch(() => {}), enough]);
  clearTimeout(timer);
}
