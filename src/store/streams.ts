/**
 * Streams and what is known of them. A run takes the stream's version and commits only while it holds it: a process that lost
 * its lease cannot move a cursor any more (ground rule 1).
 */
import { Failure } from '../model/failure.ts';
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export interface StreamKey {
  readonly mailboxId: string;
  /** The connector's kind: what one protocol remembers means nothing to another. */
  readonly kind: string;
  readonly host: string;
  readonly username: string;
  readonly folder: string;
}

export interface Stream extends StreamKey {
  readonly id: string;
  readonly cursor: string | null;
  /** The fence this run holds. */
  readonly version: string;
  readonly pass: string;
  /** Starts since the last progress, this one included. */
  readonly attempts: number;
}

/** Takes the stream for a run: a new fence, one more attempt. */
export async function takeStream(database: Database, key: StreamKey, role: string | null): Promise<Stream> {
  const rows = await query<Omit<Stream, keyof StreamKey>>(
    database,
    `insert into streams (mailbox_id, kind, host, username, folder, role, version, attempts) values (?, ?, ?, ?, ?, ?, 1, 1)
     on conflict (mailbox_id, kind, host, username, folder)
     do update set version = streams.version + 1, attempts = streams.attempts + 1, role = excluded.role
     returning id, cursor, version, pass, attempts`,
    [key.mailboxId, key.kind, key.host, key.username, key.folder, role],
  );
  return { ...key, ...rows[0]! };
}

/** An attempt that ended in an orderly way, however badly, is not a death. */
export async function endAttempt(database: Database, stream: Stream): Promise<void> {
  await database('streams').where({ id: stream.id, version: stream.version }).where('attempts', '>', 0).decrement('attempts', 1);
}

export interface CursorMove {
  readonly cursor: string;
  readonly complete: boolean;
  readonly changed: boolean;
}

/** The first statement of a page's transaction: locks the stream and fails when another run has taken it. */
export async function moveCursor(transaction: Database, stream: Stream, move: CursorMove): Promise<void> {
  const done = move.complete ? 1 : 0;
  const touched = await execute(
    transaction,
    `update streams set cursor = ?, attempts = ?, pass = pass + ?,
            completed_at = case when ? = 1 then now() else completed_at end,
            changed_at = case when ? = 1 then now() else changed_at end
     where id = ? and version = ?`,
    [move.cursor, 1 - done, done, done, move.changed ? 1 : 0, stream.id, stream.version],
  );
  if (touched === 0) {
    throw new Failure(
      'conflict',
      `another process has taken over ${stream.folder} of mailbox ${stream.mailboxId}; nothing was written`,
    );
  }
}

export async function readCursors(database: Database, key: Omit<StreamKey, 'folder'>): Promise<ReadonlyMap<string, string>> {
  const rows = await database('streams')
    .select('folder', 'cursor')
    .where({ mailbox_id: key.mailboxId, kind: key.kind, host: key.host, username: key.username })
    .whereNotNull('cursor');
  return new Map(rows.map((row: { folder: string; cursor: string }) => [row.folder, row.cursor]));
}

export async function hasKnownRefs(database: Database, streamId: string, refs: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await query<{ ref: string }>(database, 'select ref from known_refs where stream_id = ? and ref = any(?)', [
    streamId,
    refs,
  ]);
  return new Set(rows.map(({ ref }) => ref));
}

export async function allKnownRefs(database: Database, streamId: string): Promise<ReadonlySet<string>> {
  const rows = await query<{ ref: string }>(database, 'select ref from known_refs where stream_id = ?', [streamId]);
  return new Set(rows.map(({ ref }) => ref));
}

/** What is stored whole, still on the server and at least so many days here: what `afterReceive` may take off the server. */
export async function removableRefs(database: Database, streamId: string, storedBefore: Date): Promise<readonly string[]> {
  const rows = await query<{ ref: string }>(
    database,
    `select known_refs.ref from known_refs join copies on copies.id = known_refs.copy_id
     where known_refs.stream_id = ? and not copies.headers_only and copies.stored_at <= ? order by copies.sequence`,
    [streamId, storedBefore],
  );
  return rows.map(({ ref }) => ref);
}

/** All but those of these folders begin anew when they are taken again. */
export async function forgetCursors(
  transaction: Database,
  { mailboxId, kind, host, username }: Omit<StreamKey, 'folder'>,
  but: readonly string[],
): Promise<void> {
  await execute(
    transaction,
    `update streams set cursor = null where mailbox_id = ? and kind = ? and host = ? and username = ? and cursor is not null and folder <> all(?)`,
    [mailboxId, kind, host, username, but],
  );
}

/** Only the run that holds the stream may go on: a process that lost its lease writes nothing (ground rule 1). */
export async function holdStream(transaction: Database, stream: Stream): Promise<void> {
  const rows = await query(transaction, 'select 1 from streams where id = ? and version = ? for share', [
    stream.id,
    stream.version,
  ]);
  if (rows.length === 1) return;
  throw new Failure('conflict', `another process has taken over the items of mailbox ${stream.mailboxId}; nothing was written`);
}
