/** One history: what is drawn happens, then the bad times end, and the oracle looks. */
import { chooseConflict } from '../../src/mailbox/conflict-choice.ts';
import { changeItem, createItemIn, deleteItem } from '../../src/mailbox/items.ts';
import { Failure } from '../../src/model/failure.ts';
import type { ItemContent } from '../../src/model/item.ts';
import { listConflicts } from '../../src/store/conflicts.ts';
import { feedPosition } from '../../src/store/items.ts';
import { copyOf, disposeItem, moveWithin } from '../servers/exchange/operation/items.ts';
import { blankItem } from '../servers/exchange/store/blank.ts';
import { el } from '../servers/exchange/xml/element.ts';
import { type Action, type FieldName, MAILBOXES, type MailboxId } from './action.ts';
import type { Company } from './company.ts';
import { judge } from './oracle.ts';
import { ELEMENTS, fieldOf, here, there } from './view.ts';
import { Witness } from './witness.ts';

/** Resolves when everything is as it must be; rejects with what is not. */
export async function live(company: Company, actions: readonly Action[]): Promise<void> {
  const witness = new Witness();
  const defaults = { ...company.exchange.switches };
  try {
    await happen(company, witness, { do: 'create here', at: 'anna' });
    await happen(company, witness, { do: 'create there', at: 'ben' });
    for (const at of MAILBOXES) await company.pass(at);
    for (const action of actions) await happen(company, witness, action);
    company.exchange.faults.clear();
    await company.late.arrive();
    Object.assign(company.exchange.switches, defaults);
    await settle(company);
    await judge(company, witness);
  } finally {
    Object.assign(company.exchange.switches, defaults);
    company.coverage.histories += 1;
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

const pick = <T>(all: readonly T[], index: number): T | undefined => (all.length === 0 ? undefined : all[index % all.length]);

async function happen(company: Company, witness: Witness, action: Action): Promise<void> {
  switch (action.do) {
    case 'create here':
      await createItemIn(company.database, company.config(action.at), 'contact', newCard(witness.born('application')));
      return;
    case 'edit here':
    case 'clear here':
      return edited(company, witness, action);
    case 'delete here': {
      const item = pick(await here(company), action.item);
      if (!item) return;
      witness.deleted(item.content);
      await deleteItem(company.database, item.id);
      return;
    }
    case 'create there': {
      const item = blankItem('Contact', company.exchange.clock.now());
      item.fields.Surname = el('Surname', witness.born(action.at));
      const mailbox = company.mailbox(action.at);
      mailbox.place(item, mailbox.folderNamed('contacts'));
      return;
    }
    case 'edit there':
      return editThere(company, witness, action.at, action.item, action.field);
    case 'delete there':
      return deleteThere(company, witness, action);
    case 'move away':
    case 'move back':
    case 'copy':
      return moved(company, witness, action);
    case 'pass':
      return passed(company, witness, action);
    case 'choose': {
      const open = (await listConflicts(company.database)).filter(({ state }) => state === 'open');
      const conflict = pick(open, action.conflict);
      if (conflict) await chooseConflict(company.database, conflict.id, action.side).catch(tolerate);
      return;
    }
    default:
      return weather(company, action);
  }
}

/** A question that is settled by now is no failure of anybody's. */
function tolerate(error: unknown): void {
  if (!(error instanceof Failure)) throw error;
}

type Weather = Extract<Action, { do: 'fault' | 'switch' | 'lose state' | 'late write' | 'late write arrives' | 'wait' }>;

async function weather({ exchange, late, clock, coverage }: Company, action: Weather): Promise<void> {
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
      late.next = true;
      return;
    case 'late write arrives':
      await late.arrive();
      return;
    case 'wait':
      clock.advance(action.seconds * 1000);
  }
}

const newCard = (surname: string): ItemContent => ({
  '@type': 'Card',
  name: { components: [{ kind: 'surname', value: surname }], full: surname },
});

async function edited(
  company: Company,
  witness: Witness,
  action: Extract<Action, { do: 'edit here' | 'clear here' }>,
): Promise<void> {
  const item = pick(await here(company), action.item);
  if (!item) return;
  const field = fieldOf(action.field);
  const seen = field.get(item.content);
  if (action.do === 'clear here') {
    if (typeof seen !== 'string') return;
    witness.cleared(seen);
    await changeItem(company.database, item.id, clearing(action.field));
    return;
  }
  company.coverage.edits += 1;
  const value = witness.edit(seen, `application ${action.field}`);
  await changeItem(company.database, item.id, field.set(item.content, value));
}

function clearing(name: FieldName) {
  const nothing: Record<FieldName, object> = {
    jobTitle: { titles: null },
    department: { organizations: null },
    manager: { 'mailroom.example:manager': null },
    nickname: { nicknames: null },
  };
  return nothing[name] as never;
}

function editThere(company: Company, witness: Witness, at: MailboxId, index: number, field: FieldName): void {
  const item = pick(there(company, at), index);
  if (!item) return;
  const name = ELEMENTS[field];
  company.coverage.edits += 1;
  item.fields[name] = el(name, witness.edit(item.fields[name]?.text ?? null, `${at} ${field}`));
  company.mailbox(at).touch(item);
}

function deleteThere(
  company: Company,
  witness: Witness,
  { at, item: index, how }: Extract<Action, { do: 'delete there' }>,
): void {
  const item = pick(there(company, at), index);
  if (!item) return;
  witness.deleted(item.fields);
  disposeItem(company.mailbox(at), item, how);
}

function moved(company: Company, witness: Witness, action: Extract<Action, { do: 'move away' | 'move back' | 'copy' }>): void {
  const mailbox = company.mailbox(action.at);
  const item = pick(there(company, action.at, action.do === 'move back' ? 'other' : 'contacts'), action.item);
  if (!item) return;
  if (action.do === 'copy') {
    witness.copied(item.fields.Surname?.text ?? '');
    mailbox.place(copyOf(item), mailbox.folderNamed('contacts'));
    return;
  }
  moveWithin(mailbox, item, action.do === 'move away' ? company.other(action.at) : mailbox.folderNamed('contacts'));
}

function passed(company: Company, witness: Witness, { at, kill, between }: Extract<Action, { do: 'pass' }>): Promise<void> {
  const work = between && (() => editThere(company, witness, at, between.item, between.field));
  return company.pass(at, { kill, between: between && work && { step: between.step, work } });
}
