/**
 * A process that submits one mail, sends it with a second attempt for the deferred recipient, and dies by SIGKILL at the step it is
 * told (0: at none). Says each step on stdout.
 */
import { writeSync } from 'node:fs';
import { crashingSteps } from '../../src/platform/step.ts';
import { connectDatabase } from '../../src/store/database.ts';
import { anna, type ImapPlace, imapFiling, openWorld } from './outbox-world.ts';

export interface KillJob {
  readonly databaseUrl: string;
  readonly server: { readonly port: number; readonly caPem: string };
  readonly sentFolder: ImapPlace;
  readonly to: readonly string[];
  readonly killAt: number;
}

const job = JSON.parse(process.argv[2]!) as KillJob;
const database = connectDatabase(job.databaseUrl);
const steps = crashingSteps({
  at: job.killAt === 0 ? null : job.killAt,
  tell: (_number, name) => void writeSync(1, `step ${name}\n`),
});
const world = await openWorld({ database, server: job.server, steps, openFiling: imapFiling(job.sentFolder) });
// Told before, so that the ledger can be asked whatever happens then.
const { activityId, messageId } = await world.outbox.submit(anna, { to: job.to, subject: 'kill test', text: 'once' });
writeSync(1, `mail ${activityId} ${messageId}\n`);
await world.deliver();
world.pass(10 * 60_000);
await world.deliver();
await database.destroy();
