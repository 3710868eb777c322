/** The door: what an application hands over, checked and brought into the form that is kept. */
import type { MailboxConfig } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import type { ItemContent, ItemKind } from '../model/item.ts';
import { put } from '../model/json.ts';
import { participantsOf } from '../model/participant-field.ts';

/** A meeting belongs to the mailbox that writes it; an appointment without an organizer gets that one. */
export function withOrganizer(kind: ItemKind, content: ItemContent, mailbox: MailboxConfig): ItemContent {
  const people = participantsOf(content);
  if (kind !== 'appointment' || people.length === 0) return content;
  const own = [mailbox.address, ...mailbox.aliases].map((address) => address.toLowerCase());
  const organizer = people.find(({ group }) => group === 'organizer');
  if (organizer && !own.includes(organizer.address)) {
    throw new Failure(
      'refused',
      `the organizer is ${organizer.address}, and a meeting is written in its organizer's mailbox only`,
      {
        remedy: `make it in the mailbox of ${organizer.address}, or leave the organizer out: then it is ${mailbox.address}`,
      },
    );
  }
  if (organizer) return content;
  const held = people.find(({ address }) => own.includes(address));
  const owner = {
    sendTo: { imip: `mailto:${own[0]}` },
    ...held?.held,
    '@type': 'Participant',
    roles: { owner: true, attendee: true },
  };
  return put(content, ['participants', held?.key ?? own[0]!], owner);
}
