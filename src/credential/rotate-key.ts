/** Gives every token a new key: all of them in one transaction, or none. */
import type { Secret } from '../model/auth.ts';
import { Failure } from '../model/failure.ts';
import { withFileLock } from '../platform/file-lock.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { listTokens, lockKeyId, replaceKeyId, replaceSealed, type TokenRow } from '../store/tokens.ts';
import { placeOf, type SecretReader } from './read-secret.ts';
import { seal, type TokenKey, unseal } from './token-cipher.ts';
import { checkWritable, makeKeyFile, parsed, promoteKeyFile, readKeyFile, type TokenKeys } from './token-keys.ts';

export interface Rotation {
  readonly formerKeyId: string | null;
  readonly keyId: string;
  readonly tokens: number;
}

/** Next null: a fresh key in the file of the present one. */
export async function rotateKey(
  database: Database,
  keys: TokenKeys,
  reader: SecretReader,
  next: Secret | null,
): Promise<Rotation> {
  if (next !== null) {
    const key = parsed(await reader.read(next, 'the new token key'), placeOf(next));
    return rotateTo(database, await keys.read(), key);
  }
  if (keys.path !== null) return rotateFile(database, keys, keys.path, reader);
  throw new Failure('refused', `the token key comes from ${keys.place}, where no new one can be written`, {
    remedy: 'make the new key yourself ("openssl rand -base64 32") and name it: --new-key-file or --new-key-env',
  });
}

const LOCK_WAIT_MS = 90_000; // longer than a renewal may take

/** To a key the operator brings along; the configuration has to name it afterwards. */
export async function rotateTo(database: Database, keys: readonly TokenKey[], next: TokenKey): Promise<Rotation> {
  return inTransaction(database, async (transaction) => {
    const used = await lockKeyId(transaction, 'update', LOCK_WAIT_MS);
    if (used === null) throw new Failure('missing', 'there is no token yet, so there is nothing to encrypt anew');
    const rows = await listTokens(transaction);
    const former = [...keys, next].find(({ id }) => id === used);
    if (former === undefined && rows.length > 0) throw keyMissing(used);
    if (former !== undefined && used !== next.id) await reseal(transaction, rows, former, next);
    await replaceKeyId(transaction, next.id);
    return { formerKeyId: used, keyId: next.id, tokens: used === next.id ? 0 : rows.length };
  });
}

/** To a fresh key in the file of the old one. Safe to break off and start again at any point. */
export async function rotateFile(database: Database, keys: TokenKeys, path: string, reader: SecretReader): Promise<Rotation> {
  const next = `${path}.next`;
  const busy = () => new Failure('unreachable', `another rotation is under way (${path}.lock)`);
  await checkWritable(path);
  return withFileLock(`${path}.lock`, { patienceMs: LOCK_WAIT_MS, busy }, async () => {
    await finishFormer(database, path, next, reader);
    await makeKeyFile(next);
    const key = await readKeyFile(next, reader);
    if (key === null) throw new Failure('conflict', `${next} went away while the key was changed`);
    const rotation = await rotateTo(database, await keys.read(), key);
    await promoteKeyFile(next, path);
    return rotation;
  });
}

/** A rotation that died between its commit and the rename left the key in use in the `.next` file. */
async function finishFormer(database: Database, path: string, next: string, reader: SecretReader): Promise<void> {
  const left = await readKeyFile(next, reader);
  if (left === null) return;
  const used = await inTransaction(database, (transaction) => lockKeyId(transaction, 'share', LOCK_WAIT_MS));
  if (used === left.id) await promoteKeyFile(next, path);
}

async function reseal(transaction: Database, rows: readonly TokenRow[], former: TokenKey, next: TokenKey): Promise<void> {
  for (const row of rows) {
    const again = (use: 'refresh' | 'access', sealed: Uint8Array | null) => {
      if (sealed === null) return null;
      const whose = { mailboxId: row.mailboxId, provider: row.provider, use };
      const text = unseal(former, whose, sealed);
      if (text === null) throw unreadable(row);
      return seal(next, whose, text);
    };
    const sealed = {
      keyId: next.id,
      refreshToken: again('refresh', row.refreshToken),
      accessToken: again('access', row.accessToken),
    };
    await replaceSealed(transaction, row, sealed);
  }
}

function keyMissing(used: string): Failure {
  return new Failure('refused', `the tokens are encrypted with key ${used}, which is not the one configured`, {
    remedy: 'configure the key in use as tokens.key first',
  });
}

function unreadable(row: TokenRow): Failure {
  return new Failure('refused', `the token of ${row.mailboxId} at ${row.provider} cannot be read with the key it names`, {
    remedy: `run "mailroom auth logout ${row.mailboxId}", rotate again, and log in anew`,
  });
}
