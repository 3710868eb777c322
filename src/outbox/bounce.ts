/** A report about something we sent, put onto the recipient it speaks of. Only what carries our ENVID or Message-ID counts. */
import type { Bounce, BounceRecipient } from '../model/email.ts';
import type { OutboxItem, OutboxRecipient } from '../model/outbox.ts';
import type { OutboxUpdate } from '../store/outbox.ts';
import { updateOutboxItem } from '../store/outbox.ts';
import { findBounced, newBounces, noteBouncesRead } from '../store/outbox-evidence.ts';
import { sameAddress } from './address.ts';
import type { OutboxContext } from './context.ts';
import { moveRecipients, stateAfter } from './settle.ts';
import { tally } from './state.ts';

/** Answers the item the report was about, or null when it is about nothing of ours. */
export async function matchBounce(context: Pick<OutboxContext, 'database'>, bounce: Bounce): Promise<OutboxItem | null> {
  if (bounce.originalEnvelopeId === null && bounce.originalMessageId === null) return null;
  const item = await findBounced(context.database, bounce.originalEnvelopeId, bounce.originalMessageId);
  return item && updateOutboxItem(context.database, item.activityId, (found) => settleBounce(found, bounce));
}

const BATCH = 1_000;

/** Goes through what has come in since the last look. Doing it twice changes nothing, so a crash in between is harmless. */
export async function readReports(context: Pick<OutboxContext, 'database' | 'steps'>): Promise<void> {
  for (let batch = await newBounces(context.database, BATCH); batch; batch = await newBounces(context.database, BATCH)) {
    for (const bounce of batch.bounces) await matchBounce(context, bounce);
    context.steps.reach('outbox: bounces matched');
    await noteBouncesRead(context.database, batch.until);
  }
}

export function settleBounce(item: OutboxItem, bounce: Bounce): OutboxUpdate | null {
  // Whoever reports about it has got it: the server took the message, for everybody it was in doubt for.
  const certain = { ...item, recipients: moveRecipients(item, ['in-doubt'], { state: 'accepted' }) };
  const recipients = bounce.recipients.reduce<readonly OutboxRecipient[]>(
    (all, report) => applyReport(all, report),
    certain.recipients,
  );
  const same = recipients.every((recipient, at) => sameResult(recipient, item.recipients[at]!));
  if (same || item.state === 'draft' || item.state === 'cancelled') return null;
  // A send that is running settles by itself.
  const state = item.state === 'sending' ? item.state : stateAfter(item, tally(recipients));
  return { state, recipients };
}

const sameResult = (a: OutboxRecipient, b: OutboxRecipient): boolean =>
  a.state === b.state && a.status === b.status && a.response === b.response;

function applyReport(recipients: readonly OutboxRecipient[], report: BounceRecipient): readonly OutboxRecipient[] {
  // RFC 3464 2.3.1: the original one is what we wrote in ORCPT; the final one may be where an alias led.
  const named = [report.originalRecipient, report.recipient].filter((address) => address !== null);
  return recipients.map((recipient) => {
    const only = named.length === 0 && recipients.length === 1;
    if (!only && !named.some((address) => sameAddress(address, recipient.address))) return recipient;
    if (recipient.state !== 'accepted') return recipient;
    const response = report.diagnostic ?? `${report.action}: ${report.reason}`;
    if (report.action === 'failed') return { ...recipient, state: 'bounced', status: report.status, response };
    // Delayed, relayed, delivered: still on its way or there; only the words are worth keeping.
    return { ...recipient, status: report.status ?? recipient.status, response };
  });
}
