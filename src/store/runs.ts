/** One row per run of a mailbox's workload: what it brought, and how it ended. */
import type { Failure } from '../model/failure.ts';
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export interface RunCounts {
  stored: number;
  relinked: number;
  excluded: number;
  quarantined: number;
  gone: number;
}

export const noCounts = (): RunCounts => ({ stored: 0, relinked: 0, excluded: 0, quarantined: 0, gone: 0 });

export async function startRun(database: Database, mailboxId: string, workload: string, at: Date): Promise<string> {
  const rows = await query<{ id: string }>(
    database,
    'insert into runs (mailbox_id, workload, started_at) values (?, ?, ?) returning id',
    [mailboxId, workload, at],
  );
  return rows[0]!.id;
}

export async function finishRun(
  database: Database,
  runId: string,
  at: Date,
  counts: RunCounts,
  failure: Failure | null,
  items: object | null = null,
): Promise<void> {
  await execute(
    database,
    `update runs set finished_at = ?, outcome = ?, failure_code = ?, failure_message = ?, stored = ?, relinked = ?, excluded = ?, quarantined = ?, gone = ?,
       items = ? where id = ?`,
    [
      at,
      failure ? 'failed' : 'done',
      failure?.code ?? null,
      failure?.message ?? null,
      counts.stored,
      counts.relinked,
      counts.excluded,
      counts.quarantined,
      counts.gone,
      items === null ? null : JSON.stringify(items),
      runId,
    ],
  );
}

/** Keeps the newest runs of each workload; the rest tells nothing any more. */
export async function pruneRuns(database: Database, keep = 200): Promise<void> {
  await execute(
    database,
    `delete from runs where id in (select id from (select id, row_number() over (partition by mailbox_id, workload order by id desc) as n from runs) as numbered where n > ?)`,
    [keep],
  );
}
