/**
 * A process that submits a mail to each group of recipients, sends them with a second attempt for those who were deferred, and dies
 * by SIGKILL at the step it is told (0: at none). Says each step on stdout.
 */
import { writeSync } from 'node:fs';
import { crashingSteps } from '../../src/platform/step.ts';
import { connectDatabase } from '../../src/store/database.ts';
import { anna, type ImapPlace, imapFiling, openWorld } from './outbox-world.ts';

export interface KillJob {
  readonly databaseUrl: string;
  readonly server: { readonly port: number; readonly caPem: string };
  readonly sentFolder: ImapPlace;
  readonly mails: readonly (readonly string[])[];
  readonly killAt: number;
}

const job = JSON.parse(process.argv[2]!) as KillJob;
const database = connectDatabase(job.databaseUrl);
const steps = crashingSteps({
  at: job.killAt === 0 ? null : job.killAt,
  tell: (_number, name) => void writeSync(1, `step ${name}\n`),
});
const world = await openWorld({ database, server: job.server, steps, openFiling: imapFiling(job.sentFolder) });
for (const to of job.mails) await world.outbox.submit(anna, { to, subject: 'kill test', text: 'once' });
await world.deliver();
world.pass(10 * 60_000);
await world.deliver();
await database.destroy();
