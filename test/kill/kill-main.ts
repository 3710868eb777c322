/**
 * Everything that dies by SIGKILL, in one command: receiving by IMAP, receiving by POP3 with deletion, sending, contacts in step with Exchange. The gateway at every
 * step point, then gateway and database at random moments. Ends with what the ledgers outside of Mailroom say.
 *
 *   npm run kill -- [--random 100] [--seed 1] [--only imap|pop3|send|items]
 */
import { parseArgs } from 'node:util';
import { startDovecot } from '../servers/dovecot.ts';
import { startTestDatabase } from '../servers/postgres.ts';
import { killItems } from './kill-items.ts';
import { killReceive } from './kill-receive.ts';
import { killSend } from './kill-send.ts';
import { type KillOptions, type KillReport, summary } from './report.ts';

const { values } = parseArgs({
  options: { random: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const options: KillOptions = {
  ...{ random: Number(values.random), seed: Number(values.seed), tell: (line) => console.log(line) },
};
const asked = (what: string) => values.only === undefined || values.only === what;
const wanted = (['imap', 'pop3', 'send'] as const).filter(asked);
if (wanted.length === 0 && !asked('items')) throw new Error(`--only ${values.only}: imap, pop3, send or items`);
if (asked('items')) await items();
if (wanted.length === 0) process.exit();

const reports: KillReport[] = [];
const dovecot = await startDovecot({ users: { anna: 'pw' } });
try {
  for (const what of wanted) reports.push(what === 'send' ? await killSend(dovecot, options) : await receiving(what));
} finally {
  await dovecot.stop();
  for (const report of reports) for (const problem of report.problems) console.log(`PROBLEM ${report.what}: ${problem}`);
  for (const report of reports) console.log(summary(report));
}
if (reports.some(({ problems }) => problems.length > 0)) process.exitCode = 1;

async function receiving(protocol: 'imap' | 'pop3'): Promise<KillReport> {
  const postgres = await startTestDatabase();
  try {
    return await killReceive({ dovecot, postgres }, protocol, options);
  } finally {
    await postgres.stop();
  }
}

async function items(): Promise<void> {
  const postgres = await startTestDatabase({ migrated: false });
  try {
    const { steps, kills, problems } = await killItems(postgres, options);
    for (const problem of problems) console.log(`PROBLEM items: ${problem}`);
    console.log(`items: ${steps.length} step points, gateway killed ${kills} times; ${problems.length} problems`);
    if (problems.length > 0) process.exitCode = 1;
  } finally {
    await postgres.stop();
  }
}
