/**
 * nodemailer's SMTPConnection behind promises, with the few things it has no option for.
 *
 * It speaks the protocol; we choose the moment of the final dot. Three of its insides are used, each held by a test:
 * `_ehloLines` (what the server offers), `_sendCommand` (an ORCPT per recipient, SMTPUTF8 when only the header needs it) and
 * `_currentDataStream` (is all but the dot with the server).
 */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import SMTPConnection, {
  type SMTPConnectionAuth,
  type SMTPConnectionSendInfo,
  type SMTPEnvelope,
} from 'nodemailer/lib/smtp-connection';
import type { Clock } from '../../platform/clock.ts';
import { ownName, systemError, tlsOptions } from './connection.ts';
import type { SmtpSettings } from './settings.ts';

interface Insides {
  _ehloLines?: readonly string[];
  _socket: Socket;
  _currentDataStream: { readonly writableLength: number; readonly readableLength: number } | false;
  _sendCommand(command: string, logged?: string): void;
}

export interface Offers {
  readonly lines: readonly string[];
  readonly mechanisms: readonly string[];
  readonly maxBytes: number | null;
  has(extension: string): boolean;
}

export interface Wire {
  readonly offers: Offers;
  readonly socket: Socket;
  login(auth: SMTPConnectionAuth): Promise<void>;
  reset(): Promise<void>;
  /** `amend` sees each MAIL and RCPT command before it goes. */
  send(envelope: SMTPEnvelope, source: Readable, amend: (command: string) => string): Promise<SMTPConnectionSendInfo>;
  /** Resolves when all that the source has given so far has left for the server. */
  drained(source: Readable): Promise<void>;
  quit(): Promise<void>;
  /** Ends the connection at once; what still waits in our buffers never goes, a send in flight fails with the reason. */
  destroy(reason?: Error): void;
}

export interface WireOptions {
  readonly settings: SmtpSettings;
  readonly clock: Clock;
}

/** Greeting, EHLO and, where asked for, STARTTLS with EHLO again. */
export async function startWire(socket: Socket, options: WireOptions): Promise<Wire> {
  const { settings, clock } = options;
  const connection = new SMTPConnection({
    connection: socket,
    host: settings.host,
    port: settings.port,
    name: ownName(settings, socket),
    secure: settings.tls === 'implicit',
    secured: settings.tls === 'implicit',
    requireTLS: settings.tls === 'starttls',
    ignoreTLS: settings.tls === 'none',
    tls: tlsOptions(settings),
    greetingTimeout: settings.timeoutMs,
    socketTimeout: settings.timeoutMs,
    // "destroy": a half-closed connection could still deliver what must not go.
    socketCloseTimeout: 0,
    customAuth: tokenLogins,
  });
  const failures = watch(connection, socket);
  const wire = createWire(connection, failures, options);
  await within(clock, settings.timeoutMs, wire, failures.orUntil(greet(connection)));
  return wire;
}

const greet = (connection: SMTPConnection): Promise<void> =>
  new Promise((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));

interface Failures {
  /** What the work brings, or the error that ended the connection meanwhile. */
  orUntil<T>(work: Promise<T>): Promise<T>;
}

function watch(connection: SMTPConnection, socket: Socket): Failures {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  connection.on('error', reject);
  connection.on('end', () => reject(systemError('ECONNRESET', 'the connection is closed')));
  // nodemailer listens one tick later: a server that has hung up by then would not be noticed before the time-out.
  if (socket.destroyed) reject(systemError('ECONNRESET', 'the server closed the connection'));
  return { orUntil: (work) => Promise.race([work, promise]) };
}

function createWire(connection: SMTPConnection, failures: Failures, options: WireOptions): Wire {
  const { settings, clock } = options;
  const insides = connection as unknown as Insides;
  const call = (work: (done: (error: Error | null) => void) => void) =>
    failures.orUntil(new Promise<void>((resolve, reject) => work((error) => (error ? reject(error) : resolve()))));
  const wire: Wire = {
    get offers() {
      return readOffers(insides._ehloLines ?? []);
    },
    get socket() {
      return insides._socket;
    },
    login: (auth) =>
      within(
        clock,
        settings.timeoutMs,
        wire,
        call((done) => connection.login(auth, done)),
      ),
    reset: () =>
      within(
        clock,
        settings.timeoutMs,
        wire,
        call((done) => connection.reset(done)),
      ),
    send: (envelope, source, amend) => sendMessage(connection, insides, envelope, source, amend),
    drained: (source) => drained(insides, source),
    async quit() {
      if (connection.destroyed || insides._socket.destroyed) return;
      const closed = new Promise<void>((resolve) => connection.once('end', resolve));
      connection.quit();
      const goodbyeMs = Math.min(settings.timeoutMs, 2_000);
      await within(clock, goodbyeMs, wire, closed).catch(() => {});
    },
    destroy(reason = systemError('ECONNRESET', 'we closed the connection')) {
      // By the socket, not by connection.close(): that would forget a send in flight without a word.
      if (insides._socket.destroyed) connection.close();
      else insides._socket.destroy(reason);
    },
  };
  return wire;
}

/** Not raced against the end of the connection: nodemailer's own callback tells a lost connection from a late reply. */
function sendMessage(
  connection: SMTPConnection,
  insides: Insides,
  envelope: SMTPEnvelope,
  source: Readable,
  amend: (command: string) => string,
): Promise<SMTPConnectionSendInfo> {
  const original = Object.getPrototypeOf(connection)._sendCommand as Insides['_sendCommand'];
  insides._sendCommand = (command, logged) => original.call(insides, amend(command), logged);
  return new Promise((resolve, reject) => {
    connection.send(envelope, source, (error, info) => {
      insides._sendCommand = original;
      if (error || !info) reject(error ?? systemError('EPROTOCOL', 'nothing was answered'));
      else resolve(info);
    });
  });
}

async function drained(insides: Insides, source: Readable): Promise<void> {
  const waiting = () => {
    const stream = insides._currentDataStream;
    return source.readableLength + (stream === false ? 0 : stream.writableLength + stream.readableLength) > 0;
  };
  do {
    // Writes are in order, so an empty one ends when all before it have left.
    await new Promise<void>((resolve, reject) => insides._socket.write('', (error) => (error ? reject(error) : resolve())));
  } while (waiting());
}

/** Whatever trickles in, a step has to end: a server that sends one byte a second never lets the socket's own timer fire. */
async function within<T>(clock: Clock, ms: number, wire: Pick<Wire, 'destroy'>, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(
    () => {
      throw systemError('ETIMEDOUT', 'the server did not answer in time');
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    wire.destroy();
    throw error;
  } finally {
    done.abort();
  }
}

function readOffers(lines: readonly string[]): Offers {
  const words = lines.map((line) => line.toUpperCase().split(/[\s=]+/));
  const size = Number(words.find((line) => line[0] === 'SIZE')?.[1] ?? 0);
  return {
    lines,
    mechanisms: [...new Set(words.filter((line) => line[0] === 'AUTH').flatMap((line) => line.slice(1)))].filter(Boolean),
    maxBytes: Number.isSafeInteger(size) && size > 0 ? size : null,
    has: (extension) => words.some((line) => line[0] === extension),
  };
}

type TokenLogin = NonNullable<NonNullable<ConstructorParameters<typeof SMTPConnection>[0]>['customAuth']>[string];

/** RFC 7628 3.1 and Google's XOAUTH2: on refusal the server sends a challenge with the reason, which must be answered once. */
const tokenLogin =
  (initial: (user: string, token: string) => string, answer: string): TokenLogin =>
  async (context) => {
    const { user, pass } = context.auth.credentials;
    const first = Buffer.from(initial(user, pass)).toString('base64');
    const reply = await context.sendCommand(`AUTH ${context.method} ${first}`);
    const last = reply.status === 334 ? await context.sendCommand(answer) : reply;
    if (last.status < 200 || last.status >= 300) throw new Error('the token was refused');
  };

const tokenLogins: Readonly<Record<string, TokenLogin>> = {
  XOAUTH2: tokenLogin((user, token) => `user=${user}\x01auth=Bearer ${token}\x01\x01`, ''),
  OAUTHBEARER: tokenLogin(
    // RFC 5801 4: "=" and "," in the authorization identity are escaped.
    (user, token) => `n,a=${user.replace(/=/g, '=3D').replace(/,/g, '=2C')},\x01auth=Bearer ${token}\x01\x01`,
    'AQ==',
  ),
};
