/** What the people of the company do in their mailboxes with their own programs. */
import { linksOf } from '../../src/store/links.ts';
import { sendInvitations, sendUpdates } from '../servers/exchange/calendar/invite.ts';
import { contextFor } from '../servers/exchange/mime/transport.ts';
import { copyOf, disposeItem, moveWithin } from '../servers/exchange/operation/items.ts';
import { settleItem } from '../servers/exchange/property/settle-item.ts';
import { blankItem } from '../servers/exchange/store/blank.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import type { Named } from './action.ts';
import { DELETED, never } from './kind/kind.ts';
import { kindThere } from './kind/kinds.ts';
import type { MailboxId } from './mailbox-id.ts';
import type { Scene } from './scene.ts';
import { birthIn, birthThere, here, hereOf, isGuests, pick, saysThere, there } from './view.ts';

export const TOLD = 'SendToAllAndSaveCopy';

export async function createThere({ company, witness, post }: Scene, action: Named<'create there'>): Promise<void> {
  const { at, tell } = action;
  const kind = pick(company.kinds, action.kind)!;
  const mailbox = company.mailbox(at);
  const context = contextFor(company.exchange, mailbox);
  const item = blankItem(kind.element, mailbox.clock.now());
  kind.bornThere(item, witness.born(at, kind.isMeeting ? at : null), at);
  settleItem(item, undefined, new Set(), context);
  mailbox.place(item, mailbox.folderNamed(kind.folder));
  if (tell && kind.isMeeting) await post.byHand(() => sendInvitations(item, context, TOLD));
}

export async function editThere(scene: Scene, action: Named<'edit there' | 'clear there'>): Promise<void> {
  const { company, post } = scene;
  const written = writeThere(scene, action);
  if (!written || !action.tell || !kindThere(written.item).isMeeting) return;
  const context = contextFor(company.exchange, company.mailbox(action.at));
  await post.byHand(() => sendUpdates(written.item, written.before, context, TOLD));
}

/** Nobody is told of it. */
export function writeThere({ company, witness }: Scene, action: Named<'edit there' | 'clear there'>) {
  const { at } = action;
  const item = pick(there(company, at), action.item);
  const field = item && pick(kindThere(item).fields, action.field);
  // A guest's copy follows the organizer's.
  if (!item || !field || isGuests(item, at) || field.there(item) === DELETED) return null;
  const before: Item = { ...item, fields: { ...item.fields } };
  const seen = [field, ...(field.drops ?? [])].map((one) => one.there(item));
  if (action.do === 'clear there') {
    if (field.clearThere === never.clearThere) return null;
    witness.replaced(seen);
    field.clearThere(item);
  } else {
    company.coverage.edits += 1;
    if (item.fields.Recurrence) company.coverage.seriesEdits += 1;
    field.writeThere(item, witness.edit(seen, `${at} ${field.name}`));
  }
  company.mailbox(at).touch(item);
  return { item, before };
}

export async function deleteThere(scene: Scene, { at, item: index, how }: Named<'delete there'>): Promise<void> {
  const { company, witness } = scene;
  const item = pick(there(company, at), index);
  if (!item) return;
  await noteTraceless(scene, at, item, how === 'HardDelete');
  if (!isGuests(item, at)) witness.deleted(saysThere(item));
  disposeItem(company.mailbox(at), item, how);
}

/** Thrown away for good, or without our key, while that was being written: where it went, nobody can tell. */
export async function noteTraceless(scene: Scene, at: MailboxId, item: Item, forGood: boolean): Promise<void> {
  const isKeyed = JSON.stringify(item.named).includes('MailroomKey');
  if ((forGood || !isKeyed) && (await isBeingWritten(scene, at, birthThere(item)))) scene.witness.traceless.add(birthThere(item));
}

async function isBeingWritten({ company }: Scene, at: MailboxId, birth: string): Promise<boolean> {
  const own = hereOf(await here(company), birth);
  const links = await Promise.all(own.map(({ id }) => linksOf(company.database, id)));
  return links.flat().some(({ mailboxId, intent }) => mailboxId === at && intent !== null);
}

export async function moveThere({ company, witness }: Scene, action: Named<'move away' | 'move back'>): Promise<void> {
  const mailbox = company.mailbox(action.at);
  const item = pick(there(company, action.at, action.do === 'move back' ? 'other' : 'watched'), action.item);
  if (!item) return;
  const { folder } = kindThere(item);
  const birth = birthThere(item);
  if (action.do === 'move back') witness.unseen.delete(birth);
  else if (!(await here(company)).some(({ content }) => birthIn(content) === birth)) witness.unseen.add(birth);
  moveWithin(mailbox, item, action.do === 'move away' ? company.other(action.at, folder) : mailbox.folderNamed(folder));
}

/** A copied meeting would be the same meeting. */
export function copyThere({ company, witness }: Scene, { at, item: index }: Named<'copy'>): void {
  const item = pick(there(company, at), index);
  if (!item || kindThere(item).isMeeting) return;
  const mailbox = company.mailbox(at);
  witness.copied(birthThere(item));
  mailbox.place(copyOf(item), mailbox.folderNamed(kindThere(item).folder));
}
