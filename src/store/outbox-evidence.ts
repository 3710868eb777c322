/** What the outbox looks up elsewhere: where a mail has arrived, what reports say, how often somebody was written to. */
import type { Bounce } from '../model/email.ts';
import type { OutboxItem } from '../model/outbox.ts';
import type { Database } from './database.ts';
import { SELECT_OUTBOX } from './outbox.ts';
import { execute, query } from './rows.ts';

/**
 * Has the mail itself been received anywhere? A copy in a Sent folder counts only while we have appended none: then the server put
 * it there.
 */
export async function hasArrivedAnywhere(database: Database, item: OutboxItem): Promise<boolean> {
  const rows = await query<object>(
    database,
    `select 1 from copies join streams on streams.id = copies.stream_id
     where copies.activity_id = ? and (streams.role is distinct from 'sent' or ? in ('wanted', 'none')) limit 1`,
    [item.activityId, item.filing],
  );
  return rows.length > 0;
}

/** How many mails this correspondent got from the mailbox since then, and when the first of them went. */
export async function sentSince(
  database: Database,
  mailboxId: string,
  address: string,
  since: Date,
): Promise<{ readonly count: number; readonly first: Date | null }> {
  const rows = await query<{ count: number; first: Date | null }>(
    database,
    `select count(*)::int as count, min(accepted_at) as first from outbox_recipients join outbox using (activity_id)
     where outbox.mailbox_id = ? and lower(address) = lower(?) and accepted_at > ?`,
    [mailboxId, address, since],
  );
  return rows[0]!;
}

/** The item a bounce speaks of, by ENVID first. */
export async function findBounced(
  database: Database,
  envelopeId: string | null,
  messageId: string | null,
): Promise<OutboxItem | null> {
  const rows = await query<OutboxItem>(
    database,
    `${SELECT_OUTBOX} where outbox.envelope_id = ? or outbox.message_id = ? order by (outbox.envelope_id = ?) desc nulls last limit 1`,
    [envelopeId, messageId, envelopeId],
  );
  return rows[0] ?? null;
}

export interface OriginalEmail {
  readonly messageId: string | null;
  readonly references: readonly string[];
  readonly inReplyTo: readonly string[];
  readonly subject: string | null;
  readonly automatic: boolean;
  readonly sourceSha256: string;
  readonly headersOnly: boolean;
}

/** What a reply or a forward has to know of the mail it is about. */
export async function readOriginal(database: Database, activityId: string): Promise<OriginalEmail | null> {
  const rows = await query<OriginalEmail>(
    database,
    `select message_id as "messageId", coalesce(content->'references', '[]') as "references",
       coalesce(content->'inReplyTo', '[]') as "inReplyTo", subject,
       (auto_reply or bounce is not null or content->'mailroom:list' is distinct from 'null'::jsonb) as automatic,
       encode(source_sha256, 'hex') as "sourceSha256",
       coalesce((select bool_and(headers_only) from copies where copies.activity_id = activities.id), false) as "headersOnly"
     from activities where id = ? and kind = 'email'`,
    [activityId],
  );
  return rows[0] ?? null;
}

/** Bounces the change feed has told of since the last look, and where that look ended; null: nothing new. */
export async function newBounces(
  database: Database,
  limit: number,
): Promise<{ readonly until: string; readonly bounces: readonly Bounce[] } | null> {
  const rows = await query<{ until: string; bounce: Bounce | null }>(
    database,
    `select changes.position as until, activities.bounce from changes left join activities on activities.id = changes.activity_id
     where changes.position > (select position from outbox_reports) order by changes.position limit ?`,
    [limit],
  );
  if (rows.length === 0) return null;
  return { until: rows.at(-1)!.until, bounces: rows.flatMap(({ bounce }) => (bounce === null ? [] : [bounce])) };
}

export async function noteBouncesRead(database: Database, until: string): Promise<void> {
  await execute(database, 'update outbox_reports set position = greatest(position, ?)', [until]);
}
