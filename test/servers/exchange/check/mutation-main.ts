// Shows that tests fail with the behaviour off: node bin/run.js test/servers/exchange/check/mutation-main.ts [--sample N] [PATTERN]
//
// For each mutation of the table the tests that name its statements run against the changed source, with a few others of the file. A
// statement is proven when a test that names it fails while another still passes: a server that is merely broken proves nothing.
// Nothing on disk changes.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest, type TestCase, type TestSpecification, type Vitest } from 'vitest/node';
import { type Mutation, mutate, statementsOf } from './mutation/mutation.ts';
import { MUTATIONS } from './mutation/table.ts';

const exchange = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const root = join(exchange, '..', '..', '..');
const CONTROLS = 6;
let current: Mutation | undefined;

const switchOff = {
  name: 'switch-off',
  enforce: 'pre' as const,
  transform(code: string, id: string) {
    const edits = current?.edits.filter(({ file }) => id === join(exchange, file)) ?? [];
    return edits.length === 0 ? undefined : mutate(code, edits);
  },
};

async function start(): Promise<Vitest> {
  const options = {
    root,
    watch: false,
    pool: 'threads' as const,
    maxWorkers: 1,
    // Or the changed source would not be looked at.
    fsModuleCache: false,
    include: ['test/servers/exchange/**/*.test.ts'],
    reporters: [{}],
    // The schema is not what is looked at here.
    env: { MAILROOM_EWS_REFERENCE: join(root, 'none') },
  };
  return createVitest(options, { plugins: [switchOff] });
}

interface Outcome {
  /** Full names of the tests. */
  failed: string[];
  passed: TestCase[];
}

async function run(vitest: Vitest, specification: TestSpecification, mutation: Mutation | undefined): Promise<Outcome> {
  const files = [...(current?.edits ?? []), ...(mutation?.edits ?? [])].map(({ file }) => join(exchange, file));
  current = mutation;
  for (const file of files) vitest.invalidateFile(file);
  const { testModules } = await vitest.runTestSpecifications([specification], true);
  // What ran before for other files is told again.
  const own = testModules.filter((one) => one.moduleId === specification.moduleId);
  const tests = own.flatMap((one) => [...one.children.allTests()]);
  const failed = tests.filter((one) => one.result().state === 'failed').map((one) => one.fullName);
  return { failed, passed: tests.filter((one) => one.result().state === 'passed') };
}

/** The tests that name a statement of the mutation, and the quickest others as a sign that the server still works. */
function choose(vitest: Vitest, all: readonly TestCase[], mutation: Mutation) {
  const naming = all.filter((test) => statementsOf(mutation).some((statement) => names(test.fullName, statement)));
  const others = all.filter((test) => !naming.includes(test));
  const quick = others.sort((one, other) => one.diagnostic()!.duration - other.diagnostic()!.duration).slice(0, CONTROLS);
  const escaped = [...naming, ...quick].map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  vitest.setGlobalTestNamePattern(new RegExp(`(${escaped.join('|')})$`));
}

/** `MS-OXWSSYNC R131` as the name of a test has it: a protocol holds until the next one. */
function names(test: string, { protocol, number }: { protocol: string; number: string }): boolean {
  let holds = '';
  for (const [word] of test.matchAll(/MS-OXWS[A-Z]+|\bR\d+\b/g)) {
    if (word.startsWith('MS-')) holds = word;
    else if (word === number && (holds === protocol || holds === '')) return true;
  }
  return false;
}

function wanted(): readonly Mutation[] {
  const sample = process.argv.indexOf('--sample');
  if (sample > 0) {
    const step = Math.floor(MUTATIONS.length / Number(process.argv[sample + 1]));
    return MUTATIONS.filter((_, index) => index % step === 0);
  }
  const pattern = process.argv[2];
  return pattern === undefined ? MUTATIONS : MUTATIONS.filter((one) => `${one.test} ${one.proves}`.includes(pattern));
}

// What a broken server has to say is of no interest.
process.stderr.write = () => true;
const vitest = await start();
const began = Date.now();
const proven = new Set<string>();
const open: string[] = [];
const files = new Map<string, { specification: TestSpecification; tests: TestCase[] }>();
const mutations = wanted();
for (const name of new Set(mutations.map(({ test }) => test))) {
  const [found] = await vitest.globTestSpecifications([join(exchange, name)]);
  if (found === undefined) throw new Error(`there is no test ${name}`);
  const { failed, passed } = await run(vitest, found, undefined);
  files.set(name, { specification: found, tests: passed });
  if (failed.length > 0 || passed.length === 0) throw new Error(`${name} fails as it is: ${failed.join(', ')}`);
}
for (const mutation of mutations) {
  const { specification, tests } = files.get(mutation.test)!;
  choose(vitest, tests, mutation);
  const { failed, passed } = await run(vitest, specification, mutation);
  for (const statement of statementsOf(mutation)) {
    const name = `${statement.protocol} ${statement.number}`;
    if (passed.length > 0 && failed.some((test) => names(test, statement))) proven.add(name);
    else open.push(`${name}: ${failed.length} tests fail, ${passed.length} pass, none that fails names it`);
  }
}
await vitest.close();
for (const line of open) console.log(line);
const seconds = Math.round((Date.now() - began) / 1000);
console.log(`${proven.size} statements proven by switching off, ${open.length} not, ${mutations.length} runs, ${seconds} s`);
process.exitCode = open.length === 0 ? 0 : 1;
