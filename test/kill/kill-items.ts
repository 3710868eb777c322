/** Kills the gateway between any two durable actions of a pass over contacts, then at random moments; resumes and compares. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Exchange, type ExchangeData } from '../servers/exchange/exchange.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';
import type { TestDatabase } from '../servers/postgres.ts';
import { ADDRESS, agreedContacts, itemsScenario } from './items-scenario.ts';
import { randomNumbers } from './random.ts';

export interface ItemKillReport {
  readonly steps: readonly string[];
  readonly kills: number;
  readonly problems: readonly string[];
}

export async function killItems(
  postgres: TestDatabase,
  options: {
    readonly random: number;
    readonly seed: number;
    /** Kills at each n-th step point only. Default: at each. */
    readonly every?: number;
    tell?(line: string): void;
  },
): Promise<ItemKillReport> {
  const { tell = () => {}, every = 1 } = options;
  const exchange = new Exchange();
  const server = await serve(exchange, { auth: { schemes: ['basic'] } });
  try {
    const start = await agreedStart(postgres, exchange, server);
    const { steps, durationMs, problems: uninterrupted } = await uninterruptedRun(start);
    const problems = uninterrupted.map((problem) => `uninterrupted: ${problem}`);
    tell(`contacts: ${steps.length} step points: ${[...new Set(steps)].join('; ')}`);
    let kills = 0;
    for (let step = 1 + (options.seed % every); step <= steps.length; step += every) {
      const found = await oneKill(start, { killAtStep: step });
      kills += found.killed ? 1 : 0;
      if (!found.killed) problems.push(`step ${step} (${steps[step - 1]}) was not reached`);
      problems.push(...found.problems.map((problem) => `killed at step ${step} (${steps[step - 1]}): ${problem}`));
      tell(`contacts: step ${step} of ${steps.length}, ${problems.length} problems`);
    }
    const random = randomNumbers(options.seed);
    for (let n = 1; n <= options.random; n += 1) {
      const moment = Math.round(random() * durationMs);
      const found = await oneKill(start, { killAfterMs: moment });
      kills += 1;
      problems.push(
        ...found.problems.map((problem) => `killed after ${moment} ms (seed ${options.seed}, kill ${n}): ${problem}`),
      );
    }
    return { steps, kills, problems };
  } finally {
    await server.close();
  }
}

interface Start {
  readonly postgres: TestDatabase;
  readonly exchange: Exchange;
  readonly server: RunningServer;
  readonly template: string;
  readonly data: ExchangeData;
}

async function agreedStart(postgres: TestDatabase, exchange: Exchange, server: RunningServer): Promise<Start> {
  const template = 'items_start';
  await postgres.database.raw(`create database ${template}`);
  await agreedContacts(exchange, server.url, urlOf(postgres, template));
  return { postgres, exchange, server, template, data: structuredClone(exchange.toData()) };
}

const urlOf = ({ url }: TestDatabase, name: string) => url.replace(/\/[^/]*$/, `/${name}`);

let databases = 0;

/** The same beginning each time: the database copied, the mailbox as it was. */
async function again({ postgres, exchange, server, template, data }: Start) {
  databases += 1;
  const name = `items_${databases}`;
  await postgres.database.raw(`create database ${name} template ${template}`);
  const kept = structuredClone(data.mailboxes.find(({ address }) => address === ADDRESS)!);
  exchange.addMailbox(ADDRESS, 'secret', { data: kept });
  return itemsScenario(exchange, server.url, urlOf(postgres, name));
}

async function uninterruptedRun(start: Start) {
  const scenario = await again(start);
  const stepLog = join(scenario.gateway.folder, 'steps');
  const began = performance.now();
  const done = await scenario.attempt({ stepLog });
  const durationMs = performance.now() - began;
  const lines = (await readFile(stepLog, 'utf8')).trim().split('\n');
  const steps = lines.map((line) => line.replace(/^\d+ /, ''));
  const problems =
    done.code === 0 ? await scenario.verdict() : [`the pass ended with ${done.code}: ${done.stdout}${done.stderr}`];
  await scenario.remove();
  return { steps, durationMs, problems };
}

async function oneKill(start: Start, kill: { readonly killAtStep?: number; readonly killAfterMs?: number }) {
  const scenario = await again(start);
  const end = await scenario.attempt(kill);
  const problems = await scenario.verdict();
  await scenario.remove();
  return { killed: end.signal === 'SIGKILL', problems };
}
