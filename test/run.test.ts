import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { membersOf, temporaryFolder } from './servers/processes.ts';

const root = join(import.meta.dirname, '..');

/** Runs the runner on a project of one test file, far from our own tests. */
function run(source: string): { status: number | null; lines: string[] } {
  const { path } = temporaryFolder('runner');
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'));
  writeFileSync(join(path, 'one.test.js'), `import { expect, test } from 'vitest';\n${source}`);
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|MAILROOM_TEST_LEDGER|CI$)/.test(name)),
  );
  const done = spawnSync(process.execPath, [join(root, 'test', 'run.ts'), '--root', path], { encoding: 'utf8', env });
  return { status: done.status, lines: done.stdout.trim().split('\n') };
}

test('the last line counts what passed, failed and was skipped, and the exit code follows', () => {
  const good = run(`test('a', () => {});`);
  expect([good.lines.at(-1), good.status]).toEqual(['2 passed, 0 failed', 0]); // the second: nothing is left running
  const mixed = run(`test('a', () => {}); test.skip('b', () => {}); test('c', () => expect(1).toBe(2));`);
  expect([mixed.lines.at(-1), mixed.status]).toEqual(['2 passed, 1 failed, 1 skipped', 1]);
});

test('a file that breaks before its first test, and an error outside of tests, are failures', () => {
  expect(run(`throw new Error('broken')`)).toMatchObject({ status: 1, lines: expect.arrayContaining(['1 passed, 1 failed']) });
  const stray = run(
    `test('a', () => { setTimeout(() => { throw new Error('stray'); }); return new Promise((done) => setTimeout(done, 50)); });`,
  );
  expect([stray.lines.at(-1), stray.status]).toEqual(['2 passed, 1 failed', 1]);
});

test('a process that is left running is named, ended, and a failure', async () => {
  const left = run(`import { spawn } from 'node:child_process';
    test('a', () => { spawn('/bin/sleep', ['1234'], { detached: true, stdio: 'ignore' }).unref(); });`);
  expect([left.lines.at(-1), left.status]).toEqual(['1 passed, 1 failed', 1]);
  const pid = left.lines
    .map((line) => /left running: (\d+) \/bin\/sleep 1234/.exec(line)?.[1])
    .find((found) => found !== undefined);
  expect(pid).toBeDefined();
  while (membersOf(Number(pid)).length > 0) await new Promise((resolve) => setTimeout(resolve, 10)); // it dies a moment later
});
