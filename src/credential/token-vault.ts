/**
 * Tokens at rest: encrypted here, so that the database and its backups never hold one in clear text.
 *
 * - Who writes holds the key row for share, a rotation holds it for update: no token is ever written with a key that is no
 *   longer in use, whatever an older process still remembers.
 * - `locked` holds one account's row, so that over all processes one at a time asks the provider for it.
 * - Lock order: key row, then token row.
 */
import { asFailure, Failure } from '../model/failure.ts';
import { type Database, databaseFailure, inTransaction } from '../store/database.ts';
import {
  claimKeyId,
  listTokens,
  lockKeyId,
  lockToken,
  noteRefusal,
  readToken,
  removeTokens,
  replaceKeyId,
  reserveToken,
  type TokenAccount,
  type TokenRow,
  writeToken,
} from '../store/tokens.ts';
import type { Redactor } from './redactor.ts';
import { seal, type TokenKey, unseal } from './token-cipher.ts';
import type { TokenKeys } from './token-keys.ts';

export interface Tokens {
  readonly account: string | null;
  readonly refreshToken: string | null;
  readonly accessToken: string | null;
  readonly accessExpiresAt: Date | null;
  readonly scope: string | null;
  readonly refreshedAt: Date | null;
}

export interface KeptTokens extends Tokens {
  readonly refusedAt: Date | null;
  readonly refusedReason: string | null;
  readonly version: string;
}

export interface LockedTokens {
  readonly tokens: KeptTokens | null;
  save(tokens: Tokens): Promise<void>;
  refuse(at: Date, reason: string): Promise<void>;
}

export interface TokenVault {
  read(account: TokenAccount): Promise<KeptTokens | null>;
  /** What is on record, without the tokens: needs no key. */
  list(): Promise<readonly TokenRow[]>;
  /** What `work` saves is committed when this resolves. `reserve`: there need not have been a login. */
  locked<T>(account: TokenAccount, options: { reserve: boolean }, work: (locked: LockedTokens) => Promise<T>): Promise<T>;
  put(account: TokenAccount, tokens: Tokens): Promise<void>;
  /** One account's, or all of them. */
  remove(account: TokenAccount | null): Promise<number>;
}

export interface TokenVaultOptions {
  readonly database: Database;
  readonly keys: TokenKeys;
  readonly redactor: Redactor;
  /** How long to wait for another process that is renewing the same token. */
  readonly lockWaitMs?: number;
}

export function createTokenVault({ database, keys, redactor, lockWaitMs = 45_000 }: TokenVaultOptions): TokenVault {
  const keyring = createKeyring(keys);

  async function keyForWriting(transaction: Database): Promise<TokenKey> {
    const used = await lockKeyId(transaction, 'share', lockWaitMs);
    if (used !== null) return (await keyring.find(used)) ?? (await startOver(transaction, used));
    const key = await keys.obtain();
    if (await claimKeyId(transaction, key.id)) return key;
    return keyForWriting(transaction);
  }

  /** A lost key matters no more once the last token is gone. */
  async function startOver(transaction: Database, used: string): Promise<TokenKey> {
    if ((await listTokens(transaction)).length > 0) throw await keyring.missing(used);
    const key = await keys.obtain();
    await replaceKeyId(transaction, key.id);
    return key;
  }

  async function unsealRow(row: TokenRow): Promise<KeptTokens> {
    const key = (await keyring.find(row.keyId)) ?? null;
    if (key === null && (row.refreshToken !== null || row.accessToken !== null)) throw await keyring.missing(row.keyId);
    const open = (use: 'refresh' | 'access', sealed: Uint8Array | null) =>
      sealed === null || key === null ? null : unsealOne(key, row, use, sealed, redactor);
    const { account, accessExpiresAt, scope, refreshedAt, refusedAt, refusedReason, version } = row;
    return {
      ...{ account, accessExpiresAt, scope, refreshedAt, refusedAt, refusedReason, version },
      refreshToken: open('refresh', row.refreshToken),
      accessToken: open('access', row.accessToken),
    };
  }

  async function save(transaction: Database, account: TokenAccount, key: TokenKey, tokens: Tokens): Promise<void> {
    const sealOne = (use: 'refresh' | 'access', text: string | null) => {
      if (text === null) return null;
      redactor.remember(ownerOf(account, use), text);
      return seal(key, { ...pick(account), use }, text);
    };
    await writeToken(transaction, {
      ...{ ...tokens, ...pick(account), keyId: key.id },
      refreshToken: sealOne('refresh', tokens.refreshToken),
      accessToken: sealOne('access', tokens.accessToken),
    });
  }

  return {
    async read(account) {
      const row = await reachable(() => readToken(database, account));
      if (row === null || (await keyring.find(row.keyId)) !== null) return row === null ? null : unsealRow(row);
      // A rotation may have come in between the row and the key.
      const again = await reachable(() => readToken(database, account));
      return again === null ? null : unsealRow(again);
    },
    list: () => reachable(() => listTokens(database)),
    locked: (account, { reserve }, work) =>
      // One try: whatever fails in here, the provider must not be asked a second time behind the caller's back.
      once(database, account, async (transaction) => {
        const key = await keyForWriting(transaction);
        if (reserve) await reserveToken(transaction, account, key.id);
        const row = await lockToken(transaction, account, lockWaitMs);
        return work({
          tokens: row === null ? null : await unsealRow(row),
          save: (tokens) => save(transaction, account, key, tokens),
          refuse: (at, reason) => noteRefusal(transaction, account, at, reason),
        });
      }),
    put: (account, tokens) =>
      inTransaction(database, async (transaction) => save(transaction, account, await keyForWriting(transaction), tokens)),
    remove: (account) => reachable(() => removeTokens(database, account)),
  };
}

async function reachable<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    throw databaseFailure(error);
  }
}

async function once<T>(database: Database, account: TokenAccount, work: (transaction: Database) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(database, work, 1);
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error;
    throw new Failure(
      'unreachable',
      `another process is still renewing the token of ${account.mailboxId} at ${account.provider}`,
      {
        cause: error,
      },
    );
  }
}

function unsealOne(key: TokenKey, row: TokenRow, use: 'refresh' | 'access', sealed: Uint8Array, redactor: Redactor): string {
  const text = unseal(key, { ...pick(row), use }, sealed);
  if (text === null) {
    throw new Failure(
      'auth-rejected',
      `the stored token of ${row.mailboxId} at ${row.provider} was changed, or is another mailbox's`,
      {
        remedy: `mailroom auth login ${row.mailboxId}`,
      },
    );
  }
  redactor.remember(ownerOf(row, use), text);
  return text;
}

const pick = ({ mailboxId, provider }: TokenAccount): TokenAccount => ({ mailboxId, provider });
const ownerOf = (account: TokenAccount, use: string) => `${use} token ${account.mailboxId} ${account.provider}`;

interface Keyring {
  find(id: string): Promise<TokenKey | null>;
  missing(id: string): Promise<Failure>;
}

/** Keys once found stay in memory; an unknown id makes it look again, because a rotation may have come from elsewhere. */
function createKeyring(keys: TokenKeys): Keyring {
  const known = new Map<string, TokenKey>();
  return {
    async find(id) {
      if (!known.has(id)) for (const key of await keys.read()) known.set(key.id, key);
      return known.get(id) ?? null;
    },
    async missing(id) {
      const present = await keys.read().catch((error: unknown) => asFailure(error)?.message ?? String(error));
      const held = typeof present === 'string' ? present : describe(present);
      // Not auth-rejected: it concerns every mailbox, and all go on by themselves once the key is back.
      return new Failure('unreachable', `the tokens are encrypted with key ${id}, and ${keys.place} holds ${held}`, {
        remedy:
          'put that key back (tokens.key, or token.key of the machine that made it); if it is lost, ' +
          'run "mailroom auth logout --all" and log in again',
      });
    },
  };
}

const describe = (present: readonly TokenKey[]) =>
  present.length === 0 ? 'none' : `key ${present.map(({ id }) => id).join(', ')}`;
