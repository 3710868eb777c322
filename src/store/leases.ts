/**
 * A lease says which process serves a mailbox. Its token grows with each new holder. Correctness does not rest on it (a
 * stream's fence does that); it keeps two processes from doing the same work and from opening twice the connections.
 */
import { isDeadProcess } from '../platform/process-identity.ts';
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export interface Lease {
  readonly mailboxId: string;
  readonly holder: string;
  readonly token: string;
}

/** Takes the lease if it is free, expired or already ours. PostgreSQL's clock decides, so that machines need not agree. */
export async function takeLease(database: Database, mailboxId: string, holder: string, forMs: number): Promise<Lease | null> {
  const rows = await query<{ token: string }>(
    database,
    `insert into leases (mailbox_id, holder, token, expires_at) values (?, ?, 1, clock_timestamp() + ? * interval '1 millisecond')
     on conflict (mailbox_id) do update set holder = excluded.holder, expires_at = excluded.expires_at,
       token = leases.token + case when leases.holder = excluded.holder then 0 else 1 end
     where leases.holder = excluded.holder or leases.expires_at < clock_timestamp() returning token`,
    [mailboxId, holder, forMs],
  );
  return rows[0] ? { mailboxId, holder, token: rows[0].token } : null;
}

/** A killed process leaves its leases behind; where it can be seen to be dead nobody has to wait until they expire. */
export async function dropDeadLeases(database: Database): Promise<void> {
  const holders = await query<{ holder: string }>(database, 'select distinct holder from leases');
  for (const { holder } of holders) if (await isDeadProcess(holder)) await releaseLeases(database, holder);
}

/** How many are still ours. */
export async function renewLeases(database: Database, holder: string, forMs: number): Promise<number> {
  return execute(database, `update leases set expires_at = clock_timestamp() + ? * interval '1 millisecond' where holder = ?`, [
    forMs,
    holder,
  ]);
}

export async function releaseLease(database: Database, lease: Lease): Promise<void> {
  await execute(database, 'delete from leases where mailbox_id = ? and holder = ?', [lease.mailboxId, lease.holder]);
}

export async function releaseLeases(database: Database, holder: string): Promise<void> {
  await execute(database, 'delete from leases where holder = ?', [holder]);
}
