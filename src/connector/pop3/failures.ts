/**
 * What a POP3 server, the network or TLS says, as a Failure. One table for the words of servers that know no response codes.
 *
 * Response codes: RFC 2449 8 (IN-USE, LOGIN-DELAY), RFC 3206 (AUTH, SYS/TEMP, SYS/PERM). RFC 1939 allows -ERR to PASS both
 * for a wrong password and for a locked maildrop; taking the second for the first would stop a mailbox for good.
 */
import { Failure, type FailureCode } from '../../model/failure.ts';
import { withoutRuntimeAdvice } from '../../platform/runtime-words.ts';
import { quote, type Reply } from './reply-reader.ts';

const MINUTE = 60_000;

interface Verdict {
  readonly code: FailureCode;
  readonly retryAfterMs?: number;
  readonly remedy?: string;
}

const IN_USE: Verdict = {
  code: 'throttled',
  retryAfterMs: MINUTE,
  remedy: 'Another program reads this mailbox by POP3 at the same time; it is tried again by itself.',
};
const TEMPORARY: Verdict = { code: 'throttled', retryAfterMs: 5 * MINUTE };
const TOO_OFTEN: Verdict = {
  code: 'throttled',
  retryAfterMs: 15 * MINUTE,
  remedy: 'The server allows fewer logins than are made; poll it less often (polling.every).',
};
const NEEDS_TLS: Verdict = {
  code: 'refused',
  remedy: 'The server takes no password in clear text; use tls: implicit or tls: starttls.',
};
const REJECTED: Verdict = { code: 'auth-rejected', remedy: 'Check user name and password.' };

const CANNOT = "(unable|cannot|can't|could ?not|couldn't|failed) to";

/**
 * The words of known servers, first match wins; failures.test.ts has the sentences and who says them. Nothing here may match
 * "wrong password, try again": a refusal taken for a bad moment would be repeated until the account is locked.
 */
const WORDS: readonly (readonly [readonly RegExp[], Verdict])[] = [
  [
    [
      /plain ?text auth\w* (is )?(disallowed|not allowed|disabled)/i,
      /(must|need to|please) (use|issue|enable) (a )?(tls|ssl|stls|starttls)/i,
      /(tls|ssl|stls|encryption|secure connection) (is )?required/i,
      /command is not valid in this state/i,
    ],
    NEEDS_TLS,
  ],
  [
    [/pop3? access/i, /enabled? .{0,30}pop/i, /pop3? .{0,20}(disabled|not enabled|not allowed)/i, /disabled for pop/i],
    {
      code: 'refused',
      remedy: 'POP3 is switched off for this account; enable it in the account settings or with its administrator.',
    },
  ],
  [
    [/app(lication)?([- ]specific)? password/i],
    {
      code: 'auth-rejected',
      remedy: 'The provider wants an app password or OAuth2 (auth: { method: oauth2 }) instead of the account password.',
    },
  ],
  [
    [/web ?login required/i, /log ?in (via|with|through) (your|the|a) (web ?)?browser/i],
    { code: 'auth-rejected', remedy: 'The provider wants a login in the browser first; then try again.' },
  ],
  [
    [/(account|user) .{0,40}(locked|disabled|suspended|expired)/i],
    { code: 'auth-rejected', remedy: 'The account is closed to logins; its administrator has to open it.' },
  ],
  [
    [
      /login limit|login[ -]?delay|rate.?limit/i,
      /too (many|often|frequent)/i,
      /minimum (time )?between|must be at least .* apart|maximum once per/i,
      /maximum number of connections/i,
    ],
    TOO_OFTEN,
  ],
  [
    [
      /lock (is )?busy|(mail ?box|mail ?drop|inbox) (is )?(already |currently )?(locked|in use|busy)|locked by/i,
      /(already|currently) (locked|in use|logged in)/i,
      new RegExp(`${CANNOT} (get |obtain |acquire |create )?(a |the )?(exclusive )?lock`, 'i'),
      /another (pop3? )?session/i,
    ],
    IN_USE,
  ],
  [
    [/(mail ?box|mail ?drop) .{0,40}(does not|doesn't) exist/i, /no such (file|mail ?box)/i],
    { code: 'missing', remedy: 'The account has no mailbox on this server; ask its administrator.' },
  ],
  [
    [
      /try (it )?(again )?later|try again in|retry later|temporar(y|ily)/i,
      /server (is )?(unavailable|busy|too busy|error|failure)/i,
      /(service|backend|database|storage|mail ?box|mail ?drop) (is )?(currently |temporarily )?(unavailable|not available|offline|down)/i,
      /internal (server )?error|system (error|problem)|overload|maintenance|timed? ?out|connection is closed/i,
      new RegExp(`${CANNOT} (open|access|read|scan|sync|process|select)`, 'i'),
      /(can't|cannot|couldn't|could not) open/i,
    ],
    TEMPORARY,
  ],
];

/** What the response code says by itself; null leaves it to the words. */
const CODES: Readonly<Record<string, Verdict>> = {
  'IN-USE': IN_USE,
  'LOGIN-DELAY': { ...TOO_OFTEN, retryAfterMs: 5 * MINUTE },
  'SYS/TEMP': TEMPORARY,
  'SYS/PERM': {
    code: 'refused',
    remedy: 'The server reports a lasting fault of its own for this account; ask its administrator.',
  },
  AUTH: REJECTED,
  UTF8: {
    code: 'refused',
    remedy: 'The mailbox holds internationalised mail and the server does not let us ask for it (RFC 6856).',
  },
};

/** Words that say more than the code in front of them: Dovecot wants TLS under [AUTH], Yahoo has outages under [AUTH]. */
function judge(code: string | null, text: string): Verdict | null {
  const words = WORDS.find(([patterns]) => patterns.some((pattern) => pattern.test(text)))?.[1] ?? null;
  const byCode = code === null ? null : (CODES[code] ?? (code.startsWith('SYS/') ? TEMPORARY : null));
  if (byCode === null) return words;
  if (words === null) return byCode;
  const overrules = byCode === REJECTED || (code === 'SYS/PERM' && words.code !== 'throttled');
  return overrules ? words : { ...byCode, remedy: byCode.remedy ?? words.remedy };
}

function failure(verdict: Verdict, message: string, extra: { retryAfterMs?: number } = {}): Failure {
  return new Failure(verdict.code, message, { retryAfterMs: extra.retryAfterMs ?? verdict.retryAfterMs, remedy: verdict.remedy });
}

/** -ERR to PASS, APOP or AUTH. `loginDelayMs` is what the server has announced, when it has. */
export function loginFailure(where: string, reply: Reply, loginDelayMs: number | null): Failure {
  const verdict = judge(reply.code, reply.text) ?? REJECTED;
  const delay = reply.code === 'LOGIN-DELAY' && loginDelayMs !== null ? loginDelayMs : undefined;
  return failure(verdict, `${where} refuses the login: ${said(reply)}`, { retryAfterMs: delay });
}

/** -ERR instead of a greeting: the server is there and does not want us now. */
export function greetingFailure(where: string, reply: Reply): Failure {
  const verdict = judge(reply.code, reply.text) ?? TEMPORARY;
  return failure(verdict, `${where} turns us away: ${said(reply)}`);
}

/** -ERR to a command of a session that is logged in. */
export function commandFailure(where: string, command: string, reply: Reply): Failure {
  const verdict = judge(reply.code, reply.text) ?? { code: 'refused' as const };
  return failure(verdict, `${where} answers ${command} with ${said(reply)}`);
}

/** A line that came unasked, and then the end: "-ERR Autologout". */
export function farewellFailure(where: string, line: string): Failure {
  return new Failure('unreachable', `${where} ended the session: ${quote(line)}`);
}

export function outOfStep(where: string, line: string): Failure {
  return new Failure('garbled', `${where} sends more replies than it was asked for: ${quote(line)}`);
}

export function brokenConnection(where: string, cause?: unknown): Failure {
  const how = cause === undefined ? 'closed the connection before it had answered' : `broke off (${reason(cause)})`;
  return new Failure('unreachable', `${where} ${how}`, { cause });
}

export function stopped(where: string): Failure {
  return new Failure('unreachable', `The session with ${where} was stopped from our side`);
}

const CONNECT_REMEDIES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The host name is not known; check servers.<name>.host and the DNS.',
  EAI_AGAIN: 'The name server does not answer; check the DNS of this machine.',
  ECONNREFUSED:
    'Nothing listens on that port; check host, port and that the POP3 service runs (995 with tls: implicit, 110 with starttls).',
  ETIMEDOUT: 'No answer from that address; check the port and the firewalls between.',
  EHOSTUNREACH: 'No route to that host; check the network.',
  ENETUNREACH: 'No route to that network; check the network.',
  ECONNRESET: 'The server or something between drops the connection; check that the port speaks POP3.',
};

export function connectFailure(where: string, cause: unknown): Failure {
  const code = errorCode(cause);
  return new Failure('unreachable', `Connecting to ${where} failed (${reason(cause)})`, {
    cause,
    remedy: CONNECT_REMEDIES[code],
  });
}

const CERTIFICATE_REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/CERT_HAS_EXPIRED/, "The server's certificate has expired; its operator has to renew it."],
  [/CERT_NOT_YET_VALID/, 'The certificate is not valid yet; check the clock of this machine and of the server.'],
  [/ALTNAME/, 'The certificate is for another name; use that name as host, or set serverName to it.'],
  [
    /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ISSUER|CERT_UNTRUSTED|INVALID_CA/,
    'Nobody we trust has signed the certificate; set ca to the PEM file of the authority that did.',
  ],
  [/CERT|CRL/, 'The certificate is not acceptable; its operator has to replace it.'],
];

/** True when the handshake failed over the certificate and not over TLS itself. */
export function isCertificateFailure(failed: Failure): boolean {
  return CERTIFICATE_REMEDIES.some(([pattern]) => pattern.test(errorCode(failed.cause)));
}

export function tlsFailure(where: string, cause: unknown): Failure {
  const code = errorCode(cause);
  const certificate = CERTIFICATE_REMEDIES.find(([pattern]) => pattern.test(code));
  const remedy =
    certificate?.[1] ?? 'Check that this port speaks TLS 1.2 or newer: 995 with tls: implicit, 110 with tls: starttls.';
  const what = certificate === undefined ? 'TLS with' : 'The certificate of';
  return new Failure('unreachable', `${what} ${where} failed (${reason(cause)})`, { cause, remedy });
}

function said(reply: Reply): string {
  return quote(`-ERR ${reply.code === null ? '' : `[${reply.code}] `}${reply.text}`);
}

function errorCode(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return errorCode(cause.errors[0]);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
}

function reason(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reason(cause.errors[0]);
  return withoutRuntimeAdvice(cause instanceof Error ? cause.message : String(cause));
}
