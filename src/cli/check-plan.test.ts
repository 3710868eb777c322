import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isApproved, recordServed } from '../config/approval.ts';
import { loadConfig } from '../config/load.ts';
import type { Database } from '../store/database.ts';
import { check } from './check.ts';
import { type Frame, runFrame } from './frame.ts';
import { plan } from './plan.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mailroom-plan-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const file = () => join(home, 'mailroom.yaml');
const people = (...names: string[]) =>
  writeFile(
    file(),
    `servers: { s: { type: imap, host: h.example.com, auth: { username: "{localpart}", password: { env: P } } } }
mailboxes:
${names.map((name) => `  - { address: ${name}@example.com, receive: { server: s } }`).join('\n')}
`,
  );

/** Rows as the store's status query reads them. */
function storeOf(...addresses: string[]): Database {
  const rows = addresses.map((address) => ({
    id: address,
    address,
    state: 'active',
    code: null,
    stored: '7',
    quarantined: '0',
    excluded: '0',
  }));
  const raw = async (sql: string) => ({ rows: sql.includes('from runs') ? [] : rows });
  return { raw } as unknown as Database;
}

async function run(words: readonly string[], database = storeOf()): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const frame: Frame = {
    version: '0',
    commands: [check, plan],
    environment: { P: 'x' },
    streams: { stdout, stderr },
    signal: new AbortController().signal,
    async loadConfig(name) {
      const loaded = await loadConfig(name, { env: {}, now: new Date() });
      if ('problems' in loaded) throw new Error('wrong');
      return loaded.config;
    },
    openHouse: () => Promise.reject(new Error('planning takes nothing over')),
    openStore: async () => ({ database, close: async () => {} }),
  };
  const code = await runFrame(frame, ['--config', file(), ...words]);
  return { code, out: everything(stdout), err: everything(stderr) };
}

function everything(stream: PassThrough): string {
  let all = '';
  for (let piece = stream.read(); piece !== null; piece = stream.read()) all += piece;
  return all;
}

async function served(...names: string[]): Promise<void> {
  await people(...names);
  const loaded = await loadConfig(file(), { env: {}, now: new Date() });
  if ('problems' in loaded) throw new Error('wrong');
  await recordServed(loaded.config, loaded.explanation);
}

describe('mailroom check', () => {
  test('counts what there is and exits 0', async () => {
    await people('a', 'b');
    expect(await run(['check'])).toEqual({
      code: 0,
      out: `${file()}: 2 mailboxes, 1 server, 0 groups; no problem, 0 warnings\n`,
      err: '',
    });
  });

  test('tells every problem on a line and exits 3', async () => {
    await writeFile(file(), 'data: 5\nserver: {}\n');
    const { code, out } = await run(['check']);
    expect(code).toBe(3);
    expect(out.split('\n')).toEqual([
      `${file()}:1:7: data: expected a text, found 5; put it in quotes: "5"`,
      `${file()}:2:1: server: unknown key "server"; did you mean "servers"?`,
      `${file()}: 2 problems, 0 warnings`,
      '',
    ]);
  });

  test('--json gives one object a line', async () => {
    await writeFile(file(), 'data: 5\n');
    const lines = (await run(['check', '--json'])).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ severity: 'error', line: 1, column: 7, path: 'data' });
    expect(lines[1]).toMatchObject({ ok: false, problems: 1 });
  });

  test.each([
    ['{ env: NOT_SET }', /the environment variable NOT_SET is not set here/],
    ['{ file: nowhere }', /cannot read the secret file .*nowhere: there is no such file/],
    ['{ file: open }', /the secret file .*open can be read by everybody; chmod o-r/],
    ['{ file: empty }', /the secret file .*empty is empty/],
  ])('says what is amiss with the secret %s, and never reads it', async (secret, line) => {
    await writeFile(join(home, 'open'), 'Geheim1', { mode: 0o644 });
    await writeFile(join(home, 'empty'), '', { mode: 0o600 });
    await writeFile(
      file(),
      `servers: { s: { type: imap, host: h.example.com } }\nmailboxes:\n  - { address: a@example.com, receive: { server: s, auth: { password: ${secret} } } }\n`,
    );
    const { code, out } = await run(['check']);
    expect(code).toBe(0);
    expect(out).toMatch(line);
    expect(out).not.toContain('Geheim1');
  });
});

describe('mailroom plan', () => {
  test('before the first start everything is new, and no database is opened', async () => {
    await people('a');
    expect(await run(['plan'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^add +a@example\.com\n1 added, 0 renamed/),
    });
  });

  test('a small change goes through', async () => {
    await served('a', 'b');
    await people('a', 'b', 'c');
    const { code, out } = await run(['plan'], storeOf('a@example.com', 'b@example.com'));
    expect([code, out]).toEqual([
      0,
      'add       c@example.com\n1 added, 0 renamed, 0 changed, 0 resumed, 0 paused, 2 unchanged\n',
    ]);
  });

  test('other settings are a change', async () => {
    await served('a');
    await writeFile(file(), (await readFile(file(), 'utf8')).replace('h.example.com', 'new.example.com'));
    expect((await run(['plan'], storeOf('a@example.com'))).out).toMatch(/^change +a@example\.com\n/);
  });

  test('a big drop waits, and is approved for exactly this set of mailboxes', async () => {
    await served('a', 'b', 'c');
    await people('a');
    const store = storeOf('a@example.com', 'b@example.com', 'c@example.com');
    const before = await run(['plan'], store);
    expect(before.code).toBe(1);
    expect(before.out).toContain('pause     b@example.com  (7 messages kept)\n');
    expect(before.err).toContain('This drops 2 of 3 mailboxes (67 %) and waits for "mailroom plan --approve".');
    expect((await run(['plan', '--approve'], store)).code).toBe(0);
    const loaded = await loadConfig(file(), { env: {}, now: new Date() });
    expect('config' in loaded && (await isApproved(loaded.config))).toBe(true);
    await people('a', 'b');
    const other = await loadConfig(file(), { env: {}, now: new Date() });
    expect('config' in other && (await isApproved(other.config))).toBe(false);
  });

  test('--explain tells where each value came from', async () => {
    await people('a');
    const column = (await readFile(file(), 'utf8')).indexOf('"{localpart}"') + 1;
    const { out } = await run(['plan', '--explain', 'a@example.com', '--json']);
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toContainEqual({ path: 'receive.auth.username', value: 'a', origin: `${file()}:1:${column}` });
    expect(rows).toContainEqual({ path: 'receive.afterReceive', value: 'keep', origin: 'built-in' });
  });

  test('--explain of a misspelt address says which was meant', async () => {
    await people('anna');
    const { code, err } = await run(['plan', '--explain', 'ana@example.com']);
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      'mailroom plan: there is no mailbox "ana@example.com"; did you mean anna@example.com?',
    ]);
  });
});
