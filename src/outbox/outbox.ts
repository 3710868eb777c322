/**
 * The outbox: what waits to be sent, and what became of it.
 *
 * - The bytes of a message are composed once, with one Message-ID and one ENVID for all attempts and recipients.
 * - A claim takes a number (the fence). "The dot may go" is committed under that number before the final dot; whoever lost the
 *   claim cannot commit it, and so cannot send.
 * - A dead run's message is pending again without the mark, and in doubt with it. What is in doubt is resolved by looking
 *   (doubt.ts, bounce.ts) or by a person, never by sending again.
 * - Deferred recipients, and only they, are tried again with growing pauses for five days.
 * - Our copy is put into the Sent folder once.
 */
import type { Session } from '../connector/connector.ts';
import type { Bounce } from '../model/email.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { OutboxItem } from '../model/outbox.ts';
import {
  listOutboxItems,
  mailboxesDueToSend,
  nextOutboxTime,
  type OutboxFilter,
  type OutboxUpdate,
  readOutboxItem,
  updateOutboxItem,
} from '../store/outbox.ts';
import { matchBounce, readReports } from './bounce.ts';
import type { OutboxContext, OutboxMailbox } from './context.ts';
import { type DeliveryCount, giveUpExpired, sendDue, takeOver } from './deliver.ts';
import { lookForDoubtful } from './doubt.ts';
import { fileCopies } from './file-copy.ts';
import { LIFETIME_MS } from './retry.ts';
import { later, moveRecipients, settleDoubt, stateAfter } from './settle.ts';
import { tally } from './state.ts';
import { type EmailDraft, isActivityId, type Submitted, submit } from './submit.ts';

export type { OutboxContext, OutboxMailbox } from './context.ts';
export type { DeliveryCount } from './deliver.ts';
export type { EmailDraft, Submitted } from './submit.ts';

export interface Outbox {
  submit(mailbox: OutboxMailbox, draft: EmailDraft): Promise<Submitted>;
  list(filter?: OutboxFilter): Promise<readonly OutboxItem[]>;
  /** By the activity's id; Failure('missing') where there is none. These four answer the item as it is afterwards. */
  show(id: string): Promise<OutboxItem>;
  release(id: string): Promise<OutboxItem>;
  /** Whoever has it already keeps it. */
  cancel(id: string): Promise<OutboxItem>;
  /** What waits is tried now; those who did not get it are tried anew. Not for what is in doubt. */
  retry(id: string): Promise<OutboxItem>;
  /** A person has found out what became of a mail in doubt. `not-sent` sends it again. */
  resolve(id: string, verdict: 'sent' | 'not-sent'): Promise<OutboxItem>;
  /** Everything that is to be done for a mailbox now. For who holds its lease; two calls at once are one. */
  deliverDue(mailbox: OutboxMailbox, signal: AbortSignal): Promise<DeliveryCount>;
  /** When deliverDue has something to do next; null: nothing waits. */
  nextTime(mailboxId: string): Promise<Date | null>;
  matchBounce(bounce: Bounce): Promise<OutboxItem | null>;
  /** Puts the bounces that were received since the last call onto what they are about. */
  readReports(): Promise<void>;
  /** Mailboxes for which deliverDue has something to do now. */
  dueMailboxes(): Promise<readonly string[]>;
}

export function createOutbox(context: OutboxContext): Outbox {
  const { database, clock } = context;
  const running = new Map<string, Promise<DeliveryCount>>();
  const update = (id: string, decide: (item: OutboxItem, now: Date) => OutboxUpdate) =>
    updateExisting(context, id, (item) => decide(item, clock.now()));
  return {
    submit: (mailbox, draft) => submit(context, mailbox, draft),
    list: (filter = {}) => listOutboxItems(database, filter),
    show: (id) => showExisting(context, id),
    release: (id) => update(id, (item, now) => ({ state: stateAfter(item, 'release'), ...fresh(item, now) })),
    cancel: (id) => update(id, cancel),
    retry: (id) => update(id, retry),
    resolve: (id, verdict) => update(id, (item, now) => resolve(item, verdict, now)),
    nextTime: (mailboxId) => nextOutboxTime(database, mailboxId),
    matchBounce: (bounce) => matchBounce(context, bounce),
    readReports: () => readReports(context),
    dueMailboxes: () => mailboxesDueToSend(database, clock.now()),
    deliverDue(mailbox, signal) {
      const present = running.get(mailbox.id);
      if (present) return present;
      const work = deliverAll(context, mailbox, signal).finally(() => running.delete(mailbox.id));
      running.set(mailbox.id, work);
      return work;
    },
  };
}

async function deliverAll(context: OutboxContext, mailbox: OutboxMailbox, signal: AbortSignal): Promise<DeliveryCount> {
  await takeOver(context, mailbox);
  await giveUpExpired(context, mailbox);
  const filing = lazily(() => context.openFiling(mailbox, signal));
  try {
    // Looking and filing go on though the server for sending may be away.
    const sent = await sendDue(context, mailbox, signal).catch((error: unknown) => {
      if (!asFailure(error)) throw error;
      return error as Failure;
    });
    if (!signal.aborted) await lookForDoubtful(context, mailbox, filing.open);
    if (!signal.aborted) await fileCopies(context, mailbox, filing.open);
    if (sent instanceof Failure) throw sent;
    return sent;
  } finally {
    await filing.close();
  }
}

function lazily(open: () => Promise<Session | null>) {
  let session: Promise<Session | null> | null = null;
  return {
    open: () => {
      session ??= open();
      return session;
    },
    close: async () => {
      await (await session?.catch(() => null))?.[Symbol.asyncDispose]();
    },
  };
}

const fresh = (item: OutboxItem, now: Date): Pick<OutboxUpdate, 'nextTryAt' | 'expiresAt'> => {
  const nextTryAt = item.sendAt !== null && item.sendAt > now ? item.sendAt : now;
  return { nextTryAt, expiresAt: later(nextTryAt, LIFETIME_MS) };
};

function cancel(item: OutboxItem): OutboxUpdate {
  const recipients = moveRecipients(item, ['waiting'], { state: 'cancelled' });
  const cancelled = stateAfter(item, 'cancel');
  const nobody = recipients.every(({ state }) => state === 'cancelled');
  return { state: nobody ? cancelled : stateAfter(item, tally(recipients)), recipients, note: 'cancelled' };
}

function retry(item: OutboxItem, now: Date): OutboxUpdate {
  if (item.state === 'pending') return { state: item.state, nextTryAt: now };
  if (item.state === 'in-doubt')
    throw new Failure('refused', `the mail ${item.activityId} is in doubt: to send it again could double it`, {
      remedy: `Find out whether it arrived, then run \`mailroom outbox resolve ${item.activityId} sent\` or \`not-sent\`.`,
    });
  const recipients = moveRecipients(item, ['refused', 'expired', 'bounced', 'cancelled'], { state: 'waiting', tries: 0 });
  return { state: stateAfter(item, 'retry'), recipients, note: null, nextTryAt: now, expiresAt: later(now, LIFETIME_MS) };
}

function resolve(item: OutboxItem, verdict: 'sent' | 'not-sent', now: Date): OutboxUpdate {
  if (item.state !== 'in-doubt')
    throw new Failure('refused', `the mail ${item.activityId} is ${item.state}, there is nothing to resolve`);
  return { ...settleDoubt(item, verdict, `resolved by an operator: ${verdict}`, now), expiresAt: later(now, LIFETIME_MS) };
}

const missing = (id: string) => new Failure('missing', `there is no mail with the id ${id} in the outbox`);

async function showExisting(context: OutboxContext, id: string): Promise<OutboxItem> {
  const item = isActivityId(id) ? await readOutboxItem(context.database, id) : null;
  if (!item) throw missing(id);
  return item;
}

async function updateExisting(
  context: OutboxContext,
  id: string,
  decide: (item: OutboxItem) => OutboxUpdate,
): Promise<OutboxItem> {
  const item = isActivityId(id) ? await updateOutboxItem(context.database, id, decide) : null;
  if (!item) throw missing(id);
  return item;
}
