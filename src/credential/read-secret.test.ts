import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Secret } from '../model/auth.ts';
import { asFailure } from '../model/failure.ts';
import { systemClock } from '../platform/clock.ts';
import { type Log, silentLog } from '../platform/log.ts';
import { createSecretReader, type SecretReader } from './read-secret.ts';
import { createRedactor, REDACTED, type Redactor } from './redactor.ts';

const SUBJECT = 'the password of mailbox anna@example.com';
let folder: string;
let warnings: object[];
let redactor: Redactor;
let reader: SecretReader;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailroom-secret-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  warnings = [];
  redactor = createRedactor();
  reader = readerWith({});
});

function readerWith(options: { commandTimeoutMs?: number }): SecretReader {
  const log: Log = { ...silentLog, warn: (message, fields) => warnings.push({ message, ...fields }) };
  const environment = { ANNA: 'from-env', EMPTY: '', PATH: process.env.PATH };
  return createSecretReader({ environment, log, clock: systemClock, redactor, ...options });
}

async function file(name: string, content: string | Uint8Array, mode = 0o600): Promise<Secret> {
  const path = join(folder, name);
  await writeFile(path, content);
  await chmod(path, mode);
  return { kind: 'file', path };
}

const exec = (...command: string[]): Secret => ({ kind: 'exec', command });
const node = (script: string) => exec(process.execPath, '-e', script);

async function failureOf(reading: Promise<string>) {
  const failure = asFailure(
    await reading.then(
      () => null,
      (error) => error,
    ),
  );
  expect(failure, 'a Failure').toBeDefined();
  return failure!;
}

describe('a secret is read', () => {
  test.each<[string, () => Secret | Promise<Secret>, string]>([
    ['as a literal', () => ({ kind: 'literal', value: ' as is\n' }), ' as is\n'],
    ['from the environment', () => ({ kind: 'env', name: 'ANNA' }), 'from-env'],
    ['from a file', () => file('plain', 'from-file'), 'from-file'],
    ['from a file, less one line break', () => file('newline', 'from-file\n'), 'from-file'],
    ['from a file, less one line break of Windows and its mark', () => file('crlf', '\uFEFFfrom-file\r\n'), 'from-file'],
    ['from a file, but not less two', () => file('two', 'from-file\n\n'), 'from-file\n'],
    ['from a command', () => node('console.log("from-command")'), 'from-command'],
    ['from a command without a shell', () => node('console.log(process.argv.length + "$HOME `id`")'), '1$HOME `id`'],
  ])('%s', async (_, secret, expected) => {
    expect(await reader.read(await secret(), SUBJECT)).toBe(expected);
    expect(redactor.redact(`x ${expected} y`)).toBe(`x ${REDACTED} y`);
  });
});

describe('a secret that cannot be read says whose, where, why and what to do', () => {
  test.each<[string, () => Secret | Promise<Secret>, string, RegExp]>([
    ['an unset variable', () => ({ kind: 'env', name: 'NOBODY' }), 'auth-rejected', /environment variable NOBODY: it is not set/],
    ['an empty variable', () => ({ kind: 'env', name: 'EMPTY' }), 'auth-rejected', /variable EMPTY: it is empty/],
    [
      'a missing file',
      () => ({ kind: 'file', path: '/nowhere/at/all' }),
      'auth-rejected',
      /\/nowhere\/at\/all: there is no such/,
    ],
    ['a directory', () => ({ kind: 'file', path: tmpdir() }), 'auth-rejected', /it is a directory/],
    ['an empty file', () => file('empty', '\n'), 'auth-rejected', /it is empty/],
    ['a binary file', () => file('binary', new Uint8Array([0xff, 0xfe, 0x41])), 'auth-rejected', /not UTF-8/],
    ['a huge file', () => file('huge', 'x'.repeat(70_000)), 'auth-rejected', /more than 65536 bytes/],
    ['an endless file', () => ({ kind: 'file', path: '/dev/zero' }), 'auth-rejected', /more than 65536 bytes/],
    [
      'a missing program',
      () => exec('/nowhere/vault', 'top-confidential'),
      'auth-rejected',
      /command \/nowhere\/vault: there is no/,
    ],
    ['no program', () => exec(), 'auth-rejected', /no command/],
    [
      'a failing command',
      () => node('console.log("canary"); console.error("canary"); process.exit(3)'),
      'unreachable',
      /status 3/,
    ],
    ['a killed command', () => node('process.kill(process.pid, "SIGKILL")'), 'unreachable', /ended with SIGKILL/],
    [
      'an endless command',
      () => node('for (;;) process.stdout.write("canary".repeat(1000))'),
      'auth-rejected',
      /printed more than/,
    ],
  ])('%s', async (_, secret, code, message) => {
    const failure = await failureOf(reader.read(await secret(), SUBJECT));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(/^cannot read the password of mailbox anna@example.com from /);
    expect(failure.message).toMatch(message);
    expect(failure.remedy).toBeTruthy();
    expect(`${failure.message} ${failure.remedy} ${failure.stack}`).not.toMatch(/canary|top-confidential/);
  });
});

test('a command that hangs is ended, with what it started', async () => {
  const script = `const { spawn } = require('child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    require('fs').writeFileSync(${JSON.stringify(join(folder, 'pids'))}, process.pid + ' ' + child.pid); setInterval(() => {}, 1000)`;
  const failure = await failureOf(readerWith({ commandTimeoutMs: 1500 }).read(node(script), SUBJECT));
  expect(failure.code).toBe('unreachable');
  expect(failure.message).toMatch(/did not end within 1.5 s/);
  const { readFile } = await import('node:fs/promises');
  const pids = (await readFile(join(folder, 'pids'), 'utf8')).split(' ').map(Number);
  for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false);
});

/** A killed process that nobody has waited for still has an entry; only its state tells. */
async function isRunning(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '0 (gone) Z');
  return !/\) [ZX]/.test(stat);
}

test('a command is asked once a minute, and again when a fresh value is wanted', async () => {
  const counter = join(folder, 'count');
  const secret = node(`const fs = require('fs'); fs.appendFileSync(${JSON.stringify(counter)}, 'x');
    console.log('value-' + fs.readFileSync(${JSON.stringify(counter)}).length)`);
  const both = await Promise.all([reader.read(secret, SUBJECT), reader.read(secret, SUBJECT)]);
  expect(both).toEqual(['value-1', 'value-1']);
  expect(await reader.read(secret, SUBJECT, { fresh: true })).toBe('value-2');
});

test('a file that everybody may read is warned of once, and still used', async () => {
  const secret = await file('open', 'from-file', 0o644);
  expect(await reader.read(secret, SUBJECT)).toBe('from-file');
  await reader.read(secret, SUBJECT);
  expect(warnings).toHaveLength(1);
  expect(JSON.stringify(warnings)).not.toContain('from-file');
});
