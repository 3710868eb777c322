/**
 * Every state and every event, complete by type. null: the event cannot happen there, whoever asks is told.
 *
 *   draft -> pending -> sending -> sent | partial | failed
 *               ^          |-> pending (deferred)     in-doubt -> the same four, only by evidence or a person
 *               |__________|-> in-doubt
 *
 * The only way into sending is a claim of what is pending, so what is in doubt is never sent again before somebody has said
 * that it did not go.
 */
import type { OutboxRecipient, OutboxState } from '../model/outbox.ts';

export const OUTBOX_EVENTS = [
  'release',
  'claim',
  'lose',
  'wait',
  'settle-all',
  'settle-some',
  'settle-none',
  'cancel',
  'retry',
] as const;
/**
 * lose: the dot may have gone, no answer. wait: somebody is still to be tried. settle-…: nobody is, and all, some or none of the
 * recipients have it.
 */
export type OutboxEvent = (typeof OUTBOX_EVENTS)[number];

const NEVER: Record<OutboxEvent, OutboxState | null> = {
  release: null,
  claim: null,
  lose: null,
  wait: null,
  'settle-all': null,
  'settle-some': null,
  'settle-none': null,
  cancel: null,
  retry: null,
};
const SETTLED = { 'settle-all': 'sent', 'settle-some': 'partial', 'settle-none': 'failed' } as const;

const TABLE: Record<OutboxState, Record<OutboxEvent, OutboxState | null>> = {
  draft: { ...NEVER, release: 'pending', cancel: 'cancelled' },
  pending: { ...NEVER, ...SETTLED, claim: 'sending', wait: 'pending', cancel: 'cancelled' },
  sending: { ...NEVER, ...SETTLED, wait: 'pending', lose: 'in-doubt' },
  'in-doubt': { ...NEVER, ...SETTLED, wait: 'pending', lose: 'in-doubt' },
  // A bounce can take back what was accepted; a retry is for those who do not have it.
  sent: { ...NEVER, ...SETTLED },
  partial: { ...NEVER, ...SETTLED, retry: 'pending' },
  failed: { ...NEVER, ...SETTLED, retry: 'pending' },
  cancelled: NEVER,
};

export function transition(state: OutboxState, event: OutboxEvent): OutboxState | null {
  return TABLE[state][event];
}

/** What the recipients' results mean for the whole. */
export function tally(recipients: readonly Pick<OutboxRecipient, 'state'>[]): OutboxEvent {
  const count = (state: OutboxRecipient['state']) => recipients.filter((recipient) => recipient.state === state).length;
  if (count('in-doubt') > 0) return 'lose';
  if (count('waiting') > 0) return 'wait';
  const accepted = count('accepted');
  if (accepted === recipients.length) return 'settle-all';
  return accepted > 0 ? 'settle-some' : 'settle-none';
}
