/** A distribution list of a user (MS-OXWSDLIST 2.2.4): read as a card of kind group, whose members are addresses, and never written. */
import type { ItemContent } from '../../../model/item.ts';
import { put } from '../../../model/json.ts';
import { categories, notes, textIn } from '../field.ts';
import type { Reading } from '../item-kind.ts';
import { field } from '../property.ts';
import { childOf, type Element, textOf } from '../read-answer.ts';

const NAMES = [field('contacts:DisplayName'), field('contacts:FileAs')];

export const LIST_PROPERTIES = [field('distributionlist:Members'), ...NAMES, field('item:Body'), field('item:Categories')];

export async function readList(item: Element): Promise<Reading> {
  const name = NAMES.map((path) => textIn(item, path)).find((each) => each !== null) ?? null;
  const members = (childOf(item, 'Members')?.children ?? []).flatMap(addressOf);
  let content: ItemContent = { '@type': 'Card', version: '1.0', kind: 'group' };
  if (name !== null) content = put(content, ['name'], { '@type': 'Name', full: name });
  const keyed = Object.fromEntries(members.map((address) => [`mailto:${address}`, true]));
  if (members.length > 0) content = put(content, ['members'], keyed);
  const keywords = categories.read(item) as readonly string[];
  if (keywords.length > 0) content = put(content, ['keywords'], Object.fromEntries(keywords.map((word) => [word, true])));
  const note = notes().read(item);
  if (note !== null) content = put(content, ['notes'], { note: { '@type': 'Note', note } });
  return { content, readOnly: true };
}

/** A member may be somebody of the directory by another kind of address, or a list inside the list: those are not told. */
function addressOf(member: Element): string[] {
  const address = textOf(member, 'Mailbox', 'EmailAddress')?.trim() ?? '';
  return address.includes('@') ? [address] : [];
}
