/** What may have told guests, for the budget of each mailbox. */
import type { Database } from './database.ts';
import type { Link } from './links.ts';
import { execute, query } from './rows.ts';

/** Before the first call: the budget counts what may have gone out. */
export async function countGuestMail(transaction: Database, link: Link, at: Date): Promise<void> {
  await execute(transaction, 'insert into guest_mails (mailbox_id, activity_id, at) values (?, ?, ?)', [
    link.mailboxId,
    link.activityId,
    at,
  ]);
}

/** It certainly did not go out. */
export async function uncountGuestMail(transaction: Database, link: Link): Promise<void> {
  await execute(
    transaction,
    `delete from guest_mails where ctid = (select ctid from guest_mails where mailbox_id = ? and activity_id = ? order by at desc limit 1)`,
    [link.mailboxId, link.activityId],
  );
}

export async function guestMailsSince(database: Database, mailboxId: string, since: Date): Promise<number> {
  const rows = await query<{ count: string }>(
    database,
    'select count(*) as count from guest_mails where mailbox_id = ? and at > ?',
    [mailboxId, since],
  );
  return Number(rows[0]!.count);
}
