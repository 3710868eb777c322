/** The door: what an application hands over, checked and brought into the form that is kept. */
import type { MailboxConfig } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, ItemKind } from '../model/item.ts';
import { put, same } from '../model/json.ts';
import { participantsOf } from '../model/participant-field.ts';
import { participantId } from '../model/participant-id.ts';
import { recurrence } from '../model/task-field.ts';
import type { Database } from '../store/database.ts';
import type { Item } from '../store/items.ts';
import type { Link } from '../store/links.ts';
import { readRemoteItem } from '../store/remote-items.ts';

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
  return put(content, ['participants', held?.key ?? participantId(own[0]!)], owner);
}

/** `before`: null of what is new. A task's recurrence comes from Exchange alone: what nobody would write there is no wish to keep. */
export function refuseRecurrence(kind: ItemKind, before: ItemContent | null, content: ItemContent): void {
  if (kind !== 'task' || same(recurrence.get(content), before && recurrence.get(before))) return;
  throw new Failure('refused', 'the recurrence of a task is read from Exchange and never written there', {
    remedy: 'set it in Outlook, or make a task for each time',
  });
}

/** What all see of a meeting is its organizer's to say: that of somebody outside is read, and each copy's own may be changed. */
export async function refuseOrganizers(
  database: Database,
  { kind, content: before }: Item,
  content: ItemContent,
  links: readonly Link[],
): Promise<void> {
  const link = links.find(({ isPrimary, state }) => isPrimary && state !== 'unlinked');
  const remote = link?.ref ? await readRemoteItem(database, link.mailboxId, kind, link.ref) : null;
  if (remote?.meeting?.role !== 'attendee') return;
  const changed = FIELDS[kind]
    .filter(({ scope, direction }) => scope === 'shared' && direction === 'both')
    .filter((field) => !same(field.canonical(before), field.canonical(content)));
  if (changed.length === 0) return;
  const names = changed.map(({ name }) => name).join(', ');
  throw new Failure('refused', `${names} of this meeting can be changed by its organizer alone: ${remote.meeting.organizer}`, {
    remedy: 'answer it, or change what belongs to the copy: categories, reminder, how the time is shown, sensitivity',
  });
}
