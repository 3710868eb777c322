/** Composition root: the only file that may import everything. Makes each thing once and hands it on. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from './cli/commands.ts';
import { ConfigError, runFrame } from './cli/frame.ts';
import type { House } from './cli/house.ts';
import { isApproved } from './config/approval.ts';
import type { Config } from './config/config.ts';
import { environment } from './config/environment.ts';
import { loadConfig } from './config/load.ts';
import { dropsTooMany, planMailboxes } from './config/plan.ts';
import { problemLine } from './config/problem.ts';
import { connectors } from './connector/registry.ts';
import { createCredentials } from './credential/credential.ts';
import { createSecretReader } from './credential/read-secret.ts';
import { createRedactor, type Redactor } from './credential/redactor.ts';
import { createCircuits } from './mailbox/circuit.ts';
import { createConnections } from './mailbox/connections.ts';
import { discreetConnectors } from './mailbox/discreet-connector.ts';
import { createSending } from './mailbox/send.ts';
import type { SyncContext } from './mailbox/sync-context.ts';
import { htmlToText } from './normalise/html-text.ts';
import { createReaderPool } from './normalise/pool.ts';
import { failedEmail, PARSER_VERSION } from './normalise/read-email.ts';
import { systemClock } from './platform/clock.ts';
import { createLog, type Log } from './platform/log.ts';
import { processName } from './platform/process-identity.ts';
import { crashingSteps, noSteps, type StepPoints } from './platform/step.ts';
import { connectDatabase, type Database } from './store/database.ts';
import { joinEmbeddedPostgres } from './store/embedded.ts';
import { keepAlive } from './store/embedded-watch.ts';
import { dropDeadLeases } from './store/leases.ts';
import { adoptMailboxes, listMailboxes } from './store/mailboxes.ts';
import { migrate } from './store/migrate.ts';

const stopping = new AbortController();
const redactor = createRedactor();
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted && signal === 'SIGINT') process.exit(130); // asked twice: at once, the store is safe anyway
    stopping.abort(new Error(`stopped by ${signal}`));
  });
}

async function readConfig(file: string): Promise<Config> {
  const loaded = await loadConfig(file, { env: environment, now: systemClock.now() });
  if ('problems' in loaded) throw new ConfigError(loaded);
  for (const warning of loaded.config.warnings) process.stderr.write(`warning: ${problemLine(warning)}\n`);
  return loaded.config;
}

async function openStore(config: Config): Promise<{ database: Database; close(): Promise<void> }> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const one of closing.reverse()) await one();
  };
  const database = await openDatabase(config, createLog({ ...config.log, redact: redactor.redact }), closing);
  await migrate(database);
  return { database, close };
}

async function openHouse(config: Config, command: string): Promise<{ house: House; close(): Promise<void> }> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const one of closing.reverse()) await one();
  };
  try {
    return { house: await makeHouse(config, logFor(config, command), closing), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A person who gave a command reads its answer; the line for each mail is for the log of a server. */
function logFor({ log }: Config, command: string): Log {
  const level = command !== 'run' && log.level === 'info' ? 'warn' : log.level;
  return createLog({ ...log, level, redact: redactor.redact });
}

async function makeHouse(config: Config, log: Log, closing: (() => Promise<unknown>)[]): Promise<House> {
  const clock = systemClock;
  const steps = stepPoints();
  const database = await openDatabase(config, log, closing);
  const migrated = await migrate(database);
  await dropDeadLeases(database);
  await adopt(database, config, log);
  let current = config;
  const credentials = createCredentials({
    database,
    providers: () => current.oauth,
    tokenKey: config.tokenKey,
    ownKeyFile: join(config.dataDir, 'token.key'),
    environment,
    redactor,
    log,
    clock,
  });
  const pool = createReaderPool({ workers: config.workers, ...readerLimits(config) });
  closing.push(() => pool.close());
  const syncContext: SyncContext = {
    database,
    readers: { read: (messages) => pool.read(messages), keepUnread: failedEmail },
    clock,
    steps,
    signal: stopping.signal,
    connectors: discreetConnectors(connectors, redactor.redact),
    credentialOf: (mailbox, auth) => credentials.for(mailbox, auth),
    connections: createConnections(),
    circuits: createCircuits(clock),
    log,
  };
  const sending = createSending({
    ...syncContext,
    read: async (source) => (await pool.read([{ source, headersOnly: false }]))[0]!,
    htmlToText,
    mailboxOf: (id) => current.mailboxes.find((mailbox) => mailbox.id === id),
  });
  return {
    config,
    currentConfig: () => current,
    async takeOver(next) {
      await adoptMailboxes(database, next.mailboxes, { pauseMissing: true });
      current = next;
      pool.limit(readerLimits(next));
    },
    log,
    clock,
    steps,
    database,
    credentials,
    migrated,
    connectors,
    holder: await processName(),
    parserVersion: PARSER_VERSION,
    syncContext,
    sending,
    deliver: sending.deliver,
    dueToSend: sending.dueToSend,
  };
}

/** Rule 10: a config that lost more than 5 % of the mailboxes pauses none of them before a person has approved it. */
async function adopt(database: Database, config: Config, log: Log): Promise<void> {
  const known = (await listMailboxes(database)).map(({ id, address, state }) => ({
    id,
    address,
    paused: state === 'paused',
    fingerprint: null,
  }));
  const plan = planMailboxes(known, config.mailboxes, () => null);
  const waits = dropsTooMany(plan) && !(await isApproved(config));
  if (waits) {
    log.error(
      'the config lacks many mailboxes that were served; they are not served now, and not paused before "mailroom plan --approve"',
      {
        missing: plan.dropped.length,
        of: plan.served,
      },
    );
  }
  await adoptMailboxes(database, config.mailboxes, { pauseMissing: !waits });
}

async function openDatabase(config: Config, log: Log, closing: (() => Promise<unknown>)[]) {
  const url = await databaseUrl(config, log, closing);
  const database = connectDatabase(url, { connections: Math.max(10, config.concurrentMailboxes + 5) });
  closing.push(() => database.destroy());
  return database;
}

async function databaseUrl(config: Config, log: Log, closing: (() => Promise<unknown>)[]): Promise<string> {
  if (config.databaseUrl) {
    return createSecretReader({ environment, log, clock: systemClock, redactor }).read(config.databaseUrl, 'database.url');
  }
  const server = await joinEmbeddedPostgres(config.dataDir);
  closing.push(server.leave, keepAlive(server, log, systemClock));
  return server.url;
}

/** The pool is one for all mailboxes, so the most generous limit counts. */
function readerLimits(config: Config): { parseBytes?: number; parseMs?: number } {
  const limits = config.mailboxes.flatMap(({ receive }) => receive?.limits ?? []);
  if (limits.length === 0) return {};
  return {
    parseBytes: Math.max(...limits.map(({ parseBytes }) => parseBytes)),
    parseMs: Math.max(...limits.map(({ parseMs }) => parseMs)),
  };
}

/** For tests that kill the process between two durable actions. */
function stepPoints(): StepPoints {
  const { MAILROOM_KILL_AT_STEP: at, MAILROOM_STEP_LOG: file } = environment;
  if (at === undefined && file === undefined) return noSteps;
  return crashingSteps({
    at: at === undefined ? null : Number(at),
    tell: file === undefined ? null : (number, name) => appendFileSync(file, `${number} ${name}\n`),
  });
}

function reportBug(error: unknown, secretsOut: Redactor): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const told = process.argv.includes('--debug') ? text : text.split('\n')[0]!;
  process.stderr.write(`mailroom: this is a defect of Mailroom, please report it: ${secretsOut.redact(told)}\n`);
  if (told !== text) process.stderr.write('  run the same command with --debug for the details\n');
  process.exit(70); // EX_SOFTWARE
}

process.on('uncaughtException', (error) => reportBug(error, redactor));
process.on('unhandledRejection', (error) => reportBug(error, redactor));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader of the pipe has seen enough
});

try {
  process.exitCode = await runFrame(
    { version, commands, environment, streams: process, signal: stopping.signal, loadConfig: readConfig, openHouse, openStore },
    process.argv.slice(2),
  );
} catch (error) {
  reportBug(error, redactor);
}
