/** The rows that one email makes: source, activity, parties, attachments, copy. Used for what arrives and for what is sent. */
import type { Email, EmailAddress, ReadEmail } from '../model/email.ts';
import { newId } from '../model/identifier.ts';
import { joinConversations, type Threaded } from './conversations.ts';
import type { Database } from './database.ts';
import { insertRows, query } from './rows.ts';

export interface NewEmail {
  readonly read: ReadEmail;
  readonly source: Uint8Array;
}

/** The text kept beside the source for lists and searches; the source has the whole of it. */
const MAX_BODY_CHARACTERS = 262_144;

/** A statement is one piece of memory in the client, several times over while it grows. */
const STATEMENT_BYTES = 2 * 1024 * 1024;

/** Stores sources that are not there yet, by content. */
export async function saveSources(transaction: Database, emails: readonly NewEmail[]): Promise<void> {
  const distinct = new Map(emails.map((email) => [email.read.sourceSha256, email.source]));
  const rows = [...distinct]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([sha256, source]) => [Buffer.from(sha256, 'hex'), asBuffer(source), source.byteLength] as const);
  for (const portion of portions(rows)) {
    await insertRows(transaction, 'sources', ['sha256', 'bytes', 'size_bytes'], portion, 'on conflict (sha256) do nothing');
  }
}

type SourceRow = readonly [sha256: Buffer, bytes: Buffer, size: number];

function portions(rows: readonly SourceRow[]): SourceRow[][] {
  const all: SourceRow[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    bytes += row[2];
    if (bytes > STATEMENT_BYTES) {
      all.push([]);
      bytes = row[2];
    }
    all.at(-1)!.push(row);
  }
  return all;
}

const asBuffer = (bytes: Uint8Array) =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export interface SavedActivity {
  readonly id: string;
  readonly created: boolean;
}

interface IdentityRow {
  readonly id: string;
  readonly identity: string;
}

/**
 * The activity of each identity, made where it is new. Identities are locked in sorted order (ground rule 4), after the
 * Message-IDs of their conversations: an activity that is born with its conversation needs no second version of its row.
 */
export async function saveActivities(
  transaction: Database,
  emails: readonly NewEmail[],
): Promise<ReadonlyMap<string, SavedActivity>> {
  const byIdentity = new Map<string, ReadEmail>();
  for (const { read } of emails) if (!byIdentity.has(identityKey(read))) byIdentity.set(identityKey(read), read);
  const saved = new Map<string, SavedActivity>();
  await findActivities(transaction, [...byIdentity.keys()], saved);
  const sorted = [...byIdentity].filter(([identity]) => !saved.has(identity)).sort(([a], [b]) => (a < b ? -1 : 1));
  const conversations = await joinConversations(
    transaction,
    sorted.map(([identity, { email }]) => threaded(identity, email)),
  );
  const rows = sorted.map(([identity, read]) => activityRow(identity, read, conversations.get(identity)!));
  const created = await insertRows<IdentityRow>(
    transaction,
    'activities',
    ACTIVITY_COLUMNS,
    rows,
    'on conflict (identity) do nothing returning id, identity',
  );
  for (const row of created) saved.set(row.identity, { id: row.id, created: true });
  // Another mailbox stored the same mail in the meantime.
  const late = sorted.map(([identity]) => identity).filter((identity) => !saved.has(identity));
  await findActivities(transaction, late, saved);
  const fresh = created.map((row) => ({ activityId: row.id, email: byIdentity.get(row.identity)!.email }));
  await saveDetails(transaction, fresh);
  return saved;
}

async function findActivities(
  transaction: Database,
  identities: readonly string[],
  saved: Map<string, SavedActivity>,
): Promise<void> {
  if (identities.length === 0) return;
  const rows = await query<IdentityRow>(transaction, 'select id, identity from activities where identity = any(?)', [identities]);
  for (const row of rows) saved.set(row.identity, { id: row.id, created: false });
}

export const identityKey = (read: ReadEmail) => `${read.identityVersion}:${read.identity}`;

const threaded = (key: string, email: Email): Threaded => ({
  ...{ key, messageId: email.messageId, references: [...email.references, ...email.inReplyTo] },
});

const ACTIVITY_COLUMNS = [
  ...['id', 'kind', 'identity', 'message_id', 'subject', 'sent_at', 'parse', 'parser_version', 'bounce', 'auto_reply'],
  ...['content', 'source_sha256', 'conversation_id'],
];

function activityRow(identity: string, read: ReadEmail, conversation: string): unknown[] {
  const { email } = read;
  return [
    newId(),
    'email',
    identity,
    email.messageId?.slice(0, 2_000) ?? null,
    email.subject,
    email.sentAt,
    email.parse,
    email.parserVersion,
    email.bounce === null ? null : JSON.stringify(email.bounce),
    email.autoReply,
    JSON.stringify(emailContent(email)),
    Buffer.from(read.sourceSha256, 'hex'),
    conversation,
  ];
}

export interface EmailDetails {
  readonly activityId: string;
  readonly email: Email;
}

/** Parties and attachments of activities that have none yet. */
export async function saveDetails(transaction: Database, fresh: readonly EmailDetails[]): Promise<void> {
  await insertRows(
    transaction,
    'parties',
    ['activity_id', 'position', 'role', 'address', 'name'],
    fresh.flatMap(({ activityId, email }) =>
      partiesOf(email).map(({ role, party }, position) => [activityId, position, role, party.email, party.name]),
    ),
  );
  await insertRows(
    transaction,
    'attachments',
    ['activity_id', 'part_id', 'name', 'media_type', 'disposition', 'content_id', 'size_bytes'],
    fresh.flatMap(({ activityId, email }) =>
      email.attachments.map((part) => [activityId, part.partId, part.name, part.type, part.disposition, part.cid, part.size]),
    ),
    'on conflict do nothing',
  );
}

const MAX_PARTIES = 2_000;

function partiesOf(email: Email): { role: string; party: EmailAddress }[] {
  const roles = { from: email.from, sender: email.sender, 'reply-to': email.replyTo, to: email.to, cc: email.cc, bcc: email.bcc };
  return Object.entries(roles)
    .flatMap(([role, parties]) => parties.map((party) => ({ role, party })))
    .slice(0, MAX_PARTIES);
}

/** JMAP Email (RFC 8621 4.1) as far as it is not a column; vendor properties carry the project's prefix. */
function emailContent(email: Email): object {
  const bodyValue = (value: string) => ({
    value: value.slice(0, MAX_BODY_CHARACTERS),
    isTruncated: value.length > MAX_BODY_CHARACTERS,
  });
  return {
    messageId: email.messageId === null ? null : [email.messageId],
    inReplyTo: email.inReplyTo,
    references: email.references,
    subject: email.subject,
    from: email.from,
    sender: email.sender,
    replyTo: email.replyTo,
    to: email.to,
    cc: email.cc,
    bcc: email.bcc,
    sentAt: email.sentAt,
    preview: email.preview,
    hasAttachment: email.hasAttachment,
    attachments: email.attachments,
    bodyValues: {
      ...(email.text === null ? {} : { text: bodyValue(email.text) }),
      ...(email.html === null ? {} : { html: bodyValue(email.html) }),
    },
    'mailroom:list': email.list,
    'mailroom:calendarMethod': email.calendarMethod,
    'mailroom:encrypted': email.encrypted,
    'mailroom:signed': email.signed,
    'mailroom:importance': email.importance,
    'mailroom:parseNote': email.parseNote,
  };
}

/** Reads the email anew into an activity that exists (`mailroom reparse`). */
export async function replaceReading(transaction: Database, activityId: string, read: ReadEmail): Promise<void> {
  const email = { ...read.email, bcc: await bccOf(transaction, activityId, read.email) };
  const conversations = await joinConversations(transaction, [threaded(activityId, email)]);
  await transaction('activities')
    .where({ id: activityId })
    .update({
      message_id: email.messageId?.slice(0, 2_000) ?? null,
      subject: email.subject,
      sent_at: email.sentAt,
      parse: email.parse,
      parser_version: email.parserVersion,
      bounce: email.bounce === null ? null : JSON.stringify(email.bounce),
      auto_reply: email.autoReply,
      content: JSON.stringify(emailContent(email)),
      conversation_id: conversations.get(activityId)!,
      version: transaction.raw('version + 1'),
      updated_at: transaction.fn.now(),
    });
  await transaction('parties').where({ activity_id: activityId }).delete();
  await transaction('attachments').where({ activity_id: activityId }).delete();
  await saveDetails(transaction, [{ activityId, email }]);
}

/** Bcc stands in no byte of what we sent: only the activity knows of it. */
async function bccOf(transaction: Database, activityId: string, { bcc }: Email): Promise<readonly EmailAddress[]> {
  const rows = await query<{ bcc: readonly EmailAddress[] | null }>(
    transaction,
    `select content->'bcc' as bcc from activities where id = ? and exists (select 1 from outbox where activity_id = activities.id)`,
    [activityId],
  );
  return bcc.length > 0 ? bcc : (rows[0]?.bcc ?? []);
}
