import type { ItemContent } from '../model/item.ts';
import { participantsOf } from '../model/participant-field.ts';

/** Lower-case address of the organizer; null for what is no meeting. */
export function organizerOf(content: ItemContent): string | null {
  const people = participantsOf(content);
  return people.length > 1 ? (people.find(({ group }) => group === 'organizer')?.address ?? null) : null;
}
