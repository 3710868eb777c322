// npm run histories -- --runs 5000 --seed S: histories until one fails; prints how often the bad moments came.
// --defect all | NUMBER plants defects instead and says after how many histories each was found.
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Action, histories } from './action.ts';
import { openCompany } from './company.ts';
import { type Coverage, noCoverage } from './coverage.ts';
import { DEFECTS, type Defect } from './defect.ts';
import { live } from './history.ts';
import { openPlace } from './place.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { runs: text, seed: text, path: text, actions: text, defect: text } });
const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
await using place = await openPlace();

const lived = (defect: Defect | null, coverage: Coverage) =>
  fc.asyncProperty(histories, async (actions: readonly Action[]) => live(await openCompany(place, defect, coverage), actions));
const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function replay(actions: string): Promise<void> {
  await live(await openCompany(place, null, noCoverage()), JSON.parse(actions)).then(
    () => console.log('as it must be'),
    (error: unknown) => console.log(message(error)),
  );
}

async function plant(defect: Defect): Promise<void> {
  const found = await fc.check(lived(defect, noCoverage()), { seed, numRuns: Number(values.runs ?? 500), endOnFailure: true });
  const said = message(found.errorInstance).split('\n')[0];
  console.log(found.failed ? `found after ${found.numRuns}: ${defect.name} (${said})` : `NOT FOUND: ${defect.name}`);
  if (!found.failed) process.exitCode = 1;
}

async function run(): Promise<void> {
  const coverage = noCoverage();
  const path = values.path === undefined ? {} : { path: values.path };
  const result = await fc.check(lived(null, coverage), { seed, numRuns: Number(values.runs ?? 100), ...path });
  console.log(JSON.stringify({ seed, ...coverage }, null, 2));
  if (!result.failed) return;
  console.log(`failed after ${result.numRuns} histories, path ${result.counterexamplePath}`);
  console.log(JSON.stringify(result.counterexample?.[0]));
  console.log(message(result.errorInstance));
  process.exitCode = 1;
}

if (values.actions !== undefined) await replay(values.actions);
else if (values.defect === undefined) await run();
else
  for (const [i, defect] of DEFECTS.entries())
    if (values.defect === 'all' || values.defect === String(i + 1)) await plant(defect);
