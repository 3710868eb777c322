import type { FieldValues } from '../model/field.ts';
import type { ItemKind, Json, MeetingResponse } from '../model/item.ts';
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export const LINK_STATES = ['linked', 'unlinked', 'parked', 'needs-intent', 'asking', 'in-doubt', 'moved'] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** What guests may be told. `update`: of a change that may stand there already. */
export type GuestMail = 'none' | 'invite' | 'update' | 'cancel';

interface StoredStep {
  readonly name: string;
  readonly mails: boolean;
  readonly partOf?: readonly string[];
  readonly blind?: boolean;
  readonly data: { readonly [key: string]: Json };
}

/** What is being done to the server: its steps as data, and how far it is. */
export interface Intent {
  readonly change: 'create' | 'update' | 'delete' | 'respond';
  /** The wish that it carries out: taken from the link, and given back when it was not. */
  readonly mail: GuestMail;
  /** What is written, by name. */
  readonly fields: readonly string[];
  readonly steps: readonly StoredStep[];
  /** The step that comes next; unless it is past the last one it may have been begun. */
  readonly next: number;
  readonly attempt: number;
  /** ISO 8601; of the step that is under way. */
  readonly startedAt: string;
  readonly target: { readonly ref: string | null; readonly etag: string | null };
  /** What of the change does not go there, a sentence each. */
  readonly unsent?: readonly string[];
  /** A lost answer was looked up: the state that was found may be somebody else's by then. */
  readonly lookedUp?: boolean;
  /** Of the activity that is written. */
  readonly version: number;
  /** What will have been agreed once it is done, as whoever planned it wrote it down. */
  readonly agreement: Json;
}

export interface Link {
  readonly id: string;
  readonly activityId: string;
  readonly mailboxId: string;
  readonly kind: ItemKind;
  readonly state: LinkState;
  /** A sentence for people. */
  readonly reason: string | null;
  /** Why it is unlinked. */
  readonly apart: 'left' | 'away' | 'deleted-there' | 'deleted-here' | 'deleted' | null;
  /** A filter wanted it here at the last agreement. */
  readonly filtered: boolean;
  readonly deletionChoice: 'application' | 'exchange' | null;
  /** Open questions by field. */
  readonly asking: { readonly [field: string]: { readonly ours: Json; readonly theirs: Json } };
  readonly ref: string | null;
  readonly isPrimary: boolean;
  /** Made by a person or a program for this mailbox, whatever the filters say. */
  readonly explicit: boolean;
  /** Of the key that the item carries. */
  readonly attempt: number;
  readonly oursBase: FieldValues | null;
  readonly theirsBase: FieldValues | null;
  readonly copyValues: FieldValues | null;
  readonly oursSeen: number | null;
  readonly theirsSeen: string | null;
  /** With the next write: given by the application, and taken by that write. */
  readonly mail: GuestMail;
  readonly response: { readonly response: MeetingResponse; readonly comment: string | null } | null;
  readonly intent: Intent | null;
  readonly tries: number;
  readonly retryAt: Date | null;
  readonly agreedAt: Date | null;
}

const COLUMNS = `links.id, links.activity_id as "activityId", links.mailbox_id as "mailboxId", links.kind, links.state, links.reason, links.apart, links.filtered,
  links.deletion_choice as "deletionChoice", links.asking, links.ref,
  links.is_primary as "isPrimary", links.explicit, links.attempt, links.ours_base as "oursBase", links.theirs_base as "theirsBase",
  links.copy_values as "copyValues", links.ours_seen as "oursSeen", links.theirs_seen as "theirsSeen", links.mail, links.response, links.intent,
  links.tries, links.retry_at as "retryAt", links.agreed_at as "agreedAt"`;

export interface NewLink {
  readonly activityId: string;
  readonly mailboxId: string;
  readonly kind: ItemKind;
  readonly ref?: string | null;
  readonly isPrimary: boolean;
  readonly explicit: boolean;
  readonly mail?: Link['mail'];
}

/** Null when the activity has a link to this mailbox already. */
export async function addLink(transaction: Database, link: NewLink): Promise<Link | null> {
  const rows = await query<Link>(
    transaction,
    `insert into links (activity_id, mailbox_id, kind, ref, is_primary, explicit, mail) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (activity_id, mailbox_id) do nothing returning ${COLUMNS}`,
    [link.activityId, link.mailboxId, link.kind, link.ref ?? null, link.isPrimary, link.explicit, link.mail ?? 'none'],
  );
  return rows[0] ?? null;
}

export async function readLink(database: Database, id: string): Promise<Link | null> {
  const rows = await query<Link>(database, `select ${COLUMNS} from links where id = ?`, [id]);
  return rows[0] ?? null;
}

export function linksOf(database: Database, activityId: string): Promise<readonly Link[]> {
  return query<Link>(database, `select ${COLUMNS} from links where activity_id = ? order by id`, [activityId]);
}

export async function findLink(database: Database, activityId: string, mailboxId: string): Promise<Link | null> {
  const rows = await query<Link>(database, `select ${COLUMNS} from links where activity_id = ? and mailbox_id = ?`, [
    activityId,
    mailboxId,
  ]);
  return rows[0] ?? null;
}

/**
 * What some mailbox is linked to for this meeting, or was, whoever was first, deleted ones last; an occurrence stands apart from its
 * series.
 */
export async function findMeetingActivity(
  database: Database,
  meetingId: string,
  recurrenceId: string | null,
): Promise<{ readonly activityId: string } | null> {
  const rows = await query<{ activityId: string }>(
    database,
    `select activities.id as "activityId" from (
       select links.activity_id, links.id as place from remote_items as remote
       join links on links.mailbox_id = remote.mailbox_id and links.kind = remote.kind and links.ref = remote.ref
       where remote.meeting_id = ? and remote.content->>'recurrenceId' is not distinct from ?
       union all
       select activity_id, null from past_meetings where meeting_id = ? and recurrence_id is not distinct from ?
     ) as known join activities on activities.id = known.activity_id
     order by activities.deleted_at is not null, known.place nulls last limit 1`,
    [meetingId, recurrenceId, meetingId, recurrenceId],
  );
  return rows[0] ?? null;
}

/** A meeting of this subject is being written into its organizer's mailbox: which one it is there is not known yet. */
export async function isBeingMade(database: Database, organizer: string, subject: string | null): Promise<boolean> {
  const rows = await query(
    database,
    `select 1 from links join mailboxes on mailboxes.id = links.mailbox_id join activities on activities.id = links.activity_id
     where links.kind = 'appointment' and links.intent->>'change' = 'create' and lower(mailboxes.address) = ?
       and activities.subject is not distinct from ? limit 1`,
    [organizer, subject],
  );
  return rows.length > 0;
}

export type LinkChange = Partial<Omit<Link, 'id' | 'activityId' | 'mailboxId' | 'kind'>>;

const COLUMN_OF: Record<keyof LinkChange, string> = {
  state: 'state',
  reason: 'reason',
  apart: 'apart',
  filtered: 'filtered',
  deletionChoice: 'deletion_choice',
  asking: 'asking',
  ref: 'ref',
  isPrimary: 'is_primary',
  explicit: 'explicit',
  attempt: 'attempt',
  oursBase: 'ours_base',
  theirsBase: 'theirs_base',
  copyValues: 'copy_values',
  oursSeen: 'ours_seen',
  theirsSeen: 'theirs_seen',
  mail: 'mail',
  response: 'response',
  intent: 'intent',
  tries: 'tries',
  retryAt: 'retry_at',
  agreedAt: 'agreed_at',
};
const AS_JSON: ReadonlySet<string> = new Set(['asking', 'oursBase', 'theirsBase', 'copyValues', 'response', 'intent']);

export async function changeLink(transaction: Database, id: string, change: LinkChange): Promise<void> {
  const keys = (Object.keys(change) as (keyof LinkChange)[]).filter((key) => change[key] !== undefined);
  const values = keys.map((key) => (AS_JSON.has(key) && change[key] !== null ? JSON.stringify(change[key]) : change[key]));
  const sets = keys.map((key) => `${COLUMN_OF[key]} = ?`);
  await execute(transaction, `update links set ${[...sets, 'updated_at = now()'].join(', ')} where id = ?`, [...values, id]);
}

export async function removeLink(transaction: Database, id: string): Promise<void> {
  await execute(transaction, 'delete from links where id = ?', [id]);
}

export interface LinkCount {
  readonly state: LinkState;
  readonly count: number;
}

export async function countLinks(database: Database, mailboxId: string, kind: ItemKind): Promise<readonly LinkCount[]> {
  const rows = await query<{ state: LinkState; count: string }>(
    database,
    'select state, count(*) as count from links where mailbox_id = ? and kind = ? group by state',
    [mailboxId, kind],
  );
  return rows.map(({ state, count }) => ({ state, count: Number(count) }));
}
