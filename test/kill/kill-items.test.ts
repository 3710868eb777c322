import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { killItems } from './kill-items.ts';

const RANDOM_KILLS = 2; // each step point and 100 random ones by hand: npm run kill -- --only items; the second is the database's
const EVERY = 150;

let postgres: TestDatabase;
beforeAll(async () => {
  postgres = await startTestDatabase({ migrated: false });
});
afterAll(() => postgres?.stop());

test('killed while items come in step, it loses and doubles nothing, and tells each guest once', async () => {
  const report = await killItems(postgres, { random: RANDOM_KILLS, seed: 7, every: EVERY });
  expect(report.problems).toEqual([]);
  expect(report.steps.length).toBeGreaterThanOrEqual(200);
  const atSteps = Math.ceil((report.steps.length - (7 % EVERY)) / EVERY);
  expect([report.gatewayKills, report.databaseKills]).toEqual([atSteps + 1, 1]);
  expect(report.ledger.once + report.ledger.inDoubt).toBe(report.ledger.messages);
}, 900_000);
