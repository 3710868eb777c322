import type { MailboxConfig } from '../config/config.ts';
import type { ItemCounts, ReconcileOptions } from '../mailbox/reconcile-context.ts';
import { type SyncAnswer, type SyncReport, syncMailbox, type TellProgress } from '../mailbox/sync-mailbox.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { dropDeadLeases, type Lease, releaseLease, renewLeases, takeLease } from '../store/leases.ts';
import { resumeMailbox } from '../store/mailboxes.ts';
import { finishedRequest, requestSync } from '../store/requests.ts';
import { noCounts } from '../store/runs.ts';
import { type Command, type CommandContext, EXIT, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';
import type { House } from './house.ts';

const LEASE_MS = 60_000;

export const sync: Command = {
  name: 'sync',
  summary: 'one complete pass over every stream of a mailbox, or of all',
  usage: '[address] [--dry-run | --allow-deletions] [--json]',
  help: `Exits 0 only if all of it succeeded. Where "mailroom run" serves a mailbox, it is asked to do the pass.
Mail is received; appointments, contacts and tasks are brought in step both ways.
  --dry-run          only appointments, contacts and tasks: reads them, tells what a pass would do, and changes neither side
  --allow-deletions  do the deletions that were held back because they were so many
  --json             one object per mailbox`,
  options: { 'dry-run': { type: 'boolean' }, 'allow-deletions': { type: 'boolean' } },
  async run(args, context) {
    const options = { dryRun: args.flags['dry-run'] === true, allowDeletions: args.flags['allow-deletions'] === true };
    if (options.dryRun && options.allowDeletions) throw new UsageError('--dry-run deletes nothing: leave one of the two out');
    const house = await context.openHouse();
    const mailboxes = args.words[0] === undefined ? house.config.mailboxes : [findMailbox(house.config, args.words[0])];
    const reports = await syncAll(house, context, mailboxes, options);
    return reports.every((report) => report.failure === null) ? EXIT.done : EXIT.failed;
  },
};

async function syncAll(
  house: House,
  context: CommandContext,
  mailboxes: readonly MailboxConfig[],
  options: ReconcileOptions,
): Promise<readonly SyncReport[]> {
  const reports: SyncReport[] = [];
  const queue = [...mailboxes];
  const worker = async () => {
    for (let mailbox = queue.shift(); mailbox && !context.signal.aborted; mailbox = queue.shift()) {
      const report = await syncOne(house, context, mailbox, options);
      reports.push(report);
      tellReport(context, mailbox, report, options);
    }
  };
  await Promise.all(Array.from({ length: Math.min(house.config.concurrentMailboxes, queue.length) }, worker));
  return reports;
}

async function syncOne(
  house: House,
  context: CommandContext,
  mailbox: MailboxConfig,
  options: ReconcileOptions,
): Promise<SyncReport> {
  const holder = `${house.holder} sync`;
  let request: string | null = null;
  for (;;) {
    const lease = await takeLease(house.database, mailbox.id, holder, LEASE_MS);
    if (lease) return syncHere(house, context, mailbox, lease, options);
    if (options.dryRun) throw new Failure('refused', SERVED, { remedy: 'stop the server first, or look with "mailroom status"' });
    request ??= await requestSync(house.database, mailbox.id, { allowDeletions: options.allowDeletions });
    context.out.progress(`${mailbox.address}: asked the running server`);
    const report = await serverAnswer(house, context, request);
    if (report) return report;
  }
}

const SERVED = 'a running server already keeps this mailbox in step: a dry run is for the time before';

async function syncHere(
  house: House,
  context: CommandContext,
  mailbox: MailboxConfig,
  lease: Lease,
  options: ReconcileOptions,
): Promise<SyncReport> {
  const renewing = setInterval(() => void renewLeases(house.database, lease.holder, LEASE_MS).catch(() => {}), LEASE_MS / 4);
  try {
    const progress: TellProgress = (_, { folder, done, expected }) =>
      context.out.progress(progressLine(mailbox.address, folder, done, expected));
    const report = await syncMailbox(house.syncContext, mailbox, progress, options);
    if (options.dryRun) return report;
    if (!report.failure) await resumeMailbox(house.database, mailbox.id);
    await house.deliver(mailbox);
    return report;
  } catch (error) {
    const failure = asFailure(error);
    if (!failure) throw error;
    return { mailboxId: mailbox.id, counts: noCounts(), items: {}, folders: 0, failure };
  } finally {
    clearInterval(renewing);
    await releaseLease(house.database, lease).catch(() => {});
  }
}

const LOOK_EVERY_MS = 100;
const LOOKS_BEFORE_TRYING_AGAIN = 20;

/** A running server has the mailbox: it is watched until it has done a whole pass; null when it may be gone. */
async function serverAnswer(house: House, context: CommandContext, request: string): Promise<SyncReport | null> {
  for (let looks = 0; looks < LOOKS_BEFORE_TRYING_AGAIN; looks += 1) {
    const answer = await finishedRequest<SyncAnswer>(house.database, request);
    if (answer) return { ...answer, failure: failureOf(answer) };
    await house.clock.sleep(LOOK_EVERY_MS, context.signal);
  }
  await dropDeadLeases(house.database);
  return null;
}

function failureOf({ failure }: SyncAnswer): Failure | null {
  return failure && new Failure(failure.code, failure.message, failure.remedy === undefined ? {} : { remedy: failure.remedy });
}

function progressLine(address: string, folder: string, done: number, expected: number | null): string {
  if (!expected) return `${address}  ${folder}  ${done} messages`;
  const share = Math.min(1, done / expected);
  const bar = '#'.repeat(Math.round(share * 20)).padEnd(20, '.');
  return `${address}  ${folder}  [${bar}] ${done}/${expected}`;
}

function tellReport(
  { out }: CommandContext,
  mailbox: MailboxConfig,
  { counts, items, failure }: SyncReport,
  { dryRun }: ReconcileOptions,
): void {
  const parts = [
    ...(mailbox.receive && !dryRun ? [`${counts.stored} new`] : []),
    ...(counts.relinked ? [`${counts.relinked} found again`] : []),
    ...(counts.gone ? [`${counts.gone} gone from the server`] : []),
    ...(counts.excluded ? [`${counts.excluded} excluded`] : []),
    ...(counts.quarantined ? [`${counts.quarantined} unreadable, kept raw`] : []),
    ...Object.entries(items).map(([kind, counted]) => `${kind}s: ${itemSentence(counted!, dryRun)}`),
  ];
  const object = {
    mailbox: mailbox.address,
    ok: failure === null,
    ...counts,
    ...(Object.keys(items).length > 0 ? { items, dryRun } : {}),
    failure: failure && { code: failure.code, message: failure.message, remedy: failure.remedy ?? null },
  };
  out.answer(object, `${mailbox.address}: ${failure ? 'FAILED, ' : ''}${parts.join(', ')}`);
  if (!failure) return;
  out.note(`  ${failure.message}`);
  if (failure.remedy) out.note(`  what to do: ${failure.remedy}`);
}

const SAID: readonly (readonly [keyof ItemCounts, string])[] = [
  ['createdHere', 'new in the application'],
  ['updatedHere', 'changed in the application'],
  ['deletedHere', 'deleted in the application'],
  ['createdThere', 'new in the mailbox'],
  ['updatedThere', 'changed in the mailbox'],
  ['deletedThere', 'deleted in the mailbox'],
  ['unlinked', 'come apart'],
  ['conflicts', 'changed on both sides'],
  ['parked', 'parked'],
  ['needsIntent', 'waiting for leave to tell the guests'],
  ['asking', 'waiting for a choice'],
  ['inDoubt', 'in doubt'],
];

function itemSentence(counts: ItemCounts, dryRun: boolean): string {
  const said = SAID.filter(([name]) => counts[name] > 0).map(([name, words]) => `${counts[name]} ${words}`);
  if (said.length === 0) return dryRun ? 'nothing would be done' : 'in step';
  return `${dryRun ? 'would be: ' : ''}${said.join(', ')}`;
}
