/**
 * Kills the gateway between any two durable actions of receiving, then at random moments, the gateway or its database; each
 * time resumes and compares the store with the ledger.
 *
 *   npm run kill -- --only imap|pop3 [--random 100] [--seed 1]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dovecot } from '../servers/dovecot.ts';
import type { TestDatabase } from '../servers/postgres.ts';
import { randomNumbers } from './random.ts';
import { type Protocol, receiveScenario } from './receive-scenario.ts';
import { addLedger, type KillOptions, type KillReport, type LedgerCount, noLedger } from './report.ts';

export interface KillServers {
  readonly dovecot: Dovecot;
  readonly postgres: TestDatabase;
}

export async function killReceive(servers: KillServers, protocol: Protocol, options: KillOptions): Promise<KillReport> {
  const tell = options.tell ?? (() => {});
  const { steps, durationMs, problems: uninterrupted } = await uninterruptedRun(servers, protocol);
  const problems = uninterrupted.map((problem) => `uninterrupted: ${problem}`);
  const ledger = noLedger();
  tell(`${protocol}: ${steps.length} step points: ${[...new Set(steps)].join('; ')}`);
  let gatewayKills = 0;
  let databaseKills = 0;
  for (let step = 1; step <= steps.length; step += 1) {
    const found = await oneKill(servers, protocol, { killAtStep: step });
    gatewayKills += found.killed ? 1 : 0;
    addLedger(ledger, found.ledger);
    if (!found.killed) problems.push(`step ${step} (${steps[step - 1]}) was not reached`);
    problems.push(...found.problems.map((problem) => `killed at step ${step} (${steps[step - 1]}): ${problem}`));
  }
  const random = randomNumbers(options.seed);
  for (let n = 1; n <= options.random; n += 1) {
    const moment = Math.round(random() * durationMs);
    const database = n % 3 === 0;
    const found = await oneKill(servers, protocol, database ? { killDatabaseAfterMs: moment } : { killAfterMs: moment });
    if (database) databaseKills += 1;
    else gatewayKills += 1;
    addLedger(ledger, found.ledger);
    problems.push(
      ...found.problems.map(
        (problem) =>
          `${database ? 'database' : 'gateway'} killed after ${moment} ms (seed ${options.seed}, kill ${n}): ${problem}`,
      ),
    );
    if (n % 10 === 0) tell(`${protocol}: ${n} random kills, ${problems.length} problems`);
  }
  return { what: protocol, steps, gatewayKills, databaseKills, ledger, problems };
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
  const { problems } = await scenario.verdict();
  await scenario.remove();
  return { steps, durationMs, problems };
}

type Kill = Parameters<Awaited<ReturnType<typeof receiveScenario>>['attempt']>[0];

async function oneKill(
  servers: KillServers,
  protocol: Protocol,
  kill: Kill,
): Promise<{ killed: boolean; problems: readonly string[]; ledger: LedgerCount }> {
  const databaseUrl = kill.killDatabaseAfterMs === undefined ? await freshDatabase(servers) : null;
  const scenario = await receiveScenario(servers.dovecot, protocol, databaseUrl);
  const end = await scenario.attempt(kill);
  const { problems, ledger } = await scenario.verdict();
  await scenario.remove();
  return { killed: end.signal === 'SIGKILL', problems, ledger };
}

let databases = 0;

async function freshDatabase({ postgres }: KillServers): Promise<string> {
  databases += 1;
  const name = `kill_${databases}`;
  await postgres.database.raw(`create database ${name}`);
  return postgres.url.replace(/\/[^/]*$/, `/${name}`);
}
