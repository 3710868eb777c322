/** What an answer of the server, a silence or the passing of time makes of an item. Pure: facts in, update out. */
import type { RecipientResult, SendReceipt } from '../connector/connector.ts';
import { Failure } from '../model/failure.ts';
import type { OutboxItem, OutboxRecipient, OutboxState, RecipientState } from '../model/outbox.ts';
import type { OutboxUpdate } from '../store/outbox.ts';
import { sameAddress } from './address.ts';
import { retryDelayMs } from './retry.ts';
import { type OutboxEvent, tally, transition } from './state.ts';

export interface Moment {
  readonly now: Date;
  readonly random?: (() => number) | undefined;
  /** We ended it ourselves: nothing speaks against trying again at once. */
  readonly stopping?: boolean;
}

export const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

/** The state after an event; an event that cannot be is refused with a sentence. */
export function stateAfter(item: Pick<OutboxItem, 'state' | 'activityId'>, event: OutboxEvent): OutboxState {
  const next = transition(item.state, event);
  if (next === null) throw new Failure('refused', `the mail ${item.activityId} is ${item.state}: ${IMPOSSIBLE[event]}`);
  return next;
}

const IMPOSSIBLE: Record<OutboxEvent, string> = {
  release: 'only a draft can be released',
  claim: 'only a pending one can be sent',
  lose: 'it is not being sent',
  wait: 'nobody waits for it',
  'settle-all': 'it cannot become sent',
  'settle-some': 'it cannot become sent to some',
  'settle-none': 'it cannot become failed',
  cancel: 'it can be cancelled only before it is sent',
  retry: 'only a failed one, or one that some did not get, can be tried again',
};

/** The recipients in these states get another one. */
export function moveRecipients(
  item: OutboxItem,
  from: readonly RecipientState[],
  change: Partial<OutboxRecipient>,
): readonly OutboxRecipient[] {
  return item.recipients.map((recipient) => (from.includes(recipient.state) ? { ...recipient, ...change } : recipient));
}

export function settleReceipt(item: OutboxItem, receipt: SendReceipt, moment: Moment): OutboxUpdate {
  const recipients = item.recipients.map((recipient) => answerRecipient(recipient, receipt));
  const event = tally(recipients);
  const note = event === 'settle-all' ? null : (receipt.failure?.message ?? receipt.response);
  return { state: stateAfter(item, event), recipients, note, nextTryAt: nextTry(item, receipt, recipients, moment) };
}

function answerRecipient(recipient: OutboxRecipient, receipt: SendReceipt): OutboxRecipient {
  const waited = recipient.state === 'waiting' || recipient.state === 'in-doubt';
  const result = receipt.recipients.find(({ address }) => sameAddress(address, recipient.address));
  if (!waited || !result) return recipient;
  const { status, response } = result;
  return { ...recipient, state: STATE_OF[result.outcome], status, response, tries: recipient.tries + 1 };
}

const STATE_OF: Record<RecipientResult['outcome'], RecipientState> = {
  accepted: 'accepted',
  deferred: 'waiting',
  refused: 'refused',
  'in-doubt': 'in-doubt',
};

function nextTry(
  item: OutboxItem,
  receipt: SendReceipt,
  recipients: readonly OutboxRecipient[],
  { now, random, stopping }: Moment,
): Date {
  const waiting = recipients.filter(({ state }) => state === 'waiting');
  if (waiting.length === 0 || (stopping && receipt.failure?.code === 'unreachable')) return now;
  // "Too many recipients": some went, the others may follow at once (RFC 5321 4.5.3.1.10).
  const tooMany = waiting.every(({ status, response }) => status === '4.5.3' || /too many recipients/i.test(response ?? ''));
  if (receipt.outcome === 'accepted' && tooMany) return now;
  return later(now, Math.max(retryDelayMs(item.attempt, random), receipt.failure?.retryAfterMs ?? 0));
}

/** A run died over it: with the mark nobody knows, without it nothing was sent. */
export function settleAbandoned(item: OutboxItem, now: Date): OutboxUpdate {
  if (item.dotAt === null) return { state: stateAfter(item, 'wait'), nextTryAt: now };
  const recipients = moveRecipients(item, ['waiting'], { state: 'in-doubt', response: null, status: null });
  return {
    state: stateAfter(item, 'lose'),
    recipients,
    nextTryAt: now,
    note: 'the process ended between the final dot and its answer',
  };
}

export function settleExpired(item: OutboxItem): OutboxUpdate {
  const recipients = moveRecipients(item, ['waiting'], { state: 'expired' });
  const last = item.recipients.find(({ state }) => state === 'waiting')?.response ?? item.note;
  return {
    state: stateAfter(item, tally(recipients)),
    recipients,
    note: `given up after its lifetime; last answer: ${last ?? 'none'}`,
  };
}

/** In doubt no more: the server has it, or certainly not. */
export function settleDoubt(item: OutboxItem, verdict: 'sent' | 'not-sent', note: string, now: Date): OutboxUpdate {
  const recipients = moveRecipients(item, ['in-doubt'], { state: verdict === 'sent' ? 'accepted' : 'waiting', response: note });
  return { state: stateAfter(item, tally(recipients)), recipients, note, nextTryAt: now };
}
