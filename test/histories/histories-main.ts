// npm run histories -- --runs 5000 --seed S --jobs 2: prints each that fails, and how often the bad moments came.
// --minutes M ends it earlier, --kinds contact,series are those that it mixes; --history JSON lives one, and makes it shorter if it fails.
// --defect all | NUMBERS plants defects instead and says after how many histories each was found.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type { History } from './action.ts';
import type { Place } from './company.ts';
import { add, noCoverage } from './coverage.ts';
import { DEFECTS } from './defect/defects.ts';
import { live } from './history.ts';
import { KIND_NAMES } from './kind/kinds.ts';
import { openPlace } from './place.ts';
import { failureText, plant, run, type Share } from './run.ts';
import { shorten } from './shorten.ts';

const text = { type: 'string' } as const;
const options = {
  runs: text,
  seed: text,
  history: text,
  defect: text,
  jobs: text,
  kinds: text,
  minutes: text,
  share: text,
};
const { values } = parseArgs({ options });
const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
const [job = 0, jobs = 1] = (values.share ?? `0/${values.jobs ?? 1}`).split('/').map(Number);

/** Each job has a server and a database of its own, and lives every so-manieth history of the seed. */
async function shared(): Promise<void> {
  const coverage = noCoverage();
  const given = process.argv.slice(2);
  const children = Array.from({ length: jobs }, (_, n) => {
    const child = fork(import.meta.filename, [...given, '--seed', String(seed), '--share', `${n}/${jobs}`]);
    child.on('message', (said) => add(coverage, said as typeof coverage));
    return once(child, 'exit');
  });
  for (const [code] of await Promise.all(children)) if (code !== 0) process.exitCode = 1;
  if (values.defect === undefined) console.log(JSON.stringify({ seed, ...coverage }, null, 2));
}

async function alone(share: Share): Promise<void> {
  await using place = await openPlace();
  const coverage = noCoverage();
  if (values.history !== undefined) return await one(place, JSON.parse(values.history));
  const plan = { seed, ...share };
  if (values.defect !== undefined) {
    const chosen = DEFECTS.filter((_, n) => values.defect === 'all' || values.defect?.split(',').includes(String(n + 1)));
    for (const [n, defect] of chosen.entries())
      if (n % jobs === job && !(await plant(place, defect, { ...plan, job: 0, jobs: 1 }))) process.exitCode = 1;
    return;
  }
  if (!(await run(place, plan, coverage))) process.exitCode = 1;
  if (process.send) process.send(coverage);
  else console.log(JSON.stringify({ seed, ...coverage }, null, 2));
}

async function one(place: Place, history: History): Promise<void> {
  const problem = (tried: History) =>
    live(place, tried, noCoverage()).then(
      () => null,
      (error: unknown) => failureText(error),
    );
  if ((await problem(history)) === null) {
    console.log('as it must be');
    return;
  }
  const shortest = await shorten(history, async (tried) => (await problem(tried)) !== null);
  console.log(`${JSON.stringify(shortest)}\n${await problem(shortest)}`);
  process.exitCode = 1;
}

if (jobs > 1 && values.share === undefined) await shared();
else {
  const runs = Number(values.runs ?? (values.defect === undefined ? 100 : 500));
  const kinds = KIND_NAMES.filter((name) => values.kinds?.split(',').includes(name) ?? true);
  const minutes = Number(values.minutes ?? 1440);
  await alone({ runs, kinds, minutes, job, jobs });
}
process.disconnect?.();
