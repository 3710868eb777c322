/** What a calendar item is as a meeting: whose it is, whether guests know of it, and which meeting it is in every mailbox. */
import type { MeetingFacts } from '../../../model/item.ts';
import { field, type Path, valueAt } from '../property.ts';
import { childOf, type Element, isTrue, textOf } from '../read-answer.ts';
import { addressOf } from './appointment-people.ts';

/** PidLidGlobalObjectId and PidLidCleanGlobalObjectId (MS-OXOCAL 2.2.1.27, 2.2.1.28). */
export const WHOLE_ID: Path = { extended: { type: 'Binary', distinguished: 'Meeting', id: 0x3 } };
export const CLEAN_ID: Path = { extended: { type: 'Binary', distinguished: 'Meeting', id: 0x23 } };

export const MEETING_PROPERTIES: readonly Path[] = [
  ...['calendar:IsMeeting', 'calendar:AppointmentState', 'calendar:MeetingRequestWasSent', 'calendar:IsCancelled'],
  ...['calendar:AppointmentSequenceNumber', 'calendar:CalendarItemType', 'calendar:MyResponseType'],
]
  .map((uri) => field(uri) as Path)
  .concat([WHOLE_ID, CLEAN_ID]);

/** asfMeeting, asfReceived, asfCanceled (MS-OXOCAL 2.2.1.10). */
const MEETING = 1;
const RECEIVED = 2;
const CANCELLED = 4;

export function meetingFacts(item: Element): MeetingFacts | null {
  const told = textOf(item, 'AppointmentState');
  const state = told === undefined ? stateFrom(item) : Number(told);
  if ((state & MEETING) === 0 && !isTrue(textOf(item, 'IsMeeting'))) return null;
  const received = (state & RECEIVED) !== 0;
  return {
    role: received ? 'attendee' : 'organizer',
    sent: received || wasSent(item),
    cancelled: (state & CANCELLED) !== 0 || isTrue(textOf(item, 'IsCancelled')),
    organizer: addressOf(childOf(item, 'Organizer', 'Mailbox'))?.toLowerCase() ?? null,
    sequence: Number(textOf(item, 'AppointmentSequenceNumber') ?? 0) || 0,
  };
}

/** Where that is left out guests count as told: changing or deleting it then waits for somebody's word, and is never silent. */
function wasSent(item: Element): boolean {
  const told = textOf(item, 'MeetingRequestWasSent');
  return told === undefined ? hasGuests(item) : isTrue(told);
}

const hasGuests = (item: Element) =>
  ['RequiredAttendees', 'OptionalAttendees', 'Resources'].some((name) => (childOf(item, name)?.children.length ?? 0) > 0);

/**
 * All of it is optional by the schema. Who has guests, or was asked, is in a meeting; and who was asked for an answer is not its
 * organizer: taken for him, he would write to the others.
 */
function stateFrom(item: Element): number {
  const answer = textOf(item, 'MyResponseType')?.trim() ?? '';
  if (ASKED.has(answer)) return MEETING | RECEIVED;
  return hasGuests(item) || answer === 'Organizer' ? MEETING : 0;
}

const ASKED = new Set(['Accept', 'Tentative', 'Decline', 'NoResponseReceived']);

/**
 * The cleaned id, and for somebody who was asked to one occurrence of a series only, its date: the whole id has year, month and
 * day in bytes 17 to 20, which the cleaned one has not.
 */
export function meetingIdOf(item: Element): string | null {
  const clean = hexOf(valueAt(item, CLEAN_ID)) ?? fromUid(textOf(item, 'UID'));
  if (clean === null) return null;
  const date = hexOf(valueAt(item, WHOLE_ID))?.slice(32, 40) ?? '00000000';
  return date === '00000000' ? clean : `${clean}/${date}`;
}

function hexOf(base64: string | undefined): string | null {
  const bytes = Buffer.from(base64 ?? '', 'base64');
  return bytes.length === 0 ? null : bytes.toString('hex');
}

const PREFIX = '040000008200e00074c5b7101a82e008';

/** Exchange writes the id as UID, unless another system chose that. */
function fromUid(uid: string | undefined): string | null {
  const text = uid?.trim().toLowerCase() ?? '';
  return text.startsWith(PREFIX) && /^[0-9a-f]+$/.test(text) ? `${text.slice(0, 32)}00000000${text.slice(40)}` : null;
}
