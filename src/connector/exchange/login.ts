/** How a request proves who it is: Basic on each one, NTLM once per connection (reference: MS-NTHT). */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Failure } from '../../model/failure.ts';
import type { Credential } from '../connector.ts';
import { certificateOf, type Lane, type LaneRequest } from './lane.ts';
import { authenticateMessage, negotiateMessage, readChallenge } from './ntlm.ts';
import type { ExchangeSettings } from './settings.ts';

const NOTHING = Buffer.alloc(0);
type Ntlm = Extract<Credential, { method: 'ntlm' }>;

/** The answer's head. 401 is one: the credential was refused. */
export async function sendAs(
  credential: Credential,
  lane: Lane,
  request: LaneRequest,
  settings: ExchangeSettings,
): Promise<IncomingMessage> {
  switch (credential.method) {
    case 'password':
      return lane.send(withHeader(request, `Basic ${encodeBasic(credential.username, credential.password)}`));
    case 'ntlm':
      return sendByNtlm(credential, lane, request, settings);
    default:
      throw new Failure('refused', `${request.attempt}: ${credential.method} is not a way to log in to Exchange here`, {
        remedy: 'Set auth.method to ntlm, or to password where the server offers Basic.',
      });
  }
}

const encodeBasic = (username: string, password: string) => Buffer.from(`${username}:${password}`, 'utf8').toString('base64');

const withHeader = (request: LaneRequest, authorization: string): LaneRequest => ({
  ...request,
  headers: { ...request.headers, Authorization: authorization },
});

async function sendByNtlm(
  credential: Ntlm,
  lane: Lane,
  request: LaneRequest,
  settings: ExchangeSettings,
): Promise<IncomingMessage> {
  if (lane.isAuthenticated) {
    const response = await lane.send(request);
    if (response.statusCode !== 401) {
      lane.authenticated = response.socket;
      return response;
    }
    await drain(response);
  }
  lane.authenticated = null;
  for (const scheme of ['NTLM', 'Negotiate']) {
    const response = await shakeHands(scheme, credential, lane, request, settings);
    if (response !== null) return response;
  }
  throw new Failure('refused', `${request.attempt}: the server takes no NTLM`, { remedy: NO_NTLM });
}

/** Negotiate alone may be Kerberos, which is not spoken here. */
const NO_NTLM =
  'Let the EWS directory take NTLM: Set-WebServicesVirtualDirectory -WindowsAuthentication $true, and in IIS the provider NTLM beside Negotiate. Or write auth.method: password where Basic is offered.';

/** Null: the server does not know the scheme. Whatever is no question for a login is the server's answer to all. */
async function shakeHands(
  scheme: string,
  credential: Ntlm,
  lane: Lane,
  request: LaneRequest,
  settings: ExchangeSettings,
): Promise<IncomingMessage | null> {
  // The body of this first request is thrown away by the server, so none is sent.
  const opening = {
    ...withHeader(request, `${scheme} ${negotiateMessage().toString('base64')}`),
    body: NOTHING,
    repeatable: true,
  };
  const first = await lane.send(opening);
  if (first.statusCode !== 401) return first;
  const token = challengeIn(first, scheme);
  const binding = {
    certificate: settings.channelBinding === 'auto' ? certificateOf(first) : null,
    service: `HTTP/${settings.serverName ?? settings.url.hostname}`,
  };
  const { socket } = first;
  await drain(first);
  if (token === null) return null;
  const random = { clientChallenge: randomBytes(8), now: new Date() };
  const proof = authenticateMessage(credential, readChallenge(token), binding, random);
  const response = await lane.send(withHeader(request, `${scheme} ${proof.toString('base64')}`));
  if (response.socket !== socket) {
    response.destroy();
    throw new Failure('unreachable', `${request.attempt}: the connection was closed in the middle of the NTLM login`, {
      remedy: 'A proxy in between must keep connections apart and open, or NTLM cannot work.',
    });
  }
  if (response.statusCode !== 401) lane.authenticated = socket;
  return response;
}

function challengeIn(response: IncomingMessage, scheme: string): Buffer | null {
  const offers = offersOf(response).map((offer) => new RegExp(`^${scheme} +([A-Za-z0-9+/=]+)`, 'i').exec(offer)?.[1]);
  const token = offers.find((offer) => offer !== undefined);
  return token === undefined ? null : Buffer.from(token, 'base64');
}

/** What WWW-Authenticate offers, one each. Some that stand in between put all into one header (RFC 9110 11.6.1). */
export function offersOf(response: IncomingMessage): string[] {
  const { rawHeaders } = response;
  const headers = rawHeaders.filter((_, n) => n % 2 === 1 && rawHeaders[n - 1]!.toLowerCase() === 'www-authenticate');
  return headers.flatMap((header) => header.split(NEXT_SCHEME)).map((offer) => offer.trim());
}

/** A comma before a word that is no parameter's name. */
const NEXT_SCHEME = /,(?=\s*[A-Za-z][\w-]*\s*(?:,|$|\s[^=\s]))/;

const MAX_DRAINED_BYTES = 1024 * 1024;

/** So that the connection can be used again. */
export async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_DRAINED_BYTES) break;
  }
}
