/** One history: what is drawn happens, then the bad times end, and the oracle looks. */
import { resolveItem } from '../../src/mailbox/items.ts';
import { feedPosition } from '../../src/store/items.ts';
import { linksOf } from '../../src/store/links.ts';
import type { History } from './action.ts';
import { type Company, openCompany, type Place } from './company.ts';
import type { Coverage } from './coverage.ts';
import type { Defect } from './defect/defect.ts';
import { happen } from './happen.ts';
import { KINDS } from './kind/kinds.ts';
import { MAILBOXES, type MailboxId } from './mailbox-id.ts';
import { judge } from './oracle.ts';
import { Outsider } from './outsider.ts';
import { Post } from './post.ts';
import type { Scene } from './scene.ts';
import { birthIn, here } from './view.ts';
import { Witness } from './witness.ts';

/** Resolves when everything is as it must be; rejects with what is not. */
export async function live(place: Place, history: History, coverage: Coverage, defect: Defect | null = null): Promise<void> {
  const kinds = history.kinds.map((name) => KINDS[name]);
  const company = await openCompany(place, kinds, defect, coverage);
  const scene: Scene = { company, witness: new Witness(), post: new Post(company), outsider: new Outsider() };
  const defaults = { ...company.exchange.switches };
  try {
    await happen(scene, { do: 'create here', at: 'anna', kind: 0, tell: true });
    await happen(scene, { do: 'create there', at: 'ben', kind: kinds.length - 1, tell: true });
    for (const at of MAILBOXES) await company.pass(at);
    for (const action of history.actions) {
      // A server tells seconds: what people do one after the other is not done in the same one.
      company.clock.advance(1000);
      await happen(scene, action);
    }
    company.exchange.faults.clear();
    company.nextIsLate = false;
    await company.arriveLate();
    Object.assign(company.exchange.switches, defaults);
    await settle(company);
    if (await resolveDoubts(scene)) await settle(company);
    scene.post.count();
    await judge(scene);
  } finally {
    Object.assign(company.exchange.switches, defaults);
    coverage.histories += 1;
    await company.close();
  }
}

/** A person looks whether the guests were told, and says so. */
async function resolveDoubts({ company, post }: Scene): Promise<boolean> {
  let some = false;
  for (const { id, content } of await here(company, true)) {
    const doubtful = (await linksOf(company.database, id)).find(({ state }) => state === 'in-doubt');
    if (!doubtful) continue;
    some = true;
    company.coverage.inDoubt += 1;
    const told = post.isTold(birthIn(content), doubtful.mailboxId as MailboxId);
    await resolveItem(company.database, id, told ? 'done' : 'not-done');
  }
  return some;
}

/** More are never needed. */
const MOST_PASSES = 36;
const LONGEST_WAIT_MS = 26 * 3_600_000;

/** Until every mailbox in turn changes nothing on either side: that is the second run, and it writes nothing. */
async function settle(company: Company): Promise<void> {
  let quiet = 0;
  for (let turn = 0; turn < MOST_PASSES; turn += 1) {
    const before = await state(company);
    company.clock.advance(LONGEST_WAIT_MS);
    await company.pass(MAILBOXES[turn % MAILBOXES.length]!);
    quiet = (await state(company)) === before ? quiet + 1 : 0;
    if (quiet === MAILBOXES.length) return;
  }
  throw new Error(`after ${MOST_PASSES} quiet passes the two sides are still being written`);
}

/** Counts every change in the mailboxes, whoever made it, and every one in the application. */
async function state(company: Company): Promise<string> {
  const position = await feedPosition(company.database);
  return [...MAILBOXES.map((id) => company.mailbox(id).counter), position].join();
}
