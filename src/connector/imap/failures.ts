/**
 * What an IMAP server, its library or the network says, as a Failure: one table per kind of answer.
 *
 * Nothing that may pass by itself counts as a refused credential: a mailbox that stops must stop for a reason that only a
 * person can take away. What a server says is shown to people as its own words, shortened, never believed beyond its code.
 */
import { Failure, type FailureCode } from '../../model/failure.ts';
import { withoutRuntimeAdvice } from '../../platform/runtime-words.ts';

export type Verdict = readonly [FailureCode, remedy?: string];

/** The parts of an error of imapflow or Node that are looked at. */
interface Clues {
  readonly code?: string;
  readonly message?: string;
  readonly authenticationFailed?: boolean;
  readonly tlsFailed?: boolean;
  readonly mailboxMissing?: boolean;
  readonly responseStatus?: string;
  readonly responseText?: string;
  readonly serverResponseCode?: string | false;
  readonly response?: unknown;
  readonly reason?: string;
  readonly throttleReset?: number;
}

const LATER = 'The server has trouble of its own; it is tried again.';
const BUSY = 'Allow fewer connections or poll less often, or raise the limits of the server.';
const NEW_PASSWORD = 'Check the user name and the password (some providers want one made for this application).';

/** Response codes of RFC 5530, RFC 3501 and of servers, wherever they come. */
const RESPONSE_CODES: Readonly<Record<string, Verdict>> = {
  AUTHENTICATIONFAILED: ['auth-rejected', NEW_PASSWORD],
  AUTHORIZATIONFAILED: ['auth-rejected', 'The login is good but may not act for this mailbox: grant it access, or use its own.'],
  EXPIRED: ['auth-rejected', 'The password or account has expired: set a new password on the server and in the configuration.'],
  PRIVACYREQUIRED: ['refused', 'The server wants TLS for this: set tls to implicit or starttls.'],
  WEBALERT: ['auth-rejected', 'Sign in to this account once with a browser; the provider wants a person to confirm something.'],
  CONTACTADMIN: ['refused', 'Ask the administrator of the mail server what stands in the way.'],
  UNAVAILABLE: ['unreachable', LATER],
  SERVERBUG: ['unreachable', LATER],
  INUSE: ['throttled', 'Another program holds the mailbox; it is tried again.'],
  LIMIT: ['throttled', BUSY],
  THROTTLED: ['throttled', BUSY],
  OVERQUOTA: ['refused', 'The mailbox is full: make room in it or raise its quota.'],
  TOOBIG: ['refused', 'The server takes no message of this size.'],
  APPENDLIMIT: ['refused', 'The server takes no message of this size.'],
  NONEXISTENT: ['missing', 'Check the name of the folder; `mailroom test` lists those there are.'],
  TRYCREATE: ['missing', 'Create the folder on the server.'],
  EXPUNGEISSUED: ['missing'],
  NOPERM: ['refused', 'The login may not do this: let the administrator of the server grant it.'],
  CORRUPTION: ['garbled', 'The mailbox is damaged on the server: let its administrator repair it.'],
  CLIENTBUG: ['garbled'],
  CANNOT: ['refused'],
};

/** A code that means one thing at the login and another elsewhere. */
const LOGIN_CODES: Readonly<Record<string, Verdict>> = {
  CONTACTADMIN: ['auth-rejected', 'The account is locked or blocked: ask the administrator of the mail server.'],
  ALERT: ['auth-rejected', NEW_PASSWORD],
};

const PROXY =
  'Is a proxy or virus scanner in between? Then give its authority as `ca`, such as ca: { file: ca.pem } at the server in the config.';
const AUTHORITY: Verdict = [
  'unreachable',
  `The certificate is signed by an authority that is not known here: give it as \`ca\`, if it is yours. ${PROXY}`,
];
const INCOMPLETE: Verdict = [
  'unreachable',
  `The authority of the certificate is not known here, or the server sends no intermediate certificates: add them there, or give the authority as \`ca\`. ${PROXY}`,
];

/** OpenSSL's and Node's words for a certificate that is not accepted. They heal on the server's side, so they are tried again. */
export const CERTIFICATE: Readonly<Record<string, Verdict>> = {
  CERT_HAS_EXPIRED: ['unreachable', 'The certificate of the server has expired: renew it there.'],
  CERT_NOT_YET_VALID: ['unreachable', 'The certificate of the server is not valid yet: check the clocks of both machines.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'unreachable',
    'The certificate is for another name: use the name it is for as `host`, or say it as `serverName`.',
  ],
  CERT_REVOKED: ['unreachable', 'The certificate of the server was revoked: replace it there.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: INCOMPLETE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: INCOMPLETE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: INCOMPLETE,
  CERT_SIGNATURE_FAILURE: AUTHORITY,
  CERT_UNTRUSTED: AUTHORITY,
  INVALID_PURPOSE: ['unreachable', 'The certificate is not one for a server: replace it there.'],
};

const SILENT = 'Is this the right port, and does TLS begin there at once (implicit) or on demand (starttls)?';

/** Node's words for what happens before and below IMAP. */
const NETWORK: Readonly<Record<string, Verdict>> = {
  ENOTFOUND: ['unreachable', 'There is no such host: check its name.'],
  EAI_AGAIN: ['unreachable', 'The name service does not answer: check the DNS of this machine.'],
  ECONNREFUSED: ['unreachable', 'Nothing listens on this port: check host and port, and whether the server runs.'],
  ECONNRESET: ['unreachable'],
  EPIPE: ['unreachable'],
  ETIMEDOUT: ['unreachable', 'No answer: check host, port and firewall.'],
  EHOSTUNREACH: ['unreachable', 'There is no way to this host: check the network and firewall.'],
  ENETUNREACH: ['unreachable', 'There is no way to this network: check the network and firewall.'],
  CONNECT_TIMEOUT: ['unreachable', 'No answer: check host, port and firewall.'],
  GREETING_TIMEOUT: ['unreachable', `The server did not greet. ${SILENT}`],
  UPGRADE_TIMEOUT: ['unreachable', 'TLS did not come about after STARTTLS: check the server.'],
  ClosedAfterConnectTLS: ['unreachable', 'The server closed the connection before it greeted.'],
  ClosedAfterConnectText: ['unreachable', `The server closed the connection before it greeted. ${SILENT}`],
  ETIMEOUT: ['unreachable', 'The server stopped answering.'],
  NoConnection: ['unreachable'],
  EConnectionClosed: ['unreachable'],
  StateLogout: ['unreachable'],
  EPROTO: ['unreachable', `TLS did not come about. ${SILENT}`],
  ERR_SSL_WRONG_VERSION_NUMBER: ['unreachable', `There is no TLS at this port. ${SILENT}`],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['unreachable', `There is no TLS at this port. ${SILENT}`],
  STARTTLS_INJECTION: ['unreachable', 'Something between here and the server tampers with the connection: find out what.'],
};

const OLD_TLS = 'The server has no TLS 1.2 or later: update it.';

/** Network errors that begin alike. */
const NETWORK_PREFIXES: readonly (readonly [RegExp, Verdict])[] = [
  [/^ERR_SSL_.*(PROTOCOL|VERSION)/, ['unreachable', OLD_TLS]],
  [/^ERR_SSL_|^ERR_TLS_|^HPE_/, ['unreachable', `TLS did not come about. ${SILENT}`]],
  [
    /^ParserError|^(Line|Literal|Response)TooLarge$|^TooMany|^MAX_IMAP|^Unexpected|^MissingTag$|^Invalid|^ResponseProcessing/,
    ['garbled'],
  ],
];

/** Refusals in plain words only, as many servers give them. The temporary ones come first. */
const WORDS: readonly (readonly [RegExp, Verdict])[] = [
  [/too many|maximum number|connection limit|rate limit|over ?load|throttl|exceeded|slow down/i, ['throttled', BUSY]],
  [/in use|locked by|lock(ing)? fail/i, ['throttled', 'Another program holds the mailbox; it is tried again.']],
  [
    /temporar|try (again|later)|unavailable|not available|internal|server (error|down)|backend|timed? ?out|maintenance|system (error|problem)/i,
    ['unreachable', LATER],
  ],
  [/over ?quota|quota|disk full|no space/i, ['refused', RESPONSE_CODES.OVERQUOTA![1]]],
];

/** Raised by imapflow without a code of their own. */
const MESSAGES: readonly (readonly [RegExp, Verdict])[] = [
  [/^Login is disabled/, ['refused', 'The server takes no password without TLS: set tls to implicit or starttls.']],
  [/^Please configure the login/, ['refused', 'The server wants a login: give the mailbox its credential.']],
  [/^No password configured/, ['refused', 'Give the mailbox a password.']],
  [
    /^Unsupported authentication mechanism/,
    ['refused', 'The server offers no way of login that fits the credential: change the auth method or enable it on the server.'],
  ],
  [
    /STARTTLS is not possible after a PREAUTH/,
    [
      'unreachable',
      'The server greets without encryption as if already logged in, or something in between does: use implicit TLS.',
    ],
  ],
  [
    /does not support STARTTLS/,
    [
      'unreachable',
      'STARTTLS is not offered, or something in between hides it: enable it on the server or use implicit TLS (port 993).',
    ],
  ],
  [/^Failed to fetch folders/, ['unreachable', LATER]],
];

export function toFailure(error: unknown, attempt: string): Failure {
  if (error instanceof Failure) return error;
  const clues = (error ?? {}) as Clues;
  const [code, remedy] = judge(clues);
  const retryAfterMs = clues.throttleReset;
  const words = shorten(spoken(clues) ?? withoutRuntimeAdvice(error instanceof Error ? error.message : String(error)));
  return new Failure(code, `${attempt}: ${words}`, {
    cause: error,
    ...(remedy === undefined ? {} : { remedy }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function judge(clues: Clues): Verdict {
  const { code, mailboxMissing, responseStatus } = clues;
  if (code === 'ETHROTTLE') return ['throttled', BUSY];
  if (mailboxMissing === true || code === 'NotFound') return RESPONSE_CODES.NONEXISTENT!;
  if (responseStatus === 'NO' || responseStatus === 'BAD') return judgeAnswer(clues);
  const bye = goodbyeOf(clues);
  if (bye !== undefined) return byWords(bye) ?? ['unreachable'];
  return judgeError(clues);
}

/** No answer of the server, but what became of the connection, or what imapflow found wrong. */
function judgeError(clues: Clues): Verdict {
  const { code = '', message = '', authenticationFailed, tlsFailed } = clues;
  const own = CERTIFICATE[code] ?? NETWORK[code] ?? NETWORK_PREFIXES.find(([pattern]) => pattern.test(code))?.[1];
  const found = own ?? MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
  if (found) return found;
  if (authenticationFailed === true) return byWords(spoken(clues) ?? '') ?? REJECTED;
  return tlsFailed === true ? ['unreachable', `TLS did not come about. ${SILENT}`] : ['garbled'];
}

function judgeAnswer(clues: Clues): Verdict {
  const code = responseCodeOf(clues);
  const atLogin = clues.authenticationFailed === true;
  const known = code === null ? undefined : ((atLogin ? LOGIN_CODES[code] : undefined) ?? RESPONSE_CODES[code]);
  if (known) return known;
  const words = byWords(clues.responseText ?? '');
  if (atLogin) return words === undefined || words[0] === 'refused' ? REJECTED : words;
  return words ?? (clues.responseStatus === 'NO' ? ['refused'] : ['garbled']);
}

const REJECTED: Verdict = ['auth-rejected', NEW_PASSWORD];

/** A refused token is not mended by a password. */
export const aboutToken = (failure: Failure): Failure =>
  failure.code !== 'auth-rejected'
    ? failure
    : new Failure(failure.code, failure.message, {
        cause: failure.cause,
        remedy: 'The server refuses the token: run `mailroom auth login` for this mailbox again.',
      });

const byWords = (text: string): Verdict | undefined => WORDS.find(([pattern]) => pattern.test(text))?.[1];

/** imapflow gives the code on most commands and only the parsed response on others. */
function responseCodeOf({ serverResponseCode, response }: Clues): string | null {
  if (typeof serverResponseCode === 'string') return serverResponseCode;
  const attributes = (response as { attributes?: readonly { section?: readonly { value?: unknown }[] }[] } | undefined)
    ?.attributes;
  const value = attributes?.[0]?.section?.[0]?.value;
  return typeof value === 'string' ? value.toUpperCase().trim() : null;
}

const GONE: readonly (string | undefined)[] = [
  'NoConnection',
  'EConnectionClosed',
  'ClosedAfterConnectTLS',
  'ClosedAfterConnectText',
];

/** The text of BYE; errors of Node have a `reason` too, which is another thing. */
const goodbyeOf = ({ code, reason }: Clues): string | undefined => (GONE.includes(code) ? reason : undefined);

function spoken(clues: Clues): string | undefined {
  const said = clues.responseText ?? goodbyeOf(clues);
  return said === undefined || said === '' ? undefined : `the server says "${said}"`;
}

/** A server's words may hold anything and be of any length. */
const shorten = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 300);
