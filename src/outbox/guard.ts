/**
 * Against loops: what was written by a machine is never answered by one, and no correspondent gets more than so many mails in an
 * hour from one mailbox. Automatic mail over the rate is refused, mail of a person waits.
 */
import { Failure } from '../model/failure.ts';
import type { OutboxItem } from '../model/outbox.ts';
import { updateOutboxItem } from '../store/outbox.ts';
import { sentSince } from '../store/outbox-evidence.ts';
import type { OutboxContext, OutboxMailbox } from './context.ts';
import { later } from './settle.ts';

const HOUR_MS = 3_600_000;

/** RFC 3834 2: nobody reads there, or a list or a machine does. */
const NOT_A_PERSON =
  /^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|owner-.*|.*-(request|owner|bounces?|errors)|bounces?([+-].*)?)@/i;

export async function refuseLoop(
  context: OutboxContext,
  mailbox: OutboxMailbox,
  recipients: readonly string[],
  originalIsAutomatic: boolean,
): Promise<void> {
  if (originalIsAutomatic)
    throw new Failure(
      'refused',
      'this mail was written by a machine (an auto-reply, a bounce or a list) and is not answered by one',
    );
  for (const address of recipients) {
    if (NOT_A_PERSON.test(address))
      throw new Failure('refused', `automatic mail does not go to ${address}: no person reads there`);
    const { count } = await recentTo(context, mailbox, address);
    if (count >= mailbox.perCorrespondentPerHour)
      throw new Failure('refused', `${address} got ${count} mails from this mailbox within an hour: automatic mail stops there`, {
        remedy: 'Look whether two machines answer each other; perCorrespondentPerHour sets the limit.',
      });
  }
}

const recentTo = (context: OutboxContext, mailbox: OutboxMailbox, address: string) =>
  sentSince(context.database, mailbox.id, address, later(context.clock.now(), -HOUR_MS));

/** True: put off until the rate allows it. */
export async function holdForRate(context: OutboxContext, mailbox: OutboxMailbox, item: OutboxItem): Promise<boolean> {
  for (const { address, state } of item.recipients) {
    if (state !== 'waiting') continue;
    const { count, first } = await recentTo(context, mailbox, address);
    if (count < mailbox.perCorrespondentPerHour || first === null) continue;
    const note = `waits: ${address} got ${count} mails from this mailbox within an hour (perCorrespondentPerHour)`;
    const nextTryAt = later(first, HOUR_MS + 1_000);
    await updateOutboxItem(context.database, item.activityId, (found) =>
      found.state === 'pending' ? { state: 'pending', nextTryAt, note } : null,
    );
    context.log.warn('a mail waits for the rate per correspondent', { mailbox: mailbox.id, activity: item.activityId });
    return true;
  }
  return false;
}
