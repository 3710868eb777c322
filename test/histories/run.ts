/** Many histories of one seed, or a share of them, with nothing wrong or with one defect planted. */
import fc from 'fast-check';
import type { History } from './action.ts';
import type { Place } from './company.ts';
import { type Coverage, noCoverage } from './coverage.ts';
import type { Defect } from './defect/defect.ts';
import { DEFECTS } from './defect/defects.ts';
import { historiesOf } from './draw.ts';
import { live } from './history.ts';
import type { KindName } from './kind/kinds.ts';

export interface Share {
  /** Of all jobs together. */
  readonly runs: number;
  readonly job: number;
  readonly jobs: number;
  /** Only from this one of the seed on. */
  readonly path?: string;
  readonly kinds: readonly KindName[];
  /** After which it ends with as many as it has lived. */
  readonly minutes: number;
}
type Plan = Share & { readonly seed: number };

export const failureText = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Lives its share; once one has failed, all that fast-check tries, to make it shorter. */
function property(place: Place, { job, jobs, path, kinds }: Plan, coverage: Coverage, defect: Defect | null) {
  let [drawn, failed] = [0, path !== undefined];
  return fc.asyncProperty(historiesOf(kinds), async (history: History) => {
    if (!failed && drawn++ % jobs !== job) return;
    try {
      await live(place, history, coverage, defect);
    } catch (error) {
      // Making it shorter takes its time; this much is known at once.
      if (!failed && defect === null) console.log(`failed, and is made shorter: ${JSON.stringify(history)}`);
      failed = true;
      throw error;
    }
  });
}

/** Null: all is as it must be. Otherwise what is not, and how to see it again. */
export async function run(place: Place, plan: Plan, coverage: Coverage): Promise<string | null> {
  const { seed, runs, path, minutes } = plan;
  const tried = property(place, plan, coverage, null);
  const result = await fc.check(tried, {
    seed,
    numRuns: runs,
    interruptAfterTimeLimit: minutes * 60_000,
    ...(path === undefined ? {} : { path }),
  });
  if (!result.failed) return null;
  return [
    `failed after ${result.numRuns} histories: --seed ${seed} --path ${result.counterexamplePath}`,
    JSON.stringify(result.counterexample?.[0]),
    failureText(result.errorInstance),
  ].join('\n');
}

/** Whether it was found. */
export async function plant(place: Place, defect: Defect, plan: Plan): Promise<boolean> {
  const tried = property(place, plan, noCoverage(), defect);
  const found = await fc.check(tried, { seed: plan.seed, numRuns: plan.runs, endOnFailure: true });
  const number = DEFECTS.indexOf(defect) + 1;
  const said = failureText(found.errorInstance).split('\n')[0];
  console.log(
    found.failed
      ? `${number}. found after ${found.numRuns}: ${defect.name} (${said})`
      : `${number}. NOT FOUND in ${found.numRuns}: ${defect.name}`,
  );
  return found.failed;
}
