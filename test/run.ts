/**
 * `npm test`: brings the servers it needs, checks the source, runs all tests, and makes sure that nothing is left running.
 * `npm test -- path …` runs only those tests. The last line says `N passed, N failed` and, where there are any, `N skipped`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Left, leftRunning } from './servers/leftovers.ts';
import { ensure, type ServerName } from './servers/packages.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);
const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
const say = (line: string) => console.log(`test: ${line}`);

function count(good: boolean): void {
  if (good) tally.passed += 1;
  else tally.failed += 1;
}

async function bringServers(): Promise<void> {
  say('looking for the real servers the tests run against (Dovecot, Postfix, popa3d) …');
  const names: ServerName[] = ['openssl', 'dovecot', 'postfix', 'popa3d'];
  for (const [name, here] of await ensure(names, say)) {
    if (here.path === undefined)
      say(
        `WITHOUT ${name}: ${here.reason}; the tests that need it ${process.env.CI === 'true' ? 'FAIL (CI=true)' : 'are SKIPPED'}`,
      );
  }
}

function check(): void {
  say('checking types, style, doors and dead code …');
  const done = spawnSync(process.execPath, [join(root, 'test', 'check.ts')], { cwd: root, stdio: 'inherit' });
  count(done.status === 0);
}

/** Temporary files and the ledger of servers go below a folder of this run, so that what is left of it can be seen. */
function runVitest(folder: string): Promise<number | null> {
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TMPDIR: join(folder), MAILROOM_TEST_LEDGER: join(folder, 'ledger') },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code)));
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

function readReport(folder: string, code: number | null): void {
  const before = tally.failed;
  try {
    const report: Report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    // A file that fails before its first test has none that could be counted.
    const broken = report.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    for (const file of broken) say(`FAILED as a whole: ${file.name}`);
    tally.passed += report.numPassedTests;
    tally.failed += report.numFailedTests + broken.length;
    tally.skipped += report.numPendingTests + report.numTodoTests;
  } catch (error) {
    say(`FAILED: vitest left no report (${error instanceof Error ? error.message : error})`);
  }
  if (code !== 0 && tally.failed === before) tally.failed += 1;
}

async function checkNothingLeft(folder: string): Promise<void> {
  const left: readonly Left[] = await leftRunning(join(folder, 'ledger'));
  for (const { pid, command } of left) {
    say(`FAILED: left running: ${pid} ${command}`);
    process.kill(pid, 'SIGKILL');
  }
  count(left.length === 0);
  const files = readdirSync(folder).filter((name) => name !== 'ledger' && name !== 'report.json');
  if (files.length > 0) say(`left in the temporary folder, removed now: ${files.join(', ')}`);
}

const folder = mkdtempSync(join(tmpdir(), 'mrt-'));
chmodSync(folder, 0o711); // servers that run as nobody have to pass
try {
  await bringServers();
  if (args.length === 0) check();
  say(args.length === 0 ? 'running all tests …' : `running ${args.join(' ')} …`);
  readReport(folder, await runVitest(folder));
  await checkNothingLeft(folder);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
process.exitCode = tally.failed === 0 ? 0 : 1;
