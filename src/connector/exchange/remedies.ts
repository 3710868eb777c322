/** What an operator is told of a login that fails, or that may: the causes that fit what was seen, each with its remedy. */
import { Failure } from '../../model/failure.ts';
import type { Credential } from '../connector.ts';
import { chargedTo, type ExchangeSettings } from './settings.ts';

/** Kerberos and NTLMv2 as domains are usually set up (MaxClockSkew). */
const MAX_SKEW_MS = 5 * 60_000;

/** Whether one of the offers fits the credential. */
export function checkOffers(offers: readonly string[], credential: Credential): string {
  const names = offers.map((offer) => offer.toLowerCase());
  const said = `the server offers ${offers.join(', ')}`;
  if (credential.method === 'password' && !names.includes('basic')) {
    throw new Failure('auth-rejected', `${said}, and no Basic, which a password without auth.method means`, {
      remedy: 'Write auth.method: ntlm.',
    });
  }
  if (credential.method === 'ntlm' && !names.includes('ntlm') && !names.includes('negotiate')) {
    throw new Failure('auth-rejected', `${said}, and no NTLM`, {
      remedy:
        'Switch it on: Set-WebServicesVirtualDirectory -WindowsAuthentication $true. Or write auth.method: password where Basic is offered.',
    });
  }
  return said;
}

export function checkClock(skewMs: number | null, credential: Credential): string {
  if (skewMs === null) return 'the server does not tell its time';
  const said = describeSkew(skewMs);
  if (Math.abs(skewMs) <= MAX_SKEW_MS || credential.method !== 'ntlm') return said;
  throw new Failure('refused', `${said}; a domain allows five minutes`, {
    remedy: 'Set the clock of this machine by NTP (timedatectl set-ntp true), or that of the server.',
  });
}

function describeSkew(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  // The Date header has whole seconds.
  if (seconds <= 2) return "the server's clock agrees with ours";
  return `the server's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours`;
}

/** Where only the 401 was seen. */
export function whatToCheck(credential: Credential | null): string {
  const ntlm = 'domain, clocks (five minutes at most), and that no TLS proxy breaks channel binding (else channelBinding: never)';
  const more = credential?.method === 'ntlm' ? [ntlm] : aboutLetters(credential);
  return `Check ${['user name and password', 'that the account is not locked', ...more].join('; ')}.`;
}

/** Each server reads other letters than those of ASCII in its own way (RFC 7617 2.1). */
function aboutLetters(credential: Credential | null): string[] {
  if (credential?.method !== 'password' || !/[^\x20-\x7e]/.test(credential.username + credential.password)) return [];
  return [
    'letters beyond ASCII in user name or password, which the server may read in another encoding than UTF-8: use NTLM, or a password without them',
  ];
}

/** A 401 never tells why; what was seen on the way leaves some causes. The likeliest come first. */
export function explainRefusal(
  failure: Failure,
  { url, channelBinding }: ExchangeSettings,
  credential: Credential,
  skewMs: number | null,
): Failure {
  const ntlm = credential.method === 'ntlm';
  const named = 'username' in credential && /[\\@]/.test(credential.username);
  const causes = [
    ...(ntlm && skewMs !== null && Math.abs(skewMs) > MAX_SKEW_MS
      ? [`the clocks differ (${describeSkew(skewMs)}): set them by NTP`]
      : []),
    ...(ntlm && !named ? ['the user name has no domain: write DOMAIN\\user or user@domain'] : []),
    'a wrong user name, domain or password',
    ...aboutLetters(credential),
    'the account is locked or disabled, or its password has expired (Search-ADAccount -LockedOut; Unlock-ADAccount)',
    ...(ntlm && url.protocol === 'https:' ? [aboutBinding(channelBinding)] : []),
  ];
  const { code, message } = failure;
  const remedy = `It may be, in this order: ${causes.map((cause, n) => `${n + 1}. ${cause}`).join('; ')}.`;
  return new Failure(code, message, { cause: failure, remedy });
}

const aboutBinding = (channelBinding: ExchangeSettings['channelBinding']) =>
  channelBinding === 'auto'
    ? 'a proxy with a certificate of its own stands before Exchange and breaks channel binding (Extended Protection): let it use the certificate of Exchange, or write channelBinding: never where Exchange allows that'
    : 'Exchange demands channel binding (Extended Protection), and channelBinding: never switches it off: write auto';

/** The command that grants, with the very login. */
export function explainMailbox(failure: Failure, { mailbox }: ExchangeSettings, credential: Credential): Failure {
  const { code, message, remedy } = failure;
  const login = 'username' in credential ? credential.username : 'this login';
  return remedy === undefined
    ? failure
    : new Failure(code, message, {
        cause: failure,
        remedy: remedy.replace('<login>', login).replace('<mailbox>', mailbox ?? login),
      });
}

/** MajorVersion and MinorVersion of ServerVersionInfo. */
const PRODUCTS: readonly (readonly [version: string, product: string])[] = [
  ['8.', 'Exchange 2007'],
  ['14.', 'Exchange 2010'],
  ['15.0.', 'Exchange 2013'],
  ['15.1.', 'Exchange 2016'],
];
/** 15.2 is 2019 and SE, which began with build 2562. */
const FIRST_BUILD_OF_SE = 2562;

export function productOf(version: string): string {
  const build = /^15\.2\.(\d+)/.exec(version)?.[1];
  const known = PRODUCTS.find(([start]) => version.startsWith(start))?.[1];
  const old = build !== undefined && Number(build) < FIRST_BUILD_OF_SE ? 'Exchange 2019' : known;
  if (old !== undefined) return `the server is ${old} (${version}), which Microsoft no longer maintains`;
  return `the server is ${build === undefined ? 'Exchange' : 'Exchange SE'} (${version})`;
}

/** Exchange's defaults: EwsMaxConcurrency 27, ConcurrentSyncCalls 5. */
export function throttlingHint(settings: ExchangeSettings, credential: Credential): string {
  const username = 'username' in credential ? credential.username : '';
  if (settings.access === 'impersonate')
    return `Exchange charges ${chargedTo(settings, username)} for what is done here (27 calls at a time unless its policy says otherwise), not the login`;
  const wider = `New-ThrottlingPolicy Mailroom -ThrottlingPolicyScope Regular -EwsMaxConcurrency 100; Set-ThrottlingPolicyAssociation ${username} -ThrottlingPolicy Mailroom`;
  const said = `Exchange charges ${username} for what is done here, 27 calls at a time unless its policy says otherwise`;
  return settings.access === 'direct'
    ? said
    : `${said}; all mailboxes share that. If it is not enough: ${wider}; or access: impersonate`;
}
