// npm run histories -- --runs 5000 --seed S: histories until one fails; prints how often the bad moments came.
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Action, histories } from './action.ts';
import { openCompany } from './company.ts';
import { noCoverage } from './coverage.ts';
import { live } from './history.ts';
import { openPlace } from './place.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' }, actions: { type: 'string' } },
});
const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
const coverage = noCoverage();
await using place = await openPlace();
if (values.actions !== undefined) {
  await live(await openCompany(place, null, coverage), JSON.parse(values.actions));
  process.exit(0);
}
const result = await fc.check(
  fc.asyncProperty(histories, async (actions: readonly Action[]) => live(await openCompany(place, null, coverage), actions)),
  { seed, numRuns: Number(values.runs ?? 100), ...(values.path === undefined ? {} : { path: values.path }) },
);
console.log(JSON.stringify({ seed, ...coverage }, null, 2));
if (result.failed) {
  console.log(`failed after ${result.numRuns} histories, path ${result.counterexamplePath}`);
  console.log(JSON.stringify(result.counterexample?.[0]));
  console.log(result.errorInstance instanceof Error ? result.errorInstance.message : result.errorInstance);
  process.exitCode = 1;
}
