/**
 * The change feed. Positions come from a one-row counter that is updated by the last statement of a transaction: who commits
 * later has the higher position, so a reader that remembers a position never misses one (ground rule 15).
 */
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export type ChangeKind =
  | 'activity-created'
  | 'activity-updated'
  | 'activity-deleted'
  | 'conflict-found'
  | 'copy-added'
  | 'copy-changed'
  | 'copy-gone';

export interface NewChange {
  readonly kind: ChangeKind;
  readonly activityId: string;
  readonly copyId: string | null;
  readonly mailboxId: string | null;
}

/** Must be the last statement of its transaction. */
export async function appendChanges(transaction: Database, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return;
  const numbered = changes.map((change, at) => ({ ...change, number: at + 1 }));
  await execute(
    transaction,
    `with counter as (update feed_counter set position = position + ? returning position - ? as base)
     insert into changes (position, kind, activity_id, copy_id, mailbox_id)
     select counter.base + item.number, item.kind, item."activityId", item."copyId", item."mailboxId" from counter,
       jsonb_to_recordset(?::jsonb) as item (number bigint, kind text, "activityId" uuid, "copyId" uuid, "mailboxId" text)`,
    [changes.length, changes.length, JSON.stringify(numbered)],
  );
}

export interface Change extends NewChange {
  readonly position: number;
  readonly at: Date;
}

export async function readChanges(database: Database, after: number, limit: number): Promise<readonly Change[]> {
  const rows = await query<Omit<Change, 'position'> & { position: string }>(
    database,
    `select position, kind, activity_id as "activityId", copy_id as "copyId", mailbox_id as "mailboxId", at
     from changes where position > ? order by position limit ?`,
    [after, limit],
  );
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}
