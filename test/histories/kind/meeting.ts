/** A meeting that one of the three organizes; the other two are its guests, and somebody outside. */
import type { ItemContent } from '../../../src/model/item.ts';
import { participantsOf } from '../../../src/model/participant-field.ts';
import type { Item } from '../../servers/exchange/store/model.ts';
import { childrenOf, childText, el } from '../../servers/exchange/xml/element.ts';
import { addressOf, MAILBOXES, type MailboxId } from '../mailbox-id.ts';
import { appointment, bornInCalendar, event, plainFields, time } from './appointment.ts';
import type { Kind } from './kind.ts';

const OUTSIDE = 'guest@outside.example';
export const guestsOf = (organizer: MailboxId) => [...MAILBOXES.filter((id) => id !== organizer).map(addressOf), OUTSIDE];

export const meeting: Kind = {
  ...appointment,
  fields: [...plainFields, time],
  isMeeting: true,
  bornHere(birth, organizer) {
    const guest = (address: string) =>
      [address, { '@type': 'Participant', roles: { attendee: true }, sendTo: { imip: `mailto:${address}` } }] as const;
    return { ...event(birth), participants: Object.fromEntries(guestsOf(organizer).map(guest)) };
  },
  bornThere(item, birth, organizer) {
    bornInCalendar(item, birth);
    const attendee = (address: string) => el('Attendee', [el('Mailbox', [el('EmailAddress', address)])]);
    item.fields.RequiredAttendees = el('RequiredAttendees', guestsOf(organizer).map(attendee));
  },
};

export const isMeetingHere = (content: ItemContent) => participantsOf(content).length > 1;
export const isMeetingThere = (item: Item) => childrenOf(item.fields.RequiredAttendees, 'Attendee').length > 0;

/** Who organizes what lies there; for what is no meeting, nobody. */
export const organizerThere = (item: Item) =>
  isMeetingThere(item) ? childText(item.fields.Organizer, 'Mailbox', 'EmailAddress')?.toLowerCase() : undefined;
export const organizerHere = (content: ItemContent): string | undefined =>
  participantsOf(content).find(({ group }) => group === 'organizer')?.address;
