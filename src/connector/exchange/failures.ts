/**
 * What Exchange, HTTP or the network says, as a Failure: one table per kind of answer (reference: MS-OXWSCDATA 2.2.5.24).
 *
 * Nothing that may pass by itself counts as a refused credential. Codes that are not listed concern the one item (`refused`).
 */
import { Failure, type FailureCode } from '../../model/failure.ts';
import { type Element, findBelow, type ResponseMessage, textOf } from './read-answer.ts';

type Verdict = readonly [FailureCode, remedy?: string];

const LATER: Verdict = ['unreachable', 'Exchange has trouble of its own; it is tried again.'];
const BUSY: Verdict = ['throttled', 'Allow fewer connections or poll less often, or give the login a wider throttling policy.'];
const GRANT =
  'Grant it: New-ManagementRoleAssignment -Name Mailroom -Role ApplicationImpersonation -User <login> (takes effect within some minutes).';
// About one mailbox, not about the login: counted as a refused login it would stop all that share it.
const IMPERSONATION: Verdict = ['refused', `The login may not act as this mailbox. ${GRANT}`];
const ACCOUNT: Verdict = [
  'auth-rejected',
  'The account is disabled, locked or must change its password: see to it in Active Directory.',
];
const NO_MAILBOX: Verdict = [
  'missing',
  'There is no mailbox of this address here: check the address, and whether it was moved away.',
];
const MOVED: Verdict = [
  'unreachable',
  'The mailbox is being moved or has moved: it is tried again; if that lasts, check the url.',
];
const DISABLED: Verdict = [
  'refused',
  'The account of this mailbox is disabled: have it enabled, or take the mailbox out of the config.',
];
const UNCONVERTED: Verdict = ['refused', 'Exchange cannot convert this item: let its administrator look at it.'];

export const RESPONSE_CODES: Readonly<Record<string, Verdict>> = {
  ErrorServerBusy: BUSY,
  ErrorExceededConnectionCount: BUSY,
  ErrorExceededFindCountLimit: BUSY,
  ErrorTimeoutExpired: LATER,
  ErrorInternalServerError: LATER,
  ErrorInternalServerTransientError: LATER,
  ErrorMailboxStoreUnavailable: LATER,
  ErrorMailboxFailover: LATER,
  ErrorConnectionFailed: LATER,
  ErrorInsufficientResources: LATER,
  ErrorNotEnoughMemory: LATER,
  ErrorTooManyObjectsOpened: LATER,
  ErrorADUnavailable: LATER,
  ErrorADOperation: LATER,
  ErrorADSessionFilter: LATER,
  ErrorNoRespondingCASInDestinationSite: LATER,
  ErrorServiceUnavailable: LATER,
  ErrorMailboxLogonFailed: LATER,
  ErrorBatchProcessingStopped: LATER,
  ErrorMailboxMoveInProgress: MOVED,
  ErrorCrossSiteRequest: MOVED,
  ErrorProxyRequestNotAllowed: MOVED,
  ErrorProxiedSubscriptionCallFailure: MOVED,
  ErrorImpersonateUserDenied: IMPERSONATION,
  ErrorImpersonationDenied: IMPERSONATION,
  ErrorImpersonationFailed: IMPERSONATION,
  ErrorInvalidExchangeImpersonationHeaderData: IMPERSONATION,
  ErrorAccountDisabled: DISABLED,
  ErrorPasswordExpired: ACCOUNT,
  ErrorPasswordChangeRequired: ACCOUNT,
  ErrorCallerIsInvalidADAccount: ACCOUNT,
  ErrorNonExistentMailbox: NO_MAILBOX,
  ErrorMissingEmailAddress: ['missing', 'The login has no mailbox of its own: use access: impersonate, or give it one.'],
  ErrorNonPrimarySmtpAddress: ['missing', 'Write the primary address of the mailbox.'],
  ErrorAccessDenied: ['refused', 'The login may not open this: grant it, or use access: impersonate.'],
  ErrorInvalidSyncStateData: ['cursor-lost'],
  ErrorSyncFolderNotFound: ['missing', 'The folder is gone: check the folders of the mailbox.'],
  ErrorFolderNotFound: ['missing', 'Check the name of the folder; `mailroom test` lists those there are.'],
  ErrorItemNotFound: ['missing'],
  ErrorParentFolderNotFound: ['missing'],
  ErrorMimeContentConversionFailed: UNCONVERTED,
  ErrorContentConversionFailed: UNCONVERTED,
  ErrorUnsupportedMimeConversion: UNCONVERTED,
  ErrorItemCorrupt: UNCONVERTED,
  ErrorCorruptData: UNCONVERTED,
  ErrorVirusDetected: ['refused', 'The virus scanner of the server withholds this item.'],
  ErrorVirusMessageDeleted: ['missing'],
  ErrorIrresolvableConflict: ['conflict'],
  ErrorStaleObject: ['conflict'],
  ErrorChangeKeyRequired: ['conflict'],
  ErrorChangeKeyRequiredForWriteOperations: ['conflict'],
  ErrorInvalidServerVersion: ['garbled', 'The server is older than Exchange 2010 SP2.'],
  ErrorSchemaValidation: ['garbled'],
  ErrorInvalidRequest: ['garbled'],
};

/** A Failure that remembers Exchange's own code. */
export class ExchangeFailure extends Failure {
  readonly responseCode: string;

  constructor(responseCode: string, attempt: string, words: string, retryAfterMs: number | undefined) {
    const verdict = RESPONSE_CODES[responseCode] ?? (['refused'] as const);
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

export function faultFailure(fault: Element, attempt: string): Failure {
  const code = textOf(fault, 'detail', 'ResponseCode') ?? local(textOf(fault, 'faultcode') ?? '');
  const words = textOf(fault, 'detail', 'Message') ?? textOf(fault, 'faultstring') ?? '';
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
    const value = xml?.children.find((child) => child.attributes.Name === 'BackOffMilliseconds')?.text;
    if (value !== undefined && /^\d{1,9}$/.test(value)) return Number(value);
  }
  return undefined;
}

const STATUS: Readonly<Record<number, Verdict>> = {
  301: ['refused', 'The server wants to be asked at another address: write the url it redirects to.'],
  302: ['refused', 'The server answers with a login page: check the url, and that no pre-authentication stands before EWS.'],
  307: ['refused', 'The server wants to be asked at another address: write the url it redirects to.'],
  403: ['refused', 'EWS is switched off for this login or blocked by a rule: Get-CASMailbox shows EwsEnabled and the lists.'],
  404: ['refused', 'There is no EWS at this url: it usually ends in /EWS/Exchange.asmx.'],
  405: ['refused', 'There is no EWS at this url: it usually ends in /EWS/Exchange.asmx.'],
  413: ['refused', 'The request is too large for the server.'],
  429: BUSY,
  440: ['auth-rejected', 'The session at a pre-authenticating proxy has ended: let EWS pass it.'],
  456: ACCOUNT,
  502: LATER,
  503: BUSY,
  504: LATER,
};

export function statusFailure(status: number, retryAfter: string | undefined, attempt: string): Failure {
  const [code, remedy] = STATUS[status] ?? (status >= 500 ? LATER : (['garbled'] as const));
  const seconds = retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  return new Failure(code, `${attempt}: the server answers HTTP ${status}`, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1000 }),
  });
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
