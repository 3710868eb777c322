/** What is in doubt is looked for, never sent again: a copy that was received somewhere, or one in Sent that we did not put there. */
import type { Session } from '../connector/connector.ts';
import { asFailure } from '../model/failure.ts';
import type { OutboxItem } from '../model/outbox.ts';
import { doubtfulOutboxItems, updateOutboxItem } from '../store/outbox.ts';
import { hasArrivedAnywhere } from '../store/outbox-evidence.ts';
import type { OutboxContext, OutboxMailbox } from './context.ts';
import { retryDelayMs } from './retry.ts';
import { later, settleDoubt } from './settle.ts';

export async function lookForDoubtful(
  context: OutboxContext,
  mailbox: OutboxMailbox,
  openFiling: () => Promise<Session | null>,
): Promise<void> {
  const { database, clock, log } = context;
  for (const item of await doubtfulOutboxItems(database, mailbox.id, clock.now())) {
    const evidence = await findEvidence(context, item, openFiling);
    await updateOutboxItem(database, item.activityId, (found) => {
      if (found.state !== 'in-doubt' || found.attempt !== item.attempt) return null;
      if (evidence === null) return { state: found.state, nextTryAt: lookAgain(found, clock.now()) };
      return { ...settleDoubt(found, 'sent', evidence.note, clock.now()), filing: evidence.inSent ? 'done' : found.filing };
    });
    if (evidence) log.info('a mail in doubt was found to be sent', { mailbox: mailbox.id, activity: item.activityId });
  }
}

interface Evidence {
  readonly note: string;
  readonly inSent: boolean;
}

async function findEvidence(
  context: OutboxContext,
  item: OutboxItem,
  openFiling: () => Promise<Session | null>,
): Promise<Evidence | null> {
  if (await hasArrivedAnywhere(context.database, item)) return { note: 'sent: it was received', inSent: false };
  // Once we may have appended a copy ourselves, a copy in Sent proves nothing.
  if (item.filing === 'begun' || item.filing === 'done') return null;
  try {
    const filing = (await openFiling())?.filing;
    const found = filing ? await filing.find('sent', item.messageId) : null;
    return found === null ? null : { note: 'sent: the server put a copy into the Sent folder', inSent: true };
  } catch (error) {
    if (!asFailure(error)) throw error;
    return null;
  }
}

/** The longer it has been in doubt, the less often: a minute at first, four hours at last. */
function lookAgain(item: OutboxItem, now: Date): Date {
  const minutes = (now.getTime() - (item.dotAt ?? item.updatedAt).getTime()) / 60_000;
  return later(now, retryDelayMs(Math.max(1, Math.ceil(Math.log2(minutes + 1)))));
}
