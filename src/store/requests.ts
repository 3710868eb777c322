/** How a command asks the process that serves a mailbox for a pass, instead of working against it. */
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export async function requestSync(database: Database, mailboxId: string): Promise<string> {
  const rows = await query<{ id: string }>(database, 'insert into sync_requests (mailbox_id) values (?) returning id', [
    mailboxId,
  ]);
  return rows[0]!.id;
}

export interface FinishedRun {
  readonly outcome: 'done' | 'failed';
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly stored: number;
  readonly relinked: number;
  readonly excluded: number;
  readonly quarantined: number;
  readonly gone: number;
}

/** The run that answered a request, once it has ended. */
export async function finishedRequest(database: Database, requestId: string): Promise<FinishedRun | null> {
  const rows = await query<FinishedRun>(
    database,
    `select runs.outcome, runs.failure_code as "failureCode", runs.failure_message as "failureMessage", runs.stored, runs.relinked, runs.excluded,
            runs.quarantined, runs.gone
     from sync_requests join runs on runs.id = sync_requests.run_id where sync_requests.id = ? and sync_requests.finished_at is not null`,
    [requestId],
  );
  return rows[0] ?? null;
}

/**
 * Those of `served` for which something was asked, where this holder or nobody has the lease: a stopped mailbox is nobody's until it is
 * tried again. A request counts for the pass that starts after it.
 */
export async function takeRequests(database: Database, holder: string, served: readonly string[]): Promise<readonly string[]> {
  const rows = await query<{ mailbox_id: string }>(
    database,
    `update sync_requests set taken_at = now()
     where finished_at is null and taken_at is null and mailbox_id = any(?) and not exists (
       select 1 from leases where leases.mailbox_id = sync_requests.mailbox_id and holder <> ? and expires_at > clock_timestamp())
     returning mailbox_id`,
    [served, holder],
  );
  return rows.map((row) => row.mailbox_id);
}

export async function openRequests(database: Database, mailboxId: string): Promise<readonly string[]> {
  const rows = await query<{ id: string }>(
    database,
    'select id from sync_requests where mailbox_id = ? and finished_at is null and taken_at is not null',
    [mailboxId],
  );
  return rows.map(({ id }) => id);
}

export async function finishRequests(database: Database, requestIds: readonly string[], runId: string): Promise<void> {
  if (requestIds.length === 0) return;
  await execute(database, 'update sync_requests set finished_at = now(), run_id = ? where id = any(?)', [runId, requestIds]);
}
