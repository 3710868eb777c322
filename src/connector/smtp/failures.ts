/**
 * What an SMTP server, the TLS layer or the network says, as a Failure. One table; the first row that fits decides.
 *
 * A reply that concerns the message or a recipient is not turned into a Failure here but into a RecipientResult
 * (`outcome` below); the table tells what it means for people and for the session.
 */
import { Failure, type FailureCode } from '../../model/failure.ts';
import { withoutRuntimeAdvice } from '../../platform/runtime-words.ts';

/** What is known of one mishap, whoever noticed it. */
export interface Mishap {
  /** Node's or OpenSSL's code (ECONNREFUSED, CERT_HAS_EXPIRED …). */
  readonly system: string | null;
  /** The server's reply, when there was one. */
  readonly reply: Reply | null;
  /** The words, for people. */
  readonly words: string;
}

export interface Reply {
  readonly code: number;
  /** RFC 3463 status, or null. */
  readonly status: string | null;
  readonly text: string;
}

interface Row {
  readonly name: string;
  readonly fits: (mishap: Mishap) => boolean;
  readonly code: FailureCode;
  readonly remedy: string;
}

const system =
  (...codes: readonly string[]) =>
  (mishap: Mishap): boolean =>
    mishap.system !== null && codes.includes(mishap.system);
const reply =
  (...codes: readonly number[]) =>
  (mishap: Mishap): boolean =>
    mishap.reply !== null && codes.includes(mishap.reply.code);
const says =
  (fits: (mishap: Mishap) => boolean, words: RegExp) =>
  (mishap: Mishap): boolean =>
    fits(mishap) && words.test(`${mishap.reply?.status ?? ''} ${mishap.reply?.text ?? ''}`);

const rows: readonly Row[] = [
  {
    name: 'unknown host',
    fits: system('ENOTFOUND', 'EAI_NODATA', 'EAI_NONAME'),
    code: 'unreachable',
    remedy: 'Check the spelling of host, and that this machine can resolve it.',
  },
  {
    name: 'name service down',
    fits: system('EAI_AGAIN', 'ESERVFAIL', 'ETIMEOUT'),
    code: 'unreachable',
    remedy: 'The name service did not answer; check the resolver of this machine.',
  },
  {
    name: 'closed port',
    fits: system('ECONNREFUSED'),
    code: 'unreachable',
    remedy:
      'Nothing listens there: check host and port (465 with tls: implicit, 587 with tls: starttls) and that the server runs.',
  },
  {
    name: 'no route',
    fits: system('ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'),
    code: 'unreachable',
    remedy: 'No answer: check host, port and the firewalls on the way.',
  },
  {
    name: 'expired certificate',
    fits: system('CERT_HAS_EXPIRED'),
    code: 'unreachable',
    remedy:
      'The certificate of the server has expired: its administrator has to renew it (or the clock of this machine is wrong).',
  },
  {
    name: 'certificate not yet valid',
    fits: system('CERT_NOT_YET_VALID'),
    code: 'unreachable',
    remedy: 'The certificate is not valid yet: check the clock of this machine and of the server.',
  },
  {
    name: 'certificate for another name',
    fits: system('ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'),
    code: 'unreachable',
    remedy: 'Use the host name that stands in the certificate, or set serverName to it.',
  },
  {
    name: 'unknown certificate authority',
    fits: system(
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'CERT_UNTRUSTED',
    ),
    code: 'unreachable',
    remedy:
      'If the certificate comes from your own authority, give its PEM file at the server in the config (ca: { file: ca.pem }); otherwise do not trust this server.',
  },
  {
    name: 'TLS not spoken',
    fits: (mishap) => /^(EPROTO$|ERR_SSL_|ETLS$)/.test(mishap.system ?? '') && mishap.reply === null,
    code: 'unreachable',
    remedy:
      'The server does not speak TLS (1.2 or later) there: port 465 wants tls: implicit, ports 587 and 25 want tls: starttls.',
  },
  {
    name: 'STARTTLS stripped',
    fits: (mishap) => mishap.system === 'ETLS' || /support required STARTTLS/.test(mishap.words),
    code: 'unreachable',
    remedy:
      'The server (or somebody in between) offers no STARTTLS, so nothing was sent. Use the port that has it, or tls: implicit on 465.',
  },
  {
    name: 'greeting refuses us',
    fits: (mishap) => mishap.system === 'EPROTOCOL' && (mishap.reply?.code ?? 0) >= 500,
    code: 'unreachable',
    remedy: 'The server does not talk to this machine; its words say why (a block list, or a port that is not for mail).',
  },
  {
    name: 'greeting is not SMTP',
    fits: (mishap) => mishap.system === 'EPROTOCOL' && mishap.reply === null,
    code: 'garbled',
    remedy: 'Check that host and port are those of an SMTP server, and that tls fits the port.',
  },
  {
    name: 'connection lost',
    fits: (mishap) => mishap.system !== null && mishap.reply === null,
    code: 'unreachable',
    remedy: 'The connection broke; it is tried again.',
  },
  {
    name: 'login temporarily not possible',
    fits: (mishap) => mishap.reply?.code === 454 && !/relay/i.test(mishap.reply.text),
    code: 'throttled',
    remedy: 'The server cannot check logins at the moment; it is tried again.',
  },
  {
    name: 'application password needed',
    fits: says(reply(534, 535), /5\.7\.9|application-specific|app password|less secure/i),
    code: 'auth-rejected',
    remedy: 'This provider wants OAuth2 or an application password: run `mailroom auth login`, or make such a password.',
  },
  {
    name: 'SMTP AUTH switched off',
    fits: says(reply(535, 550), /5\.7\.139|SmtpClientAuthentication is disabled/i),
    code: 'auth-rejected',
    remedy: 'SMTP AUTH is switched off for this tenant or mailbox; its administrator can allow it, or use OAuth2.',
  },
  {
    name: 'wrong password',
    fits: reply(535, 432),
    code: 'auth-rejected',
    remedy: 'Check user name and password of the send section (some servers want the whole address as user name).',
  },
  {
    name: 'encryption needed for login',
    fits: reply(538),
    code: 'auth-rejected',
    remedy: 'The server takes logins only when encrypted: use tls: starttls or implicit.',
  },
  {
    name: 'mechanism too weak',
    fits: reply(534, 504),
    code: 'auth-rejected',
    remedy: 'The server does not take this way of logging in: try auth method oauth2, or another mechanism.',
  },
  {
    name: 'login needed',
    fits: reply(530),
    code: 'auth-rejected',
    remedy: 'The server wants a login before it takes mail: give auth in the send section (or the port that needs none).',
  },
  {
    name: 'quota full',
    fits: says(reply(452, 552, 422, 550, 554), /[45]\.2\.2|quota|mailbox (is )?full|over ?quota/i),
    code: 'refused',
    remedy: 'The mailbox is full; its owner has to make room.',
  },
  {
    name: 'message too big',
    fits: says(reply(552, 554, 550, 523), /5\.3\.4|5\.2\.3|too (big|large)|size limit|exceeds/i),
    code: 'refused',
    remedy: 'Send smaller attachments, or have the size limit of the server raised.',
  },
  {
    name: 'sender refused',
    fits: says(
      reply(550, 553, 554, 501),
      /5\.1\.[78]|5\.7\.60|not owned|sender (address )?rejected|send ?as|sender.*not allowed/i,
    ),
    code: 'refused',
    remedy: 'The login may not send as this address: allow it on the server (send-as right), or use another From.',
  },
  {
    name: 'relaying denied',
    fits: says(reply(454, 550, 551, 553, 554), /5\.7\.1.*relay|relay/i),
    code: 'refused',
    remedy:
      'The server does not pass on mail for us: log in (auth), use its submission port, or have this machine allowed to relay.',
  },
  {
    name: 'not allowed to submit',
    fits: says(reply(450, 550, 553, 554), /access denied|client host rejected|not permitted|authentication (is )?required/i),
    code: 'refused',
    remedy: 'The server does not take mail from this machine as it is: log in (auth in the send section), or have it allowed.',
  },
  {
    name: 'server is closing',
    fits: reply(421),
    code: 'throttled',
    remedy: 'The server is busy or closing; it is tried again later.',
  },
  {
    name: 'later',
    fits: (mishap) => mishap.reply !== null && mishap.reply.code >= 400 && mishap.reply.code < 500,
    code: 'throttled',
    remedy: 'The server asks to try again later; that happens by itself.',
  },
  {
    name: 'refused',
    fits: (mishap) => mishap.reply !== null && mishap.reply.code >= 500,
    code: 'refused',
    remedy: 'Read the words of the server; the message will not be tried again for these recipients.',
  },
];

/** The Failure for a mishap; `attempt` says what was tried and where. */
export function toFailure(attempt: string, mishap: Mishap, cause?: unknown): Failure {
  const row = rows.find((candidate) => candidate.fits(mishap));
  const { code, remedy } = row ?? { code: 'garbled' as const, remedy: 'The answer was not SMTP.' };
  return new Failure(code, `cannot ${attempt}: ${mishap.words}`, { remedy, ...(cause === undefined ? {} : { cause }) });
}

/** Whether the certificate, and not the network or the protocol, is what was wrong. */
export function isCertificateProblem(mishap: Mishap): boolean {
  return /CERT|SELF_SIGNED|ISSUER|VERIFY|ALTNAME|HOSTNAME/.test(mishap.system ?? '');
}

/** The first line's code and status; null for what is no reply (RFC 5321 4.2: three digits, then space, hyphen or the end). */
export function readReply(text: string | null | undefined): Reply | null {
  const match = /^([2-5]\d\d)(?:[ -]|$)(?:([245]\.\d{1,3}\.\d{1,3})(?=\s|$))?/.exec(text ?? '');
  if (!match) return null;
  return { code: Number(match[1]), status: match[2] ?? null, text: (text ?? '').replace(/\s+/g, ' ').trim().slice(0, 1000) };
}

interface ErrorLike {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly response?: unknown;
  readonly message?: unknown;
}

/** What nodemailer, node:net, node:tls or node:dns threw. */
export function asMishap(error: unknown): Mishap {
  const like = (typeof error === 'object' && error !== null ? error : {}) as ErrorLike;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const reply = readReply(text(like.response));
  const words = withoutRuntimeAdvice(text(like.message) ?? String(error));
  return { system: text(like.originalCode) ?? text(like.code), reply, words: words.replace(/\s+/g, ' ').slice(0, 1000) };
}

/**
 * What a negative reply means for the recipients it concerns. The login's trouble (530, 534, 535, 538) and a session out of step
 * (503) are no verdict on the message: it waits.
 */
export function outcomeOf(reply: Reply): 'deferred' | 'refused' {
  if (reply.code < 500 || [503, 530, 534, 535, 538].includes(reply.code)) return 'deferred';
  return 'refused';
}
