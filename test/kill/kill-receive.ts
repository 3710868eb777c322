/**
 * Kills the gateway between any two durable actions of receiving, then at random moments, the gateway or its database; each
 * time resumes and compares the store with the ledger.
 *
 *   node bin/run.js test/kill/kill-receive-main.ts [--random 100] [--seed 1]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dovecot } from '../servers/dovecot.ts';
import type { TestDatabase } from '../servers/postgres.ts';
import { type Protocol, receiveScenario } from './receive-scenario.ts';

export interface KillReport {
  readonly protocol: Protocol;
  readonly steps: readonly string[];
  readonly kills: number;
  readonly problems: readonly string[];
}

export interface KillOptions {
  readonly random: number;
  readonly seed: number;
  tell?(line: string): void;
}

export interface KillServers {
  readonly dovecot: Dovecot;
  readonly postgres: TestDatabase;
}

export async function killReceive(servers: KillServers, protocol: Protocol, options: KillOptions): Promise<KillReport> {
  const tell = options.tell ?? (() => {});
  const { steps, durationMs, problems: uninterrupted } = await uninterruptedRun(servers, protocol);
  const problems = uninterrupted.map((problem) => `uninterrupted: ${problem}`);
  tell(`${protocol}: ${steps.length} step points: ${[...new Set(steps)].join('; ')}`);
  let kills = 0;
  for (let step = 1; step <= steps.length; step += 1) {
    const found = await oneKill(servers, protocol, { killAtStep: step });
    kills += found.killed ? 1 : 0;
    if (!found.killed) problems.push(`step ${step} (${steps[step - 1]}) was not reached`);
    problems.push(...found.problems.map((problem) => `killed at step ${step} (${steps[step - 1]}): ${problem}`));
  }
  const random = randomNumbers(options.seed);
  for (let n = 1; n <= options.random; n += 1) {
    const moment = Math.round(random() * durationMs);
    const database = n % 3 === 0;
    const found = await oneKill(servers, protocol, database ? { killDatabaseAfterMs: moment } : { killAfterMs: moment });
    kills += 1;
    problems.push(
      ...found.problems.map(
        (problem) =>
          `${database ? 'database' : 'gateway'} killed after ${moment} ms (seed ${options.seed}, kill ${n}): ${problem}`,
      ),
    );
    if (n % 10 === 0) tell(`${protocol}: ${n} random kills, ${problems.length} problems`);
  }
  return { protocol, steps, kills, problems };
}

async function uninterruptedRun(servers: KillServers, protocol: Protocol) {
  const scenario = await receiveScenario(servers.dovecot, protocol, await freshDatabase(servers));
  const stepLog = join(scenario.gateway.folder, 'steps');
  const started = performance.now();
  await scenario.attempt({ stepLog });
  const durationMs = performance.now() - started;
  const steps = (await readFile(stepLog, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\d+ /, ''));
  const problems = await scenario.verdict();
  await scenario.remove();
  return { steps, durationMs, problems };
}

type Kill = Parameters<Awaited<ReturnType<typeof receiveScenario>>['attempt']>[0];

async function oneKill(servers: KillServers, protocol: Protocol, kill: Kill) {
  const databaseUrl = kill.killDatabaseAfterMs === undefined ? await freshDatabase(servers) : null;
  const scenario = await receiveScenario(servers.dovecot, protocol, databaseUrl);
  const end = await scenario.attempt(kill);
  const problems = await scenario.verdict();
  await scenario.remove();
  return { killed: end.signal === 'SIGKILL', problems };
}

let databases = 0;

async function freshDatabase({ postgres }: KillServers): Promise<string> {
  databases += 1;
  const name = `kill_${databases}`;
  await postgres.database.raw(`create database ${name}`);
  return postgres.url.replace(/\/[^/]*$/, `/${name}`);
}

/** mulberry32: a run can be repeated from its seed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
