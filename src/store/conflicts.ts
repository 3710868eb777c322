/**
 * What both sides changed. An open conflict waits for a choice and is listed once; a settled one keeps the value that lost, so
 * that it can be brought back.
 */
import { newId } from '../model/identifier.ts';
import type { Json } from '../model/item.ts';
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

/** open: waits for a choice. settled: `kept` won. undone: the other value was brought back. */
export type ConflictState = 'open' | 'settled' | 'undone';
export type Side = 'application' | 'exchange';

export interface Conflict {
  readonly id: string;
  readonly activityId: string;
  readonly mailboxId: string;
  readonly kind: string;
  readonly subject: string | null;
  /** A field's name, or `deletion`. */
  readonly field: string;
  readonly state: ConflictState;
  readonly base: Json;
  readonly ours: Json;
  readonly theirs: Json;
  readonly kept: Side | null;
  readonly foundAt: Date;
  readonly settledAt: Date | null;
}

export interface NewConflict {
  readonly activityId: string;
  readonly mailboxId: string;
  readonly field: string;
  readonly base: Json;
  readonly ours: Json;
  readonly theirs: Json;
  /** Null: nobody has won yet. */
  readonly kept: Side | null;
}

/** One open conflict for each field of a link: found again, it only learns the newest values. */
export async function saveConflict(transaction: Database, conflict: NewConflict): Promise<void> {
  const { activityId, mailboxId, field, kept } = conflict;
  const settled = await settleOpen(transaction, conflict);
  if (settled) return;
  await execute(
    transaction,
    `insert into conflicts (id, activity_id, mailbox_id, field, state, base, ours, theirs, kept, settled_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, case when ?::text is null then null else now() end)
     on conflict (activity_id, mailbox_id, field) where state = 'open'
     do update set base = excluded.base, ours = excluded.ours, theirs = excluded.theirs`,
    [
      newId(),
      activityId,
      mailboxId,
      field,
      kept === null ? 'open' : 'settled',
      JSON.stringify(conflict.base),
      JSON.stringify(conflict.ours),
      JSON.stringify(conflict.theirs),
      kept,
      kept,
    ],
  );
}

/** A conflict that waited ends with this outcome. */
async function settleOpen(transaction: Database, { activityId, mailboxId, field, kept, ours, theirs }: NewConflict) {
  if (kept === null) return false;
  const touched = await execute(
    transaction,
    `update conflicts set state = 'settled', kept = ?, ours = ?, theirs = ?, settled_at = now()
     where activity_id = ? and mailbox_id = ? and field = ? and state = 'open'`,
    [kept, JSON.stringify(ours), JSON.stringify(theirs), activityId, mailboxId, field],
  );
  return touched > 0;
}

/** Nobody needs to answer any more: both sides have come to agree by themselves. */
export async function dropConflict(transaction: Database, activityId: string, mailboxId: string, field: string): Promise<void> {
  await execute(transaction, `delete from conflicts where activity_id = ? and mailbox_id = ? and field = ? and state = 'open'`, [
    activityId,
    mailboxId,
    field,
  ]);
}

const SELECT = `select conflicts.id, conflicts.activity_id as "activityId", conflicts.mailbox_id as "mailboxId", activities.kind, activities.subject,
  conflicts.field, conflicts.state, conflicts.base, conflicts.ours, conflicts.theirs, conflicts.kept, conflicts.found_at as "foundAt",
  conflicts.settled_at as "settledAt" from conflicts join activities on activities.id = conflicts.activity_id`;

export function listConflicts(
  database: Database,
  filter: { readonly states?: readonly ConflictState[]; readonly mailboxId?: string; readonly activityId?: string } = {},
): Promise<readonly Conflict[]> {
  return query<Conflict>(
    database,
    `${SELECT} where (?::text[] is null or conflicts.state = any(?)) and (?::text is null or conflicts.mailbox_id = ?)
       and (?::uuid is null or conflicts.activity_id = ?) order by conflicts.found_at, conflicts.id`,
    [
      filter.states ?? null,
      filter.states ?? null,
      filter.mailboxId ?? null,
      filter.mailboxId ?? null,
      filter.activityId ?? null,
      filter.activityId ?? null,
    ],
  );
}

export async function readConflict(database: Database, id: string): Promise<Conflict | null> {
  const rows = await query<Conflict>(database, `${SELECT} where conflicts.id = ?`, [id]);
  return rows[0] ?? null;
}

/** Answers whether it was still waiting. */
export async function settleConflict(transaction: Database, id: string, kept: Side): Promise<boolean> {
  const touched = await execute(
    transaction,
    `update conflicts set state = 'settled', kept = ?, settled_at = now() where id = ? and state = 'open'`,
    [kept, id],
  );
  return touched > 0;
}

export async function markUndone(transaction: Database, id: string): Promise<boolean> {
  const touched = await execute(transaction, `update conflicts set state = 'undone' where id = ? and state = 'settled'`, [id]);
  return touched > 0;
}
