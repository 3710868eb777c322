/**
 * The other side as it was last read, one row for each item in a watched folder. Reading decides nothing: a page only moves
 * the cursor, keeps what was told, and notes what is missing as a suspicion (ground rule 1).
 */
import type { ItemContent, ItemKey, ItemKind, ItemState } from '../model/item.ts';
import { type Database, inTransaction } from './database.ts';
import { execute, query } from './rows.ts';
import { moveCursor, type Stream } from './streams.ts';

export interface KnownRemoteItem extends ItemState {
  readonly id: string;
  /** told: the server said that it left its folder. absent: everything was told anew, without it. */
  readonly missing: 'told' | 'absent' | null;
  readonly passedOver: string | null;
  /** Somebody asked for this very item. */
  readonly wanted: boolean;
}

export interface ItemPageToSave {
  readonly reset: boolean;
  readonly changed: readonly ItemState[];
  /** Could not be read: kept as it was before, with the reason. */
  readonly unreadable: readonly { readonly ref: string; readonly code: string; readonly message: string }[];
  /** Told, and in the state that is kept. */
  readonly unchanged: readonly string[];
  readonly gone: readonly string[];
  readonly cursor: string;
  readonly complete: boolean;
}

export function saveItemPage(database: Database, stream: Stream, kind: ItemKind, page: ItemPageToSave): Promise<void> {
  return inTransaction(database, async (transaction) => {
    const changed = page.changed.length + page.gone.length > 0;
    await moveCursor(transaction, stream, { cursor: page.cursor, complete: page.complete, changed });
    if (page.reset) await doubt(transaction, stream, kind);
    await saveRemoteItems(transaction, { mailboxId: stream.mailboxId, kind, streamId: stream.id }, page.changed);
    await saveUnreadable(transaction, stream, kind, page.unreadable);
    await saveUnchanged(transaction, stream, kind, page.unchanged);
    await suspect(transaction, stream, kind, page.gone);
    if (page.complete) await suspectDoubted(transaction, stream, kind);
  });
}

async function doubt(transaction: Database, stream: Stream, kind: ItemKind): Promise<void> {
  await execute(transaction, 'update remote_items set unverified = true where mailbox_id = ? and kind = ? and folder = ?', [
    stream.mailboxId,
    kind,
    stream.folder,
  ]);
}

interface Place {
  readonly mailboxId: string;
  readonly kind: ItemKind;
  readonly streamId: string | null;
}

/** What was told last is what counts; a suspicion ends when the item is told again. */
export async function saveRemoteItems(transaction: Database, place: Place, items: readonly ItemState[]): Promise<void> {
  const newest = [...new Map(items.map((item) => [item.ref, item])).values()];
  if (newest.length === 0) return;
  await execute(
    transaction,
    `insert into remote_items (mailbox_id, kind, stream_id, ref, etag, folder, content, key, meeting_id, meeting, read_only, changed_at, notes)
     select ?, ?, ?::bigint, ref, etag, folder, content, nullif(key, 'null'), "meetingId", nullif(meeting, 'null'), "readOnly", "changedAt", notes
     from jsonb_to_recordset(?::jsonb) as item (ref text, etag text, folder text, content jsonb, key jsonb, "meetingId" text, meeting jsonb,
       "readOnly" boolean, "changedAt" timestamptz, notes jsonb)
     on conflict (mailbox_id, kind, ref) do update set etag = excluded.etag, folder = excluded.folder, content = excluded.content,
       key = excluded.key, meeting_id = excluded.meeting_id, meeting = excluded.meeting, read_only = excluded.read_only,
       changed_at = excluded.changed_at, notes = excluded.notes, stream_id = coalesce(excluded.stream_id, remote_items.stream_id),
       failure = null, missing = null, unverified = false`,
    [place.mailboxId, place.kind, place.streamId, JSON.stringify(newest)],
  );
}

async function saveUnreadable(
  transaction: Database,
  stream: Stream,
  kind: ItemKind,
  unreadable: ItemPageToSave['unreadable'],
): Promise<void> {
  if (unreadable.length === 0) return;
  await execute(
    transaction,
    `insert into remote_items (mailbox_id, kind, stream_id, ref, etag, folder, content, failure)
     select ?, ?, ?, ref, '', ?, '{}', jsonb_build_object('code', code, 'message', message)
     from jsonb_to_recordset(?::jsonb) as item (ref text, code text, message text)
     on conflict (mailbox_id, kind, ref) do update set failure = excluded.failure, missing = null, unverified = false`,
    [stream.mailboxId, kind, stream.id, stream.folder, JSON.stringify(unreadable)],
  );
}

async function saveUnchanged(transaction: Database, stream: Stream, kind: ItemKind, refs: readonly string[]): Promise<void> {
  if (refs.length === 0) return;
  await execute(
    transaction,
    'update remote_items set stream_id = ?, unverified = false where mailbox_id = ? and kind = ? and ref = any(?)',
    [stream.id, stream.mailboxId, kind, refs],
  );
}

/** In which state these are kept, of those that are there and could be read. */
export async function knownStates(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind; readonly folder: string },
  refs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await query<{ ref: string; etag: string }>(
    database,
    `select ref, etag from remote_items where mailbox_id = ? and kind = ? and folder = ? and missing is null and failure is null and ref = any(?)`,
    [place.mailboxId, place.kind, place.folder, refs],
  );
  return new Map(rows.map(({ ref, etag }) => [ref, etag]));
}

/** An item that has meanwhile been told in another folder has moved and is no suspect. */
async function suspect(transaction: Database, stream: Stream, kind: ItemKind, refs: readonly string[]): Promise<void> {
  if (refs.length === 0) return;
  await execute(
    transaction,
    `update remote_items set missing = 'told', unverified = false
     where mailbox_id = ? and kind = ? and folder = ? and ref = any(?)`,
    [stream.mailboxId, kind, stream.folder, refs],
  );
}

async function suspectDoubted(transaction: Database, stream: Stream, kind: ItemKind): Promise<void> {
  await execute(
    transaction,
    `update remote_items set missing = 'absent', unverified = false where mailbox_id = ? and kind = ? and folder = ? and unverified`,
    [stream.mailboxId, kind, stream.folder],
  );
}

/**
 * An item that we wrote ourselves and that went before its folder was read again is told by no delta: it came and went between
 * two cursors. Call after every watched folder was read whole and before anything is written.
 */
export async function suspectUntold(transaction: Database, mailboxId: string, kind: ItemKind): Promise<void> {
  await execute(
    transaction,
    `update remote_items set missing = 'absent' where mailbox_id = ? and kind = ? and stream_id is null and missing is null and failure is null`,
    [mailboxId, kind],
  );
}

/** What lies in none of these folders. */
export async function suspectUnwatched(
  transaction: Database,
  mailboxId: string,
  kind: ItemKind,
  watched: readonly string[],
): Promise<void> {
  await execute(
    transaction,
    `update remote_items set missing = 'absent' where mailbox_id = ? and kind = ? and missing is null and folder <> all(?)`,
    [mailboxId, kind, watched],
  );
}

/** The server did not find it when it was asked for it. */
export async function suspectItem(transaction: Database, mailboxId: string, kind: ItemKind, ref: string): Promise<void> {
  await execute(
    transaction,
    `update remote_items set missing = 'absent' where mailbox_id = ? and kind = ? and ref = ? and missing is null`,
    [mailboxId, kind, ref],
  );
}

const COLUMNS = `id, ref, etag, folder, content, key, meeting_id as "meetingId", meeting, read_only as "readOnly", changed_at as "changedAt",
  notes, missing, passed_over as "passedOver", wanted`;

export async function readRemoteItem(
  database: Database,
  mailboxId: string,
  kind: ItemKind,
  ref: string,
): Promise<KnownRemoteItem | null> {
  const rows = await query<KnownRemoteItem>(
    database,
    `select ${COLUMNS} from remote_items where mailbox_id = ? and kind = ? and ref = ?`,
    [mailboxId, kind, ref],
  );
  return rows[0] ?? null;
}

export interface Suspect {
  readonly ref: string;
  readonly missing: 'told' | 'absent';
  /** Where it lay. */
  readonly folder: string;
  readonly key: ItemKey | null;
  readonly meetingId: string | null;
  readonly linkId: string | null;
  readonly activityId: string | null;
}

/** What is missing; items that nobody linked are simply forgotten by the caller. */
export function listSuspects(database: Database, mailboxId: string, kind: ItemKind): Promise<readonly Suspect[]> {
  return query<Suspect>(
    database,
    `select remote.ref, remote.missing, remote.folder, remote.key, remote.meeting_id as "meetingId", links.id as "linkId", links.activity_id as "activityId"
     from remote_items as remote left join links on links.mailbox_id = remote.mailbox_id and links.kind = remote.kind and links.ref = remote.ref
     where remote.mailbox_id = ? and remote.kind = ? and remote.missing is not null order by remote.id`,
    [mailboxId, kind],
  );
}

/** Not linked, there, and not yet passed over in this very state and under this policy; in pages by id. */
export function listStrangers(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  options: { readonly policy: string; readonly after: string; readonly limit: number },
): Promise<readonly KnownRemoteItem[]> {
  return query<KnownRemoteItem>(
    database,
    `select ${COLUMNS} from remote_items
     where mailbox_id = ? and kind = ? and missing is null and failure is null and id > ?
       and not exists (select 1 from links where links.mailbox_id = remote_items.mailbox_id and links.kind = remote_items.kind
         and links.ref = remote_items.ref)
       and passed_over_as is distinct from etag || ' ' || ? order by id limit ?`,
    [place.mailboxId, place.kind, options.after, options.policy, options.limit],
  );
}

/** Left alone until it, or what decides about it, is another; with null it is looked at again in the next pass. */
export async function passOver(database: Database, id: string, reason: string, policy: string | null): Promise<void> {
  await execute(database, `update remote_items set passed_over = ?, passed_over_as = etag || ' ' || ?::text where id = ?`, [
    reason,
    policy,
    id,
  ]);
}

/** What the mailbox has and nothing brings in. */
export function listPassedOver(
  database: Database,
  mailboxId: string,
  kind: ItemKind,
): Promise<readonly { readonly id: string; readonly content: ItemContent; readonly reason: string | null }[]> {
  return query(
    database,
    `select id, content, coalesce(passed_over, failure->>'message') as reason from remote_items where mailbox_id = ? and kind = ? and missing is null
       and not exists (select 1 from links where links.mailbox_id = remote_items.mailbox_id and links.kind = remote_items.kind
         and links.ref = remote_items.ref) order by id`,
    [mailboxId, kind],
  );
}

/** Answers whether there is such an item; the next pass brings it in. */
export async function wantRemoteItem(database: Database, id: string, mailboxId: string): Promise<boolean> {
  const touched = await execute(
    database,
    'update remote_items set wanted = true, passed_over_as = null where id = ? and mailbox_id = ?',
    [id, mailboxId],
  );
  return touched > 0;
}

export async function forgetRemoteItem(database: Database, mailboxId: string, kind: ItemKind, ref: string): Promise<void> {
  await execute(database, 'delete from remote_items where mailbox_id = ? and kind = ? and ref = ?', [mailboxId, kind, ref]);
}

/** Which of these are there, linked to nothing: where a missing item may have gone. */
export function findByKey(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  record: string,
): Promise<readonly KnownRemoteItem[]> {
  return query<KnownRemoteItem>(
    database,
    `select ${COLUMNS} from remote_items where mailbox_id = ? and kind = ? and missing is null and key->>'record' = ?
       and not exists (select 1 from links where links.mailbox_id = remote_items.mailbox_id and links.kind = remote_items.kind
         and links.ref = remote_items.ref) order by id`,
    [place.mailboxId, place.kind, record],
  );
}

export function findByMeeting(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  meetingId: string,
): Promise<readonly KnownRemoteItem[]> {
  return query<KnownRemoteItem>(
    database,
    `select ${COLUMNS} from remote_items where mailbox_id = ? and kind = ? and missing is null and meeting_id = ?
       and not exists (select 1 from links where links.mailbox_id = remote_items.mailbox_id and links.kind = remote_items.kind
         and links.ref = remote_items.ref) order by id`,
    [place.mailboxId, place.kind, meetingId],
  );
}
