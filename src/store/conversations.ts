/**
 * Joins emails to conversations by the Message-IDs they carry and refer to, whatever order they arrive in: a reply that came
 * first and the original that came later meet in the same row of conversation_ids. Two conversations that turn out to be
 * one are merged into the older.
 */
import { newId } from '../model/identifier.ts';
import type { Database } from './database.ts';
import { execute, insertRows, query } from './rows.ts';

export interface Threaded {
  /** Names the email among these; any text that is no Message-ID. */
  readonly key: string;
  readonly messageId: string | null;
  readonly references: readonly string[];
}

const MAX_REFERENCES = 50;

interface KnownId {
  readonly message_id: string;
  readonly conversation_id: string;
}

/** The conversation of each email, for its activity to carry. All Message-IDs concerned stay locked until the transaction ends. */
export async function joinConversations(
  transaction: Database,
  emails: readonly Threaded[],
): Promise<ReadonlyMap<string, string>> {
  if (emails.length === 0) return new Map();
  const groups = new Groups();
  for (const email of emails) groups.join(email.key, idsOf(email).map(idKey));
  const ids = [...new Set(emails.flatMap(idsOf))].sort();
  const known = await knownIds(transaction, ids, groups);
  for (const row of known) groups.join(idKey(row.message_id), [conversationKey(row.conversation_id)]);
  const target = await mergeConversations(transaction, groups, known);
  return new Map(emails.map(({ key }) => [key, target(key)]));
}

const idKey = (messageId: string) => `id ${messageId}`;
const conversationKey = (id: string) => `conversation ${id}`;

function idsOf(email: Threaded): string[] {
  // The last references are the nearest ancestors; the first one is the root (RFC 5322 3.6.4).
  const { references } = email;
  const kept = references.length <= MAX_REFERENCES ? references : [references[0]!, ...references.slice(1 - MAX_REFERENCES)];
  const ids = email.messageId === null ? kept : [email.messageId, ...kept];
  return [...new Set(ids.map((id) => id.slice(0, 500)))]; // an index entry has a limit, a hostile header has none
}

/** Every id with its conversation, those that are new with one of their own; all rows locked, in sorted order. */
async function knownIds(transaction: Database, ids: readonly string[], groups: Groups): Promise<readonly KnownId[]> {
  if (ids.length === 0) return [];
  const old = await query<KnownId>(
    transaction,
    'select message_id, conversation_id from conversation_ids where message_id = any(?) order by message_id for update',
    [ids],
  );
  const oldIds = new Set(old.map((row) => row.message_id));
  const fresh = new Map<string, string>();
  const conversationOf = (id: string) => {
    const root = groups.root(idKey(id));
    if (!fresh.has(root)) fresh.set(root, newId());
    return fresh.get(root)!;
  };
  const missing = ids.filter((id) => !oldIds.has(id)).map((id) => [id, conversationOf(id)]);
  const inserted = await insertRows<KnownId>(
    transaction,
    'conversation_ids',
    ['message_id', 'conversation_id'],
    missing,
    'on conflict (message_id) do update set message_id = excluded.message_id returning message_id, conversation_id',
  );
  return [...old, ...inserted];
}

async function mergeConversations(
  transaction: Database,
  groups: Groups,
  known: readonly KnownId[],
): Promise<(key: string) => string> {
  const byRoot = Map.groupBy(known, (row) => groups.root(idKey(row.message_id)));
  const target = new Map<string, string>();
  for (const [root, rows] of byRoot) {
    const [first, ...others] = [...new Set(rows.map((row) => row.conversation_id))].sort();
    target.set(root, first!);
    if (others.length === 0) continue;
    await execute(transaction, 'update conversation_ids set conversation_id = ? where conversation_id = any(?)', [
      first!,
      others,
    ]);
    await execute(transaction, 'update activities set conversation_id = ? where conversation_id = any(?)', [first!, others]);
  }
  return (key) => {
    const root = groups.root(key);
    if (!target.has(root)) target.set(root, newId()); // neither a Message-ID nor a reference: a conversation of its own
    return target.get(root)!;
  };
}

/** Union-find over keys. */
class Groups {
  readonly #parent = new Map<string, string>();

  root(key: string): string {
    let at = key;
    for (let up = this.#parent.get(at); up !== undefined; up = this.#parent.get(at)) at = up;
    if (at !== key) this.#parent.set(key, at);
    return at;
  }

  join(key: string, others: readonly string[]): void {
    for (const other of others) {
      const [mine, theirs] = [this.root(key), this.root(other)];
      if (mine !== theirs) this.#parent.set(theirs, mine);
    }
  }
}
