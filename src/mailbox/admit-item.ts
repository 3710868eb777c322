/** The door: what an application hands over, checked and brought into the form that is kept. */
import type { MailboxConfig } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { type ItemContent, type ItemKind, type Json, TYPE_OF } from '../model/item.ts';
import { isObject, put } from '../model/json.ts';
import { participantsOf } from '../model/participant-field.ts';

const FORM = {
  appointment: 'a JSCalendar Event (RFC 8984)',
  contact: 'a JSContact Card (RFC 9553)',
  task: 'a JSCalendar Task (RFC 8984)',
} as const;

export function admit(kind: ItemKind, given: Json): ItemContent {
  if (!isObject(given)) throw new Failure('refused', `the content is no object; write ${FORM[kind]}`);
  const type = given['@type'] ?? TYPE_OF[kind];
  if (type !== TYPE_OF[kind]) {
    throw new Failure('refused', `"@type" is ${JSON.stringify(type)}, and ${FORM[kind]} has "${TYPE_OF[kind]}"`);
  }
  return { ...given, '@type': TYPE_OF[kind] };
}

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
