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
/** Of what comes a step nearer each time, as under a server that touches an item after each of our calls. */
const MOST = 40;

export async function reconcileLink(pass: Pass, id: string, verdict: Verdict | null): Promise<void> {
  for (let [tries, calls] = [0, 0]; tries < TRIES && calls < MOST; calls += 1) {
    const outcome = await once(pass, id, verdict);
    if ((outcome !== 'again' && outcome !== 'further') || pass.options.dryRun) return;
    if (outcome === 'again') tries += 1;
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
    if (await handOver(pass, link, pair.remote)) return 'again';
  }
  return applyPlan(pass, pair, planPair(pass, pair));
}
