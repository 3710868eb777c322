/** The way to the server: name, TCP and TLS, one step at a time, so that `mailroom test` can tell which of them failed. */
import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { hostname } from 'node:os';
import tls from 'node:tls';
import type { SmtpSettings } from './settings.ts';

interface CodedError extends Error {
  code?: string;
}

/** An error as node:net would throw it, so that the table of failures.ts knows it. */
export function systemError(code: string, message: string): Error {
  const error: CodedError = new Error(message);
  error.code = code;
  return error;
}

export async function findAddresses(host: string): Promise<readonly string[]> {
  if (net.isIP(host)) return [host];
  return (await lookup(host, { all: true })).map((found) => found.address);
}

/** The first address that answers. */
export async function connectTcp(
  addresses: readonly string[],
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<net.Socket> {
  let last: unknown = systemError('ENOTFOUND', 'the name has no address');
  for (const address of addresses) {
    try {
      return await connectOne(address, port, timeoutMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      last = error;
    }
  }
  throw last;
}

function connectOne(address: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<net.Socket> {
  const socket = net.connect({ host: address, port });
  socket.setTimeout(timeoutMs, () => socket.destroy(systemError('ETIMEDOUT', `no answer from ${address}:${port}`)));
  return untilEvent(socket, 'connect', signal);
}

/** TLS from the first byte. */
export function startTls(socket: net.Socket, settings: SmtpSettings, signal: AbortSignal): Promise<tls.TLSSocket> {
  const secured = tls.connect({ socket, host: settings.host, ...tlsOptions(settings) });
  secured.setTimeout(settings.timeoutMs, () => secured.destroy(systemError('ETIMEDOUT', 'the TLS handshake did not end')));
  return untilEvent(secured, 'secureConnect', signal);
}

export function tlsOptions(settings: SmtpSettings): tls.ConnectionOptions {
  return {
    minVersion: 'TLSv1.2',
    ...(net.isIP(settings.serverName) ? {} : { servername: settings.serverName }),
    // The name we were told to expect counts, whatever address or alias led here.
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(settings.serverName, certificate),
    ...(settings.ca === null ? {} : { ca: settings.ca }),
  };
}

function untilEvent<S extends net.Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const ended = () => fail(systemError('ECONNRESET', 'the server closed the connection'));
    const aborted = () => fail(signal.reason);
    const stop = () => {
      socket.off('error', fail).off('close', ended);
      signal.removeEventListener('abort', aborted);
    };
    const fail = (error: unknown) => {
      stop();
      // Whatever comes late concerns nobody any more.
      socket.on('error', () => {}).destroy();
      reject(error);
    };
    socket.on('error', fail).on('close', ended);
    socket.once(event, () => {
      stop();
      socket.setTimeout(0).removeAllListeners('timeout');
      resolve(socket);
    });
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
  });
}

/** RFC 5321 4.1.3: a machine without a full name gives its address as a literal. */
export function ownName(settings: SmtpSettings, socket: net.Socket): string {
  if (settings.clientName !== null) return settings.clientName;
  const name = hostname();
  if (name.includes('.') && !net.isIP(name)) return name;
  const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/i, '');
  return net.isIPv6(address) ? `[IPv6:${address}]` : `[${address}]`;
}
