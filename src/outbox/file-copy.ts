/** Our copy in the Sent folder: looked for first, appended once. `begun` is committed before, so that a crash in between finds it. */
import type { EmailFiling, Session } from '../connector/connector.ts';
import { asFailure } from '../model/failure.ts';
import type { FilingState, OutboxItem } from '../model/outbox.ts';
import { readSource, unfiledOutboxItems, updateOutboxItem } from '../store/outbox.ts';
import type { OutboxContext, OutboxMailbox } from './context.ts';
import { later } from './settle.ts';

/** Sending is done, so a Sent folder that does not answer is tried again without hurry. */
const AGAIN_MS = 5 * 60_000;

export async function fileCopies(
  context: OutboxContext,
  mailbox: OutboxMailbox,
  openFiling: () => Promise<Session | null>,
): Promise<void> {
  const items = await unfiledOutboxItems(context.database, mailbox.id, context.clock.now());
  for (const item of items) {
    try {
      const session = await openFiling();
      await setFiling(context, item, session?.filing ? await fileCopy(context, item, session.filing) : 'none');
      context.steps.reach('outbox: copy noted');
    } catch (error) {
      const failure = asFailure(error);
      if (!failure) throw error;
      context.log.warn('our copy could not be put into the sent folder', { mailbox: mailbox.id, code: failure.code });
      for (const left of items) await putOff(context, left);
      return;
    }
  }
}

async function fileCopy(context: OutboxContext, item: OutboxItem, filing: EmailFiling): Promise<FilingState> {
  const { database, steps } = context;
  // Some servers (Gmail, Exchange Online) keep a copy of what is submitted by themselves.
  if ((await filing.find('sent', item.messageId)) !== null) return 'done';
  await setFiling(context, item, 'begun');
  steps.reach('outbox: copy begun');
  const source = await readSource(database, item.sourceSha256);
  const appended = await filing.append('sent', source, ['\\Seen'], context.clock.now());
  steps.reach('outbox: copy appended');
  return appended === null ? 'none' : 'done';
}

async function setFiling(context: OutboxContext, item: OutboxItem, filing: FilingState): Promise<void> {
  await updateOutboxItem(context.database, item.activityId, (found) =>
    found.filing === filing ? null : { state: found.state, filing },
  );
}

async function putOff(context: OutboxContext, item: OutboxItem): Promise<void> {
  const nextTryAt = later(context.clock.now(), AGAIN_MS);
  const waits = ({ state, filing }: OutboxItem) => state !== 'pending' && (filing === 'wanted' || filing === 'begun');
  await updateOutboxItem(context.database, item.activityId, (found) => (waits(found) ? { state: found.state, nextTryAt } : null));
}
