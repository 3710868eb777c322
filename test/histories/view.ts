/** What lies on either side now. */
import type { ItemContent } from '../../src/model/item.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import type { Company } from './company.ts';
import { kindHere, kindThere } from './kind/kinds.ts';
import { organizerThere } from './kind/meeting.ts';
import { addressOf, MAILBOXES, type MailboxId } from './mailbox-id.ts';
import { tokensIn } from './token.ts';

export const pick = <T>(all: readonly T[], index: number): T | undefined =>
  all.length === 0 ? undefined : all[index % all.length];

/** `waiting`: also what is deleted here and waits there. */
export async function here(company: Company, waiting = false): Promise<ListedItem[]> {
  const all: ListedItem[] = [];
  for (const kind of company.itemKinds) for await (const item of listItems(company.database, { kind, waiting })) all.push(item);
  return all;
}

/** In the folders that are watched, or in those beside them. */
export function there(company: Company, at: MailboxId, where: 'watched' | 'other' = 'watched'): Item[] {
  const mailbox = company.mailbox(at);
  return company.folders.flatMap((name) =>
    mailbox.itemsIn((where === 'other' ? company.other(at, name) : mailbox.folderNamed(name)).key),
  );
}

export const everywhere = (company: Company, at: MailboxId) => [...there(company, at), ...there(company, at, 'other')];

/** The item that everybody calls by the name it was born with. */
export const birthIn = (said: unknown) => tokensIn(said).find((token) => token.startsWith('Birth')) ?? 'somebody';
export const birthThere = (item: Item) => birthIn([item.fields.Surname?.text, item.fields.Subject?.text]);

export const hereOf = (items: readonly ListedItem[], birth: string) => items.filter(({ content }) => birthIn(content) === birth);

/** All that stands in it. */
export const saysHere = (content: ItemContent) => [
  birthIn(content),
  ...kindHere(content).fields.map((field) => field.here(content)),
];
export const saysThere = (item: Item) => [birthThere(item), ...kindThere(item).fields.map((field) => field.there(item))];

/** A copy that Exchange made of its organizer's. */
export function isGuests(item: Item, at: MailboxId): boolean {
  const organizer = organizerThere(item);
  return organizer !== undefined && organizer !== addressOf(at);
}

export const saidThere = (company: Company) =>
  MAILBOXES.flatMap((at) =>
    everywhere(company, at)
      .filter((item) => !isGuests(item, at))
      .map(saysThere),
  );
