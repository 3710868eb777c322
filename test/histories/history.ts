/** One history: what is drawn happens, then the bad times end, and the oracle looks. */
import { feedPosition } from '../../src/store/items.ts';
import { type History, MAILBOXES } from './action.ts';
import { type Company, openCompany, type Place } from './company.ts';
import type { Coverage } from './coverage.ts';
import type { Defect } from './defect.ts';
import { happen } from './happen.ts';
import { KINDS } from './kind/kinds.ts';
import { judge } from './oracle.ts';
import { Witness } from './witness.ts';

/** Resolves when everything is as it must be; rejects with what is not. */
export async function live(place: Place, history: History, coverage: Coverage, defect: Defect | null = null): Promise<void> {
  const kinds = history.kinds.map((name) => KINDS[name]);
  const company = await openCompany(place, kinds, defect, coverage);
  const witness = new Witness();
  const defaults = { ...company.exchange.switches };
  try {
    await happen(company, witness, { do: 'create here', at: 'anna', kind: 0 });
    await happen(company, witness, { do: 'create there', at: 'ben', kind: kinds.length - 1 });
    for (const at of MAILBOXES) await company.pass(at);
    for (const action of history.actions) await happen(company, witness, action);
    company.exchange.faults.clear();
    await company.arriveLate();
    Object.assign(company.exchange.switches, defaults);
    await settle(company);
    await judge(company, witness);
  } finally {
    Object.assign(company.exchange.switches, defaults);
    coverage.histories += 1;
    await company.close();
  }
}

/** More are never needed. */
const ROUNDS = 12;

/** Until a whole round changes nothing on either side: that one is the second run, and it writes nothing. */
async function settle(company: Company): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await state(company);
    company.clock.advance(26 * 3_600_000);
    for (const at of MAILBOXES) await company.pass(at);
    if ((await state(company)) === before) return;
  }
  throw new Error(`after ${ROUNDS} quiet rounds the two sides are still being written`);
}

/** Counts every change in the mailboxes, whoever made it, and every one in the application. */
async function state(company: Company): Promise<string> {
  const position = await feedPosition(company.database);
  return [...MAILBOXES.map((id) => company.mailbox(id).counter), position].join();
}
