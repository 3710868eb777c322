/** Suspicious mass deletions stop and ask (ground rule 10): counted before the first of them is done, each direction by itself. */
import { changeLink, countLinks, readLink } from '../store/links.ts';
import { whyBraked } from '../sync/brake.ts';
import { planPair, readPair } from './plan-item.ts';
import type { Pass } from './reconcile-context.ts';
import type { Verdict } from './settle-missing.ts';
import { write } from './write.ts';

/** The links whose deletion waits for a person. */
export async function holdBack(
  pass: Pass,
  ids: readonly string[],
  verdicts: ReadonlyMap<string, Verdict>,
): Promise<ReadonlySet<string>> {
  if (pass.options.allowDeletions) return new Set();
  const { here, there } = await deletions(pass, ids, verdicts);
  const linked = (await countLinks(pass.database, pass.mailbox.id, pass.kind))
    .filter(({ state }) => state !== 'unlinked')
    .reduce((sum, { count }) => sum + count, 0);
  const held: string[] = [];
  for (const some of [here, there]) {
    const why = whyBraked(some.length, linked, pass.itemPolicy.brake);
    if (why === null) continue;
    held.push(...some);
    for (const id of some) await ask(pass, id, why);
  }
  if (held.length > 0) {
    pass.log.error('a mass deletion waits for a person', { mailbox: pass.mailbox.id, items: held.length, of: linked });
    pass.tell({ asking: held.length });
  }
  return new Set(held);
}

async function deletions(pass: Pass, ids: readonly string[], verdicts: ReadonlyMap<string, Verdict>) {
  const [here, there]: [string[], string[]] = [[], []];
  const byFilter = Object.values(pass.itemPolicy.deletions.left).some((rule) => rule !== 'unlink');
  for (const id of ids) {
    const link = await readLink(pass.database, id);
    if (!link || link.intent) continue;
    const pair = await readPair(pass, link, verdicts.get(id) ?? null);
    if (!byFilter && pair.verdict !== 'deleted' && !pair.item?.deletedAt) continue;
    const { ours, theirs } = planPair(pass, pair).plan;
    if (ours.write === 'delete') here.push(id);
    if (theirs.write === 'delete') there.push(id);
  }
  return { here, there };
}

async function ask(pass: Pass, id: string, why: string): Promise<void> {
  if (pass.options.dryRun) return;
  const reason = `${why} If it is right: mailroom sync ADDRESS --allow-deletions`;
  await write(pass, (transaction) => changeLink(transaction, id, { state: 'asking', reason }));
}
