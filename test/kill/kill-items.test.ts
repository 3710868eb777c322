import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { killItems } from './kill-items.ts';

const RANDOM_KILLS = 1; // each step point and 100 random ones by hand: npm run kill -- --only items
const EVERY = 4;

let postgres: TestDatabase;
beforeAll(async () => {
  postgres = await startTestDatabase({ migrated: false });
});
afterAll(() => postgres?.stop());

test('killed while contacts come in step, at step points and at random moments, it loses and doubles nothing', async () => {
  const report = await killItems(postgres, { random: RANDOM_KILLS, seed: 7, every: EVERY });
  expect(report.problems).toEqual([]);
  expect(report.steps.length).toBeGreaterThanOrEqual(20);
  expect(report.kills).toBeGreaterThanOrEqual(Math.floor(report.steps.length / EVERY) + RANDOM_KILLS);
}, 900_000);
