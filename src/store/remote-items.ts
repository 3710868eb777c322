/** The other side as it was last read, one row for each item in a watched folder. */
import type { ItemKind, ItemState } from '../model/item.ts';
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export interface KnownRemoteItem extends ItemState {
  readonly id: string;
  /** told: the server said that it left its folder. absent: everything was told anew, without it. */
  readonly missing: 'told' | 'absent' | null;
  readonly passedOver: string | null;
  /** Somebody asked for this very item. */
  readonly wanted: boolean;
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

export const COLUMNS = `id, ref, etag, folder, content, key, meeting_id as "meetingId", meeting, read_only as "readOnly", changed_at as "changedAt",
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

/** Which activity it was is remembered of a meeting, as long as the link still names it. */
export async function forgetRemoteItem(database: Database, mailboxId: string, kind: ItemKind, ref: string): Promise<void> {
  await execute(
    database,
    `insert into past_meetings (meeting_id, recurrence_id, activity_id)
     select remote.meeting_id, remote.content->>'recurrenceId', links.activity_id from remote_items as remote
     join links on links.mailbox_id = remote.mailbox_id and links.kind = remote.kind and links.ref = remote.ref
     where remote.mailbox_id = ? and remote.kind = ? and remote.ref = ? and remote.meeting_id is not null on conflict do nothing`,
    [mailboxId, kind, ref],
  );
  await execute(database, 'delete from remote_items where mailbox_id = ? and kind = ? and ref = ?', [mailboxId, kind, ref]);
}
