/**
 * One page of what a server delivered, in one transaction with its cursor (ground rule 1).
 *
 * - A reference that is known is not stored again, however often a page comes.
 * - The same content in another mailbox or folder is another copy of one activity; twins in one folder are two copies.
 * - A copy whose reference became void (the server renumbered, or relists under other names) is found again by its
 *   identity, one for one, instead of becoming a second copy.
 */
import type { ReadEmail } from '../model/email.ts';
import { newId } from '../model/identifier.ts';
import { appendChanges, type NewChange } from './changes.ts';
import { type Database, inTransaction } from './database.ts';
import { identityKey, type SavedActivity, saveActivities, saveSources } from './email-rows.ts';
import { execute, insertRows, query } from './rows.ts';
import { hasKnownRefs, moveCursor, type Stream } from './streams.ts';

export interface StoredEmail {
  readonly ref: string;
  readonly source: Uint8Array;
  readonly headersOnly: boolean;
  readonly sizeBytes: number;
  readonly receivedAt: Date | null;
  readonly flags: readonly string[];
  readonly direction: 'in' | 'out';
  readonly read: ReadEmail;
}

export interface EmailPageToSave {
  readonly reset: boolean;
  readonly arrived: readonly StoredEmail[];
  readonly excluded: readonly string[];
  readonly flagged: readonly { readonly ref: string; readonly flags: readonly string[] }[];
  readonly gone: readonly string[];
  readonly cursor: string;
  readonly complete: boolean;
}

export interface PageOutcome {
  readonly stored: number;
  readonly relinked: number;
  readonly oversized: number;
  readonly excluded: number;
  readonly quarantined: number;
  readonly gone: number;
}

export function saveEmailPage(database: Database, stream: Stream, page: EmailPageToSave): Promise<PageOutcome> {
  return inTransaction(database, async (transaction) => {
    const changed = page.arrived.length + page.gone.length + page.flagged.length > 0;
    await moveCursor(transaction, stream, { cursor: page.cursor, complete: page.complete, changed });
    const changes: NewChange[] = [];
    if (page.reset) await voidReferences(transaction, stream);
    const gone = await markGone(transaction, stream, page.gone, changes);
    const arrived = await saveArrived(transaction, stream, page.arrived, changes);
    await saveExcluded(transaction, stream, page.excluded);
    await saveFlags(transaction, stream, page.flagged, changes);
    const lost = page.complete ? await settleUnverified(transaction, stream, changes) : 0;
    await appendChanges(transaction, changes);
    return { ...arrived, gone: gone + lost, excluded: page.excluded.length };
  });
}

async function voidReferences(transaction: Database, stream: Stream): Promise<void> {
  await transaction('known_refs').where({ stream_id: stream.id }).delete();
  await transaction('copies').where({ stream_id: stream.id }).whereNull('gone_at').update({ unverified: true, ref: null });
}

interface CopyRow {
  readonly id: string;
  readonly activity_id: string;
}

async function markGone(transaction: Database, stream: Stream, refs: readonly string[], changes: NewChange[]): Promise<number> {
  if (refs.length === 0) return 0;
  const rows = await query<CopyRow>(
    transaction,
    `with void as (delete from known_refs where stream_id = ? and ref = any(?) returning copy_id)
     update copies set gone_at = now(), gone_reason = coalesce(gone_reason, 'vanished'), gone_pass = ?, unverified = false
     where id in (select copy_id from void) returning id, activity_id`,
    [stream.id, refs, stream.pass],
  );
  changes.push(...rows.map((row) => change('copy-gone', row, stream)));
  return rows.length;
}

const change = (kind: NewChange['kind'], copy: CopyRow, stream: Stream): NewChange => ({
  kind,
  activityId: copy.activity_id,
  copyId: copy.id,
  mailboxId: stream.mailboxId,
});

async function saveArrived(transaction: Database, stream: Stream, arrived: readonly StoredEmail[], changes: NewChange[]) {
  const known =
    arrived.length === 0
      ? new Set()
      : await hasKnownRefs(
          transaction,
          stream.id,
          arrived.map(({ ref }) => ref),
        );
  const fresh = [...new Map(arrived.filter(({ ref }) => !known.has(ref)).map((email) => [email.ref, email])).values()];
  if (fresh.length === 0) return { stored: 0, relinked: 0, oversized: 0, quarantined: 0 };
  await saveSources(transaction, fresh);
  const activities = await saveActivities(transaction, fresh);
  const placed = fresh.map((email) => ({ email, activity: activities.get(identityKey(email.read))! }));
  const { relinked, added } = await relink(transaction, stream, placed);
  await addCopies(transaction, stream, added);
  for (const { activity } of placed)
    if (activity.created)
      changes.push({ kind: 'activity-created', activityId: activity.id, copyId: null, mailboxId: stream.mailboxId });
  for (const { copyId, activity } of added) changes.push(change('copy-added', { id: copyId, activity_id: activity.id }, stream));
  for (const { copyId, activity } of relinked)
    changes.push(change('copy-changed', { id: copyId, activity_id: activity.id }, stream));
  return {
    stored: added.length,
    relinked: relinked.length,
    oversized: added.filter(({ email }) => email.headersOnly).length,
    quarantined: added.filter(({ email }) => email.read.email.parse === 'failed').length,
  };
}

interface Placed {
  readonly email: StoredEmail;
  readonly activity: SavedActivity;
}
interface PlacedCopy extends Placed {
  readonly copyId: string;
}

interface Candidate {
  readonly id: string;
  readonly activity_id: string;
  readonly sha256: string;
  /** Void in this very pass; otherwise only the same bytes are the same copy come back. */
  readonly recent: boolean;
}

/** Gives a new reference to copies that lost theirs; what matches none becomes a new copy. */
async function relink(
  transaction: Database,
  stream: Stream,
  placed: readonly Placed[],
): Promise<{ relinked: PlacedCopy[]; added: PlacedCopy[] }> {
  const old = placed.filter(({ activity }) => !activity.created).map(({ activity }) => activity.id);
  const candidates = old.length === 0 ? [] : await voidCopies(transaction, stream, old);
  const relinked: PlacedCopy[] = [];
  const added: PlacedCopy[] = [];
  for (const one of placed) {
    const fits = (candidate: Candidate) =>
      candidate.activity_id === one.activity.id && (candidate.recent || candidate.sha256 === one.email.read.sourceSha256);
    const exact = candidates.findIndex((candidate) => fits(candidate) && candidate.sha256 === one.email.read.sourceSha256);
    const at = exact >= 0 ? exact : candidates.findIndex(fits);
    if (at < 0) added.push({ ...one, copyId: newId() });
    else relinked.push({ ...one, copyId: candidates.splice(at, 1)[0]!.id });
  }
  await restoreCopies(transaction, stream, relinked);
  return { relinked, added };
}

async function voidCopies(transaction: Database, stream: Stream, activityIds: readonly string[]): Promise<Candidate[]> {
  const rows = await query<Candidate>(
    transaction,
    `select id, activity_id, encode(source_sha256, 'hex') as sha256, (unverified or coalesce(gone_pass = ?, false)) as recent from copies
     where stream_id = ? and activity_id = any(?) and not headers_only and (unverified or gone_reason = 'vanished') order by sequence`,
    [stream.pass, stream.id, activityIds],
  );
  return [...rows];
}

async function restoreCopies(transaction: Database, stream: Stream, relinked: readonly PlacedCopy[]): Promise<void> {
  if (relinked.length === 0) return;
  const rows = relinked.map(({ copyId, email }) => ({
    id: copyId,
    ref: email.ref,
    flags: email.flags,
    sha256: email.read.sourceSha256,
    size: email.sizeBytes,
    received: email.receivedAt,
  }));
  await execute(
    transaction,
    `update copies set ref = item.ref, flags = array(select jsonb_array_elements_text(item.flags)), unverified = false, gone_at = null, gone_reason = null,
            gone_pass = null, source_sha256 = decode(item.sha256, 'hex'), source_bytes = item.size, received_at = coalesce(item.received, received_at)
     from jsonb_to_recordset(?::jsonb) as item (id uuid, ref text, flags jsonb, sha256 text, size bigint, received timestamptz)
     where copies.id = item.id`,
    [JSON.stringify(rows)],
  );
  await insertKnownRefs(transaction, stream, relinked);
}

async function addCopies(transaction: Database, stream: Stream, added: readonly PlacedCopy[]): Promise<void> {
  await insertRows(
    transaction,
    'copies',
    [
      'id',
      'activity_id',
      'mailbox_id',
      'stream_id',
      'folder',
      'ref',
      'direction',
      'flags',
      'received_at',
      'source_sha256',
      'source_bytes',
      'headers_only',
    ],
    added.map(({ copyId, email, activity }) => [
      copyId,
      activity.id,
      stream.mailboxId,
      stream.id,
      stream.folder,
      email.ref,
      email.direction,
      email.flags,
      email.receivedAt,
      Buffer.from(email.read.sourceSha256, 'hex'),
      email.sizeBytes,
      email.headersOnly,
    ]),
  );
  await insertKnownRefs(transaction, stream, added);
  const unread = added.filter(({ email }) => email.read.email.parse === 'failed');
  await insertRows(
    transaction,
    'quarantine',
    ['copy_id', 'reason'],
    unread.map(({ copyId, email }) => [copyId, email.read.email.parseNote ?? 'could not be read']),
  );
}

async function insertKnownRefs(transaction: Database, stream: Stream, copies: readonly PlacedCopy[]): Promise<void> {
  const rows = copies.map(({ copyId, email }) => [stream.id, email.ref, copyId]);
  await insertRows(transaction, 'known_refs', ['stream_id', 'ref', 'copy_id'], rows);
}

async function saveExcluded(transaction: Database, stream: Stream, refs: readonly string[]): Promise<void> {
  const rows = refs.map((ref) => [stream.id, ref]);
  await insertRows(transaction, 'known_refs', ['stream_id', 'ref'], rows, 'on conflict do nothing');
}

async function saveFlags(
  transaction: Database,
  stream: Stream,
  flagged: EmailPageToSave['flagged'],
  changes: NewChange[],
): Promise<void> {
  if (flagged.length === 0) return;
  const rows = await query<CopyRow>(
    transaction,
    `update copies set flags = item.flags
     from (select ref, array(select jsonb_array_elements_text(flags)) as flags from jsonb_to_recordset(?::jsonb) as item (ref text, flags jsonb)) as item
     join known_refs on known_refs.ref = item.ref and known_refs.stream_id = ?
     where copies.id = known_refs.copy_id and copies.flags is distinct from item.flags returning copies.id, copies.activity_id`,
    [JSON.stringify(flagged), stream.id],
  );
  changes.push(...rows.map((row) => change('copy-changed', row, stream)));
}

/** After a complete pass a copy that was not found again is no longer on the server. */
async function settleUnverified(transaction: Database, stream: Stream, changes: NewChange[]): Promise<number> {
  const rows = await query<CopyRow>(
    transaction,
    `update copies set unverified = false, gone_at = now(), gone_reason = 'vanished', gone_pass = ?
     where stream_id = ? and unverified returning id, activity_id`,
    [stream.pass, stream.id],
  );
  changes.push(...rows.map((row) => change('copy-gone', row, stream)));
  return rows.length;
}

/** The server confirmed that it took these off at our wish. */
export function saveRemoved(database: Database, stream: Stream, refs: readonly string[]): Promise<number> {
  if (refs.length === 0) return Promise.resolve(0);
  return inTransaction(database, async (transaction) => {
    const rows = await query<CopyRow>(
      transaction,
      `with void as (delete from known_refs where stream_id = ? and ref = any(?) returning copy_id)
       update copies set gone_at = now(), gone_reason = 'removed-by-us', gone_pass = ? where id in (select copy_id from void) returning id, activity_id`,
      [stream.id, refs, stream.pass],
    );
    await appendChanges(
      transaction,
      rows.map((row) => change('copy-gone', row, stream)),
    );
    return rows.length;
  });
}
