/**
 * Where the key of the tokens comes from: the secret the operator named (`tokens.key`), or `token.key` in the data folder, made
 * on first use, readable by us alone.
 *
 * A rotation of a key that lies in a file goes by way of `<file>.next`: written first, then every token re-encrypted in one
 * transaction, then renamed. Whoever reads keys reads both files, so a crash at any point leaves every token readable.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Secret } from '../model/auth.ts';
import { Failure } from '../model/failure.ts';
import { placeOf, type SecretReader } from './read-secret.ts';
import { KEY_BYTES, parseTokenKey, type TokenKey } from './token-cipher.ts';

export interface TokenKeys {
  /** Every key at hand, the present one first. */
  read(): Promise<readonly TokenKey[]>;
  /** The key for a database that has none yet. */
  obtain(): Promise<TokenKey>;
  /** The file of the key; null when it comes from somewhere we cannot write. */
  readonly path: string | null;
  /** Where it comes from, for messages. */
  readonly place: string;
}

export interface TokenKeysOptions {
  readonly secret: Secret | null;
  /** For a key of our own making. */
  readonly ownFile: string;
  readonly reader: SecretReader;
}

const MAKE_ONE = 'make one with "openssl rand -base64 32"';

export function createTokenKeys({ secret, ownFile, reader }: TokenKeysOptions): TokenKeys {
  const source: Secret = secret ?? { kind: 'file', path: ownFile };
  const path = source.kind === 'file' ? source.path : null;
  const configured = async () =>
    parsed(await reader.read(source, 'the token key (tokens.key)', { fresh: true }), placeOf(source));
  return {
    path,
    place: placeOf(source),
    read: async () => {
      const next = path === null ? null : await readKeyFile(`${path}.next`, reader);
      const present = secret === null ? await readKeyFile(ownFile, reader) : await configured();
      return [present, next].filter((key) => key !== null);
    },
    obtain: async () => {
      if (secret !== null) return configured();
      const present = await readKeyFile(ownFile, reader);
      if (present !== null) return present;
      await makeKeyFile(ownFile);
      return parsed(await reader.read(source, 'the token key'), ownFile);
    },
  };
}

/** Null when there is no such file. */
export async function readKeyFile(path: string, reader: SecretReader): Promise<TokenKey | null> {
  try {
    await using file = await open(path, 'r');
    await file.stat();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // Any other trouble is told by the reader, in its words.
  }
  return parsed(await reader.read({ kind: 'file', path }, 'the token key'), path);
}

/** Whole and on the disk before it has its name; the first of several processes wins. */
export async function makeKeyFile(path: string): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await link(draft, path);
    await syncFolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(path, error);
  } finally {
    await rm(draft, { force: true });
  }
}

export async function checkWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

export async function promoteKeyFile(next: string, path: string): Promise<void> {
  try {
    await rename(next, path);
    await syncFolder(path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}

function cannotWrite(path: string, error: unknown): unknown {
  return new Failure('refused', `cannot write the token key to ${path}: ${(error as Error).message}`, {
    cause: error,
    remedy: `let the user Mailroom runs as write to ${dirname(path)}, or set tokens.key (${MAKE_ONE})`,
  });
}

export function parsed(text: string, place: string): TokenKey {
  const key = parseTokenKey(text);
  if (key !== null) return key;
  throw new Failure('unreachable', `the token key in ${place} is not 32 random bytes written as base64 or hex`, {
    remedy: `${MAKE_ONE}, or put back the one that was there`,
  });
}
