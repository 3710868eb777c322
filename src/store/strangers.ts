/** Items of a mailbox that are linked to nothing: to be brought in, passed over for a reason, or known again. */
import type { ItemContent, ItemKind } from '../model/item.ts';
import type { Database } from './database.ts';
import { COLUMNS, type KnownRemoteItem } from './remote-items.ts';
import { execute, query } from './rows.ts';

/** Not linked, there, and not yet passed over in this very state and under this policy; in pages by id. */
export function listStrangers(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  options: { readonly policy: string; readonly after: string; readonly limit: number },
): Promise<readonly KnownRemoteItem[]> {
  return query<KnownRemoteItem>(
    database,
    `select ${COLUMNS} from remote_items
     where mailbox_id = ? and kind = ? and missing is null and failure is null and id > ?
       and not exists (select 1 from links where links.mailbox_id = remote_items.mailbox_id and links.kind = remote_items.kind
         and links.ref = remote_items.ref)
       and passed_over_as is distinct from etag || ' ' || ? order by id limit ?`,
    [place.mailboxId, place.kind, options.after, options.policy, options.limit],
  );
}

/** Left alone until it, or what decides about it, is another; with null it is looked at again in the next pass. */
export async function passOver(database: Database, id: string, reason: string, policy: string | null): Promise<void> {
  await execute(database, `update remote_items set passed_over = ?, passed_over_as = etag || ' ' || ?::text where id = ?`, [
    reason,
    policy,
    id,
  ]);
}

/** What the mailbox has and nothing brings in. */
export function listPassedOver(
  database: Database,
  mailboxId: string,
  kind: ItemKind,
): Promise<readonly { readonly id: string; readonly content: ItemContent; readonly reason: string | null }[]> {
  return query(
    database,
    `select id, content, coalesce(passed_over, failure->>'message') as reason from remote_items where mailbox_id = ? and kind = ? and missing is null
       and not exists (select 1 from links where links.mailbox_id = remote_items.mailbox_id and links.kind = remote_items.kind
         and links.ref = remote_items.ref) order by id`,
    [mailboxId, kind],
  );
}

/** Answers whether there is such an item; the next pass brings it in. */
export async function wantRemoteItem(database: Database, id: string, mailboxId: string): Promise<boolean> {
  const touched = await execute(
    database,
    'update remote_items set wanted = true, passed_over_as = null where id = ? and mailbox_id = ?',
    [id, mailboxId],
  );
  return touched > 0;
}

/** Which of these are there, linked to nothing: where a missing item may have gone. */
export function findByKey(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  record: string,
): Promise<readonly KnownRemoteItem[]> {
  return query<KnownRemoteItem>(
    database,
    `select ${COLUMNS} from remote_items where mailbox_id = ? and kind = ? and missing is null and key->>'record' = ?
       and not exists (select 1 from links where links.mailbox_id = remote_items.mailbox_id and links.kind = remote_items.kind
         and links.ref = remote_items.ref) order by id`,
    [place.mailboxId, place.kind, record],
  );
}

export function findByMeeting(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  meetingId: string,
): Promise<readonly KnownRemoteItem[]> {
  return query<KnownRemoteItem>(
    database,
    `select ${COLUMNS} from remote_items where mailbox_id = ? and kind = ? and missing is null and meeting_id = ?
       and not exists (select 1 from links where links.mailbox_id = remote_items.mailbox_id and links.kind = remote_items.kind
         and links.ref = remote_items.ref) order by id`,
    [place.mailboxId, place.kind, meetingId],
  );
}
