/**
 * Kills a process between any two durable actions of sending, then at random moments, the process or its database, with many mails
 * under way. Each time another process takes over, today and a while later, and the submission server's own ledger is compared.
 *
 *   npm run kill -- --only send [--random 100] [--seed 1]
 */
import type { Dovecot } from '../servers/dovecot.ts';
import { randomNumbers } from './random.ts';
import { addLedger, type KillOptions, type KillReport, noLedger } from './report.ts';
import { type Kill, type SendOutcome, sendScenario } from './send-scenario.ts';

/** Mails under way at a random kill: each with a recipient who takes it and one who defers it once. */
const MAILS = 8;
/** Where a kill may leave a mail in doubt: the mark is being committed, is there, or the answer is not yet committed. */
const DOUBTFUL = new Set(['outbox: all but the dot is out', 'outbox: dot committed', 'outbox: answer known']);

export async function killSend(dovecot: Dovecot, options: KillOptions): Promise<KillReport> {
  const tell = options.tell ?? (() => {});
  await using scenario = await sendScenario(dovecot);
  const whole = await scenario.run(1, null);
  const problems = judge(whole, null, 'uninterrupted');
  const ledger = noLedger();
  const { steps } = whole;
  tell(`send: ${steps.length} step points: ${[...new Set(steps)].join('; ')}`);
  for (let at = 1; at <= steps.length; at += 1) {
    const outcome = await scenario.run(1, { victim: 'gateway', atStep: at });
    addLedger(ledger, outcome.ledger);
    const name = `killed at step ${at} (${steps[at - 1]})`;
    if (!outcome.killed || outcome.steps.at(-1) !== steps[at - 1]) problems.push(`${name}: it was not reached`);
    problems.push(...judge(outcome, steps[at - 1]!, name));
  }
  const random = randomNumbers(options.seed);
  const kills = { gateway: steps.length, database: 0 };
  for (let n = 1; n <= options.random; n += 1) {
    const kill = randomKill(n, random, steps.length);
    const outcome = await scenario.run(MAILS, kill);
    addLedger(ledger, outcome.ledger);
    kills[kill.victim] += 1;
    problems.push(...judge(outcome, outcome.lastStep, `${kill.victim} killed (seed ${options.seed}, kill ${n})`, kill));
    if (n % 10 === 0) tell(`send: ${n} random kills, ${problems.length} problems, ${ledger.inDoubt} in doubt`);
  }
  return { what: 'send', steps, gatewayKills: kills.gateway, databaseKills: kills.database, ledger, problems };
}

/** So many steps after the first, and then so many milliseconds: the machine's speed does not matter. */
function randomKill(n: number, random: () => number, stepsOfOne: number): Kill & { readonly afterSteps: number } {
  const afterSteps = Math.floor(random() * stepsOfOne * MAILS * 0.9);
  return { victim: n % 3 === 0 ? 'database' : 'gateway', afterSteps, thenMs: random() * 15 };
}

function judge(outcome: SendOutcome, lastStep: string | null, name: string, kill?: Kill): string[] {
  const told = `${name}${kill ? ` ${JSON.stringify(kill)}` : ''}, last step "${lastStep}"`;
  const problems = outcome.problems.map((problem) => `${told}: ${problem}`);
  const { inDoubt } = outcome.ledger;
  if (inDoubt > 1) problems.push(`${told}: ${inDoubt} mails are in doubt`);
  if (inDoubt > 0 && !DOUBTFUL.has(lastStep ?? '')) problems.push(`${told}: a mail is in doubt, and should not be`);
  // Its process lives on and knows the answer.
  if (inDoubt > 0 && kill?.victim === 'database') problems.push(`${told}: in doubt although only the database was killed`);
  return problems;
}
