/** One link: planned, written, carried out; again as long as one side turns out to be another than was thought. */
import { Failure } from '../model/failure.ts';
import { readLink } from '../store/links.ts';
import { applyPlan } from './apply-plan.ts';
import { recover } from './carry-out.ts';
import { handOver, isMereCopy, recordCopy } from './meeting-copy.ts';
import type { Outcome } from './outcome.ts';
import { planPair, readPair } from './plan-item.ts';
import type { Pass } from './reconcile-context.ts';
import { respond } from './respond.ts';
import type { Verdict } from './settle-missing.ts';

const TRIES = 4;

export async function reconcileLink(pass: Pass, id: string, verdict: Verdict | null): Promise<void> {
  for (let left = TRIES; left > 0; left -= 1) {
    if ((await once(pass, id, verdict)) !== 'again') return;
    if (pass.options.dryRun) return;
  }
  throw new Failure('conflict', 'the item changed on one side again and again while it was being brought in step');
}

async function once(pass: Pass, id: string, verdict: Verdict | null): Promise<Outcome> {
  const link = await readLink(pass.database, id);
  if (link === null) return 'done';
  if (link.intent) return pass.options.dryRun ? 'done' : recover(pass, link);
  const pair = await readPair(pass, link, verdict);
  if (pair.item === null) return 'done';
  if (pair.remote && verdict === null && link.response) return respond(pass, link, pair.remote, pair.item.version);
  if (pair.remote && verdict === null && isMereCopy(link, pair.remote)) {
    return pass.options.dryRun ? 'done' : recordCopy(pass, link, pair.remote, pair.item.version);
  }
  if (verdict !== null && link.isPrimary && pair.remote?.meeting?.role === 'attendee' && !pass.options.dryRun) {
    if (await handOver(pass, link)) return 'again';
  }
  return applyPlan(pass, pair, planPair(pass, pair));
}
