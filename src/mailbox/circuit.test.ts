import { expect, test } from 'vitest';
import type { AuthConfig, ServerConfig } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { systemClock } from '../platform/clock.ts';
import { createCircuits } from './circuit.ts';

const server = { name: 'exchange' } as ServerConfig;
const shared = { username: 'svc', shared: true } as AuthConfig;
const refusal = new Failure('auth-rejected', 'wrong password');
const HOUR_MS = 3_600_000;

function make() {
  const time = { ms: 0 };
  const circuits = createCircuits({ ...systemClock, monotonicMs: () => time.ms });
  const enter = () =>
    circuits.enter(server, shared).then(
      () => 'in',
      (failure: Failure) => failure.code,
    );
  /** What has come of them so far; nothing where they still wait. */
  const state = async (one: Promise<string>) => Promise.race([one, new Promise<null>((done) => setImmediate(() => done(null)))]);
  return { time, circuits, enter, state };
}

test('until it was accepted, one tries and the others wait for what it finds', async () => {
  const { circuits, enter, state } = make();
  expect(await enter()).toBe('in');
  const waiting = [enter(), enter(), enter()];
  expect(await state(waiting[0]!)).toBeNull();
  circuits.accepted(server, shared);
  expect(await Promise.all(waiting)).toEqual(['in', 'in', 'in']);
  expect(await enter()).toBe('in');
});

test('a refused credential is tried once by all together, once more after a minute, then every four hours', async () => {
  const { time, circuits, enter } = make();
  await enter();
  const waiting = [enter(), enter()];
  circuits.failed(server, shared, refusal);
  expect(await Promise.all(waiting)).toEqual(['throttled', 'throttled']);
  expect(circuits.open()).toEqual([]);
  time.ms = 60_000;
  expect(await enter()).toBe('in');
  circuits.failed(server, shared, refusal);
  expect(circuits.open()).toEqual([{ server: 'exchange', message: 'wrong password' }]);
  time.ms += 4 * HOUR_MS - 1;
  expect(await enter()).toBe('throttled');
  time.ms += 1;
  expect(await enter()).toBe('in');
  circuits.accepted(server, shared);
  expect(circuits.open()).toEqual([]);
});

test('sessions that were open when the server began to refuse are one refusal together', async () => {
  const { circuits, enter } = make();
  await enter();
  circuits.accepted(server, shared);
  for (let n = 0; n < 5; n += 1) circuits.failed(server, shared, refusal);
  expect(circuits.open()).toEqual([]);
  expect(await enter()).toBe('throttled');
});

test('what keeps one from the server keeps those who wait; trouble of one mailbox lets the next one try', async () => {
  const { circuits, enter, state } = make();
  await enter();
  const waiting = [enter(), enter()];
  circuits.failed(server, shared, new Failure('unreachable', 'no answer'));
  expect(await Promise.all(waiting)).toEqual(['unreachable', 'unreachable']);
  expect(await enter()).toBe('in');
  const next = [enter(), enter()];
  circuits.failed(server, shared, new Failure('refused', 'may not impersonate'));
  expect(await next[0]).toBe('in');
  expect(await state(next[1]!)).toBeNull();
  const last = enter();
  circuits.failed(server, shared, new Failure('throttled', 'this mailbox has used up its share', { retryAfterMs: 30_000 }));
  expect(await next[1]).toBe('in');
  circuits.failed(server, shared, null);
  expect(await last).toBe('in');
});

test("a mailbox's own credential is its own affair", async () => {
  const { circuits } = make();
  const own = { username: 'anna', shared: false } as AuthConfig;
  await circuits.enter(server, own);
  circuits.failed(server, own, refusal);
  await expect(circuits.enter(server, own)).resolves.toBeUndefined();
});
