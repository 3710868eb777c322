import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingOptional } from './lock.ts';

const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');

test('the lockfile has the packages of every platform, or "npm ci" refuses it (npm run lock)', () => {
  expect(missingOptional(JSON.parse(text))).toEqual([]);
});

test('the lockfile names no place to download from', () => {
  expect(text).not.toContain('"resolved"');
});
