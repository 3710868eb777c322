/** Items that may be gone: somebody was told so, or was not told of them where he should have been. */
import type { ItemKey, ItemKind } from '../model/item.ts';
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

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
