/** What each action does: in the application, in the mailboxes, and to the servers between them. */
import { chooseConflict } from '../../src/mailbox/conflict-choice.ts';
import { listConflicts } from '../../src/store/conflicts.ts';
import type { Action, Named, Operation } from './action.ts';
import { answerHere, createHere, deleteHere, editHere, tolerate } from './application.ts';
import type { Company } from './company.ts';
import { answerThere, cancelThere } from './guests.ts';
import { addressOf, type MailboxId } from './mailbox-id.ts';
import { copyThere, createThere, deleteThere, editThere, moveThere, writeThere } from './people.ts';
import type { Scene } from './scene.ts';
import { pick } from './view.ts';

export async function happen(scene: Scene, action: Action): Promise<void> {
  switch (action.do) {
    case 'create here':
      return createHere(scene, action);
    case 'edit here':
    case 'clear here':
      return editHere(scene, action);
    case 'delete here':
      return deleteHere(scene, action);
    case 'answer here':
      return answerHere(scene, action);
    case 'choose':
      return choose(scene.company, action);
    case 'create there':
      return createThere(scene, action);
    case 'edit there':
    case 'clear there':
      return editThere(scene, action);
    case 'delete there':
      return deleteThere(scene, action);
    case 'answer there':
      return answerThere(scene, action);
    case 'cancel there':
      return cancelThere(scene, action);
    case 'outsider invites':
      return scene.outsider.invite(scene, action);
    case 'outsider changes':
      return scene.outsider.change(scene, action);
    case 'move away':
    case 'move back':
      return moveThere(scene, action);
    case 'copy':
      return copyThere(scene, action);
    case 'pass':
      return pass(scene, action);
    default:
      return weather(scene.company, action);
  }
}

async function choose({ database }: Company, { conflict: index, side }: Named<'choose'>): Promise<void> {
  const open = (await listConflicts(database)).filter(({ state }) => state === 'open');
  const conflict = pick(open, index);
  if (conflict) await chooseConflict(database, conflict.id, side).catch(tolerate);
}

function pass(scene: Scene, { at, kill, between, lost }: Named<'pass'>): Promise<void> {
  if (lost) lose(scene.company, at, lost);
  if (!between) return scene.company.pass(at, { kill });
  const edit = { do: 'edit there', at, tell: false, ...between } as const;
  return scene.company.pass(at, { kill, between: { moment: between.moment, work: () => void writeThere(scene, edit) } });
}

function lose({ exchange, coverage }: Company, at: MailboxId, operation: Operation): void {
  exchange.faults.add({ fault: 'lost-answer', operation, mailbox: addressOf(at), times: 1 });
  coverage.lostAnswers += 1;
}

type Weather = Named<'fault' | 'switch' | 'lose state' | 'late write' | 'late write arrives' | 'wait'>;

async function weather(company: Company, action: Weather): Promise<void> {
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
