/** What lies on either side now. */
import { FIELDS } from '../../src/model/fields.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import type { FieldName, MailboxId } from './action.ts';
import type { Company } from './company.ts';

/** In Exchange's words. */
export const ELEMENTS: Record<FieldName, string> = {
  jobTitle: 'JobTitle',
  department: 'Department',
  manager: 'Manager',
  nickname: 'Nickname',
};
export const fieldOf = (name: FieldName) => FIELDS.contact.find((field) => field.name === name)!;

export const here = (company: Company) =>
  Array.fromAsync(listItems(company.database, { kind: 'contact' })) as Promise<ListedItem[]>;

export function there(company: Company, at: MailboxId, folder: 'contacts' | 'other' = 'contacts'): Item[] {
  const mailbox = company.mailbox(at);
  return mailbox.itemsIn(folder === 'other' ? company.other(at).key : mailbox.folderNamed('contacts').key);
}
