/** How a command asks the process that serves a mailbox for a pass, instead of working against it. */
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export async function requestSync(
  database: Database,
  mailboxId: string,
  options: { readonly allowDeletions?: boolean } = {},
): Promise<string> {
  const rows = await query<{ id: string }>(
    database,
    'insert into sync_requests (mailbox_id, options) values (?, ?) returning id',
    [mailboxId, JSON.stringify(options)],
  );
  return rows[0]!.id;
}

/** Wakes who serves these mailboxes; where nobody does, there is nobody to ask. */
export async function requestSyncWhereServed(database: Database, mailboxIds: readonly string[]): Promise<void> {
  await execute(
    database,
    `insert into sync_requests (mailbox_id) select mailbox_id from leases where mailbox_id = any(?) and expires_at > clock_timestamp()`,
    [mailboxIds],
  );
}

/** What became of a request, as whoever carried it out wrote it down. */
export async function finishedRequest<Result extends object>(database: Database, requestId: string): Promise<Result | null> {
  const rows = await query<{ result: Result | null }>(
    database,
    'select result from sync_requests where id = ? and finished_at is not null',
    [requestId],
  );
  return rows[0]?.result ?? null;
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

export interface OpenRequest {
  readonly id: string;
  /** A person has looked at the deletions that were held back. */
  readonly allowDeletions: boolean;
}

export function openRequests(database: Database, mailboxId: string): Promise<readonly OpenRequest[]> {
  return query<OpenRequest>(
    database,
    `select id, coalesce((options->>'allowDeletions')::boolean, false) as "allowDeletions" from sync_requests
     where mailbox_id = ? and finished_at is null and taken_at is not null`,
    [mailboxId],
  );
}

export async function finishRequests(database: Database, requests: readonly OpenRequest[], result: object): Promise<void> {
  if (requests.length === 0) return;
  const ids = requests.map(({ id }) => id);
  await execute(database, 'update sync_requests set finished_at = now(), result = ? where id = any(?)', [
    JSON.stringify(result),
    ids,
  ]);
}
