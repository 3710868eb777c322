/**
 * Appointments, contacts and tasks as both sides know them: JSCalendar (RFC 8984) events and tasks, JSContact (RFC 9553) cards.
 *
 * Content is what is kept and handed out; it is not what is merged. Merging goes by field (`field.ts`).
 */
export type ItemKind = 'appointment' | 'contact' | 'task';
export const ITEM_KINDS: readonly ItemKind[] = ['appointment', 'contact', 'task'];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSCalendar Event or Task, or a JSContact Card, told apart by `@type`. What nobody here knows is kept. */
export type ItemContent = { readonly '@type': 'Event' | 'Task' | 'Card' } & { readonly [property: string]: Json };

/** A kind's name in the config, in a session and among the commands. */
export const SECTION_OF = { appointment: 'appointments', contact: 'contacts', task: 'tasks' } as const satisfies Record<
  ItemKind,
  string
>;

export const TYPE_OF: Record<ItemKind, ItemContent['@type']> = { appointment: 'Event', contact: 'Card', task: 'Task' };

/** Properties that Exchange has and the standards lack (RFC 8984 1.5.3, RFC 9553 1.8): `mailroom.example:showAs`. */
export const VENDOR = 'mailroom.example:';

/**
 * Written with every item we make, in a named property. Same record with another attempt is our own duplicate, the same attempt
 * twice is a user's copy, another mailbox's key is no identity (it came along with an invitation or a moved item).
 */
export interface ItemKey {
  /** The activity's id. */
  readonly record: string;
  /** The mailbox's id. */
  readonly mailbox: string;
  readonly attempt: number;
}

/** What a calendar item is in the mailbox it was read from; null for what is no meeting. */
export interface MeetingFacts {
  readonly role: 'organizer' | 'attendee';
  /** Invitations went out (as organizer), or came in (as attendee). */
  readonly sent: boolean;
  readonly cancelled: boolean;
  /** Address of the organizer, lower case. */
  readonly organizer: string | null;
  /** Rises with each update that guests were told of (MS-OXOCAL AppointmentSequenceNumber). */
  readonly sequence: number;
}

/** One item as the other side holds it. */
export interface ItemState {
  readonly ref: string;
  /** Names this state; another one says that the item was saved since. */
  readonly etag: string;
  /** Id of the folder it lies in. */
  readonly folder: string;
  /** Per-user values included (response, reminder, show-as, categories, sensitivity). */
  readonly content: ItemContent;
  /** Ours, whoever's item it has become since. */
  readonly key: ItemKey | null;
  /** Same meeting in every mailbox: the cleaned GlobalObjectId (MS-OXOCAL 2.2.1.28), lower-case hex; null where there is none. */
  readonly meetingId: string | null;
  readonly meeting: MeetingFacts | null;
  /** An item of the folder that is not of this kind (a distribution list, a note) is not told at all; this says what is read but never written. */
  readonly readOnly: boolean;
  readonly changedAt: Date | null;
  /** What could not be read or kept, a sentence each. */
  readonly notes: readonly string[];
}

/** What is to be told to guests with a change. `none` unless the application said so explicitly. */
export type MailIntent = 'none' | 'invite' | 'update' | 'cancel' | 'respond';

export type MeetingResponse = 'accepted' | 'tentative' | 'declined';
