/** What the gateway keeps of a mailbox besides its mail: is it served, and if not, why and what mends it. */
import type { Failure } from '../model/failure.ts';
import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

export interface MailboxRow {
  readonly id: string;
  readonly address: string;
  readonly state: 'active' | 'paused' | 'stopped' | 'moved';
  readonly stoppedCode: string | null;
  readonly stoppedMessage: string | null;
  readonly stoppedRemedy: string | null;
}

const COLUMNS =
  'id, address, state, stopped_code as "stoppedCode", stopped_message as "stoppedMessage", stopped_remedy as "stoppedRemedy"';

export function listMailboxes(database: Database): Promise<readonly MailboxRow[]> {
  return query<MailboxRow>(database, `select ${COLUMNS} from mailboxes order by address`);
}

/**
 * Brings the mailboxes of the config in: new ones are added, a changed address under the same id is a rename, those that are
 * no longer there are paused with all their data, those that come back go on.
 */
export async function adoptMailboxes(
  database: Database,
  mailboxes: readonly { readonly id: string; readonly address: string }[],
  /** False while a config that lost suspiciously many mailboxes waits for approval. */
  options: { readonly pauseMissing: boolean } = { pauseMissing: true },
): Promise<void> {
  await database.transaction(async (transaction) => {
    await execute(
      transaction,
      `insert into mailboxes (id, address) select id, address from jsonb_to_recordset(?::jsonb) as item (id text, address text) order by id
       on conflict (id) do update set address = excluded.address, updated_at = now(),
         state = case when mailboxes.state = 'paused' then 'active' else mailboxes.state end
       where mailboxes.address <> excluded.address or mailboxes.state = 'paused'`,
      [JSON.stringify(mailboxes.map(({ id, address }) => ({ id, address })))],
    );
    if (!options.pauseMissing) return;
    await execute(
      transaction,
      `update mailboxes set state = 'paused', updated_at = now() where state <> 'paused' and not (id = any(?))`,
      [mailboxes.map(({ id }) => id)],
    );
  });
}

/** Only a person brings a stopped mailbox back: by mending the cause and testing it, or by a changed config. */
export async function stopMailbox(database: Database, id: string, failure: Failure): Promise<void> {
  await execute(
    database,
    `update mailboxes set state = 'stopped', stopped_code = ?, stopped_message = ?, stopped_remedy = ?, updated_at = now() where id = ? and state <> 'paused'`,
    [failure.code, failure.message, failure.remedy ?? null, id],
  );
}

export async function resumeMailbox(database: Database, id: string): Promise<void> {
  await execute(
    database,
    `update mailboxes set state = 'active', stopped_code = null, stopped_message = null, stopped_remedy = null, updated_at = now() where id = ? and state = 'stopped'`,
    [id],
  );
}

/** The same for sending alone: receiving goes on. */
export async function stopSending(database: Database, id: string, { code, message, remedy }: Failure): Promise<void> {
  const told = JSON.stringify({ code, message, remedy: remedy ?? null });
  await execute(database, 'update mailboxes set sending_stopped = ?::jsonb, updated_at = now() where id = ?', [told, id]);
}

export async function resumeSending(database: Database, id: string): Promise<void> {
  await execute(
    database,
    'update mailboxes set sending_stopped = null, updated_at = now() where id = ? and sending_stopped is not null',
    [id],
  );
}

/** Being moved, or gone from its server: looked for again and again, and nothing is concluded from its absence. */
export async function mailboxMoved(database: Database, id: string, failure: Failure): Promise<void> {
  await execute(
    database,
    `update mailboxes set state = 'moved', stopped_code = ?, stopped_message = ?, stopped_remedy = ?, updated_at = now()
     where id = ? and state in ('active', 'moved')`,
    [failure.code, failure.message, failure.remedy ?? null, id],
  );
}

export async function resumeMoved(database: Database, id: string): Promise<void> {
  await execute(
    database,
    `update mailboxes set state = 'active', stopped_code = null, stopped_message = null, stopped_remedy = null, updated_at = now()
     where id = ? and state = 'moved'`,
    [id],
  );
}

/** Which of these are still stopped: another process may have mended them. */
export async function sendingStopped(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await query<{ id: string }>(
    database,
    'select id from mailboxes where id = any(?) and sending_stopped is not null',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Removes a mailbox with all that only it holds. Activities other mailboxes have copies of stay. */
export async function purgeMailbox(
  database: Database,
  id: string,
): Promise<{ readonly copies: number; readonly activities: number }> {
  return database.transaction(async (transaction) => {
    const copies = await execute(transaction, 'delete from copies where mailbox_id = ?', [id]);
    const items = await query<{ id: string }>(transaction, 'select activity_id as id from links where mailbox_id = ?', [id]);
    await execute(transaction, 'delete from tokens where mailbox_id = ?', [id]);
    await execute(transaction, 'delete from mailboxes where id = ?', [id]);
    const activities = await execute(
      transaction,
      "delete from activities where kind = 'email' and not exists (select 1 from copies where copies.activity_id = activities.id)",
    );
    const only = await execute(
      transaction,
      'delete from activities where id = any(?) and not exists (select 1 from links where links.activity_id = activities.id)',
      [items.map((item) => item.id)],
    );
    await execute(
      transaction,
      'delete from sources where not exists (select 1 from copies where copies.source_sha256 = sources.sha256) and not exists (select 1 from activities where activities.source_sha256 = sources.sha256)',
    );
    return { copies, activities: activities + only };
  });
}
