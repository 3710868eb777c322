// The table of mutations does not rot, and a sample of it is run: what is switched off is seen (mutation-main.ts runs all of them).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { mutate, statementsOf } from './mutation/mutation.ts';
import { MUTATIONS } from './mutation/table.ts';

const exchange = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const source = (file: string) => readFileSync(join(exchange, file), 'utf8');

it('switches off what is in the source', () => {
  for (const { edits, proves } of MUTATIONS) {
    for (const one of edits) expect(mutate(source(one.file), [one]), proves).not.toBe(source(one.file));
  }
});

it('names statements that its tests name, each once, at least 150', () => {
  const all = MUTATIONS.flatMap((one) => statementsOf(one).map(({ protocol, number }) => `${protocol} ${number}`));
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(150);
  for (const mutation of MUTATIONS) {
    for (const { number } of statementsOf(mutation)) expect(source(mutation.test)).toMatch(new RegExp(`\\b${number}\\b`));
  }
});

it('is seen by the tests, in a sample', () => {
  const main = join(exchange, 'check', 'mutation-main.ts');
  const run = spawnSync(
    process.execPath,
    [...process.execArgv, join(exchange, '..', '..', '..', 'bin', 'run.js'), main, '--sample', '4'],
    {
      encoding: 'utf8',
    },
  );
  expect(run.stdout).toMatch(/^[45] statements proven by switching off, 0 not/m);
});
