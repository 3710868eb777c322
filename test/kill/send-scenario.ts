/** Sending while things are killed: a submission server that counts, a Sent folder on a real IMAP server, a database of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutboxItem } from '../../src/model/outbox.ts';
import { connectDatabase } from '../../src/store/database.ts';
import { type EmbeddedPostgres, joinEmbeddedPostgres } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { type ImapPlace, imapFiling, openWorld } from '../integration/outbox-world.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { killPostgres } from '../servers/postgres.ts';
import { type SmtpSink, startSmtpSink } from '../servers/smtp-sink.ts';
import { type LedgerCount, noLedger } from './report.ts';
import type { SendJob } from './send-main.ts';

export type Kill =
  | { readonly victim: 'gateway'; readonly atStep: number }
  | { readonly victim: 'gateway' | 'database'; readonly afterSteps: number; readonly thenMs: number };

export interface SendOutcome {
  /** All that the process told before it ended. */
  readonly steps: readonly string[];
  /** The last one it told before the kill. */
  readonly lastStep: string | null;
  readonly killed: boolean;
  readonly ledger: LedgerCount;
  readonly problems: readonly string[];
}

export interface SendScenario extends AsyncDisposable {
  /** Submits and sends so many mails in a process of its own, kills, and lets another process take over. */
  run(mails: number, kill: Kill | null): Promise<SendOutcome>;
}

interface Place {
  readonly dataDir: string;
  readonly dovecot: Dovecot;
  readonly sink: SmtpSink;
  readonly postgres: EmbeddedPostgres;
  readonly sentFolder: ImapPlace;
}

export async function sendScenario(dovecot: Dovecot): Promise<SendScenario> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mailroom-kill-send-'));
  const [postgres, sink] = await Promise.all([joinEmbeddedPostgres(dataDir), startSmtpSink()]);
  const database = connectDatabase(postgres.url);
  await migrate(database);
  await database.destroy();
  // The role needs a folder to point at.
  await dovecot.deliver('anna', 'Sent', 'Subject: old\r\n\r\n');
  const sentFolder = { host: dovecot.host, port: dovecot.imapsPort, caPem: dovecot.caPem, user: 'anna', password: 'pw' };
  const place: Place = { dataDir, dovecot, sink, postgres, sentFolder };
  return {
    run: (mails, kill) => runOnce(place, mails, kill),
    async [Symbol.asyncDispose]() {
      await sink.stop();
      await postgres.leave();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

let rounds = 0;

function newRecipients({ sink }: Place): readonly string[] {
  rounds += 1;
  const to = [`b${rounds}@example.test`, `later${rounds}@example.test`];
  sink.answer(to[1]!, { stage: 'rcpt', reply: '450 4.2.0 Greylisted', times: 1 });
  return to;
}

async function runOnce(place: Place, count: number, kill: Kill | null): Promise<SendOutcome> {
  const { sink, postgres, sentFolder } = place;
  const mails = Array.from({ length: count }, () => newRecipients(place));
  const job: SendJob = {
    ...{ databaseUrl: postgres.url, server: { port: sink.port, caPem: sink.caPem }, sentFolder, mails },
    killAt: kill !== null && 'atStep' in kill ? kill.atStep : 0,
  };
  const ended = await runChild(place, job, kill);
  await postgres.revive(); // where the child had nothing more to do with it
  return { ...ended, ...(await verdict(place, mails)) };
}

type Ended = Pick<SendOutcome, 'steps' | 'lastStep' | 'killed'>;

async function runChild(place: Place, job: SendJob, kill: Kill | null): Promise<Ended> {
  const main = join(import.meta.dirname, 'send-main.ts');
  // Not through the launcher: the signal has to hit the process itself.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let lastStep: string | null = null;
  let striking: Promise<void> | null = null;
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (kill === null || 'atStep' in kill || striking !== null || stepsIn(said).length <= kill.afterSteps) return;
    striking = strike(place, child, kill, () => {
      lastStep = stepsIn(said).at(-1) ?? null;
    });
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_code, by) => resolve(by));
  });
  await striking;
  const steps = stepsIn(said);
  // What a dead process had said before its death may arrive after it.
  return { steps, lastStep: kill?.victim === 'database' ? lastStep : (steps.at(-1) ?? null), killed: signal === 'SIGKILL' };
}

async function strike(
  { postgres, dataDir }: Place,
  child: ChildProcess,
  kill: { readonly victim: 'gateway' | 'database'; readonly thenMs: number },
  done: () => void,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, kill.thenMs));
  if (kill.victim === 'gateway') child.kill('SIGKILL');
  else await killPostgres(dataDir);
  done();
  if (kill.victim === 'database') await postgres.revive();
}

const stepsIn = (said: string): readonly string[] => [...said.matchAll(/^step (.*)$/gm)].map(([, name]) => name!);

/** Another process takes over, today and a while later; then the server's ledger and the Sent folder are compared. */
async function verdict(place: Place, mails: readonly (readonly string[])[]) {
  const { sink, postgres, sentFolder } = place;
  const database = connectDatabase(postgres.url);
  try {
    const world = await openWorld({ database, server: sink, openFiling: imapFiling(sentFolder) });
    for (let turn = 0; turn < 3; turn += 1) {
      await world.deliver();
      world.pass(30 * 60_000);
    }
    const items = await world.outbox.list({ limit: 100_000 });
    const mine = items.filter(({ recipients }) => mails.some((to) => to[0] === recipients[0]?.address));
    return compare(place, mine);
  } finally {
    await database.destroy();
  }
}

function compare({ sink, dovecot }: Place, items: readonly OutboxItem[]) {
  const ledger = noLedger();
  const problems: string[] = [];
  const sent = dovecot.messages('anna', 'Sent').map(({ raw }) => raw.toString());
  for (const { state, messageId, recipients } of items) {
    const counts = recipients.map(({ address }) => sink.ledger.count(`<${messageId}>`, address));
    const copies = sent.filter((raw) => raw.includes(`<${messageId}>`)).length;
    ledger.messages += 1;
    const told = `${messageId} is ${state}, arrived ${counts.join(' and ')} times, ${copies} copies in Sent`;
    if (Math.max(...counts) > 1 || copies > 1) problems.push(`DOUBLED: ${told}`);
    if (Math.max(...counts) > 1) ledger.doubled += 1;
    else if (state === 'in-doubt') {
      ledger.inDoubt += 1;
      if (Math.max(...counts) === 1) ledger.inDoubtArrived += 1;
    } else if (counts.every((count) => count === 1)) ledger.once += 1;
    else ledger.lost += 1;
    if (state !== 'in-doubt' && !(state === 'sent' && counts.every((count) => count === 1) && copies === 1)) problems.push(told);
  }
  return { ledger, problems };
}
