/** Which links a pass has to look at. */
import type { ItemKind } from '../model/item.ts';
import type { Database } from './database.ts';
import { query } from './rows.ts';

/**
 * Links that something happened to since they were last decided upon: their side or ours is another, something is under way or
 * missing, a choice was made, or their time has come. Nothing of it: nothing to do.
 */
export async function dueLinks(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  now: Date,
  all: boolean,
): Promise<readonly string[]> {
  const rows = await query<{ id: string }>(
    database,
    `select links.id from links join activities on activities.id = links.activity_id
     left join remote_items as remote on remote.mailbox_id = links.mailbox_id and remote.kind = links.kind and remote.ref = links.ref
     where links.mailbox_id = ? and links.kind = ? and (
       links.intent is not null and links.state <> 'in-doubt' and (links.retry_at is null or links.retry_at <= ?)
       or links.intent is null and links.state not in ('unlinked', 'in-doubt') and (?
         or links.ours_seen is distinct from activities.version or links.theirs_seen is distinct from remote.etag
         or links.mail <> 'none' and links.state <> 'parked' or links.response is not null or links.state = 'parked' and links.retry_at <= ?)
       or links.intent is null and links.state = 'unlinked' and links.apart = 'left' and (? or links.ours_seen is distinct from activities.version)
     )
     order by links.id`,
    [place.mailboxId, place.kind, now, all, now, all],
  );
  return rows.map(({ id }) => id);
}

/** What an earlier run had begun, the oldest first. */
export async function linksInIntent(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  now: Date,
): Promise<readonly string[]> {
  const rows = await query<{ id: string }>(
    database,
    `select id from links where mailbox_id = ? and kind = ? and intent is not null and state <> 'in-doubt'
       and (retry_at is null or retry_at <= ?) order by updated_at, id`,
    [place.mailboxId, place.kind, now],
  );
  return rows.map(({ id }) => id);
}
