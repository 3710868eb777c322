/** What is new on either side: items of the mailbox that no link knows, and items of the application that it has no link to. */
import { itemFailure } from '../model/failure.ts';
import { type Item, listUnlinkedItems } from '../store/items.ts';
import { findLink, linksOf } from '../store/links.ts';
import type { KnownRemoteItem } from '../store/remote-items.ts';
import { listStrangers, passOver } from '../store/strangers.ts';
import { adoptStranger } from './adopt-stranger.ts';
import { applyPlan } from './apply-plan.ts';
import { organizerOf } from './meeting.ts';
import { offeredUpTo } from './offered.ts';
import { planPair } from './plan-item.ts';
import type { Pass } from './reconcile-context.ts';
import { reconcileLink } from './reconcile-link.ts';

const AT_A_TIME = 200;

export async function adoptAll(pass: Pass): Promise<void> {
  const place = { mailboxId: pass.mailbox.id, kind: pass.kind };
  for (let after = '0'; ; ) {
    const page = await listStrangers(pass.database, place, { policy: pass.policyId, after, limit: AT_A_TIME });
    for (const remote of page) await adopt(pass, remote);
    if (page.length < AT_A_TIME) return;
    after = page.at(-1)!.id;
  }
}

async function adopt(pass: Pass, remote: KnownRemoteItem): Promise<void> {
  pass.signal.throwIfAborted();
  try {
    await adoptStranger(pass, remote);
  } catch (error) {
    const failure = itemFailure(error);
    if (!pass.options.dryRun) await passOver(pass.database, remote.id, failure.message, null);
    pass.tell({ parked: 1 });
  }
}

export async function offerAll(pass: Pass): Promise<void> {
  const place = { mailboxId: pass.mailbox.id, kind: pass.kind };
  const since = offeredUpTo(pass);
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const page = await listUnlinkedItems(pass.database, place, { since, after, limit: AT_A_TIME });
    for (const item of page) await offer(pass, item);
    if (page.length < AT_A_TIME) return;
    after = page.at(-1)!.id;
  }
}

/**
 * A meeting is written in its organizer's mailbox only; the others get it by Exchange's own invitation. One that has a link elsewhere
 * came from a guest's copy: its organizer has it already, known to us or not.
 */
async function offer(pass: Pass, item: Item): Promise<void> {
  pass.signal.throwIfAborted();
  const organizer = organizerOf(item.content);
  if (organizer !== null && !pass.mailbox.addresses.includes(organizer)) return;
  if (organizer !== null && (await linksOf(pass.database, item.id)).length > 0) return;
  const pair = { link: null, item, remote: null, verdict: null };
  const outcome = await applyPlan(pass, pair, planPair(pass, pair));
  if (outcome !== 'again' && outcome !== 'further') return;
  const link = await findLink(pass.database, item.id, pass.mailbox.id);
  if (link) await reconcileLink(pass, link.id, null);
}
