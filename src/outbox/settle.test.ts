import { expect, test } from 'vitest';
import type { RecipientResult, SendReceipt } from '../connector/connector.ts';
import type { Bounce, BounceRecipient } from '../model/email.ts';
import { Failure } from '../model/failure.ts';
import type { OutboxItem, RecipientState } from '../model/outbox.ts';
import { settleBounce } from './bounce.ts';
import { retryDelayMs } from './retry.ts';
import { settleAbandoned, settleDoubt, settleExpired, settleReceipt } from './settle.ts';

const now = new Date('2026-03-04T05:06:07Z');
const moment = { now, random: () => 0 };

const itemWith = (states: readonly RecipientState[], changes: Partial<OutboxItem> = {}): OutboxItem => ({
  ...{ activityId: 'a', mailboxId: 'm', state: 'sending', messageId: 'i@x', envelopeId: 'i', envelopeFrom: 'a@x', subject: null },
  ...{ automatic: false, sendAt: null, nextTryAt: now, expiresAt: now, attempt: 1, dotAt: now, sourceSha256: '', sourceBytes: 1 },
  ...{ filing: 'none', note: null, createdAt: now, updatedAt: now },
  recipients: states.map((state, position) => ({
    ...{ position, role: 'to' as const, address: `r${position}@x`, state, status: null, response: null, tries: 0 },
  })),
  ...changes,
});

const receiptOf = (
  outcome: SendReceipt['outcome'],
  outcomes: readonly RecipientResult['outcome'][],
  failure?: Failure,
  status: string | null = null,
): SendReceipt => ({
  ...{ outcome, response: 'words', ...(failure ? { failure } : {}) },
  recipients: outcomes.map((one, at) => ({ address: `R${at}@x`, outcome: one, response: 'words', status })),
});
const statesOf = (update: { recipients?: readonly { state: string }[] } | null) => update?.recipients?.map(({ state }) => state);

test.each<[string, SendReceipt['outcome'], readonly RecipientResult['outcome'][], string, readonly RecipientState[]]>([
  ['all accepted', 'accepted', ['accepted', 'accepted'], 'sent', ['accepted', 'accepted']],
  ['one refused', 'accepted', ['accepted', 'refused'], 'partial', ['accepted', 'refused']],
  ['one deferred', 'accepted', ['accepted', 'deferred'], 'pending', ['accepted', 'waiting']],
  ['all refused', 'not-sent', ['refused', 'refused'], 'failed', ['refused', 'refused']],
  ['refused and deferred', 'not-sent', ['refused', 'deferred'], 'pending', ['refused', 'waiting']],
  ['in doubt, one refused', 'in-doubt', ['in-doubt', 'refused'], 'in-doubt', ['in-doubt', 'refused']],
  ['in doubt, one deferred', 'in-doubt', ['in-doubt', 'deferred'], 'in-doubt', ['in-doubt', 'waiting']],
])('%s', (_words, outcome, outcomes, state, states) => {
  const update = settleReceipt(itemWith(['waiting', 'waiting']), receiptOf(outcome, outcomes), moment);
  expect([update.state, statesOf(update)]).toEqual([state, states]);
});

test('only those who wait are touched by a later attempt', () => {
  const update = settleReceipt(
    itemWith(['accepted', 'refused', 'waiting']),
    receiptOf('not-sent', ['refused', 'accepted', 'refused']),
    moment,
  );
  expect(statesOf(update)).toEqual(['accepted', 'refused', 'refused']);
  expect(update.state).toBe('partial');
});

test('a late answer of the same attempt ends the doubt', () => {
  const update = settleReceipt(itemWith(['in-doubt'], { state: 'in-doubt' }), receiptOf('accepted', ['accepted']), moment);
  expect(update.state).toBe('sent');
});

test('the pauses grow up to four hours, heed what the server asked for, and are none for "too many recipients"', () => {
  const after = (
    attempt: number,
    failure?: Failure,
    outcome: SendReceipt['outcome'] = 'not-sent',
    status: string | null = null,
  ) =>
    settleReceipt(
      itemWith(['waiting', 'waiting'], { attempt }),
      receiptOf(outcome, ['deferred', outcome === 'accepted' ? 'accepted' : 'deferred'], failure, status),
      moment,
    ).nextTryAt!.getTime() - now.getTime();
  expect([1, 2, 3, 7, 50].map((attempt) => after(attempt) / 60_000)).toEqual([1, 5, 15, 240, 240]);
  expect(after(1, new Failure('throttled', 'later', { retryAfterMs: 600_000 }))).toBe(600_000);
  expect(after(3, undefined, 'accepted', '4.5.3')).toBe(0);
  expect(after(3, undefined, 'not-sent', '4.5.3')).toBe(900_000);
  expect(retryDelayMs(1, () => 0.999)).toBeGreaterThan(60_000);
});

test('a dead run leaves doubt with the mark, and nothing without it', () => {
  const marked = settleAbandoned(itemWith(['waiting', 'accepted', 'refused']), now);
  expect([marked.state, statesOf(marked)]).toEqual(['in-doubt', ['in-doubt', 'accepted', 'refused']]);
  expect(settleAbandoned(itemWith(['waiting'], { dotAt: null }), now)).toMatchObject({ state: 'pending', nextTryAt: now });
});

test('after its lifetime a mail is given up for those who still wait', () => {
  expect(settleExpired(itemWith(['waiting'], { state: 'pending' }))).toMatchObject({ state: 'failed' });
  expect(settleExpired(itemWith(['waiting', 'accepted'], { state: 'pending' }))).toMatchObject({ state: 'partial' });
});

test('doubt ends as sent, or as waiting again', () => {
  const item = itemWith(['in-doubt', 'refused'], { state: 'in-doubt' });
  expect(settleDoubt(item, 'sent', 'seen', now)).toMatchObject({ state: 'partial' });
  expect(settleDoubt(item, 'not-sent', 'asked', now)).toMatchObject({ state: 'pending', nextTryAt: now });
});

const bounceOf = (...recipients: Partial<BounceRecipient>[]): Bounce => ({
  ...{ source: 'report', originalMessageId: 'i@x', originalEnvelopeId: null },
  recipients: recipients.map((one) => ({
    ...{
      recipient: null,
      originalRecipient: null,
      status: '5.1.1',
      action: 'failed',
      permanent: true,
      reason: 'unknown-user',
      diagnostic: null,
    },
    ...one,
  })),
});

test.each<
  [string, readonly RecipientState[], OutboxItem['state'], Bounce, string | undefined, readonly RecipientState[] | undefined]
>([
  ['one of two', ['accepted', 'accepted'], 'sent', bounceOf({ recipient: 'R1@X' }), 'partial', ['accepted', 'bounced']],
  ['the only one, unnamed', ['accepted'], 'sent', bounceOf({}), 'failed', ['bounced']],
  ['unnamed of two', ['accepted', 'accepted'], 'sent', bounceOf({}), undefined, undefined],
  ['somebody else', ['accepted'], 'sent', bounceOf({ recipient: 'z@x' }), undefined, undefined],
  [
    'the one it was written to, though it went on to another',
    ['accepted', 'accepted'],
    'sent',
    bounceOf({ recipient: 'z@y', originalRecipient: 'r0@x' }),
    'partial',
    ['bounced', 'accepted'],
  ],
  ['delayed only', ['accepted'], 'sent', bounceOf({ recipient: 'r0@x', action: 'delayed' }), 'sent', ['accepted']],
  [
    'in doubt: it was taken',
    ['in-doubt', 'in-doubt'],
    'in-doubt',
    bounceOf({ recipient: 'r0@x' }),
    'partial',
    ['bounced', 'accepted'],
  ],
  ['in doubt, about nobody we know', ['in-doubt'], 'in-doubt', bounceOf({ recipient: 'z@x' }), 'sent', ['accepted']],
  [
    'while another still waits',
    ['accepted', 'waiting'],
    'pending',
    bounceOf({ recipient: 'r0@x' }),
    'pending',
    ['bounced', 'waiting'],
  ],
  [
    'of a later attempt under way',
    ['accepted', 'waiting'],
    'sending',
    bounceOf({ recipient: 'r0@x' }),
    'sending',
    ['bounced', 'waiting'],
  ],
  ['already known', ['bounced'], 'failed', bounceOf({ recipient: 'r0@x' }), undefined, undefined],
])('a bounce about %s', (_words, states, state, bounce, expected, after) => {
  const update = settleBounce(itemWith(states, { state }), bounce);
  expect([update?.state, statesOf(update)]).toEqual([expected, after]);
});
