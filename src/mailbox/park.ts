/** What cannot be done now: it waits, alone, for its time. */
import type { Failure } from '../model/failure.ts';
import { same } from '../model/json.ts';
import { changeLink, type Link, readLink } from '../store/links.ts';
import type { Pass } from './reconcile-context.ts';
import { write } from './write.ts';

const GIVES_WAY_AFTER = 3;

/** An item on which the server fails again and again must not keep the others from their turn. */
export async function postpone(pass: Pass, link: Link, failure: Failure): Promise<void> {
  const tries = link.tries + 1;
  const retryAt = tries < GIVES_WAY_AFTER ? null : retryTime(pass, tries - GIVES_WAY_AFTER, failure);
  await write(pass, (transaction) => changeLink(transaction, link.id, { tries, retryAt, reason: failure.message }));
}

/** The item waits with its reason: for its time, or for either side to change. What guests are to be told waits with it. */
export async function park(pass: Pass, link: Link, failure: Failure): Promise<void> {
  const now = await readLink(pass.database, link.id);
  const retryAt = retryTime(pass, link.tries, failure);
  await write(pass, (transaction) =>
    changeLink(transaction, link.id, {
      ...{ state: 'parked', reason: failure.message, tries: link.tries + 1, retryAt },
      // What failed is not tried again by itself; another answer that was given meanwhile is.
      response: same(now?.response ?? null, link.response) ? null : (now?.response ?? null),
      ...{ oursSeen: link.intent?.version ?? link.oursSeen ?? 0 },
      theirsSeen: now?.theirsSeen ?? link.theirsSeen,
    }),
  );
  pass.log.warn('an item was parked', { mailbox: link.mailboxId, activity: link.activityId, code: failure.code });
  pass.tell({ parked: 1 });
}

const HOUR_MS = 3_600_000;

function retryTime(pass: Pass, tries: number, failure: Failure): Date {
  const wait = Math.max(failure.retryAfterMs ?? 0, Math.min(24, 2 ** tries) * HOUR_MS);
  return new Date(pass.clock.now().getTime() + wait);
}
