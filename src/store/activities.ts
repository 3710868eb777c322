/** Reading activities and copies back, for people and for programs. */
import type { Database } from './database.ts';
import { query } from './rows.ts';

export interface CopyListing {
  readonly id: string;
  readonly copyId: string;
  readonly kind: string;
  readonly mailbox: string;
  readonly folder: string;
  readonly direction: 'in' | 'out';
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly from: readonly Address[];
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly sentAt: string | null;
  readonly receivedAt: string | null;
  readonly goneAt: string | null;
  readonly flags: readonly string[];
  readonly sourceSha256: string;
  readonly sourceBytes: number;
  readonly excluded: boolean;
  readonly parse: 'ok' | 'partial' | 'failed' | null;
  readonly bounce: object | null;
  readonly autoReply: boolean;
  readonly conversationId: string | null;
}

interface Address {
  readonly name: string | null;
  readonly email: string;
}

export interface ListFilter {
  readonly mailboxId?: string;
  readonly activityId?: string;
  readonly limit?: number;
}

const PAGE = 1_000;

interface CopyRow extends Omit<CopyListing, 'sentAt' | 'receivedAt' | 'goneAt' | 'sourceBytes'> {
  readonly sequence: string;
  readonly sentAt: Date | null;
  readonly receivedAt: Date | null;
  readonly goneAt: Date | null;
  readonly sourceBytes: string;
}

/** One per copy, oldest first; read in pages, so that memory does not grow with the mailbox. */
export async function* listCopies(database: Database, filter: ListFilter = {}): AsyncGenerator<CopyListing> {
  let after = '0';
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const rows = await readPage(database, filter, after, Math.min(PAGE, left));
    for (const row of rows) yield toListing(row);
    if (rows.length === 0) return;
    left -= rows.length;
    after = rows.at(-1)!.sequence;
  }
}

function readPage(database: Database, filter: ListFilter, after: string, limit: number): Promise<readonly CopyRow[]> {
  return query<CopyRow>(
    database,
    `select activities.id, copies.id as "copyId", copies.sequence, activities.kind, mailboxes.address as mailbox, copies.folder, copies.direction,
            activities.message_id as "messageId", activities.subject, content->'from' as "from", content->'to' as "to", content->'cc' as cc,
            activities.sent_at as "sentAt", copies.received_at as "receivedAt", copies.gone_at as "goneAt", copies.flags,
            encode(copies.source_sha256, 'hex') as "sourceSha256", copies.source_bytes as "sourceBytes", copies.headers_only as excluded,
            activities.parse, activities.bounce, activities.auto_reply as "autoReply", activities.conversation_id as "conversationId"
     from copies join activities on activities.id = copies.activity_id join mailboxes on mailboxes.id = copies.mailbox_id
     where copies.sequence > ? and (?::text is null or copies.mailbox_id = ?) and (?::uuid is null or copies.activity_id = ?)
     order by copies.sequence limit ?`,
    [after, filter.mailboxId ?? null, filter.mailboxId ?? null, filter.activityId ?? null, filter.activityId ?? null, limit],
  );
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

function toListing({ sequence: _, ...row }: CopyRow): CopyListing {
  return {
    ...row,
    from: row.from ?? [],
    to: row.to ?? [],
    cc: row.cc ?? [],
    sentAt: iso(row.sentAt),
    receivedAt: iso(row.receivedAt),
    goneAt: iso(row.goneAt),
    sourceBytes: Number(row.sourceBytes),
  };
}

export interface ActivityDetail {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly subject: string | null;
  readonly content: Record<string, unknown>;
  readonly parse: string | null;
  readonly bounce: object | null;
  readonly autoReply: boolean;
  readonly conversationId: string | null;
  readonly sourceSha256: string | null;
}

export async function readActivity(database: Database, id: string): Promise<ActivityDetail | null> {
  const rows = await query<ActivityDetail>(
    database,
    `select id, kind, version, subject, content, parse, bounce, auto_reply as "autoReply", conversation_id as "conversationId",
            encode(source_sha256, 'hex') as "sourceSha256" from activities where id = ?`,
    [id],
  );
  return rows[0] ?? null;
}

export async function readSource(database: Database, sha256: string): Promise<Buffer | null> {
  const rows = await query<{ bytes: Buffer }>(database, 'select bytes from sources where sha256 = ?', [
    Buffer.from(sha256, 'hex'),
  ]);
  return rows[0]?.bytes ?? null;
}

export interface Reparsable {
  readonly id: string;
  readonly sourceSha256: string;
  readonly headersOnly: boolean;
}

/** Emails read by another version of the reader, or badly; in pages by id. */
export function listToReparse(
  database: Database,
  after: string,
  options: { readonly all: boolean; readonly parserVersion: number; readonly limit: number },
) {
  return query<Reparsable>(
    database,
    `select id, encode(source_sha256, 'hex') as "sourceSha256",
            not exists (select 1 from copies where copies.activity_id = activities.id and not copies.headers_only) as "headersOnly"
     from activities where kind = 'email' and source_sha256 is not null and id > ?
       and (? or parser_version is distinct from ? or parse <> 'ok') order by id limit ?`,
    [after, options.all, options.parserVersion, options.limit],
  );
}
