/** What the people of the company do in their mailboxes with their own programs. */
import { contextFor } from '../servers/exchange/mime/transport.ts';
import { copyOf, disposeItem, moveWithin } from '../servers/exchange/operation/items.ts';
import { settleItem } from '../servers/exchange/property/settle-item.ts';
import { blankItem } from '../servers/exchange/store/blank.ts';
import type { Action, Edit, MailboxId } from './action.ts';
import type { Company } from './company.ts';
import { kindThere } from './kind/kinds.ts';
import { birthThere, pick, saysThere, there } from './view.ts';
import type { Witness } from './witness.ts';

type Named<Name extends Action['do']> = Extract<Action, { do: Name }>;

export function createThere(company: Company, witness: Witness, { at, kind: index }: Named<'create there'>): void {
  const kind = pick(company.kinds, index)!;
  const mailbox = company.mailbox(at);
  const item = blankItem(kind.element, mailbox.clock.now());
  kind.bornThere(item, witness.born(at));
  settleItem(item, undefined, new Set(), contextFor(company.exchange, mailbox));
  mailbox.place(item, mailbox.folderNamed(kind.folder));
}

export function editThere(company: Company, witness: Witness, at: MailboxId, edit: Edit): void {
  const item = pick(there(company, at), edit.item);
  if (!item) return;
  const field = pick(kindThere(item).fields, edit.field)!;
  company.coverage.edits += 1;
  field.writeThere(item, witness.edit([field.there(item), field.drops?.there(item)], `${at} ${field.name}`));
  company.mailbox(at).touch(item);
}

export function deleteThere(company: Company, witness: Witness, { at, item: index, how }: Named<'delete there'>): void {
  const item = pick(there(company, at), index);
  if (!item) return;
  witness.deleted(saysThere(item));
  disposeItem(company.mailbox(at), item, how);
}

export function moveThere(company: Company, action: Named<'move away' | 'move back'>): void {
  const mailbox = company.mailbox(action.at);
  const item = pick(there(company, action.at, action.do === 'move back' ? 'other' : 'watched'), action.item);
  if (!item) return;
  const { folder } = kindThere(item);
  moveWithin(mailbox, item, action.do === 'move away' ? company.other(action.at, folder) : mailbox.folderNamed(folder));
}

export function copyThere(company: Company, witness: Witness, { at, item: index }: Named<'copy'>): void {
  const item = pick(there(company, at), index);
  if (!item) return;
  const mailbox = company.mailbox(at);
  witness.copied(birthThere(item));
  mailbox.place(copyOf(item), mailbox.folderNamed(kindThere(item).folder));
}
