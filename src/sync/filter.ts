/** Which items of the application go to a mailbox, and which of a mailbox come in. */

import { categories, sensitivityOf } from '../model/copy-field.ts';
import { type ItemContent, VENDOR } from '../model/item.ts';
import { at, same, textAt } from '../model/json.ts';
import { participantsOf } from '../model/participant-field.ts';
import type { ItemFilter, ItemPolicy } from './item-policy.ts';
import type { OurSide, TheirSide } from './plan-input.ts';

/** Any filter is enough; no filter wants nothing. */
export function isWanted(policy: ItemPolicy, ours: Pick<OurSide, 'content' | 'owner'>, mailbox: string): boolean {
  return policy.filters.some((filter) => matches(filter, ours, mailbox));
}

function matches(filter: ItemFilter, { content, owner }: Pick<OurSide, 'content' | 'owner'>, mailbox: string): boolean {
  const address = (given: string) => (given === '$user' ? mailbox : given.toLowerCase());
  if (filter.owner !== undefined && owner !== address(filter.owner)) return false;
  if (filter.party !== undefined && !takesPart(content, address(filter.party.address), filter.party.roles)) return false;
  if (filter.status !== undefined && !filter.status.includes(statusOf(content))) return false;
  return Object.entries(filter.attributes ?? {}).every(([name, value]) => same(at(content, name), value));
}

function takesPart(content: ItemContent, address: string, roles: readonly string[] | undefined): boolean {
  return participantsOf(content).some((one) => one.address === address && (roles === undefined || roles.includes(one.group)));
}

/** The word of the standard, `confirmed` or `needs-action` where none stands. */
function statusOf(content: ItemContent): string {
  const given = textAt(content, 'status') ?? textAt(content, 'progress');
  return given ?? (content['@type'] === 'Task' ? 'needs-action' : 'confirmed');
}

/** Whether something starts a link with this item. What is private is brought in only where that is switched on, or it was asked for. */
export function isTracked(policy: ItemPolicy, theirs: TheirSide): boolean {
  if (theirs.explicit) return true;
  const { everything, category, folders } = policy.track;
  const named = category !== null && (categories.canonical(theirs.content) as readonly string[]).includes(category.toLowerCase());
  if (!everything && !named && !folders.includes(theirs.folder)) return false;
  return policy.importPrivate || isOpen(theirs.content);
}

/** A card keeps its sensitivity in a vendor property, the others have a property of the standard. */
const isOpen = (content: ItemContent) =>
  content['@type'] === 'Card'
    ? (textAt(content, `${VENDOR}sensitivity`) ?? 'normal') === 'normal'
    : sensitivityOf(content) === null;
