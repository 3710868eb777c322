/**
 * Kills the gateway between any two durable actions of a pass over contacts, appointments, tasks and meetings, then the gateway or
 * its database at random moments; resumes and compares with the ledgers.
 *
 *   npm run kill -- --only items [--random 100] [--seed 1]
 */
import { Exchange, type ExchangeData } from '../servers/exchange/exchange.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';
import type { TestDatabase } from '../servers/postgres.ts';
import { ADDRESSES } from './item-ledger.ts';
import { agreedItems, type ItemKill, type ItemsVerdict, itemsScenario, PASSWORD } from './items-scenario.ts';
import { randomNumbers } from './random.ts';
import { addLedger, type KillOptions, type KillReport, noLedger } from './report.ts';

/** `every`: kills at each n-th step point only. */
export async function killItems(
  postgres: TestDatabase,
  { random, seed, every = 1, tell = () => {} }: KillOptions & { readonly every?: number },
): Promise<KillReport> {
  const exchange = new Exchange();
  const server = await serve(exchange, { auth: { schemes: ['basic'] } });
  try {
    const start = await agreedStart(postgres, exchange, server);
    const whole = await oneRun(start, {});
    const { steps } = whole;
    const problems = judge(whole, 'uninterrupted', NEVER);
    const ledger = noLedger();
    tell(`items: ${steps.length} step points: ${[...new Set(steps)].join('; ')}`);
    const kills = { gateway: 0, database: 0 };
    for (let step = 1 + (seed % every); step <= steps.length; step += every) {
      const found = await oneRun(start, { killAtStep: step });
      kills.gateway += 1;
      addLedger(ledger, found.ledger);
      const name = `killed at step ${step} (${steps[step - 1]})`;
      if (!found.killed || found.steps.at(-1) !== steps[step - 1]) problems.push(`${name}: it was not reached`);
      problems.push(...judge(found, name, DOUBTFUL.atStep));
      if (step % 10 === 0) tell(`items: ${step} of ${steps.length} step points, ${problems.length} problems`);
    }
    const drawn = randomNumbers(seed);
    for (let n = 1; n <= random; n += 1) {
      const victim = n % 3 === 2 ? 'database' : 'gateway';
      const afterMs = Math.round(drawn() * whole.durationMs);
      const strike = () => postgres.kill();
      const found = await oneRun(start, victim === 'gateway' ? { killAfterMs: afterMs } : { killDatabase: { afterMs, strike } });
      kills[victim] += 1;
      addLedger(ledger, found.ledger);
      problems.push(...judge(found, `${victim} killed after ${afterMs} ms (seed ${seed}, kill ${n})`, DOUBTFUL.any));
      if (n % 10 === 0) tell(`items: ${n} random kills, ${problems.length} problems, ${ledger.inDoubt} in doubt`);
    }
    return { what: 'items', steps, gatewayKills: kills.gateway, databaseKills: kills.database, ledger, problems };
  } finally {
    await server.close();
  }
}

/** Where a kill may leave a mail in doubt: the call that tells guests has gone out, and its answer is not yet committed. */
const NEVER = /^$/;
const DOUBTFUL = {
  atStep: /^items: (create|update|delete|respond) after /,
  any: /^items: (create|update|delete|respond) (before|after) /,
};

interface ItemsRun extends ItemsVerdict {
  readonly steps: readonly string[];
  readonly killed: boolean;
  readonly durationMs: number;
}

function judge({ problems, steps, inDoubt }: ItemsRun, name: string, doubtful: RegExp): string[] {
  const told = `${name}, last step "${steps.at(-1)}"`;
  const doubt = inDoubt.length > 0 && !doubtful.test(steps.at(-1) ?? '');
  return [...problems, ...(doubt ? [`${inDoubt.join(', ')} in doubt, and should not be`] : [])].map((one) => `${told}: ${one}`);
}

interface Start {
  readonly postgres: TestDatabase;
  readonly exchange: Exchange;
  readonly server: RunningServer;
  readonly template: string;
  readonly data: ExchangeData;
  readonly outside: Exchange['outside'];
}

async function agreedStart(postgres: TestDatabase, exchange: Exchange, server: RunningServer): Promise<Start> {
  const template = 'items_start';
  await postgres.database.raw(`create database ${template}`);
  await agreedItems({ exchange, url: server.url, databaseUrl: urlOf(postgres, template) });
  const data = structuredClone(exchange.toData());
  return { postgres, exchange, server, template, data, outside: [...exchange.outside] };
}

const urlOf = ({ url }: TestDatabase, name: string) => url.replace(/\/[^/]*$/, `/${name}`);

let databases = 0;

/** The same beginning each time: the database copied, the mailboxes as they were. */
async function again({ postgres, exchange, server, template, data, outside }: Start) {
  databases += 1;
  const name = `items_${databases}`;
  // Not by way of the log: a sequence copied so goes back when the server is killed.
  await postgres.database.raw(`create database ${name} template ${template} strategy file_copy`);
  const kept = structuredClone(data);
  for (const wanted of ADDRESSES) {
    exchange.addMailbox(wanted, PASSWORD, { data: kept.mailboxes.find(({ address }) => address === wanted)! });
  }
  exchange.outside.splice(0, Number.POSITIVE_INFINITY, ...outside);
  return itemsScenario({ exchange, url: server.url, databaseUrl: urlOf(postgres, name) });
}

async function oneRun(start: Start, kill: ItemKill): Promise<ItemsRun> {
  const scenario = await again(start);
  const began = performance.now();
  const end = await scenario.attempt(kill);
  const durationMs = performance.now() - began;
  const steps = scenario.steps();
  const found = await scenario.verdict();
  await scenario.remove();
  const untouched = Object.keys(kill).length === 0 && end.code !== 0;
  const problems = [...(untouched ? [`the pass ended with ${end.code}: ${end.stdout}${end.stderr}`] : []), ...found.problems];
  return { ...found, problems, steps, durationMs, killed: end.signal === 'SIGKILL' };
}
