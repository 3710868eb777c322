/** Receiving while things are killed: a mailbox on a real server, a gateway with pages of three, a ledger. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createGateway, type Finished, finished, type Gateway } from '../gateway/gateway.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { killPostgres } from '../servers/postgres.ts';
import { compareLedger, countLedger, type LedgerMessage, makeMessages } from './ledger.ts';
import type { LedgerCount } from './report.ts';

export type Protocol = 'imap' | 'pop3';

export interface ReceiveScenario {
  readonly gateway: Gateway;
  readonly messages: readonly LedgerMessage[];
  /** Ends by itself or by a kill. */
  attempt(options: {
    readonly killAtStep?: number;
    readonly killAfterMs?: number;
    readonly killDatabaseAfterMs?: number;
    readonly stepLog?: string;
  }): Promise<Finished>;
  /** Resumes without kills until a pass is complete, then tells everything that is wrong. */
  verdict(): Promise<Verdict>;
  remove(): Promise<void>;
}

export interface Verdict {
  readonly problems: readonly string[];
  readonly ledger: LedgerCount;
}

const MESSAGES = 8;
let users = 0;

/** `databaseUrl`: a database of a server that stays; null: the gateway's embedded one, which can be killed too. */
export async function receiveScenario(
  dovecot: Dovecot,
  protocol: Protocol,
  databaseUrl: string | null,
): Promise<ReceiveScenario> {
  users += 1;
  const user = `kill${process.pid}x${users}`;
  await dovecot.setPassword(user, 'secret');
  const messages = makeMessages(MESSAGES);
  for (const { raw } of messages) await dovecot.deliver(user, 'INBOX', raw);
  const gateway = await createGateway({
    ...configOf(dovecot, protocol, user),
    ...(databaseUrl === null ? {} : { database: { url: databaseUrl } }),
  });
  return {
    gateway,
    messages,
    attempt: (options) => attempt(gateway, options),
    verdict: () => verdict(gateway, dovecot, protocol, user, messages),
    async remove() {
      if (databaseUrl === null) await stopDatabase(gateway);
      await gateway.remove();
    },
  };
}

function configOf(dovecot: Dovecot, protocol: Protocol, user: string): object {
  const port = protocol === 'imap' ? dovecot.imapPort : dovecot.pop3Port;
  return {
    data: './data',
    workers: 1,
    http: false,
    log: { level: 'error' },
    servers: { box: { type: protocol, host: dovecot.host, port, tls: 'none', allowClearText: true } },
    mailboxes: [
      {
        address: 'box@example.com',
        limits: { pageMessages: 3 },
        receive: {
          server: 'box',
          ...(protocol === 'pop3' ? { afterReceive: 'delete' } : {}),
          auth: { username: user, password: { env: 'BOX_PASSWORD' } },
        },
      },
    ],
  };
}

const PASSWORD = { BOX_PASSWORD: 'secret' };

async function attempt(gateway: Gateway, options: Parameters<ReceiveScenario['attempt']>[0]): Promise<Finished> {
  const env: Record<string, string> = { ...PASSWORD };
  if (options.killAtStep !== undefined) env.MAILROOM_KILL_AT_STEP = String(options.killAtStep);
  if (options.stepLog !== undefined) env.MAILROOM_STEP_LOG = options.stepLog;
  const child = gateway.start(['sync'], env);
  const end = finished(child);
  if (options.killAfterMs !== undefined) {
    await Promise.race([pause(options.killAfterMs), end]);
    child.kill('SIGKILL');
  }
  if (options.killDatabaseAfterMs !== undefined) {
    await Promise.race([pause(options.killDatabaseAfterMs), end]);
    await killPostgres(join(gateway.folder, 'data'));
  }
  return await end;
}

/** What a killed gateway left running ends with any command that joins and leaves it. */
async function stopDatabase(gateway: Gateway): Promise<void> {
  await gateway.run(['migrate'], PASSWORD);
}

async function verdict(
  gateway: Gateway,
  dovecot: Dovecot,
  protocol: Protocol,
  user: string,
  messages: readonly LedgerMessage[],
): Promise<Verdict> {
  const problems: string[] = [];
  const first = await gateway.run(['sync'], PASSWORD);
  if (first.code !== 0) problems.push(`the resumed pass ended with ${first.code}: ${first.stderr.trim()}`);
  const again = await gateway.run(['sync', '--json'], PASSWORD);
  const idle = JSON.parse(again.stdout.toString() || '{}') as { stored?: number; gone?: number };
  if (idle.stored !== 0 || idle.gone !== 0)
    problems.push(`a pass with nothing new did something: ${again.stdout.toString().trim()} ${again.stderr.trim()}`);
  const listing = await gateway.run(['activities', '--json'], PASSWORD);
  const copies = listing.stdout
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { subject: string; sourceBytes: number; parse: string });
  const stored = copies.map(({ subject }) => subject);
  problems.push(...compareLedger(messages, stored));
  problems.push(...copies.filter(({ parse }) => parse !== 'ok').map(({ subject, parse }) => `${subject} was read "${parse}"`));
  const left = dovecot.messages(user).length;
  const expected = protocol === 'pop3' ? 0 : messages.length;
  if (left !== expected) problems.push(`the server has ${left} messages, expected ${expected}`);
  return { problems, ledger: countLedger(messages, stored) };
}
