/** Claim, send, settle: one message at a time, each under its own fence. */
import type { SendReceipt, Session } from '../connector/connector.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { OutboxItem } from '../model/outbox.ts';
import {
  abandonedOutboxItems,
  claimOutboxItem,
  dueOutboxItems,
  expiredOutboxItems,
  markDot,
  readSource,
  updateOutboxItem,
} from '../store/outbox.ts';
import type { OutboxContext, OutboxMailbox } from './context.ts';
import { holdForRate } from './guard.ts';
import { settleAbandoned, settleExpired, settleReceipt } from './settle.ts';

export interface DeliveryCount {
  sent: number;
  partial: number;
  deferred: number;
  failed: number;
  inDoubt: number;
}

/** One broken connection is a message's own bad luck, several in a row are the server's. */
const BROKEN_IN_A_ROW = 3;

const KEEP_EVERY_MS = 500;
const KEEP_MS = 10 * 60_000;
const KEEP_WHILE_STOPPING_MS = 5_000;

/** What a dead run left: pending again without the mark, in doubt with it. Only for who holds the mailbox's lease. */
export async function takeOver(context: OutboxContext, mailbox: OutboxMailbox): Promise<void> {
  const { database, clock, log, steps } = context;
  for (const left of await abandonedOutboxItems(database, mailbox.id)) {
    const item = await updateOutboxItem(database, left.activityId, (found) =>
      found.state === 'sending' && found.attempt === left.attempt ? settleAbandoned(found, clock.now()) : null,
    );
    steps.reach('outbox: abandoned item taken over');
    if (item?.state === 'in-doubt') log.error('a mail is in doubt', { mailbox: mailbox.id, activity: item.activityId });
  }
}

export async function giveUpExpired(context: OutboxContext, mailbox: OutboxMailbox): Promise<void> {
  const now = context.clock.now();
  for (const { activityId } of await expiredOutboxItems(context.database, mailbox.id, now))
    await updateOutboxItem(context.database, activityId, (item) =>
      item.state === 'pending' && item.expiresAt <= now ? settleExpired(item) : null,
    );
}

/** Sends what is due. Throws the Failure that stopped it; what was settled before stays settled. */
export async function sendDue(context: OutboxContext, mailbox: OutboxMailbox, signal: AbortSignal): Promise<DeliveryCount> {
  const count: DeliveryCount = { sent: 0, partial: 0, deferred: 0, failed: 0, inDoubt: 0 };
  const connection = createConnection(context, mailbox, signal);
  try {
    for (let broken = 0; !signal.aborted; ) {
      const [due] = await dueOutboxItems(context.database, mailbox.id, context.clock.now(), 1);
      if (!due) break;
      if (await holdForRate(context, mailbox, due)) continue;
      const failure = await sendOne(context, due, await connection.open(due), count, signal);
      if (failure === null) {
        broken = 0;
        continue;
      }
      await connection.close();
      broken += 1;
      if (failure.code === 'auth-rejected' || broken >= BROKEN_IN_A_ROW) throw failure;
    }
    return count;
  } finally {
    await connection.close();
  }
}

interface Connection {
  open(waiting: OutboxItem): Promise<Session>;
  close(): Promise<void>;
}

/** Opened for the first message that is due, and anew after a failure. */
function createConnection(context: OutboxContext, mailbox: OutboxMailbox, signal: AbortSignal): Connection {
  let session: Session | null = null;
  return {
    async open(waiting) {
      try {
        session ??= await context.openSender(mailbox, signal);
        return session;
      } catch (error) {
        const note = asFailure(error)?.message;
        // Nothing was claimed: the item waits with the reason, and the caller decides when to come back.
        if (note)
          await updateOutboxItem(context.database, waiting.activityId, (item) =>
            item.state === 'pending' ? { state: 'pending', note } : null,
          );
        throw error;
      }
    },
    async close() {
      const open = session;
      session = null;
      await open?.[Symbol.asyncDispose]();
    },
  };
}

/** Answers the failure that concerns the connection, null when the session can go on. */
async function sendOne(
  context: OutboxContext,
  due: OutboxItem,
  session: Session,
  count: DeliveryCount,
  signal: AbortSignal,
): Promise<Failure | null> {
  const { database, clock, steps, log } = context;
  const item = await claimOutboxItem(database, due);
  if (!item) return null;
  steps.reach('outbox: claimed');
  const receipt = await transmit(context, item, session);
  steps.reach('outbox: answer known');
  if (receipt.failure?.code === 'conflict') return receipt.failure;
  const settle = () =>
    updateOutboxItem(database, item.activityId, (found) => {
      // A run that took over may have called it in doubt meanwhile; our answer is still the truth about this attempt.
      const ours = found.attempt === item.attempt && (found.state === 'sending' || found.state === 'in-doubt');
      return ours ? settleReceipt(found, receipt, { now: clock.now(), random: context.random, stopping: signal.aborted }) : null;
    });
  const settled = await untilKept(context, signal, settle);
  steps.reach('outbox: settled');
  if (settled) tell(settled, count, log);
  return concernsConnection(receipt) ? receipt.failure! : null;
}

/** What the server answered is known here and nowhere else: while the database is away it is kept, not lost. */
async function untilKept<T>({ clock, log }: OutboxContext, signal: AbortSignal, keep: () => Promise<T>): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += KEEP_EVERY_MS) {
    try {
      return await keep();
    } catch (error) {
      const patienceMs = signal.aborted ? KEEP_WHILE_STOPPING_MS : KEEP_MS;
      if (asFailure(error)?.code !== 'unreachable' || waitedMs >= patienceMs) throw error;
      if (waitedMs === 0) log.warn('an answer of the server waits for the database', { reason: (error as Error).message });
      await clock.sleep(KEEP_EVERY_MS);
    }
  }
}

function concernsConnection({ failure, response }: SendReceipt): boolean {
  if (failure === undefined) return false;
  // RFC 5321 3.8: after a 421 the server hangs up.
  return ['unreachable', 'auth-rejected', 'garbled'].includes(failure.code) || response.startsWith('421');
}

async function transmit(context: OutboxContext, item: OutboxItem, session: Session): Promise<SendReceipt> {
  const { database, steps } = context;
  const source = await readSource(database, item.sourceSha256);
  return session.sender!.send({
    from: item.envelopeFrom,
    recipients: item.recipients.filter(({ state }) => state === 'waiting').map(({ address }) => address),
    envelopeId: item.envelopeId,
    source,
    async beforeDot() {
      steps.reach('outbox: all but the dot is out');
      if (!(await markDot(database, item)))
        throw new Failure('conflict', `another run has taken over the mail ${item.activityId}; its dot was held back`);
      steps.reach('outbox: dot committed');
    },
  });
}

function tell(item: OutboxItem, count: DeliveryCount, log: OutboxContext['log']): void {
  const fields = { mailbox: item.mailboxId, activity: item.activityId, attempt: item.attempt };
  if (item.state === 'in-doubt') log.error('a mail is in doubt', fields);
  else log.info(`mail ${item.state === 'pending' ? 'deferred' : item.state}`, fields);
  if (item.state === 'sent') count.sent += 1;
  if (item.state === 'partial') count.partial += 1;
  if (item.state === 'pending') count.deferred += 1;
  if (item.state === 'failed') count.failed += 1;
  if (item.state === 'in-doubt') count.inDoubt += 1;
}
