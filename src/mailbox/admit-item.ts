/** The door: what an application hands over, checked and brought into the form that is kept. */
import type { MailboxConfig } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, ItemKind } from '../model/item.ts';
import { put, same } from '../model/json.ts';
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

const taskRecurrence = FIELDS.task.find(({ name }) => name === 'recurrence')!;

/** `before`: null of what is new. A task's recurrence comes from Exchange alone: what nobody would write there is no wish to keep. */
export function refuseRecurrence(kind: ItemKind, before: ItemContent | null, content: ItemContent): void {
  if (kind !== 'task' || same(taskRecurrence.get(content), before && taskRecurrence.get(before))) return;
  throw new Failure('refused', 'the recurrence of a task is read from Exchange and never written there', {
    remedy: 'set it in Outlook, or make a task for each time',
  });
}
