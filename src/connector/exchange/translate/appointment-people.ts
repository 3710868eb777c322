/** Who takes part in a meeting, and what they answered: attendee lists at Exchange, participants in JSCalendar (RFC 8984 4.4.6). */
import { type ItemContent, type Json, type MeetingFacts, VENDOR } from '../../../model/item.ts';
import { participantId } from '../../../model/participant-id.ts';
import { field, type Path, type Setting } from '../property.ts';
import { childOf, type Element, textOf } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';

export const PEOPLE_PROPERTIES: readonly Path[] = [
  ...['calendar:Organizer', 'calendar:RequiredAttendees', 'calendar:OptionalAttendees', 'calendar:Resources'],
  'calendar:MyResponseType',
].map(field);

type Participant = { readonly [property: string]: Json };

/** ResponseTypeType (MS-OXWSCDATA 2.2.5.28) and participationStatus. */
const STATUS: Readonly<Record<string, string>> = {
  Accept: 'accepted',
  Tentative: 'tentative',
  Decline: 'declined',
  Organizer: 'accepted',
};
const statusOf = (response: string | undefined) => STATUS[response ?? ''] ?? 'needs-action';

interface List {
  readonly name: 'RequiredAttendees' | 'OptionalAttendees' | 'Resources';
  readonly uri: string;
  readonly kind: string;
  readonly roles: { readonly [role: string]: true };
}
export const LISTS: Readonly<Record<'requiredAttendees' | 'optionalAttendees' | 'resources', List>> = {
  requiredAttendees: {
    ...{ name: 'RequiredAttendees', uri: 'calendar:RequiredAttendees', kind: 'individual', roles: { attendee: true } },
  },
  optionalAttendees: {
    ...{ name: 'OptionalAttendees', uri: 'calendar:OptionalAttendees', kind: 'individual' },
    roles: { attendee: true, optional: true },
  },
  resources: { name: 'Resources', uri: 'calendar:Resources', kind: 'resource', roles: { attendee: true } },
};

/** Of a meeting only: Exchange calls the owner of any appointment its organizer. */
export function peopleContent(item: Element, role: MeetingFacts['role']): Record<string, Json> {
  const participants: Record<string, Participant> = {};
  const organizer = childOf(item, 'Organizer', 'Mailbox');
  const address = addressOf(organizer);
  if (address !== null)
    participants[participantId(address)] = person(organizer!, address, { owner: true }, 'accepted', 'individual');
  for (const { name, kind, roles } of Object.values(LISTS)) {
    for (const attendee of childOf(item, name)?.children ?? []) {
      const box = childOf(attendee, 'Mailbox');
      const listed = addressOf(box);
      if (listed === null) continue;
      const key = participantId(listed);
      const before = participants[key];
      const status = statusOf(textOf(attendee, 'ResponseType'));
      participants[key] = before
        ? { ...before, roles: { ...(before.roles as object), ...roles } }
        : person(box!, listed, roles, status, kind);
    }
  }
  return {
    ...(address === null ? {} : { replyTo: { imip: `mailto:${address}` } }),
    ...(Object.keys(participants).length === 0 ? {} : { participants }),
    ...ownAnswer(item, role),
  };
}

function ownAnswer(item: Element, role: MeetingFacts['role']): Record<string, Json> {
  const own = textOf(item, 'MyResponseType') ?? 'Unknown';
  return role === 'organizer' || own === 'Organizer' || own === 'Unknown' ? {} : { [`${VENDOR}response`]: statusOf(own) };
}

/** Null for an address that only Exchange understands (`/O=…`), which no guest can be told by. */
export function addressOf(box: Element | undefined): string | null {
  const address = textOf(box, 'EmailAddress')?.trim() ?? '';
  return /^[^\s@/][^\s@]*@[^\s@]+$/.test(address) ? address : null;
}

function person(box: Element, address: string, roles: Participant, status: string, kind: string): Participant {
  const name = textOf(box, 'Name')?.trim();
  return {
    ...{ '@type': 'Participant', ...(name ? { name } : {}), email: address, sendTo: { imip: `mailto:${address}` } },
    ...{ kind, roles, participationStatus: status },
  };
}

/** Whoever is in one of the lists according to the content. */
export function attendeesIn(
  content: ItemContent,
  list: keyof typeof LISTS,
): { readonly name: string; readonly address: string }[] {
  const participants = (content.participants ?? {}) as { readonly [key: string]: Participant };
  return Object.entries(participants)
    .filter(([, participant]) => listOf(participant) === list)
    .map(([key, participant]) => ({ address: mailOf(participant) ?? key, name: String(participant.name ?? '') }));
}

/** Roles of RFC 8984 4.4.6; the organizer is in no list. */
function listOf({ kind, roles }: Participant): keyof typeof LISTS | null {
  const has = (role: string) => (roles as { readonly [role: string]: Json } | undefined)?.[role] === true;
  if (has('owner')) return null;
  if (kind === 'resource' || kind === 'location') return 'resources';
  return has('optional') || has('informational') ? 'optionalAttendees' : 'requiredAttendees';
}

function mailOf({ sendTo, email }: Participant): string | null {
  const imip = (sendTo as { readonly imip?: Json } | undefined)?.imip;
  if (typeof imip === 'string') return imip.replace(/^mailto:/i, '');
  return typeof email === 'string' ? email : null;
}

export type AttendeeList = keyof typeof LISTS;

/** Whoever is new is added: a list that is written anew loses what those in it have answered. */
export function attendeeChange(content: ItemContent, theirs: ItemContent, list: AttendeeList): Setting[] {
  const [wanted, held] = [content, theirs].map((of) => attendeesIn(of, list));
  const isIn = (people: typeof wanted, one: string) => people!.some(({ address }) => address.toLowerCase() === one.toLowerCase());
  const added = wanted!.filter(({ address }) => !isIn(held, address));
  const left = held!.filter(({ address }) => !isIn(wanted, address));
  if (left.length > 0) return [attendeeSetting(content, list)];
  return added.length === 0 ? [] : [{ ...setting(added, list), append: true }];
}

export const attendeeSetting = (content: ItemContent, list: AttendeeList): Setting => setting(attendeesIn(content, list), list);

function setting(attendees: ReturnType<typeof attendeesIn>, list: AttendeeList): Setting {
  const people = attendees.map(({ name, address }) => {
    const called = name === '' ? '' : `<t:Name>${escapeXml(name)}</t:Name>`;
    return `<t:Attendee><t:Mailbox>${called}<t:EmailAddress>${escapeXml(address)}</t:EmailAddress></t:Mailbox></t:Attendee>`;
  });
  return { path: field(LISTS[list].uri), value: people.length === 0 ? null : { markup: people.join('') } };
}
