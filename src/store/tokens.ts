/** OAuth2 tokens as they lie in the database: encrypted before they come here. Whoever writes has locked the key row first. */
import type { Knex } from 'knex';
import type { Database } from './database.ts';

export interface TokenAccount {
  readonly mailboxId: string;
  readonly provider: string;
}

export interface SealedTokens {
  readonly keyId: string;
  readonly refreshToken: Uint8Array | null;
  readonly accessToken: Uint8Array | null;
}

export interface TokenRow extends TokenAccount, SealedTokens {
  readonly account: string | null;
  readonly accessExpiresAt: Date | null;
  readonly scope: string | null;
  readonly refreshedAt: Date | null;
  readonly refusedAt: Date | null;
  readonly refusedReason: string | null;
  /** Grows with each write. */
  readonly version: string;
}

const COLUMNS = {
  mailboxId: 'mailbox_id',
  provider: 'provider',
  account: 'account',
  keyId: 'key_id',
  refreshToken: 'refresh_token',
  accessToken: 'access_token',
  accessExpiresAt: 'access_expires_at',
  scope: 'scope',
  refreshedAt: 'refreshed_at',
  refusedAt: 'refused_at',
  refusedReason: 'refused_reason',
  version: 'version',
} as const satisfies Record<keyof TokenRow, string>;

export async function readToken(database: Database, account: TokenAccount): Promise<TokenRow | null> {
  return (await rows(database).where(keyOf(account)).first()) ?? null;
}

export async function listTokens(database: Database): Promise<readonly TokenRow[]> {
  return rows(database).orderBy(['mailbox_id', 'provider']);
}

/** Waits for whoever holds the row now, up to the time; then PostgreSQL's 55P03. */
export async function lockToken(transaction: Database, account: TokenAccount, waitMs: number): Promise<TokenRow | null> {
  await bePatient(transaction, waitMs);
  return (await rows(transaction).where(keyOf(account)).forUpdate().first()) ?? null;
}

/** An empty row, so that there is something to lock. */
export async function reserveToken(database: Database, account: TokenAccount, keyId: string): Promise<void> {
  await database('tokens')
    .insert({ ...keyOf(account), key_id: keyId })
    .onConflict(['mailbox_id', 'provider'])
    .ignore();
}

/** Inserts or overwrites; a refusal on record is gone with it. */
export async function writeToken(
  transaction: Database,
  row: Omit<TokenRow, 'refusedAt' | 'refusedReason' | 'version'>,
): Promise<void> {
  const values = {
    ...keyOf(row),
    account: row.account,
    key_id: row.keyId,
    refresh_token: row.refreshToken,
    access_token: row.accessToken,
    access_expires_at: row.accessExpiresAt,
    scope: row.scope,
    refreshed_at: row.refreshedAt,
    refused_at: null,
    refused_reason: null,
  };
  const again = { version: transaction.raw('tokens.version + 1'), updated_at: transaction.fn.now() };
  await transaction('tokens')
    .insert(values)
    .onConflict(['mailbox_id', 'provider'])
    .merge({ ...values, ...again });
}

export async function noteRefusal(database: Database, account: TokenAccount, at: Date, reason: string): Promise<void> {
  await database('tokens').where(keyOf(account)).update({ refused_at: at, refused_reason: reason });
}

/** One account's, or all of them; how many were removed. */
export async function removeTokens(database: Database, account: TokenAccount | null): Promise<number> {
  return account === null ? database('tokens').delete() : database('tokens').where(keyOf(account)).delete();
}

/** The id of the key in use, or null before the first token. Locked, so that no rotation comes in between. */
export async function lockKeyId(transaction: Database, how: 'share' | 'update', waitMs: number): Promise<string | null> {
  await bePatient(transaction, waitMs);
  const query = transaction('token_keys').select('key_id');
  const row = await (how === 'share' ? query.forShare() : query.forUpdate()).first();
  return row?.key_id ?? null;
}

/** True when ours is now the key in use; false when another process was first. */
export async function claimKeyId(database: Database, keyId: string): Promise<boolean> {
  const written = await database('token_keys').insert({ key_id: keyId }).onConflict('only_row').ignore().returning('key_id');
  return written.length > 0;
}

export async function replaceKeyId(transaction: Database, keyId: string): Promise<void> {
  await transaction('token_keys').update({ key_id: keyId, since: transaction.fn.now() });
}

/** The version stays: only the encryption changes. */
export async function replaceSealed(transaction: Database, account: TokenAccount, sealed: SealedTokens): Promise<void> {
  await transaction('tokens').where(keyOf(account)).update({
    key_id: sealed.keyId,
    refresh_token: sealed.refreshToken,
    access_token: sealed.accessToken,
    updated_at: transaction.fn.now(),
  });
}

function rows(database: Database): Knex.QueryBuilder<object, TokenRow[]> {
  return database('tokens').select<TokenRow[]>(COLUMNS);
}

function keyOf(account: TokenAccount) {
  return { mailbox_id: account.mailboxId, provider: account.provider };
}

/** The row stays locked while the provider is asked, so the server must not end an idle transaction in between. */
async function bePatient(transaction: Database, waitMs: number): Promise<void> {
  const set = "select set_config('lock_timeout', ?, true), set_config('idle_in_transaction_session_timeout', '0', true)";
  await transaction.raw(set, [String(Math.ceil(waitMs))]);
}
