import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSecretReader } from '../../src/credential/read-secret.ts';
import { createRedactor } from '../../src/credential/redactor.ts';
import { rotateFile, rotateTo } from '../../src/credential/rotate-key.ts';
import { tokenKeyOf } from '../../src/credential/token-cipher.ts';
import { createTokenKeys, makeKeyFile } from '../../src/credential/token-keys.ts';
import { createTokenVault, type Tokens } from '../../src/credential/token-vault.ts';
import type { Secret } from '../../src/model/auth.ts';
import { asFailure } from '../../src/model/failure.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';

const anna = { mailboxId: 'anna@example.com', provider: 'google' };
const tokens: Tokens = {
  ...{ account: 'anna@example.com', scope: 'mail', accessExpiresAt: new Date('2030-01-01'), refreshedAt: new Date('2029-12-31') },
  ...{ refreshToken: 'canary-refresh-token', accessToken: 'canary-access-token' },
};

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailroom-vault-'));
});
afterEach(async () => {
  await db.database.raw('truncate tokens, token_keys');
  await rm(folder, { recursive: true });
});

function openVault(options: { secret?: Secret; environment?: Record<string, string>; file?: string } = {}) {
  const redactor = createRedactor();
  const reader = createSecretReader({ environment: options.environment ?? {}, log: silentLog, clock: systemClock, redactor });
  const ownFile = join(folder, options.file ?? 'token.key');
  const keys = createTokenKeys({ secret: options.secret ?? null, ownFile, reader });
  const vault = createTokenVault({ database: db.database, keys, redactor });
  return { vault, keys, reader, redactor, ownFile, rotate: () => rotateFile(db.database, keys, ownFile, reader) };
}

async function failureOf(doing: Promise<unknown>) {
  const error = await doing.then(
    () => null,
    (reason) => reason,
  );
  expect(asFailure(error), `a Failure, not ${error}`).toBeDefined();
  return asFailure(error)!;
}

async function dump(): Promise<string> {
  const { rows } = await db.database.raw('select t::text as token, k::text as key from tokens t, token_keys k');
  return JSON.stringify(rows);
}

const hex = (text: string) => Buffer.from(text).toString('hex');

describe('the vault', () => {
  test('gives back what was put in, and the database shows none of it', async () => {
    const { vault, ownFile, redactor } = openVault();
    await vault.put(anna, tokens);
    expect(await vault.read(anna)).toMatchObject({ ...tokens, version: '1' });
    const shown = await dump();
    for (const secret of ['canary-refresh-token', 'canary-access-token']) {
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(hex(secret));
      expect(redactor.redact(secret)).toBe('[redacted]');
    }
    expect(shown).not.toContain((await readFile(ownFile, 'utf8')).trim());
    expect((await stat(ownFile)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['token.key']);
  });

  test('refuses a row that was moved to another mailbox', async () => {
    const { vault } = openVault();
    await vault.put(anna, tokens);
    await db.database('tokens').update({ mailbox_id: 'eve@example.com' });
    const failure = await failureOf(vault.read({ ...anna, mailboxId: 'eve@example.com' }));
    expect(failure).toMatchObject({ code: 'auth-rejected', remedy: 'mailroom auth login eve@example.com' });
  });

  test('has one key, whoever comes first', async () => {
    const vaults = Array.from({ length: 8 }, () => openVault().vault);
    await Promise.all(vaults.map((vault, at) => vault.put({ ...anna, mailboxId: `${at}@example.com` }, tokens)));
    for (const at of vaults.keys())
      expect(await openVault().vault.read({ ...anna, mailboxId: `${at}@example.com` })).toBeTruthy();
    expect(await readdir(folder)).toEqual(['token.key']);
  });

  test('says clearly when the key is another one, is gone, or is none', async () => {
    await openVault().vault.put(anna, tokens);
    const used = (await db.database('token_keys').first()).key_id;
    const wrong = randomBytes(32).toString('base64');
    const other = openVault({ secret: { kind: 'env', name: 'KEY' }, environment: { KEY: wrong } });
    const gone = openVault({ file: 'gone.key' });
    for (const [{ vault }, holds] of [
      [other, /environment variable KEY holds key [0-9a-f]{16}/],
      [gone, /gone.key holds none/],
    ] as const) {
      for (const doing of [() => vault.read(anna), () => vault.put(anna, tokens)]) {
        const failure = await failureOf(doing());
        expect(failure.message).toContain(`encrypted with key ${used}`);
        expect(failure.message).toMatch(holds);
        expect(failure.remedy).toMatch(/put that key back/);
        expect(failure.message).not.toContain(wrong);
      }
    }
    expect(await readdir(folder)).toEqual(['token.key']);
    const bad = openVault({ secret: { kind: 'env', name: 'KEY' }, environment: { KEY: 'a passphrase' } });
    expect((await failureOf(bad.vault.read(anna))).message).toMatch(/not 32 random bytes/);
  });

  test('starts over with a new key once the last token is gone', async () => {
    await openVault().vault.put(anna, tokens);
    const { vault } = openVault({ file: 'new.key' });
    expect(await vault.remove(null)).toBe(1);
    await vault.put(anna, tokens);
    expect(await vault.read(anna)).toMatchObject(tokens);
  });
});

describe('a rotation', () => {
  test('re-encrypts every token and replaces the file, and a vault that knew the old key goes on', async () => {
    const before = openVault();
    const mailboxes = Array.from({ length: 20 }, (_, at) => ({ ...anna, mailboxId: `${at}@example.com` }));
    for (const mailbox of mailboxes) await before.vault.put(mailbox, tokens);
    const [oldKey, oldDump] = [await readFile(before.ownFile, 'utf8'), await dump()];
    const rotation = await openVault().rotate();
    expect(rotation).toMatchObject({ tokens: 20 });
    expect(await readFile(before.ownFile, 'utf8')).not.toBe(oldKey);
    expect(await dump()).not.toContain(rotation.formerKeyId);
    expect(await dump()).not.toBe(oldDump);
    for (const { vault } of [before, openVault()]) {
      await vault.put(anna, tokens);
      for (const mailbox of [...mailboxes, anna]) expect(await vault.read(mailbox)).toMatchObject(tokens);
    }
    expect(await readdir(folder)).toEqual(['token.key']);
  });

  test('that comes between a token and its key is no trouble for whoever reads', async () => {
    const { vault, rotate, keys, redactor } = openVault();
    await vault.put(anna, tokens);
    let rotated: Promise<unknown> | null = null;
    const read = async () => {
      rotated ??= rotate();
      await rotated;
      return keys.read();
    };
    const late = createTokenVault({ database: db.database, keys: { ...keys, read }, redactor });
    expect(await late.read(anna)).toMatchObject(tokens);
    expect(rotated).not.toBeNull();
  });

  test('that finds one token unreadable changes none', async () => {
    const { vault, rotate } = openVault();
    await vault.put(anna, tokens);
    await vault.put({ ...anna, mailboxId: 'z@example.com' }, tokens);
    await db
      .database('tokens')
      .where({ mailbox_id: 'z@example.com' })
      .update({ refresh_token: Buffer.alloc(64, 1) });
    const shown = await dump();
    expect((await failureOf(rotate())).message).toMatch(/z@example.com/);
    expect(await dump()).toBe(shown);
    expect(await openVault().vault.read(anna)).toMatchObject(tokens);
  });

  test('that died before its commit, or before the rename, is readable and is finished by the next', async () => {
    const { vault, rotate, ownFile } = openVault();
    await vault.put(anna, tokens);
    await makeKeyFile(`${ownFile}.next`);
    expect(await openVault().vault.read(anna)).toMatchObject(tokens);
    const former = await readFile(ownFile, 'utf8');
    await rotate();
    // As if the rename had not happened.
    await rename(ownFile, `${ownFile}.next`);
    await writeFile(ownFile, former, { mode: 0o600 });
    expect(await openVault().vault.read(anna)).toMatchObject(tokens);
    await openVault().rotate();
    expect(await openVault().vault.read(anna)).toMatchObject(tokens);
    expect(await readdir(folder)).toEqual(['token.key']);
  });

  test('to a key the operator brings along needs the old one, and can be repeated', async () => {
    const { vault, keys } = openVault();
    await vault.put(anna, tokens);
    const bytes = randomBytes(32);
    expect((await failureOf(rotateTo(db.database, [], tokenKeyOf(bytes)))).remedy).toMatch(/key in use/);
    expect(await rotateTo(db.database, await keys.read(), tokenKeyOf(bytes))).toMatchObject({ tokens: 1 });
    expect(await rotateTo(db.database, await keys.read(), tokenKeyOf(bytes))).toMatchObject({ tokens: 0 });
    const operated = openVault({ secret: { kind: 'env', name: 'KEY' }, environment: { KEY: bytes.toString('hex') } });
    expect(await operated.vault.read(anna)).toMatchObject(tokens);
  });

  test('two at once leave one key that reads everything', async () => {
    const { vault } = openVault();
    await vault.put(anna, tokens);
    await Promise.all([openVault().rotate(), openVault().rotate()]);
    expect(await openVault().vault.read(anna)).toMatchObject(tokens);
    expect(await readdir(folder)).toEqual(['token.key']);
  });
});

test('nobody but its owner can read a key that was made under a lax umask', () => {
  const script = `process.umask(0); const { makeKeyFile } = await import('${join(process.cwd(), 'src/credential/token-keys.ts')}');
    await makeKeyFile('${join(folder, 'lax.key')}'); console.log((await import('node:fs')).statSync('${join(folder, 'lax.key')}').mode.toString(8))`;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(done.stdout.trim(), done.stderr).toBe('100600');
});
