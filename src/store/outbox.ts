/** What waits to be sent: its rows, the fence of each attempt, and the mark "the dot may go". */
import type { ReadEmail } from '../model/email.ts';
import { newId } from '../model/identifier.ts';
import type { FilingState, OutboxItem, OutboxRecipient, OutboxState } from '../model/outbox.ts';
import { appendChanges } from './changes.ts';
import { type Database, databaseFailure, inTransaction } from './database.ts';
import { identityKey, saveActivities, saveSources } from './email-rows.ts';
import { execute, insertRows, query } from './rows.ts';

export interface NewOutboxItem
  extends Pick<
    OutboxItem,
    'mailboxId' | 'messageId' | 'envelopeId' | 'envelopeFrom' | 'automatic' | 'sendAt' | 'nextTryAt' | 'expiresAt' | 'filing'
  > {
  readonly state: 'draft' | 'pending';
  readonly source: Uint8Array;
  readonly read: ReadEmail;
  readonly recipients: readonly Pick<OutboxRecipient, 'role' | 'address'>[];
  /** Unique in the mailbox. */
  readonly requestKey: string | null;
}

/** The folder of the copy that the outbox itself holds. */
const OUTBOX_FOLDER = 'Outbox';

/** Activity, source, copy and outbox row in one transaction; answers the activity's id, or null where the request's key is there already. */
export async function saveOutboxItem(database: Database, item: NewOutboxItem): Promise<string | null> {
  try {
    return await insertOutboxItem(database, item);
  } catch (error) {
    if ((error as { constraint?: string }).constraint === 'outbox_request_key') return null;
    throw error;
  }
}

function insertOutboxItem(database: Database, item: NewOutboxItem): Promise<string> {
  return inTransaction(database, async (transaction) => {
    const email = { read: item.read, source: item.source };
    await saveSources(transaction, [email]);
    const activity = (await saveActivities(transaction, [email])).get(identityKey(item.read))!;
    const copyId = newId();
    const sha256 = Buffer.from(item.read.sourceSha256, 'hex');
    await transaction('activities').where({ id: activity.id }).update({ status: item.state });
    await transaction('copies').insert({
      ...{ id: copyId, activity_id: activity.id, mailbox_id: item.mailboxId, folder: OUTBOX_FOLDER, direction: 'out' },
      ...{ source_sha256: sha256, source_bytes: item.source.byteLength },
    });
    await transaction('outbox').insert({
      ...{ activity_id: activity.id, mailbox_id: item.mailboxId, state: item.state, message_id: item.messageId },
      ...{ envelope_id: item.envelopeId, envelope_from: item.envelopeFrom, automatic: item.automatic, send_at: item.sendAt },
      ...{ next_try_at: item.nextTryAt, expires_at: item.expiresAt, filing: item.filing, request_key: item.requestKey },
      ...{ source_sha256: sha256, source_bytes: item.source.byteLength },
    });
    await insertRows(
      transaction,
      'outbox_recipients',
      ['activity_id', 'position', 'role', 'address'],
      item.recipients.map(({ role, address }, position) => [activity.id, position, role, address]),
    );
    const feed = { activityId: activity.id, mailboxId: item.mailboxId };
    await appendChanges(transaction, [
      { ...feed, kind: 'activity-created', copyId: null },
      { ...feed, kind: 'copy-added', copyId },
    ]);
    return activity.id;
  });
}

export const SELECT_OUTBOX = `
  select outbox.activity_id as "activityId", outbox.mailbox_id as "mailboxId", outbox.state, outbox.message_id as "messageId",
    outbox.envelope_id as "envelopeId", outbox.envelope_from as "envelopeFrom", activities.subject, outbox.automatic,
    outbox.send_at as "sendAt", outbox.next_try_at as "nextTryAt", outbox.expires_at as "expiresAt", outbox.attempt,
    outbox.dot_at as "dotAt", encode(outbox.source_sha256, 'hex') as "sourceSha256", outbox.source_bytes::float8 as "sourceBytes",
    outbox.filing, outbox.note, outbox.created_at as "createdAt", outbox.updated_at as "updatedAt",
    (select json_agg(json_build_object('position', position, 'role', role, 'address', address, 'state', state, 'status', status,
       'response', response, 'tries', tries) order by position)
     from outbox_recipients as recipient where recipient.activity_id = outbox.activity_id) as recipients
  from outbox join activities on activities.id = outbox.activity_id`;

export async function readOutboxItem(database: Database, activityId: string): Promise<OutboxItem | null> {
  return (await query<OutboxItem>(database, `${SELECT_OUTBOX} where outbox.activity_id = ?`, [activityId]))[0] ?? null;
}

/** The mail that was submitted with this key. */
export async function findRequested(database: Database, mailboxId: string, requestKey: string): Promise<OutboxItem | null> {
  const rows = await query<OutboxItem>(database, `${SELECT_OUTBOX} where outbox.mailbox_id = ? and outbox.request_key = ?`, [
    mailboxId,
    requestKey,
  ]);
  return rows[0] ?? null;
}

export interface OutboxFilter {
  readonly mailboxId?: string;
  readonly states?: readonly OutboxState[];
  readonly limit?: number;
}

/** Oldest first. */
export function listOutboxItems(database: Database, filter: OutboxFilter): Promise<readonly OutboxItem[]> {
  return query<OutboxItem>(
    database,
    `${SELECT_OUTBOX} where (?::text is null or outbox.mailbox_id = ?) and (?::text[] is null or outbox.state = any(?))
     order by outbox.created_at, outbox.activity_id limit ?`,
    [filter.mailboxId ?? null, filter.mailboxId ?? null, filter.states ?? null, filter.states ?? null, filter.limit ?? 1_000],
  );
}

/** Pending, and its time has come. */
export function dueOutboxItems(database: Database, mailboxId: string, now: Date, limit: number): Promise<readonly OutboxItem[]> {
  return query<OutboxItem>(
    database,
    `${SELECT_OUTBOX} where outbox.mailbox_id = ? and outbox.state = 'pending' and outbox.next_try_at <= ?
     order by outbox.next_try_at, outbox.activity_id limit ?`,
    [mailboxId, now, limit],
  );
}

/** When something of this mailbox has to be looked at next; null: nothing waits. */
export async function nextOutboxTime(database: Database, mailboxId: string): Promise<Date | null> {
  const rows = await query<{ at: Date | null }>(
    database,
    `select min(next_try_at) as at from outbox where mailbox_id = ? and (state in ('pending', 'sending', 'in-doubt')
       or (filing in ('wanted', 'begun') and state in ('sent', 'partial')))`,
    [mailboxId],
  );
  return rows[0]?.at ?? null;
}

export async function readSource(database: Database, sha256: string): Promise<Uint8Array> {
  const rows = await query<{ bytes: Buffer }>(database, "select bytes from sources where sha256 = decode(?, 'hex')", [sha256]);
  return rows[0]!.bytes;
}

/** Takes the next attempt of a pending item; null when somebody was faster. */
export async function claimOutboxItem(database: Database, item: OutboxItem): Promise<OutboxItem | null> {
  const touched = await execute(
    database,
    `update outbox set state = 'sending', attempt = attempt + 1, dot_at = null, updated_at = now()
     where activity_id = ? and state = 'pending' and attempt = ?`,
    [item.activityId, item.attempt],
  ).catch((error: unknown) => {
    throw databaseFailure(error);
  });
  return touched === 1 ? readOutboxItem(database, item.activityId) : null;
}

/** Commits "the dot may go". False: another run holds the item by now, and the dot must not go. */
export async function markDot(database: Database, item: OutboxItem): Promise<boolean> {
  const touched = await execute(
    database,
    `update outbox set dot_at = now(), updated_at = now() where activity_id = ? and attempt = ? and state = 'sending' and dot_at is null`,
    [item.activityId, item.attempt],
  ).catch((error: unknown) => {
    throw databaseFailure(error);
  });
  return touched === 1;
}

export interface OutboxUpdate {
  readonly state: OutboxState;
  readonly nextTryAt?: Date;
  readonly expiresAt?: Date;
  readonly filing?: FilingState;
  readonly note?: string | null;
  /** All of them, changed or not. */
  readonly recipients?: readonly OutboxRecipient[];
}

/** Reads under a lock, decides, writes, and tells the change feed; `decide` answers null to leave all as it is. */
export function updateOutboxItem(
  database: Database,
  activityId: string,
  decide: (item: OutboxItem) => OutboxUpdate | null,
): Promise<OutboxItem | null> {
  return inTransaction(database, async (transaction) => {
    await transaction('outbox').where({ activity_id: activityId }).forUpdate().select('activity_id');
    const item = await readOutboxItem(transaction, activityId);
    const update = item && decide(item);
    if (!item || !update) return item;
    await saveUpdate(transaction, item, update);
    return readOutboxItem(transaction, activityId);
  });
}

async function saveUpdate(transaction: Database, item: OutboxItem, update: OutboxUpdate): Promise<void> {
  await saveRecipients(transaction, item, update.recipients ?? []);
  await transaction('outbox')
    .where({ activity_id: item.activityId })
    .update({
      ...{ state: update.state, filing: update.filing ?? item.filing, updated_at: transaction.fn.now() },
      ...{ next_try_at: update.nextTryAt ?? item.nextTryAt, expires_at: update.expiresAt ?? item.expiresAt },
      note: update.note === undefined ? item.note : update.note,
      // The mark belongs to an attempt without a result.
      dot_at: update.state === 'sending' || update.state === 'in-doubt' ? item.dotAt : null,
    });
  if (update.state === item.state && update.recipients === undefined) return;
  await transaction('activities')
    .where({ id: item.activityId })
    .update({ status: update.state, version: transaction.raw('version + 1'), updated_at: transaction.fn.now() });
  const { activityId, mailboxId } = item;
  await appendChanges(transaction, [{ kind: 'activity-updated', activityId, copyId: null, mailboxId }]);
}

async function saveRecipients(transaction: Database, item: OutboxItem, recipients: readonly OutboxRecipient[]): Promise<void> {
  await execute(
    transaction,
    `update outbox_recipients as row set state = new.state, status = new.status, response = new.response, tries = new.tries,
       accepted_at = case when new.state in ('accepted', 'in-doubt') then coalesce(row.accepted_at, now()) else row.accepted_at end
     from jsonb_to_recordset(?::jsonb) as new (position integer, state text, status text, response text, tries integer)
     where row.activity_id = ? and row.position = new.position`,
    [JSON.stringify(recipients), item.activityId],
  );
}

/** Items of a mailbox that a dead run left behind. */
export function abandonedOutboxItems(database: Database, mailboxId: string): Promise<readonly OutboxItem[]> {
  return query<OutboxItem>(database, `${SELECT_OUTBOX} where outbox.mailbox_id = ? and outbox.state = 'sending'`, [mailboxId]);
}

/** Waiting longer than their lifetime. */
export function expiredOutboxItems(database: Database, mailboxId: string, now: Date): Promise<readonly OutboxItem[]> {
  return query<OutboxItem>(
    database,
    `${SELECT_OUTBOX} where outbox.mailbox_id = ? and outbox.state = 'pending' and outbox.expires_at <= ?`,
    [mailboxId, now],
  );
}

/** At least one recipient has it, and our copy is not in the Sent folder yet. */
export function unfiledOutboxItems(database: Database, mailboxId: string, now: Date): Promise<readonly OutboxItem[]> {
  return query<OutboxItem>(
    database,
    `${SELECT_OUTBOX} where outbox.mailbox_id = ? and outbox.filing in ('wanted', 'begun')
     and (outbox.state = 'pending' or (outbox.state in ('sent', 'partial', 'failed') and outbox.next_try_at <= ?)) and exists (
       select 1 from outbox_recipients as recipient
       where recipient.activity_id = outbox.activity_id and recipient.state in ('accepted', 'bounced'))
     order by outbox.created_at limit 100`,
    [mailboxId, now],
  );
}

export function doubtfulOutboxItems(database: Database, mailboxId: string, now: Date): Promise<readonly OutboxItem[]> {
  return query<OutboxItem>(
    database,
    `${SELECT_OUTBOX} where outbox.mailbox_id = ? and outbox.state = 'in-doubt' and outbox.next_try_at <= ? limit 100`,
    [mailboxId, now],
  );
}

/** Mailboxes with something to do now: to send, to look for, to file, or left behind by a dead run. */
export async function mailboxesDueToSend(database: Database, now: Date): Promise<readonly string[]> {
  const rows = await query<{ id: string }>(
    database,
    `select distinct mailbox_id as id from outbox where next_try_at <= ? and (state in ('pending', 'sending', 'in-doubt')
       or (filing in ('wanted', 'begun') and state in ('sent', 'partial')))`,
    [now],
  );
  return rows.map(({ id }) => id);
}
