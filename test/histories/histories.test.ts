import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { History } from './action.ts';
import { noCoverage } from './coverage.ts';
import { DEFECTS } from './defect/defects.ts';
import { histories } from './draw.ts';
import { live } from './history.ts';
import { KEPT } from './kept.ts';
import { openPlace } from './place.ts';

/** In the whole suite; `npm run histories -- --runs 5000 --seed S` runs as many as are wanted, of other seeds too. */
const RUNS = 20;
const SEED = 20261122;

let place: Awaited<ReturnType<typeof openPlace>>;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

const lived = (history: History) => live(place, history, noCoverage());

test.each(KEPT)('$why', lived);

test('whatever happens, nothing is lost, doubled or sent, and a second run does nothing', () =>
  fc.assert(fc.asyncProperty(histories, lived), { seed: SEED, numRuns: RUNS }));

test('the defects to plant are twenty, each with a name of its own', () => {
  expect(new Set(DEFECTS.map(({ name }) => name)).size).toBe(20);
});
