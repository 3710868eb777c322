import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuthConfig, Secret } from '../model/auth.ts';
import { asFailure } from '../model/failure.ts';
import { systemClock } from '../platform/clock.ts';
import { silentLog } from '../platform/log.ts';
import type { Database } from '../store/database.ts';
import { createCredentials } from './credential.ts';
import { createRedactor } from './redactor.ts';

const anna = { id: 'anna', address: 'anna@example.com' };
const redactor = createRedactor();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailroom-credential-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Without OAuth2 the database is never asked. */
function credentialOf(auth: Partial<AuthConfig>) {
  const room = createCredentials({
    ...{ database: {} as Database, providers: () => new Map(), tokenKey: null, ownKeyFile: join(folder, 'token.key') },
    ...{ environment: { ANNA: 'canary-env' }, redactor, log: silentLog, clock: systemClock },
  });
  return room.for(anna, { method: 'password', username: null, password: null, provider: null, shared: false, ...auth });
}

async function passwordFile(content: string): Promise<Secret> {
  const path = join(folder, 'password');
  await writeFile(path, content, { mode: 0o600 });
  return { kind: 'file', path };
}

test('nothing is handed out where no login is wanted', async () => {
  expect(await credentialOf({ method: 'none' })()).toEqual({ method: 'none' });
});

describe('a password', () => {
  test('goes with the configured user name, or with the address', async () => {
    const password: Secret = { kind: 'env', name: 'ANNA' };
    expect(await credentialOf({ password, username: 'a' })()).toEqual({
      method: 'password',
      username: 'a',
      password: 'canary-env',
    });
    expect(await credentialOf({ password })()).toMatchObject({ username: 'anna@example.com' });
    expect(redactor.redact('LOGIN anna canary-env')).toBe('LOGIN anna [redacted]');
  });

  test('is read anew after a refusal, and the same again says that there is no newer one', async () => {
    const credential = credentialOf({ password: await passwordFile('first') });
    const first = await credential();
    expect(await credential({ rejected: true })).toEqual(first);
    await passwordFile('second');
    expect(await credential({ rejected: true })).toMatchObject({ password: 'second' });
  });
});

test.each<[string, Partial<AuthConfig>, string, RegExp]>([
  ['no password', {}, 'auth-rejected', /no password is configured for anna@example.com/],
  [
    'a missing variable',
    { password: { kind: 'env', name: 'X' } },
    'auth-rejected',
    /password of mailbox anna@example.com from .*X/,
  ],
  ['no provider', { method: 'oauth2' }, 'auth-rejected', /its provider \(none\) is not configured/],
  ['a method of another kind of server', { method: 'kerberos' }, 'refused', /kerberos is not a way to log in/],
])('%s is told with its remedy', async (_, auth, code, message) => {
  const failure = asFailure(await credentialOf(auth)().catch((error) => error));
  expect(failure?.code).toBe(code);
  expect(failure?.message).toMatch(message);
  expect(failure?.remedy).toBeTruthy();
});
