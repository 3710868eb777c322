/**
 * A process that submits a mail to each group of recipients, sends them with a second attempt for those who were deferred, and dies
 * by SIGKILL at the step it is told (0: at none). Says each step on stdout. Without its database it does what a server does: it goes
 * on and tries again.
 */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { crashingSteps } from '../../src/platform/step.ts';
import { connectDatabase } from '../../src/store/database.ts';
import { anna, type ImapPlace, imapFiling, openWorld } from '../integration/outbox-world.ts';

export interface SendJob {
  readonly databaseUrl: string;
  readonly server: { readonly port: number; readonly caPem: string };
  readonly sentFolder: ImapPlace;
  readonly mails: readonly (readonly string[])[];
  readonly killAt: number;
}

const job = JSON.parse(process.argv[2]!) as SendJob;
const database = connectDatabase(job.databaseUrl);
const steps = crashingSteps({
  at: job.killAt === 0 ? null : job.killAt,
  tell: (_number, name) => void writeSync(1, `step ${name}\n`),
});
const world = await openWorld({ database, server: job.server, steps, openFiling: imapFiling(job.sentFolder) });
for (const to of job.mails) await surviving(() => world.outbox.submit(anna, { to, subject: 'kill test', text: 'once' }), 1);
await surviving(() => world.deliver());
world.pass(10 * 60_000);
await surviving(() => world.deliver());
await database.destroy();

/** A mail that could not be submitted is told to who wrote it, and is nobody's loss; sending is tried until it works. */
async function surviving(work: () => Promise<unknown>, tries = 100): Promise<void> {
  for (let left = tries; left > 0; left -= 1) {
    try {
      await work();
      return;
    } catch (error) {
      writeSync(1, `trouble ${(error as Error).message.split('\n')[0]}\n`);
      await pause(250);
    }
  }
}
