import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from './load.ts';
import { problemLine } from './problem.ts';

let home: string;
let example: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mailroom-hostile-'));
  const text = await readFile(new URL('../../config/mailroom.example.yaml', import.meta.url), 'utf8');
  // Without the lists and includes, which read other files and start commands.
  example = text.slice(0, text.indexOf('# ---- More files'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Either a configuration or problems, each with a place in the file and a sentence. */
async function loadsOrTells(written: string): Promise<void> {
  const file = join(home, 'mailroom.yaml');
  await writeFile(file, written);
  const loaded = await loadConfig(file, { env: {}, now: new Date('2026-11-22T12:00:00Z') });
  if (!('problems' in loaded)) return;
  expect(loaded.problems.length).toBeGreaterThan(0);
  const lines = written.split('\n').length;
  for (const problem of loaded.problems) {
    expect(problem.line, problemLine(problem)).toBeGreaterThanOrEqual(1);
    expect(problem.line, problemLine(problem)).toBeLessThanOrEqual(lines + 1);
    expect(problem.message).not.toMatch(/\[object|Invalid input|function|\n/);
  }
}

test('text that was cut, doubled or overwritten anywhere loads or is explained', async () => {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.integer({ min: 0, max: 40 }),
    put: fc.string({ unit: fc.constantFrom(...' \t\n:-{}[]"\'#&*!|>@`%a1,?~'), maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
      let written = example;
      for (const { at, cut, put } of edits) {
        const from = Math.floor(at * written.length);
        written = written.slice(0, from) + put + written.slice(from + cut);
      }
      await loadsOrTells(written);
    }),
    { numRuns: 60 },
  );
});

test('a value of any other kind in any place loads or is explained', async () => {
  const places: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]) => {
    if (path.length > 0) places.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value))
      walk((value as Record<string, unknown>)[key], [...path, Array.isArray(value) ? Number(key) : key]);
  };
  const tree = parse(example) as Record<string, unknown>;
  walk(tree, []);
  const strange = fc.constantFrom<unknown>(
    null,
    0,
    -1,
    1e99,
    true,
    '',
    'x',
    '{id}',
    '*',
    [],
    [null],
    [[]],
    {},
    { x: null },
    { env: 'P' },
    'same',
    false,
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), strange, async (path, value) => {
      const copy = structuredClone(tree);
      const parent = path.slice(0, -1).reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], copy);
      (parent as Record<string | number, unknown>)[path.at(-1)!] = value;
      await loadsOrTells(JSON.stringify(copy, null, 1));
    }),
    { numRuns: 150 },
  );
});
