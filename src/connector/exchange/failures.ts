/**
 * What Exchange, HTTP or the network says, as a Failure: one table per kind of answer (reference: MS-OXWSCDATA 2.2.5.24).
 *
 * Nothing that may pass by itself counts as a refused credential. Codes that are not listed concern the one item (`refused`).
 */
import { Failure } from '../../model/failure.ts';
import { type Element, findBelow, type ResponseMessage, textOf } from './read-answer.ts';
import { ACCOUNT, BUSY, LATER, MOVED, NO_MAILBOX, OF_THE_MAILBOX, RESPONSE_CODES, type Verdict } from './response-codes.ts';

/** Faults without a code of Exchange's that are not the request's (SOAP 1.1 4.4.1, 1.2 5.4.6): what it asks for may be done. */
const OF_SERVER: ReadonlySet<string> = new Set(['Server', 'Receiver']);

/** A Failure that remembers Exchange's own code. */
export class ExchangeFailure extends Failure {
  readonly responseCode: string;

  constructor(responseCode: string, attempt: string, words: string, retryAfterMs: number | undefined) {
    const verdict = RESPONSE_CODES[responseCode] ?? (OF_SERVER.has(responseCode) ? ['garbled'] : ['refused']);
    const [code, remedy] = verdict;
    const mailbox = verdict === MOVED ? 'moving' : verdict === NO_MAILBOX ? 'gone' : undefined;
    super(code, `${attempt}: ${responseCode}${words === '' ? '' : ` "${shorten(words)}"`}`, {
      ...(remedy === undefined ? {} : { remedy }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(mailbox === undefined ? {} : { mailbox }),
    });
    this.responseCode = responseCode;
  }
}

/** What HTTP says instead of an answer: of the server, or of a proxy before it. */
class HttpFailure extends Failure {}

/** It says nothing of the item that was asked for: whatever is asked for in this mailbox, it would be the same. */
export const isOfAll = (failure: Failure): boolean =>
  // A status that nobody knows may come of the one item's name.
  (failure instanceof HttpFailure && failure.code !== 'garbled') ||
  (failure instanceof ExchangeFailure && OF_THE_MAILBOX.has(failure.responseCode));

export function faultFailure(fault: Element, attempt: string): Failure {
  // The last of each is SOAP 1.2's, which some servers speak whatever they were asked in.
  const named = textOf(fault, 'faultcode') ?? textOf(fault, 'Code', 'Value') ?? '';
  const code = (textOf(fault, 'detail', 'ResponseCode') ?? local(named)).trim();
  const words = textOf(fault, 'detail', 'Message') ?? textOf(fault, 'faultstring') ?? textOf(fault, 'Reason', 'Text') ?? '';
  return new ExchangeFailure(code === '' ? 'fault' : code, attempt, words, backOffOf([fault]));
}

/** What is wrong with one response message; null: nothing. */
export function messageFailure(message: ResponseMessage, attempt: string): ExchangeFailure | null {
  if (message.class === 'Success') return null;
  const { ResponseCode = 'unknown', MessageText = '' } = message.fields;
  // A warning with a content is a success (MS-OXWSCDATA 2.2.4.67); a stopped batch is none.
  if (message.class === 'Warning' && ResponseCode !== 'ErrorBatchProcessingStopped') return null;
  return new ExchangeFailure(ResponseCode, attempt, MessageText, backOffOf(message.details));
}

/** `<t:Value Name="BackOffMilliseconds">` in MessageXml. */
function backOffOf(elements: readonly Element[]): number | undefined {
  for (const element of elements) {
    const xml = element.name === 'MessageXml' ? element : findBelow(element, 'MessageXml');
    const value = xml?.children.find((child) => child.attributes.Name === 'BackOffMilliseconds')?.text.trim();
    if (value !== undefined && /^\d{1,9}$/.test(value)) return Number(value);
  }
  return undefined;
}

const ELSEWHERE: Verdict = ['refused', 'The server wants to be asked at another address: write the url it redirects to.'];

const STATUS: Readonly<Record<number, Verdict>> = {
  301: ELSEWHERE,
  302: ['refused', 'The server answers with a login page: check the url, and that no pre-authentication stands before EWS.'],
  303: ELSEWHERE,
  307: ELSEWHERE,
  308: ELSEWHERE,
  403: ['refused', 'EWS is switched off for this login or blocked by a rule: Get-CASMailbox shows EwsEnabled and the lists.'],
  404: ['refused', 'There is no EWS at this url: it usually ends in /EWS/Exchange.asmx.'],
  405: ['refused', 'There is no EWS at this url: it usually ends in /EWS/Exchange.asmx.'],
  407: ['refused', 'A proxy in between wants a login of its own: let this machine reach the server without it.'],
  408: LATER,
  413: ['refused', 'The request is too large for the server.'],
  429: BUSY,
  440: ['auth-rejected', 'The session at a pre-authenticating proxy has ended: let EWS pass it.'],
  456: ACCOUNT,
  502: LATER,
  503: BUSY,
  504: LATER,
};

export interface AnswerHead {
  readonly statusCode?: number | undefined;
  readonly headers: {
    readonly 'retry-after'?: string | undefined;
    readonly date?: string | undefined;
    readonly location?: string | undefined;
  };
}

export function statusFailure({ statusCode = 0, headers }: AnswerHead, attempt: string): Failure {
  const [code, remedy] = STATUS[statusCode] ?? (statusCode >= 500 ? LATER : (['garbled'] as const));
  const retryAfterMs = waitOf(headers);
  // Where to, without what stands behind: it may name a user.
  const to = headers.location === undefined ? '' : ` and redirects to ${shorten(headers.location.replace(/[?#].*$/s, ''))}`;
  return new HttpFailure(code, `${attempt}: the server answers HTTP ${statusCode}${to}`, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Seconds, or a moment by the server's own clock (RFC 9110 10.2.3). */
function waitOf({ 'retry-after': after = '', date = '' }: AnswerHead['headers']): number | undefined {
  if (/^\s*\d{1,6}\s*$/.test(after)) return Number(after) * 1000;
  const wait = Date.parse(after) - Date.parse(date);
  return wait >= 0 && wait <= 86_400_000 ? wait : undefined;
}

const AUTHORITY: Verdict = [
  'unreachable',
  'The authority of the certificate is not known here: give it as `ca`, if it is yours.',
];

const NETWORK: Readonly<Record<string, Verdict>> = {
  ENOTFOUND: ['unreachable', 'There is no such host: check the url.'],
  EAI_AGAIN: ['unreachable', 'The name service does not answer: check the DNS of this machine.'],
  ECONNREFUSED: ['unreachable', 'Nothing listens there: check the url, and whether the server runs.'],
  ETIMEDOUT: ['unreachable', 'No answer: check url and firewall.'],
  EHOSTUNREACH: ['unreachable', 'There is no way to this host: check the network and firewall.'],
  ENETUNREACH: ['unreachable', 'There is no way to this network: check the network and firewall.'],
  EPROTO: ['unreachable', 'The port speaks no TLS, or none that is safe: check the url and the protocols the server allows.'],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    'unreachable',
    'The port speaks no TLS: check the port, or write http:// and allowClearText: true.',
  ],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: [
    'unreachable',
    'The port speaks no TLS: check the port, or write http:// and allowClearText: true.',
  ],
  CERT_HAS_EXPIRED: ['unreachable', 'The certificate of the server has expired: renew it there.'],
  CERT_NOT_YET_VALID: ['unreachable', 'The certificate of the server is not valid yet: check the clocks of both machines.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'unreachable',
    'The certificate is for another name: use that in the url, or say it as `serverName`.',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
};

export function networkFailure(error: unknown, attempt: string): Failure {
  if (error instanceof Failure) return error;
  const { code = '', message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const [kind, remedy] = NETWORK[code] ?? (/^HPE_/.test(code) ? (['garbled'] as const) : (['unreachable'] as const));
  return new Failure(kind, `${attempt}: ${shorten(message)}`, { cause: error, ...(remedy === undefined ? {} : { remedy }) });
}

const local = (name: string) => name.slice(name.indexOf(':') + 1);

/** A server's words may hold anything and be of any length. */
const shorten = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 300);
