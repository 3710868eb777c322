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
  readonly kinds: readonly KindName[];
  /** After which it ends with as many as it has lived. */
  readonly minutes: number;
}
type Plan = Share & { readonly seed: number };

export const failureText = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Lives its share to the end, and tells of each that is not as it must be. Whether all were. */
export async function run(place: Place, plan: Plan, coverage: Coverage): Promise<boolean> {
  const { seed, runs, job, jobs, minutes, kinds } = plan;
  const endsAt = Date.now() + minutes * 60_000;
  const share = fc.sample(historiesOf(kinds), { seed, numRuns: runs }).filter((_, n) => n % jobs === job);
  let failed = 0;
  for (const history of share) {
    if (Date.now() > endsAt) break;
    const error = await live(place, history, coverage).then(
      () => null,
      (thrown: unknown) => failureText(thrown),
    );
    if (error === null) continue;
    failed += 1;
    console.log(`${JSON.stringify(history)}\n${error}\n`);
  }
  return failed === 0;
}

/** Whether it was found. */
export async function plant(place: Place, defect: Defect, plan: Plan): Promise<boolean> {
  const tried = fc.asyncProperty(historiesOf(plan.kinds), (history: History) => live(place, history, noCoverage(), defect));
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
