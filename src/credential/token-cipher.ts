/** AES-256-GCM for tokens at rest. The associated data binds each text to its mailbox, provider, use and key. */
import { createCipheriv, createDecipheriv, createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

export interface TokenKey {
  /** A fingerprint that tells keys apart and gives nothing away. */
  readonly id: string;
  readonly key: KeyObject;
}

export interface TokenUse {
  readonly mailboxId: string;
  readonly provider: string;
  readonly use: 'refresh' | 'access';
}

export const KEY_BYTES = 32;
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function tokenKeyOf(bytes: Uint8Array): TokenKey {
  const id = createHash('sha256').update('mailroom token key id\0').update(bytes).digest('hex').slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

/** 32 bytes as base64 or hex, or null. A passphrase is not stretched into a key: it would look stronger than it is. */
export function parseTokenKey(text: string): TokenKey | null {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return tokenKeyOf(Buffer.from(trimmed, 'hex'));
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return null;
  return tokenKeyOf(Buffer.from(trimmed, 'base64'));
}

export function seal({ id, key }: TokenKey, use: TokenUse, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associatedData(id, use));
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** Null when it was not sealed with this key for this use, or was changed since. */
export function unseal({ id, key }: TokenKey, use: TokenUse, sealed: Uint8Array): string | null {
  if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== FORMAT) return null;
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(id, use)).setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** JSON, because no separator could be trusted not to be part of a name. */
function associatedData(keyId: string, { mailboxId, provider, use }: TokenUse): Buffer {
  return Buffer.from(JSON.stringify(['mailroom token', FORMAT, keyId, mailboxId, provider, use]), 'utf8');
}
