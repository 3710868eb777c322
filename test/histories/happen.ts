/** What each action does: in the application, in the mailboxes, and to the servers between them. */
import { chooseConflict } from '../../src/mailbox/conflict-choice.ts';
import { changeItem, createItemIn, deleteItem } from '../../src/mailbox/items.ts';
import { Failure } from '../../src/model/failure.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { isObject } from '../../src/model/json.ts';
import { listConflicts } from '../../src/store/conflicts.ts';
import type { Action } from './action.ts';
import type { Company } from './company.ts';
import { kindHere } from './kind/kinds.ts';
import { copyThere, createThere, deleteThere, editThere, moveThere } from './people.ts';
import { here, pick, saysHere } from './view.ts';
import type { Witness } from './witness.ts';

type Named<Name extends Action['do']> = Extract<Action, { do: Name }>;

export async function happen(company: Company, witness: Witness, action: Action): Promise<void> {
  switch (action.do) {
    case 'create here':
      return createHere(company, witness, action);
    case 'edit here':
    case 'clear here':
      return editHere(company, witness, action);
    case 'delete here':
      return deleteHere(company, witness, action);
    case 'choose':
      return choose(company, action);
    case 'create there':
      return createThere(company, witness, action);
    case 'edit there':
      return editThere(company, witness, action.at, action);
    case 'delete there':
      return deleteThere(company, witness, action);
    case 'move away':
    case 'move back':
      return moveThere(company, action);
    case 'copy':
      return copyThere(company, witness, action);
    case 'pass':
      return pass(company, witness, action);
    default:
      return weather(company, action);
  }
}

async function createHere(company: Company, witness: Witness, { at, kind: index }: Named<'create here'>): Promise<void> {
  const kind = pick(company.kinds, index)!;
  await createItemIn(company.database, company.config(at), kind.item, kind.bornHere(witness.born('application')));
}

async function editHere(company: Company, witness: Witness, action: Named<'edit here' | 'clear here'>): Promise<void> {
  const item = pick(await here(company), action.item);
  if (!item) return;
  const { content } = item;
  const field = pick(kindHere(content).fields, action.field)!;
  const seen = [field.here(content), field.drops?.here(content)];
  if (action.do === 'clear here') {
    const cleared = field.clear(content);
    if (seen[0] === null || cleared === content) return;
    witness.replaced(seen);
    await changeItem(company.database, item.id, patchOf(content, cleared));
    return;
  }
  company.coverage.edits += 1;
  const token = witness.edit(seen, `application ${field.name}`);
  await changeItem(company.database, item.id, patchOf(content, field.write(content, token)));
}

/** The JSON Merge Patch (RFC 7396) that makes the one of the other. */
function patchOf(before: ItemContent, after: ItemContent): Json {
  const gone = Object.keys(before).filter((name) => !(name in after));
  const inside = Object.entries(after).map(([name, value]) => {
    const held = before[name];
    return [
      name,
      isObject(value) && held !== undefined && isObject(held) ? patchOf(held as never, value as never) : value,
    ] as const;
  });
  return Object.fromEntries([...gone.map((name) => [name, null] as const), ...inside]);
}

async function deleteHere(company: Company, witness: Witness, action: Named<'delete here'>): Promise<void> {
  const item = pick(await here(company), action.item);
  if (!item) return;
  witness.deleted(saysHere(item.content));
  await deleteItem(company.database, item.id);
}

async function choose(company: Company, { conflict: index, side }: Named<'choose'>): Promise<void> {
  const open = (await listConflicts(company.database)).filter(({ state }) => state === 'open');
  const conflict = pick(open, index);
  if (conflict) await chooseConflict(company.database, conflict.id, side).catch(tolerate);
}

/** A question that is settled by now is no failure of anybody's. */
function tolerate(error: unknown): void {
  if (!(error instanceof Failure)) throw error;
}

function pass(company: Company, witness: Witness, { at, kill, between }: Named<'pass'>): Promise<void> {
  if (!between) return company.pass(at, { kill });
  return company.pass(at, { kill, between: { moment: between.moment, work: () => editThere(company, witness, at, between) } });
}

async function weather(
  company: Company,
  action: Named<'fault' | 'switch' | 'lose state' | 'late write' | 'late write arrives' | 'wait'>,
): Promise<void> {
  const { exchange, coverage } = company;
  switch (action.do) {
    case 'fault':
      exchange.faults.add({ fault: action.fault, operation: action.operation, after: action.after, times: 1 });
      if (action.fault === 'lost-answer') coverage.lostAnswers += 1;
      return;
    case 'switch':
      exchange.switches[action.name] = action.on;
      return;
    case 'lose state':
      exchange.faults.add({ fault: 'item-error', code: 'ErrorInvalidSyncStateData', operation: 'SyncFolderItems', times: 1 });
      coverage.lostStates += 1;
      return;
    case 'late write':
      company.nextIsLate = true;
      return;
    case 'late write arrives':
      return company.arriveLate();
    case 'wait':
      company.clock.advance(action.seconds * 1000);
  }
}
