/**
 * Everything that dies by SIGKILL, in one command: receiving by IMAP, receiving by POP3 with deletion, sending, items in step with
 * Exchange. The gateway at every step point, then gateway and database at random moments. Ends with what the ledgers outside of Mailroom say.
 *
 *   npm run kill -- [--random 100] [--seed 1] [--only imap|pop3|send|items] [--every 10]
 *
 * Items have some hundreds of step points: `--every 10` takes each tenth of them.
 */
import { parseArgs } from 'node:util';
import { startDovecot } from '../servers/dovecot.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { killItems } from './kill-items.ts';
import { killReceive } from './kill-receive.ts';
import { killSend } from './kill-send.ts';
import { type KillOptions, type KillReport, noLedger, summary } from './report.ts';

const { values } = parseArgs({
  options: {
    random: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    every: { type: 'string', default: '1' },
  },
});
const options: KillOptions = {
  ...{ random: Number(values.random), seed: Number(values.seed), tell: (line) => console.log(line) },
};
const PARTS = ['imap', 'pop3', 'send', 'items'] as const;
const wanted = PARTS.filter((what) => values.only === undefined || values.only === what);
if (wanted.length === 0) throw new Error(`--only ${values.only}: ${PARTS.join(', ')}`);

const reports: KillReport[] = [];
for (const what of wanted) reports.push(await killed(what).catch((error: Error) => brokenOff(what, error)));
for (const report of reports) for (const problem of report.problems) console.log(`PROBLEM ${report.what}: ${problem}`);
for (const report of reports) console.log(summary(report));
if (reports.some(({ problems }) => problems.length > 0)) process.exitCode = 1;

async function killed(what: (typeof PARTS)[number]): Promise<KillReport> {
  if (what === 'items') return withPostgres((postgres) => killItems(postgres, { ...options, every: Number(values.every) }));
  const dovecot = await startDovecot({ users: { anna: 'pw' } });
  try {
    if (what === 'send') return await killSend(dovecot, options);
    return await withPostgres((postgres) => killReceive({ dovecot, postgres }, what, options));
  } finally {
    await dovecot.stop();
  }
}

/** The other parts go on, and the whole has a problem. */
function brokenOff(what: KillReport['what'], error: Error): KillReport {
  const problems = [`broke off: ${error.stack}`];
  return { what, steps: [], gatewayKills: 0, databaseKills: 0, ledger: noLedger(), problems };
}

async function withPostgres(work: (postgres: TestDatabase) => Promise<KillReport>): Promise<KillReport> {
  const postgres = await startTestDatabase({ migrated: false });
  try {
    return await work(postgres);
  } finally {
    await postgres.stop();
  }
}
