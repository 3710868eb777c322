/** What a server shows of itself before anybody logs in: its certificate, the ways to log in, its clock. Sends no secret. */
import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import { Failure } from '../../model/failure.ts';
import { statusFailure } from './failures.ts';
import { Lane } from './lane.ts';
import { drain, offersOf } from './login.ts';
import type { ExchangeSettings } from './settings.ts';

/** Without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
export const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);

export interface Secured {
  readonly protocol: string;
  readonly certificate: string;
  /** Why the certificate is not to be trusted; null: it is. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** Rejects only where no TLS comes about at all: what is wrong with the certificate is told. */
export function secure({ url, ca, serverName, timeoutMs }: ExchangeSettings): Promise<Secured> {
  const name = serverName ?? hostOf(url);
  const trust = { ...(ca === null ? {} : { ca }), ...(isIP(name) ? {} : { servername: name }), rejectUnauthorized: false };
  return new Promise((done, reject) => {
    const socket = connect({ host: hostOf(url), port: portOf(url), ...trust });
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(timeoutMs, () => end(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }))));
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('secureConnect', () => {
      const code = socket.authorizationError as unknown as string | null;
      const problem = socket.authorized ? null : { code: String(code), message: String(code) };
      const protocol = `${socket.getProtocol()} with ${socket.getCipher().name}`;
      const certificate = describeCertificate(socket.getPeerCertificate());
      end(() => done({ protocol, certificate, problem }));
    });
  });
}

function describeCertificate({ subject, issuer, valid_to: validTo }: PeerCertificate): string {
  return `for ${subject?.CN ?? 'no common name'}, from ${issuer?.CN ?? issuer?.O ?? 'unknown'}, valid until ${validTo}`;
}

export interface Greeting {
  /** `Negotiate`, `NTLM`, `Basic`, `Bearer`. */
  readonly offers: readonly string[];
  readonly date: Date | null;
}

/** Asks without a login, as Exchange answers with what it wants. */
export async function greet(settings: ExchangeSettings, signal: AbortSignal): Promise<Greeting> {
  const attempt = `asking ${settings.url.host} which login it wants`;
  const lane = new Lane(settings);
  try {
    const headers = { 'Content-Type': 'text/xml; charset=utf-8', 'User-Agent': 'Mailroom' };
    const response = await lane.send({ headers, body: Buffer.alloc(0), signal, attempt, repeatable: true });
    await drain(response);
    const { statusCode = 0 } = response;
    // A server that wants no login has an empty request to complain of.
    if (statusCode >= 300 && statusCode !== 401 && statusCode !== 500) throw statusFailure(response, attempt);
    const offers = offersOf(response).map((offer) => offer.split(' ')[0]!);
    if (offers.length === 0) throw noLogin(attempt, statusCode);
    const date = Date.parse(response.headers.date ?? '');
    return { offers: [...new Set(offers)], date: Number.isNaN(date) ? null : new Date(date) };
  } finally {
    lane.close();
  }
}

const noLogin = (attempt: string, status: number) =>
  new Failure('garbled', `${attempt}: it answers HTTP ${status} and names none`, {
    remedy:
      'Check the url (it usually ends in /EWS/Exchange.asmx), and what stands before the server: a proxy must let the logins through.',
  });
