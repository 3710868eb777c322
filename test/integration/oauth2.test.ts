import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Credentials } from '../../src/credential/credential.ts';
import { createRedactor, type Redactor } from '../../src/credential/redactor.ts';
import type { OAuthProvider } from '../../src/model/auth.ts';
import { asFailure, type Failure } from '../../src/model/failure.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Log } from '../../src/platform/log.ts';
import type { Database } from '../../src/store/database.ts';
import { openBrowser } from '../servers/browser.ts';
import { type FakeAnswer, type OAuth2Server, startOAuth2Server } from '../servers/oauth2.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { ANNA, anna, auth, openRoom as openCredentialRoom, signIn as signInWith } from './credential-room.ts';

let db: TestDatabase;
let server: OAuth2Server;
let folder: string;
let clock: TestClock;
let redactor: Redactor;
let logged: string[];

beforeAll(async () => {
  db = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'mailroom-oauth2-'));
});
afterAll(async () => {
  await db.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  server = await startOAuth2Server();
  clock = createTestClock();
  redactor = createRedactor();
  logged = [];
});
afterEach(async () => {
  await server.stop();
  await db.database('tokens').delete();
});

interface TestClock extends Clock {
  advance(ms: number): void;
  readonly slept: number[];
}

/** Real time, moved on by hand; sleeping takes no time but is written down. */
function createTestClock(): TestClock {
  let ahead = 0;
  const slept: number[] = [];
  return {
    now: () => new Date(Date.now() + ahead),
    monotonicMs: () => performance.now() + ahead,
    async sleep(ms) {
      slept.push(ms);
      ahead += ms;
      await wait(1);
    },
    advance(ms) {
      ahead += ms;
    },
    slept,
  };
}

function openRoom(options: { provider?: OAuthProvider; database?: Database } = {}): Credentials {
  const write = (message: string, fields?: object) => void logged.push(redactor.redact(JSON.stringify({ message, ...fields })));
  const log: Log = { error: write, warn: write, info: write, debug: write, child: () => log };
  const { provider = server.provider, database = db.database } = options;
  return openCredentialRoom({ provider, database, folder, clock, redactor, log });
}

const signIn = (room: Credentials, provider: OAuthProvider = server.provider) => signInWith(room, provider);

async function tokenOf(credential: ReturnType<Credentials['for']>, rejected = false): Promise<string> {
  const given = await credential({ rejected });
  expect(given).toMatchObject({ method: 'oauth2', username: ANNA });
  return given.method === 'oauth2' ? given.accessToken : '';
}

async function failureOf(doing: Promise<unknown>): Promise<Failure> {
  const error = await doing.then(
    () => null,
    (reason) => reason,
  );
  expect(asFailure(error), `a Failure, not ${error}`).toBeDefined();
  return asFailure(error)!;
}

const oauthError = (error: string, description?: string, status = 400): FakeAnswer => ({
  status,
  body: JSON.stringify({ error, ...(description === undefined ? {} : { error_description: description }) }),
});
const refreshes = () => server.tokenRequests.filter(({ form }) => form.get('grant_type') === 'refresh_token');
const HOUR = 3_600_000;

describe('signing in by browser', () => {
  test('uses PKCE and state, stores the tokens, and the credential needs no further request', async () => {
    const room = openRoom();
    expect(await signIn(room)).toMatchObject({ account: ANNA, missingScopes: [] });
    const [request] = server.tokenRequests;
    expect(request!.form.get('code_verifier')).toMatch(/^[\w-]{43}$/);
    expect(await tokenOf(room.for(anna, auth))).toMatch(/./);
    expect(server.tokenRequests).toHaveLength(1);
  });

  test.each(['http://127.0.0.1', 'http://localhost'])('listens on any free port of %s', async (redirectUri) => {
    const room = openRoom();
    await signIn(room, { ...server.provider, redirectUri });
    expect(server.tokenRequests[0]!.form.get('redirect_uri')).toMatch(new RegExp(`^${redirectUri}:\\d+$`));
  });

  test('authenticates by HTTP Basic where the provider wants it so', async () => {
    const provider = { ...server.provider, clientId: 'basic', clientAuthentication: 'basic' as const };
    await signIn(openRoom({ provider }), provider);
    expect(server.tokenRequests[0]!.authorization).toMatch(/^Basic /);
    expect(server.tokenRequests[0]!.form.has('client_secret')).toBe(false);
  });

  test('is told when the person declines', async () => {
    server.person = { account: ANNA, consents: false };
    const failure = await failureOf(signIn(openRoom()));
    expect(failure.message).toBe('the sign-in was declined at example: access_denied: the person said no');
  });

  test('ignores whoever does not know the state, and waits on', async () => {
    const room = openRoom();
    const visited: number[] = [];
    const tell = async ({ url, redirectUri }: { url: string; redirectUri: string }) => {
      const strangers = ['/?code=stolen&state=guess', '/?code=stolen', '/favicon.ico', '/?error=access_denied', '/?state='];
      for (const path of strangers) visited.push((await fetch(redirectUri + path)).status);
      visited.push((await fetch(redirectUri, { method: 'POST', body: 'code=stolen' })).status);
      visited.push((await openBrowser().visit(url)).status);
    };
    await room.signIn.byBrowser({
      ...{ mailboxId: ANNA, provider: server.provider, loginHint: null, pasted: null },
      tell,
      complain() {},
    });
    expect(visited).toEqual([400, 400, 404, 400, 400, 404, 200]);
    expect(server.tokenRequests).toHaveLength(1);
  });

  test('takes what the operator pastes where the browser runs on another machine', async () => {
    const { promise: url, resolve: tell } = Promise.withResolvers<string>();
    const complaints: string[] = [];
    async function* paste() {
      yield 'https://example.com/?code=x&state=wrong';
      yield await openBrowser().redirectOf(await url);
    }
    // Not one of our loopback addresses, so that nothing listens; the server knows it as well.
    const provider = { ...server.provider, redirectUri: 'https://mailroom.example.com/signed-in' };
    const room = openRoom({ provider });
    await room.signIn.byBrowser({
      ...{ mailboxId: ANNA, provider, loginHint: null, pasted: paste() },
      tell: ({ url, listening }) => tell(listening ? 'wrong' : url),
      complain: (sentence) => complaints.push(sentence),
    });
    expect(complaints).toHaveLength(1);
    expect(await tokenOf(room.for(anna, auth))).toMatch(/./);
  });

  test('takes a paste also while it listens, and complains where nobody can paste', async () => {
    const { promise: url, resolve } = Promise.withResolvers<string>();
    async function* paste() {
      yield await openBrowser().redirectOf(await url);
    }
    const { byBrowser } = openRoom().signIn;
    const request = { mailboxId: ANNA, provider: server.provider, loginHint: null, complain() {} };
    await byBrowser({ ...request, pasted: paste(), tell: (prompt) => resolve(prompt.url) });
    const elsewhere = { ...request, provider: { ...server.provider, redirectUri: 'oob' }, pasted: null, tell() {} };
    expect((await failureOf(byBrowser(elsewhere))).message).toMatch(/no terminal to paste into/);
  });

  test('ends when nobody comes, or when it is broken off', async () => {
    const { byBrowser } = openRoom().signIn;
    const request = { mailboxId: ANNA, provider: server.provider, loginHint: null, pasted: null, tell() {}, complain() {} };
    expect((await failureOf(byBrowser({ ...request, timeoutMs: 20 }))).message).toMatch(/nobody signed in/);
    const reason = new Error('ended by the operator');
    await expect(byBrowser({ ...request, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('signing in by device', () => {
  test('shows the code, polls as told, slows down as told, and stores the tokens', async () => {
    const answers = ['slow_down', 'authorization_pending', 'slow_down'];
    server.intercept = ({ path }) => (path === '/token' && answers.length > 0 ? oauthError(answers.shift()!) : null);
    const room = openRoom({ provider: server.publicProvider });
    let visiting: Promise<unknown> | undefined;
    const tell = (prompt: { userCode: string; url: string; completeUrl: string | null }) => {
      expect(prompt.userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
      visiting = openBrowser().visit(prompt.completeUrl!);
    };
    expect(await room.signIn.byDevice({ mailboxId: ANNA, provider: server.publicProvider, tell })).toMatchObject({
      missingScopes: [],
    });
    await visiting;
    expect(clock.slept.slice(0, 4)).toEqual([5000, 10_000, 10_000, 15_000]);
    expect(await tokenOf(room.for(anna, auth))).toMatch(/./);
  });

  test.each<[string, FakeAnswer, RegExp]>([
    ['declined', oauthError('access_denied'), /declined at example/],
    ['too late', oauthError('expired_token'), /code expired/],
    ['a client that may not', oauthError('unauthorized_client', 'AADSTS7000218: public client flows'), /AADSTS7000218/],
  ])('ends when it is %s', async (_, answer, message) => {
    server.intercept = ({ path }) => (path === '/token' ? answer : null);
    const { byDevice } = openRoom().signIn;
    const failure = await failureOf(byDevice({ mailboxId: ANNA, provider: server.publicProvider, tell() {} }));
    expect(failure).toMatchObject({ code: 'refused' });
    expect(failure.message).toMatch(message);
    expect(failure.remedy).toBeTruthy();
  });

  test('asks less and less often while the provider is away, and ends with the code', async () => {
    server.intercept = ({ path }) => (path === '/token' ? { status: 503, body: '' } : null);
    const { byDevice } = openRoom().signIn;
    const failure = await failureOf(byDevice({ mailboxId: ANNA, provider: server.publicProvider, tell() {} }));
    expect(failure.message).toMatch(/code expired/);
    expect(clock.slept.slice(0, 5)).toEqual([5000, 10_000, 20_000, 40_000, 60_000]);
  });

  test('is refused where the provider has none', async () => {
    const provider = { ...server.provider, deviceUrl: null };
    const failure = await failureOf(openRoom().signIn.byDevice({ mailboxId: ANNA, provider, tell() {} }));
    expect(failure.remedy).toBe('sign in with --browser');
  });
});

describe('renewing', () => {
  test('happens before the token ends; the rotated refresh token is stored and used next', async () => {
    const room = openRoom();
    await signIn(room);
    const credential = room.for(anna, auth);
    const tokens = [await tokenOf(credential)];
    for (let hour = 0; hour < 3; hour += 1) {
      clock.advance(HOUR - 60_000);
      tokens.push(await tokenOf(credential));
    }
    expect(new Set(tokens).size).toBe(4);
    expect(new Set(refreshes().map(({ form }) => form.get('refresh_token'))).size).toBe(3);
  });

  test('is one request, however many ask in one process and in others', async () => {
    const rooms = Array.from({ length: 4 }, () => openRoom());
    await signIn(rooms[0]!);
    clock.advance(2 * HOUR);
    const asking = rooms.flatMap((room) => Array.from({ length: 5 }, () => tokenOf(room.for(anna, auth))));
    expect(new Set(await Promise.all(asking)).size).toBe(1);
    expect(refreshes()).toHaveLength(1);
  });

  test('is one request also when another process was killed while it held the lock', async () => {
    const room = openRoom();
    await signIn(room);
    clock.advance(2 * HOUR);
    const holder = holdLock(db.url);
    await new Promise((locked) => holder.stdout!.once('data', locked));
    const asking = tokenOf(room.for(anna, auth));
    await wait(100);
    expect(refreshes()).toHaveLength(0);
    holder.kill('SIGKILL');
    await asking;
    expect(refreshes()).toHaveLength(1);
  });

  test('after a refusal by the mail server happens once, and not again for half a minute', async () => {
    const room = openRoom();
    await signIn(room);
    const credential = room.for(anna, auth);
    clock.advance(60_000);
    const first = await tokenOf(credential);
    const second = await tokenOf(credential, true);
    expect(second).not.toBe(first);
    expect(await tokenOf(credential, true)).toBe(second);
    expect(refreshes()).toHaveLength(1);
    clock.advance(31_000);
    expect(await tokenOf(credential, true)).not.toBe(second);
    expect(refreshes()).toHaveLength(2);
  });

  test('keeps the refresh token of a provider that does not rotate', async () => {
    await server.stop();
    server = await startOAuth2Server({ rotateRefreshTokens: false });
    server.intercept = ({ form }) => (form.get('grant_type') === 'refresh_token' ? withoutRefreshToken : null);
    const withoutRefreshToken = { status: 200, body: '{"access_token":"plain","token_type":"bearer","expires_in":"3600"}' };
    const room = openRoom();
    await signIn(room);
    for (let hour = 0; hour < 2; hour += 1) {
      clock.advance(HOUR);
      expect(await tokenOf(room.for(anna, auth))).toBe('plain');
    }
    expect(new Set(refreshes().map(({ form }) => form.get('refresh_token'))).size).toBe(1);
  });

  test('loses no rotated refresh token when the database goes away before the commit', async () => {
    const room = openRoom();
    await signIn(room);
    clock.advance(2 * HOUR);
    let [armed, cuts] = [false, 2];
    server.intercept = () => {
      armed = true;
      return null;
    };
    const database = failingToCommit(db.database, () => armed && cuts-- > 0);
    const shaky = openRoom({ database });
    expect(await tokenOf(shaky.for(anna, auth))).toMatch(/./);
    expect(refreshes()).toHaveLength(1);
    clock.advance(2 * HOUR);
    // The stored refresh token is the new one: the old one would be refused as used.
    expect(await tokenOf(openRoom().for(anna, auth))).toMatch(/./);
  });
});

function holdLock(url: string): ChildProcess {
  const script = `import { connectDatabase } from '${join(process.cwd(), 'src/store/database.ts')}';
    await connectDatabase('${url}').transaction(async (transaction) => {
      await transaction.raw('select * from tokens for update');
      console.log('locked');
      await new Promise((never) => setInterval(never, 1 << 30));
    });`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Ends the connection under a transaction that was about to commit. */
function failingToCommit(database: Database, fails: () => boolean): Database {
  return new Proxy(database, {
    get(target, name, receiver) {
      if (name !== 'transaction') return Reflect.get(target, name, receiver);
      return (work: (transaction: Database) => Promise<unknown>) =>
        target.transaction(async (transaction) => {
          const { rows } = await transaction.raw('select pg_backend_pid() as pid');
          const result = await work(transaction);
          if (fails()) await target.raw('select pg_terminate_backend(?, 5000)', [rows[0].pid]);
          return result;
        });
    },
  });
}

describe('a renewal that fails', () => {
  async function renewalAgainst(answer: FakeAnswer | (() => Promise<FakeAnswer>)): Promise<Failure> {
    const room = openRoom();
    await signIn(room);
    clock.advance(2 * HOUR);
    server.intercept = () => (typeof answer === 'function' ? answer() : answer);
    return failureOf(tokenOf(room.for(anna, auth)));
  }

  test.each<[string, FakeAnswer, Partial<Failure>]>([
    ['refused', oauthError('invalid_grant', 'revoked'), { code: 'auth-rejected', remedy: `mailroom auth login ${ANNA}` }],
    ['needs a person', oauthError('interaction_required'), { code: 'auth-rejected', remedy: `mailroom auth login ${ANNA}` }],
    ['a wrong client', oauthError('invalid_client', undefined, 401), { code: 'auth-rejected' }],
    ['slowed down', oauthError('slow_down'), { code: 'throttled' }],
    ['too many', { status: 429, headers: { 'retry-after': '17' }, body: '' }, { code: 'throttled', retryAfterMs: 17_000 }],
    ['broken', { status: 500, body: '<html>' }, { code: 'throttled' }],
    ['passing', oauthError('temporarily_unavailable'), { code: 'throttled' }],
    ['a proxy page', { status: 403, body: '<html>' }, { code: 'garbled' }],
    ['no token', { status: 200, body: '{}' }, { code: 'garbled' }],
    ['no JSON', { status: 200, body: 'access_token=x' }, { code: 'garbled' }],
    ['a token that breaks SASL', { status: 200, body: '{"access_token":"a\\u0001b"}' }, { code: 'garbled' }],
    ['another kind of token', { status: 200, body: '{"access_token":"a","token_type":"mac"}' }, { code: 'garbled' }],
    ['too long', { status: 200, body: ' '.repeat(300_000) }, { code: 'garbled' }],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: '' }, { code: 'unreachable' }],
  ])('%s', async (_, answer, expected) => {
    const failure = await renewalAgainst(answer);
    expect(failure).toMatchObject(expected);
    if (failure.code === 'auth-rejected') expect(failure.remedy).toBeTruthy();
  });

  test('a date in Retry-After is understood', async () => {
    const at = new Date(clock.now().getTime() + 2 * HOUR + 120_000).toUTCString();
    const failure = await renewalAgainst({ status: 503, headers: { 'retry-after': at }, body: '' });
    expect(failure.retryAfterMs).toBeGreaterThan(100_000);
    expect(failure.retryAfterMs).toBeLessThan(125_000);
  });

  test('nobody there', async () => {
    const room = openRoom();
    await signIn(room);
    clock.advance(2 * HOUR);
    await server.stop();
    const failure = await failureOf(tokenOf(room.for(anna, auth)));
    expect(failure).toMatchObject({ code: 'unreachable' });
    expect(failure.message).toMatch(/example cannot be reached at 127.0.0.1:\d+: .*ECONNREFUSED/);
    server = await startOAuth2Server();
  });

  test('a refusal is not asked for again, until some time has passed or somebody has signed in', async () => {
    const room = openRoom();
    await signIn(room);
    clock.advance(2 * HOUR);
    server.intercept = () => oauthError('invalid_grant', 'revoked');
    const credential = room.for(anna, auth);
    for (let tries = 0; tries < 3; tries += 1)
      expect((await failureOf(tokenOf(credential))).message).toMatch(/invalid_grant: revoked/);
    expect(refreshes()).toHaveLength(1);
    clock.advance(11 * 60_000);
    await failureOf(tokenOf(credential));
    expect(refreshes()).toHaveLength(2);
    server.intercept = () => null;
    await signIn(room);
    expect(await tokenOf(credential)).toMatch(/./);
  });

  test('nobody has signed in', async () => {
    const failure = await failureOf(tokenOf(openRoom().for(anna, auth)));
    expect(failure).toMatchObject({ code: 'auth-rejected', remedy: `mailroom auth login ${ANNA}` });
  });

  test('no provider of that name', async () => {
    const failure = await failureOf(tokenOf(openRoom().for(anna, { ...auth, provider: 'other' })));
    expect(failure.message).toMatch(/its provider other is not configured/);
  });

  test('no clear text but to loopback', async () => {
    const provider = { ...server.provider, tokenUrl: 'http://login.example.com/token' };
    const room = openRoom({ provider });
    await room.vault.put({ mailboxId: ANNA, provider: 'example' }, expiredTokens);
    expect((await failureOf(tokenOf(room.for(anna, auth)))).message).toMatch(/is not https/);
  });
});

const expiredTokens = {
  ...{ account: null, scope: null, refreshedAt: null, accessExpiresAt: new Date(0) },
  ...{ accessToken: 'old', refreshToken: 'canary-refresh' },
};

test('a client that logs in for all its mailboxes needs nobody to sign in, and one token for all', async () => {
  const room = openRoom({ provider: server.machineProvider });
  const tokens = await Promise.all(['a@x', 'b@x', 'c@x'].map((id) => tokenOf(room.for({ id, address: ANNA }, auth))));
  expect(new Set(tokens).size).toBe(1);
  expect(server.tokenRequests).toHaveLength(1);
  const failure = await failureOf(room.signIn.byDevice({ mailboxId: ANNA, provider: server.machineProvider, tell() {} }));
  expect(failure.message).toMatch(/nobody signs in/);
});

test('signing out gives the token back and forgets it', async () => {
  const room = openRoom();
  await signIn(room);
  const { refreshToken } = (await room.vault.read({ mailboxId: ANNA, provider: 'example' }))!;
  expect(await room.signIn.out(ANNA, server.provider)).toBe(true);
  expect(await room.vault.list()).toEqual([]);
  await room.vault.put({ mailboxId: ANNA, provider: 'example' }, { ...expiredTokens, refreshToken });
  expect((await failureOf(tokenOf(room.for(anna, auth)))).message).toMatch(/invalid_grant/);
});

test('no token and no secret is in the database or in anything that was logged or thrown', async () => {
  const room = openRoom();
  await signIn(room);
  const credential = room.for(anna, auth);
  const seen = [await tokenOf(credential)];
  clock.advance(2 * HOUR);
  seen.push(await tokenOf(credential));
  const { refreshToken } = (await room.vault.read({ mailboxId: ANNA, provider: 'example' }))!;
  clock.advance(2 * HOUR);
  // A provider that echoes what it was sent.
  server.intercept = ({ form }) => oauthError('invalid_grant', `no ${form.get('refresh_token')} ${form.get('client_secret')}`);
  const failure = await failureOf(tokenOf(credential));
  const { rows } = await db.database.raw('select t::text from tokens t');
  const stored = JSON.stringify(rows);
  const told = `${failure.message} ${failure.stack}${logged.join()}`;
  for (const secret of [...seen, refreshToken!, 'canary-client-secret:with+odd%chars']) {
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
    expect(told).not.toContain(secret);
  }
  expect(told).toContain('[redacted]');
});
