import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { corpus, needs } from './needs.ts';

test('a condition that holds is no reason to skip', () => {
  expect(needs(true, 'never said')).toBe(true);
});

/** In a process of its own, because CI is read once. */
function onMachine(CI: string): { status: number | null; stderr: string } {
  const script = `const { needs } = await import(${JSON.stringify(`${import.meta.dirname}/needs.ts`)}); needs(false, 'no moon');`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { ...process.env, CI } });
}

test('a skip is loud, and a failure on a build machine', () => {
  expect(onMachine('false')).toMatchObject({ status: 0, stderr: expect.stringContaining('SKIPPED: no moon') });
  expect(onMachine('true')).toMatchObject({ status: 1, stderr: expect.stringContaining('CI=true allows no skip: no moon') });
});

test('an absent corpus is only a message', () => {
  expect(corpus('there-is-none-of-this-name')).toBeNull();
});
