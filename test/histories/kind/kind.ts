/** What one kind of item is to a history: how it comes into being on either side, and which of its fields hold tokens. */
import type { Field } from '../../../src/model/field.ts';
import { FIELDS } from '../../../src/model/fields.ts';
import type { ItemContent, ItemKind, Json } from '../../../src/model/item.ts';
import type { Item } from '../../servers/exchange/store/model.ts';
import { el } from '../../servers/exchange/xml/element.ts';
import type { MailboxId } from '../mailbox-id.ts';

export interface Kind {
  readonly item: ItemKind;
  /** In Exchange. */
  readonly element: 'Contact' | 'CalendarItem' | 'Task';
  readonly folder: 'contacts' | 'calendar' | 'tasks';
  readonly folderClass: string;
  readonly fields: readonly TokenField[];
  /** Others are invited to it. */
  readonly isMeeting: boolean;
  /** In the mailbox of `at`. */
  bornHere(birth: string, at: MailboxId): ItemContent;
  bornThere(item: Item, birth: string, at: MailboxId): void;
}

export interface TokenField {
  readonly name: string;
  /** What stands in it, with its tokens; null: nothing. The same on both sides when they agree. */
  here(content: ItemContent): string | null;
  there(item: Item): string | null;
  write(content: ItemContent, token: number): ItemContent;
  writeThere(item: Item, token: number): void;
  clear(content: ItemContent): ItemContent;
  clearThere(item: Item): void;
  /** What goes when this one is written. */
  readonly drops?: readonly TokenField[];
}

/** What stands in an occurrence that was taken out of its series: nobody writes there again. */
export const DELETED = 'deleted';
/** Of a field that is never empty. */
export const never = { clear: (content: ItemContent) => content, clearThere() {} };

export const fieldOf = (kind: ItemKind, name: string): Field => FIELDS[kind].find((field) => field.name === name)!;

/** A field of the model that holds a word here, and an element that holds the same word there. */
export function wordField(
  kind: ItemKind,
  name: string,
  element: string,
  words: { value(token: number): Json; word(value: Json): string | null; attributes?: Record<string, string> },
): TokenField {
  const field = fieldOf(kind, name);
  return {
    name,
    here: (content) => words.word(field.get(content)),
    there: (item) => item.fields[element]?.text.trim() || null,
    write: (content, token) => field.set(content, words.value(token)),
    writeThere(item, token) {
      item.fields[element] = el(element, words.word(words.value(token))!, words.attributes);
    },
    clear: (content) => field.set(content, null),
    clearThere(item) {
      delete item.fields[element];
    },
  };
}

export const plainly = {
  value: (token: number): Json => `Token${token}`,
  word: (value: Json) => (typeof value === 'string' ? value : null),
};
