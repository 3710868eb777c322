/**
 * One word for why a mail was not delivered, by what the receiving system said and by its RFC 3463 status. Wording comes first where
 * it is clear, because many systems put one status on everything; the status decides what the wording leaves open.
 *
 * The words are those of the sisimai project, so that figures can be compared.
 */
import { reasonByWording } from './wording.ts';

/** RFC 3463 and the registry of enhanced status codes, subject.detail; the class says whether it is for good. */
const BY_DETAIL: Readonly<Record<string, string>> = {
  '1.0': 'user-unknown', '1.1': 'user-unknown', '1.2': 'host-unknown', '1.3': 'user-unknown', '1.4': 'filtered',
  '1.6': 'has-moved', '1.7': 'rejected', '1.8': 'rejected', '1.9': 'system-error', '1.10': 'not-accept',
  '2.0': 'filtered', '2.1': 'filtered', '2.2': 'mailbox-full', '2.3': 'exceed-limit', '2.4': 'filtered',
  '3.0': 'system-error', '3.1': 'system-full', '3.2': 'not-accept', '3.3': 'system-error', '3.4': 'mesg-too-big', '3.5': 'system-error',
  '4.0': 'network-error', '4.1': 'expired', '4.2': 'network-error', '4.3': 'system-error', '4.4': 'host-unknown',
  '4.5': 'network-error', '4.6': 'network-error', '4.7': 'expired', '4.8': 'network-error',
  '5.3': 'syntax-error', '5.4': 'syntax-error', '5.5': 'syntax-error', '5.6': 'syntax-error',
  '6.0': 'content-error', '6.1': 'content-error', '6.2': 'content-error', '6.3': 'content-error', '6.5': 'content-error',
  '6.6': 'content-error', '6.7': 'content-error', '6.8': 'content-error', '6.9': 'content-error',
  '7.0': 'security-error', '7.1': 'security-error', '7.2': 'security-error', '7.3': 'security-error', '7.4': 'security-error',
  '7.5': 'security-error', '7.6': 'security-error', '7.7': 'security-error', '7.8': 'security-error', '7.9': 'security-error',
  '7.10': 'security-error', '7.13': 'suspend', '7.14': 'security-error', '7.17': 'has-moved', '7.18': 'has-moved',
  '7.20': 'auth-failure', '7.21': 'auth-failure', '7.22': 'auth-failure', '7.23': 'auth-failure', '7.24': 'auth-failure',
  '7.25': 'require-ptr', '7.26': 'auth-failure', '7.27': 'not-accept', '7.28': 'speeding',
}; // biome-ignore format: a table

/** What the same detail means while it is only for now (class 4). */
const BY_TEMPORARY_DETAIL: Readonly<Record<string, string>> = {
  '2.1': 'suspend',
  '7.1': 'blocked',
  '7.2': 'blocked',
  '4.5': 'system-full',
};

/** Details that systems put on anything: there the wording counts. */
const VAGUE = /^(\d\.0|0\.\d+|1\.1|3\.2|3\.5|4\.[127]|5\.[12]|7\.\d|7\.10|7\.14|7\.650)$/;

export function reasonByStatus(status: string | null): string | null {
  const match = /^([245])\.(\d{1,3}\.\d{1,3})$/.exec(status ?? '');
  if (match === null) return null;
  const [, kind, detail = ''] = match;
  if (kind === '2') return 'delivered';
  return (kind === '4' ? BY_TEMPORARY_DETAIL[detail] : undefined) ?? BY_DETAIL[detail] ?? null;
}

/** Words that many systems use for several things. */
const GENERAL = new Set([
  'blocked',
  'rejected',
  'security-error',
  'expired',
  'network-error',
  'system-error',
  'policy-violation',
]);
const SPECIFIC = new Set(['mailbox-full', 'has-moved', 'suspend', 'host-unknown']);

/** What a status makes of a wording that by itself would mean something else. */
const BOTH: Readonly<Record<string, string>> = {
  'user-unknown 2.1': 'filtered', // there is such a mailbox, but it takes no mail from us
  'mesg-too-big 2.3': 'exceed-limit', // too big for this recipient, not for the system
  'host-unknown 1.7': 'rejected', // the sender's domain
  'host-unknown 1.8': 'rejected',
  'user-unknown 1.7': 'rejected',
  'user-unknown 1.8': 'rejected',
  'network-error 4.7': 'expired',
  'rejected 4.1': 'user-unknown', // Exchange Online's edge does not know the recipient
  'refused 4.1': 'user-unknown',
};

function weighed(wording: string, byStatus: string | null, detail: string): string {
  const both = BOTH[`${wording} ${detail}`];
  if (both !== undefined) return both;
  if (byStatus === null) return wording === 'refused' ? 'rejected' : wording;
  if (wording === 'refused') return detail === '0.0' ? 'rejected' : byStatus;
  if (wording === 'user-unknown' && SPECIFIC.has(byStatus)) return byStatus;
  return GENERAL.has(wording) && !VAGUE.test(detail) ? byStatus : wording;
}

export function reasonOf(diagnostic: string, status: string | null): string {
  const wording = reasonByWording(diagnostic);
  const byStatus = reasonByStatus(status);
  if (wording === null) return byStatus ?? 'undefined';
  return weighed(wording, byStatus, status?.slice(2) ?? '');
}
