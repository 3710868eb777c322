/** What a killed pass has to carry over, kept outside Mailroom: one ledger for each kind of items. */
import type { ItemKindConfig, MailboxConfig } from '../../src/config/config.ts';
import type { ItemKind } from '../../src/model/item.ts';
import type { Database } from '../../src/store/database.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import type { Exchange } from '../servers/exchange/exchange.ts';
import { blankItem } from '../servers/exchange/store/blank.ts';
import type { Mailbox } from '../servers/exchange/store/mailbox.ts';
import type { Item, ItemKind as RemoteKind } from '../servers/exchange/store/model.ts';
import { el } from '../servers/exchange/xml/element.ts';

export const BOX = 'box@example.com';
export const GUESTS = ['bo@example.com', 'cleo@example.com'] as const;
export const ADDRESSES = [BOX, ...GUESTS] as const;

export interface ItemsPlace {
  readonly exchange: Exchange;
  readonly database: Database;
}

export interface ItemLedger {
  /** Both sides make what they agree on before the kill. */
  begin(place: ItemsPlace): Promise<void>;
  /** Edits on both sides, none of them carried over yet. */
  edit(place: ItemsPlace): Promise<void>;
  /** What is wrong at the end, a sentence each. */
  compare(place: ItemsPlace): Promise<string[]>;
}

/** As the application's calls want it. */
export const configOf = (address: string): MailboxConfig => {
  const kind = {} as ItemKindConfig;
  const items = { contacts: kind, appointments: kind, tasks: kind };
  return { id: address, address, aliases: [], items } as unknown as MailboxConfig;
};

const HOMES = { contacts: 'Contact', calendar: 'CalendarItem', tasks: 'Task' } as const satisfies Record<string, RemoteKind>;
export type Home = keyof typeof HOMES;

export const mailboxOf = ({ exchange }: ItemsPlace, address: string = BOX): Mailbox => exchange.mailboxOf(address)!;

export const theirsIn = (place: ItemsPlace, home: Home, address?: string): Item[] => {
  const mailbox = mailboxOf(place, address);
  return mailbox.itemsIn(mailbox.folderNamed(home).key);
};

export const textIn = (item: Item, property: string): string | null => item.fields[property]?.text ?? null;

export function findTheirs(place: ItemsPlace, home: Home, property: string, text: string): Item {
  const found = theirsIn(place, home).find((item) => textIn(item, property) === text);
  if (found === undefined) throw new Error(`there is no ${text} among the ${home}`);
  return found;
}

/** What the user does in Outlook: makes one, or changes properties of one. */
export function placeTheirs(place: ItemsPlace, home: Home, properties: Readonly<Record<string, string>>): void {
  const mailbox = mailboxOf(place);
  const blank = blankItem(HOMES[home], mailbox.clock.now());
  for (const [name, text] of Object.entries(properties)) blank.fields[name] = el(name, text);
  mailbox.place(blank, mailbox.folderNamed(home));
}

export function editTheirs(place: ItemsPlace, item: Item, properties: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(properties)) item.fields[name] = el(name, text);
  mailboxOf(place).touch(item);
}

export const listOurs = ({ database }: ItemsPlace, kind: ItemKind): Promise<ListedItem[]> =>
  Array.fromAsync(listItems(database, { kind }));

export const row = (...values: readonly (string | null | undefined)[]): string => values.map((value) => value ?? '-').join(' | ');

/** Each stands as often as it is wanted, whatever the order. */
export function differences(where: string, found: readonly string[], wanted: readonly string[]): string[] {
  const [has, wants] = [found, wanted].map((list) => [...list].sort().join('; '));
  return has === wants ? [] : [`${where} has ${has}, expected ${wants}`];
}
