/**
 * What one page of a folder told, kept in one transaction with the cursor that says so (ground rule 1). Reading decides nothing:
 * what is missing is noted as a suspicion.
 */
import type { ItemKind, ItemState } from '../model/item.ts';
import { type Database, inTransaction } from './database.ts';
import { saveRemoteItems } from './remote-items.ts';
import { execute } from './rows.ts';
import { moveCursor, type Stream } from './streams.ts';

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
    await decideAgain(transaction, stream, kind, page.changed);
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

/** The state may be the one that was decided upon, and more of it have been read since. */
async function decideAgain(transaction: Database, stream: Stream, kind: ItemKind, read: readonly ItemState[]): Promise<void> {
  if (read.length === 0) return;
  await execute(transaction, 'update links set theirs_seen = null where mailbox_id = ? and kind = ? and ref = any(?)', [
    stream.mailboxId,
    kind,
    read.map(({ ref }) => ref),
  ]);
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
