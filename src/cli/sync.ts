import type { MailboxConfig } from '../config/config.ts';
import { type SyncReport, syncMailbox } from '../mailbox/sync-mailbox.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { dropDeadLeases, type Lease, releaseLease, renewLeases, takeLease } from '../store/leases.ts';
import { resumeMailbox } from '../store/mailboxes.ts';
import { type FinishedRun, finishedRequest, requestSync } from '../store/requests.ts';
import { noCounts } from '../store/runs.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { findMailbox } from './find-mailbox.ts';
import type { House } from './house.ts';

const LEASE_MS = 60_000;

export const sync: Command = {
  name: 'sync',
  summary: 'one complete pass over every stream of a mailbox, or of all',
  usage: '[address] [--json]',
  help: `Exits 0 only if all of it succeeded. Where "mailroom run" serves a mailbox, it is asked to do the pass.
  --json   one object per mailbox`,
  options: {},
  async run(args, context) {
    const house = await context.openHouse();
    const mailboxes = args.words[0] === undefined ? house.config.mailboxes : [findMailbox(house.config, args.words[0])];
    const reports = await syncAll(house, context, mailboxes);
    return reports.every((report) => report.failure === null) ? EXIT.done : EXIT.failed;
  },
};

async function syncAll(
  house: House,
  context: CommandContext,
  mailboxes: readonly MailboxConfig[],
): Promise<readonly SyncReport[]> {
  const reports: SyncReport[] = [];
  const queue = [...mailboxes];
  const worker = async () => {
    for (let mailbox = queue.shift(); mailbox && !context.signal.aborted; mailbox = queue.shift()) {
      const report = await syncOne(house, context, mailbox);
      reports.push(report);
      tellReport(context, mailbox, report);
    }
  };
  await Promise.all(Array.from({ length: Math.min(house.config.concurrentMailboxes, queue.length) }, worker));
  return reports;
}

async function syncOne(house: House, context: CommandContext, mailbox: MailboxConfig): Promise<SyncReport> {
  const holder = `${house.holder} sync`;
  let request: string | null = null;
  for (;;) {
    const lease = await takeLease(house.database, mailbox.id, holder, LEASE_MS);
    if (lease) return syncHere(house, context, mailbox, lease);
    request ??= await requestSync(house.database, mailbox.id);
    context.out.progress(`${mailbox.address}: asked the running server`);
    const report = await serverAnswer(house, context, mailbox, request);
    if (report) return report;
  }
}

async function syncHere(house: House, context: CommandContext, mailbox: MailboxConfig, lease: Lease): Promise<SyncReport> {
  const renewing = setInterval(() => void renewLeases(house.database, lease.holder, LEASE_MS).catch(() => {}), LEASE_MS / 4);
  try {
    const report = await syncMailbox(house.syncContext, mailbox, (_, { folder, done, expected }) => {
      context.out.progress(progressLine(mailbox.address, folder, done, expected));
    });
    if (!report.failure) await resumeMailbox(house.database, mailbox.id);
    await house.deliver(mailbox);
    return report;
  } catch (error) {
    const failure = asFailure(error);
    if (!failure) throw error;
    return { mailboxId: mailbox.id, counts: noCounts(), folders: 0, failure };
  } finally {
    clearInterval(renewing);
    await releaseLease(house.database, lease).catch(() => {});
  }
}

const LOOK_EVERY_MS = 100;
const LOOKS_BEFORE_TRYING_AGAIN = 20;

/** A running server has the mailbox: it is watched until it has done a whole pass; null when it may be gone. */
async function serverAnswer(
  house: House,
  context: CommandContext,
  mailbox: MailboxConfig,
  request: string,
): Promise<SyncReport | null> {
  for (let looks = 0; looks < LOOKS_BEFORE_TRYING_AGAIN; looks += 1) {
    const run = await finishedRequest(house.database, request);
    if (run) return { mailboxId: mailbox.id, counts: countsOf(run), folders: 0, failure: failureOf(run) };
    await house.clock.sleep(LOOK_EVERY_MS, context.signal);
  }
  await dropDeadLeases(house.database);
  return null;
}

const countsOf = ({ stored, relinked, excluded, quarantined, gone }: FinishedRun) => ({
  stored,
  relinked,
  excluded,
  quarantined,
  gone,
});

function failureOf(run: FinishedRun): Failure | null {
  if (run.outcome === 'done') return null;
  return new Failure((run.failureCode ?? 'unreachable') as Failure['code'], run.failureMessage ?? 'the pass failed');
}

function progressLine(address: string, folder: string, done: number, expected: number | null): string {
  if (!expected) return `${address}  ${folder}  ${done} messages`;
  const share = Math.min(1, done / expected);
  const bar = '#'.repeat(Math.round(share * 20)).padEnd(20, '.');
  return `${address}  ${folder}  [${bar}] ${done}/${expected}`;
}

function tellReport({ out }: CommandContext, mailbox: MailboxConfig, { counts, failure }: SyncReport): void {
  const parts = [
    `${counts.stored} new`,
    ...(counts.relinked ? [`${counts.relinked} found again`] : []),
    ...(counts.gone ? [`${counts.gone} gone from the server`] : []),
    ...(counts.excluded ? [`${counts.excluded} excluded`] : []),
    ...(counts.quarantined ? [`${counts.quarantined} unreadable, kept raw`] : []),
  ];
  const object = {
    mailbox: mailbox.address,
    ok: failure === null,
    ...counts,
    failure: failure && { code: failure.code, message: failure.message, remedy: failure.remedy ?? null },
  };
  out.answer(object, `${mailbox.address}: ${failure ? 'FAILED, ' : ''}${parts.join(', ')}`);
  if (!failure) return;
  out.note(`  ${failure.message}`);
  if (failure.remedy) out.note(`  what to do: ${failure.remedy}`);
}
