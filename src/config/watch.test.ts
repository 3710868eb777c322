import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { type Log, silentLog } from '../platform/log.ts';
import { readServed, writeApproval } from './approval.ts';
import type { Config } from './config.ts';
import { loadConfig } from './load.ts';
import type { KnownMailbox, MailboxPlan } from './plan.ts';
import { type ConfigWatch, type Good, watchConfig } from './watch.ts';

let home: string;
let watch: ConfigWatch | null = null;
const taken: { config: Config; plan: MailboxPlan }[] = [];
const said: string[] = [];
const log: Log = { ...silentLog, error: (message) => void said.push(message) };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mailroom-watch-'));
  taken.length = 0;
  said.length = 0;
});
afterEach(async () => {
  await watch?.close();
  watch = null;
  await rm(home, { recursive: true, force: true });
});

const head = (more: string) =>
  `${more}\nservers: { s: { type: imap, host: h.example.com, auth: { username: "{localpart}", password: { env: P } } } }\n`;
const boxes = (...names: string[]) =>
  `mailboxes:\n${names.map((name) => `  - { address: ${name}@example.com, receive: { server: s } }`).join('\n')}\n`;

const file = () => join(home, 'mailroom.yaml');
const write = (text: string) => writeFile(file(), text);

async function load(): Promise<Good> {
  const loaded = await loadConfig(file(), { env: {}, now: new Date() });
  if ('problems' in loaded) throw new Error('wrong');
  return loaded;
}

/** Only hints wake it: the look once a minute never comes in a test. */
async function start(lookEveryMs = 3_600_000): Promise<ConfigWatch> {
  const first = await load();
  const known = (): KnownMailbox[] =>
    (taken.at(-1)?.config ?? first.config).mailboxes.map(({ id, address }) => ({
      id,
      address,
      paused: false,
      fingerprint: null,
    }));
  watch = await watchConfig({
    file: file(),
    env: {},
    clock: systemClock,
    log,
    signal: new AbortController().signal,
    first,
    known: async () => known(),
    changed: async (config, plan) => void taken.push({ config, plan }),
    settleMs: 10,
    lookEveryMs,
  });
  return watch;
}

const addresses = () => watch?.current().mailboxes.map(({ address }) => address.split('@')[0]);
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 });

describe('a running server', () => {
  test('takes over a changed file', async () => {
    await write(head('') + boxes('a'));
    await start();
    await write(head('') + boxes('a', 'b'));
    await until(() => expect(addresses()).toEqual(['a', 'b']));
    expect(taken[0]?.plan.added).toEqual([{ id: 'b@example.com', address: 'b@example.com' }]);
  });

  test('sees a file that an editor replaces', async () => {
    await write(head('') + boxes('a'));
    await start();
    for (const names of [
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]) {
      await writeFile(join(home, '.swap'), head('') + boxes(...names));
      await rename(join(home, '.swap'), file());
      await until(() => expect(addresses()).toEqual(names));
    }
  });

  test('sees a new file that matches an include, and a changed source', async () => {
    await mkdir(join(home, 'mailboxes.d'));
    await writeFile(join(home, 'people.csv'), 'address,receive.server\np@example.com,s\n');
    await write(head('include: mailboxes.d/*.yaml\nmailboxesFrom: [{ csv: people.csv }]'));
    await start();
    await writeFile(join(home, 'mailboxes.d', 'x.yaml'), boxes('x'));
    await until(() => expect(addresses()?.toSorted()).toEqual(['p', 'x']));
    await writeFile(join(home, 'people.csv'), 'address,receive.server\np@example.com,s\nq@example.com,s\n');
    await until(() => expect(addresses()?.toSorted()).toEqual(['p', 'q', 'x']));
  });

  test('keeps the last good configuration on errors, says so, and goes on once it is mended', async () => {
    await write(head('') + boxes('a'));
    const running = await start();
    await write(`${head('')}mailboxes: 5\n`);
    await until(() => expect(running.refusal()).toMatchObject({ kind: 'wrong', problems: [{ path: 'mailboxes' }] }));
    expect(addresses()).toEqual(['a']);
    expect(said).toEqual(['configuration has errors, the last good one stays in force']);
    await write(head('') + boxes('a', 'b'));
    await until(() => expect(addresses()).toEqual(['a', 'b']));
    expect(running.refusal()).toBeNull();
  });

  test('waits for approval before it drops more than 5 %', async () => {
    await write(head('') + boxes('a', 'b', 'c'));
    const running = await start();
    await write(head('') + boxes('a'));
    await until(() => expect(running.refusal()).toMatchObject({ kind: 'waiting', plan: { served: 3 } }));
    expect(addresses()).toEqual(['a', 'b', 'c']);
    const { config } = await load();
    await writeApproval(config, 2, new Date());
    await until(() => expect(addresses()).toEqual(['a']));
    expect(taken.at(-1)?.plan.dropped.map(({ id }) => id)).toEqual(['b@example.com', 'c@example.com']);
  });

  test('an approval is for that set of mailboxes only', async () => {
    await write(head('') + boxes('a', 'b', 'c'));
    const running = await start();
    await write(head('') + boxes('a', 'b'));
    await writeApproval((await load()).config, 1, new Date());
    await until(() => expect(addresses()).toEqual(['a', 'b']));
    await write(head('') + boxes('a'));
    await until(() => expect(running.refusal()?.kind).toBe('waiting'));
  });

  test('reads everything again when asked, as by SIGHUP', async () => {
    await write(head('') + boxes('a'));
    const running = await start();
    await running.reload();
    expect(taken).toHaveLength(1);
  });

  test('notices without any hint from the file system, only later', async () => {
    const target = await mkdtemp(join(tmpdir(), 'mailroom-elsewhere-'));
    try {
      await write(head('include: link/more.yaml'));
      await writeFile(join(target, 'more.yaml'), boxes('a'));
      // A link inside the path: the folder that is watched is not the one that changes.
      await mkdir(join(target, 'real'));
      await rename(join(target, 'more.yaml'), join(target, 'real', 'more.yaml'));
      await symlink(join(target, 'real'), join(home, 'link'));
      await start(20);
      await writeFile(join(target, 'real', 'more.yaml'), boxes('a', 'b'));
      await until(() => expect(addresses()).toEqual(['a', 'b']));
    } finally {
      await rm(target, { recursive: true, force: true });
    }
  });

  test('keeps the very same objects for mailboxes whose settings did not change', async () => {
    await write(head('') + boxes('a', 'b'));
    const before = (await start()).current().mailboxes;
    await write(head('') + boxes('b', 'a', 'c').replace('a@example.com,', 'a@example.com, keep: tracked,'));
    await until(() => expect(addresses()).toEqual(['b', 'a', 'c']));
    const after = watch!.current().mailboxes;
    expect(after[0]).toBe(before[1]);
    expect(after[1]).not.toBe(before[0]);
    expect(after[1]?.keep).toBe('tracked');
  });

  test('asks a command again after its time', async () => {
    await writeFile(join(home, 'list'), '{"address":"a@example.com","receive":{"server":"s"}}\n');
    await write(head('mailboxesFrom: [{ exec: [cat, list], every: 1 min }]'));
    const env = { PATH: process.env.PATH };
    const loaded = await loadConfig(file(), { env, now: new Date() });
    expect(loaded.watched.againAfterMs).toBe(60_000);
    if ('problems' in loaded) throw new Error('wrong');
    let now = 0;
    const clock = { ...systemClock, monotonicMs: () => now };
    const changed = async (config: Config, plan: MailboxPlan) => void taken.push({ config, plan });
    const options = { file: file(), env, log, first: loaded, known: async () => [], changed, settleMs: 10, lookEveryMs: 20 };
    watch = await watchConfig({ ...options, clock, signal: new AbortController().signal });
    await writeFile(join(home, 'list'), '{"address":"b@example.com","receive":{"server":"s"}}\n');
    now = 60_001;
    await until(() => expect(addresses()).toEqual(['b']));
  });

  test('leaves for plan what it serves', async () => {
    await write(head('') + boxes('a'));
    const { config, explanation } = await load();
    await start();
    expect(await readServed(config.dataDir)).toEqual([
      { id: 'a@example.com', address: 'a@example.com', paused: false, fingerprint: explanation.fingerprint('a@example.com') },
    ]);
  });
});
