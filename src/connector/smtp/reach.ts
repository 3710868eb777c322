/** From a host name to a session that is logged in, in the steps that `open` takes and `mailroom test` shows. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { asFailure } from '../../model/failure.ts';
import type { Credential, SessionContext } from '../connector.ts';
import { connectTcp, findAddresses, startTls } from './connection.ts';
import { asMishap, toFailure } from './failures.ts';
import { login } from './login.ts';
import type { SmtpSettings } from './settings.ts';
import { startWire, type Wire } from './wire.ts';

export const placeOf = (settings: SmtpSettings): string => `${settings.host}:${settings.port}`;

export const findServer = (settings: SmtpSettings): Promise<readonly string[]> =>
  told(`find ${settings.host}`, findAddresses(settings.host));

export const connectServer = (addresses: readonly string[], settings: SmtpSettings, context: SessionContext): Promise<Socket> =>
  told(`connect to ${placeOf(settings)}`, connectTcp(addresses, settings.port, settings.timeoutMs, context.signal));

export const secureSocket = (socket: Socket, settings: SmtpSettings, context: SessionContext): Promise<TLSSocket> =>
  told(`start TLS with ${placeOf(settings)}`, startTls(socket, settings, context.signal));

export const greetServer = (socket: Socket, settings: SmtpSettings, context: SessionContext): Promise<Wire> =>
  told(`open an SMTP session with ${placeOf(settings)}`, startWire(socket, { settings, clock: context.clock }));

export async function reachServer(settings: SmtpSettings, context: SessionContext): Promise<Wire> {
  const plain = await connectServer(await findServer(settings), settings, context);
  const socket = settings.tls === 'implicit' ? await secureSocket(plain, settings, context) : plain;
  return greetServer(socket, settings, context);
}

export interface LoggedIn {
  readonly wire: Wire;
  /** Null: no login was asked for. */
  readonly mechanism: string | null;
}

/** Logs in; a refusal is answered once with another credential (a fresh token), if there is one, over a new connection. */
export async function logIn(wire: Wire, settings: SmtpSettings, context: SessionContext): Promise<LoggedIn> {
  const first = await context.credential();
  try {
    return await attempt(wire, settings, first);
  } catch (error) {
    if (asFailure(error)?.code !== 'auth-rejected') throw error;
    const second = await context.credential({ rejected: true });
    if (sameCredential(first, second)) throw error;
    return attempt(await reachServer(settings, context), settings, second);
  }
}

async function attempt(wire: Wire, settings: SmtpSettings, credential: Credential): Promise<LoggedIn> {
  if (credential.method === 'none') return { wire, mechanism: null };
  try {
    return { wire, mechanism: await login(wire, settings, credential) };
  } catch (error) {
    wire.destroy();
    throw error;
  }
}

const secretOf = (credential: Credential): string | null => {
  if (credential.method === 'none') return null;
  return credential.method === 'oauth2' ? credential.accessToken : credential.password;
};

const sameCredential = (a: Credential, b: Credential): boolean => a.method === b.method && secretOf(a) === secretOf(b);

async function told<T>(attempted: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asFailure(error) ?? toFailure(attempted, asMishap(error), error);
  }
}
