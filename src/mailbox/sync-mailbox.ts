/** One complete pass over every stream and every kind of items of a mailbox, told as runs. One folder's trouble does not keep the others from flowing. */
import type { FolderChoice, MailboxConfig, ReceiveConfig } from '../config/config.ts';
import type { Cursor, Folder, FolderSelector, Session } from '../connector/connector.ts';
import { asFailure, Failure, itemFailure, runFailure } from '../model/failure.ts';
import type { ItemKind } from '../model/item.ts';
import type { PageOutcome } from '../store/email-page.ts';
import { mailboxMoved, resumeMoved } from '../store/mailboxes.ts';
import { finishRequests, type OpenRequest, openRequests } from '../store/requests.ts';
import { finishRun, noCounts, type RunCounts, startRun } from '../store/runs.ts';
import { readCursors } from '../store/streams.ts';
import { type Progress, receiveFolder } from './receive.ts';
import type { ItemCounts, ReconcileOptions } from './reconcile-context.ts';
import { reconcileMailbox } from './reconcile-mailbox.ts';
import { usernameOf, withSession } from './session.ts';
import type { SyncContext } from './sync-context.ts';

export interface SyncReport {
  readonly mailboxId: string;
  readonly counts: RunCounts;
  readonly folders: number;
  /** By kind; empty where none is kept in step. */
  readonly items: Readonly<Partial<Record<ItemKind, ItemCounts>>>;
  /** The first failure; null when all of it succeeded. */
  readonly failure: Failure | null;
}

export type TellProgress = (mailboxId: string, progress: Progress) => void;

export async function syncMailbox(
  context: SyncContext,
  mailbox: MailboxConfig,
  tell: TellProgress = () => {},
  options: Partial<ReconcileOptions> = {},
): Promise<SyncReport> {
  const requests = await openRequests(context.database, mailbox.id);
  const received = options.dryRun ? nothingReceived(mailbox.id) : await receiveAll(context, mailbox, tell);
  const { items, failure } = await reconcileMailbox(context, mailbox, withRequestOptions(requests, options));
  const report = { ...received, items, failure: received.failure ?? failure };
  await finishRequests(context.database, requests, toAnswer(report));
  return report;
}

/** A report as it travels to the command that asked for the pass. */
export type SyncAnswer = Omit<SyncReport, 'failure'> & { readonly failure: Pick<Failure, 'code' | 'message' | 'remedy'> | null };

function toAnswer({ failure, ...report }: SyncReport): SyncAnswer {
  return { ...report, failure: failure && { code: failure.code, message: failure.message, remedy: failure.remedy } };
}

const nothingReceived = (mailboxId: string) => ({ mailboxId, counts: noCounts(), folders: 0, failure: null });

/** What a command beside this process asked for goes for this pass alone. */
function withRequestOptions(requests: readonly OpenRequest[], options: Partial<ReconcileOptions>) {
  return { dryRun: false, allowDeletions: requests.some(({ allowDeletions }) => allowDeletions), ...options };
}

async function receiveAll(context: SyncContext, mailbox: MailboxConfig, tell: TellProgress): Promise<Omit<SyncReport, 'items'>> {
  const { database, clock } = context;
  const counts = noCounts();
  if (!mailbox.receive && mailbox.items) return nothingReceived(mailbox.id);
  const runId = await startRun(database, mailbox.id, 'receive', clock.now());
  const state = { folders: 0, failure: null as Failure | null };
  try {
    if (mailbox.receive) await receiveMailbox(context, mailbox, mailbox.receive, { counts, state, tell });
  } catch (error) {
    try {
      state.failure ??= runFailure(error, context.signal);
    } catch (defect) {
      const told = new Failure('garbled', `a defect of Mailroom: ${(defect as Error).message}`);
      await finishRun(database, runId, clock.now(), counts, told).catch(() => {});
      throw defect;
    }
  }
  await finishRun(database, runId, clock.now(), counts, state.failure);
  if (state.failure?.mailbox) await mailboxMoved(database, mailbox.id, state.failure);
  else if (state.failure === null) await resumeMoved(database, mailbox.id);
  return { mailboxId: mailbox.id, counts, ...state };
}

interface Pass {
  readonly counts: RunCounts;
  readonly state: { folders: number; failure: Failure | null };
  readonly tell: TellProgress;
}

function receiveMailbox(context: SyncContext, mailbox: MailboxConfig, receive: ReceiveConfig, pass: Pass): Promise<void> {
  return withSession(context, mailbox, receive, context.signal, async (session) => {
    const key = {
      mailboxId: mailbox.id,
      kind: receive.server.type,
      host: receive.server.host,
      username: usernameOf(mailbox, receive.auth),
    };
    const folders = await selectFolders(context, session, receive, key, pass);
    for (const folder of folders) {
      pass.state.folders += 1;
      // What a killed run had stored still has to leave the server.
      if (!folder.mayHaveChanged && receive.afterReceive.kind === 'keep') continue;
      await receiveOne(context, session, mailbox, receive, { ...key, folder: folder.path }, folder, pass);
    }
  });
}

type StreamsKey = { mailboxId: string; kind: string; host: string; username: string };

/** A folder that is not there must not keep the others from being read. */
async function selectFolders(
  context: SyncContext,
  session: Session,
  receive: ReceiveConfig,
  key: StreamsKey,
  pass: Pass,
): Promise<readonly Folder[]> {
  const cursors = (await readCursors(context.database, key)) as ReadonlyMap<string, Cursor>;
  const probe = (selectors: readonly FolderChoice[]) => session.email!.probe(selectors as readonly FolderSelector[], cursors);
  try {
    return await probe(receive.folders);
  } catch (error) {
    const failure = asFailure(error);
    if (failure?.code !== 'missing' || receive.folders.length === 1) throw error;
  }
  const found: Folder[] = [];
  for (const selector of receive.folders) {
    try {
      found.push(...(await probe([selector])));
    } catch (error) {
      const failure = asFailure(error);
      if (failure?.code !== 'missing') throw error;
      pass.state.failure ??= failure;
    }
  }
  return [...new Map(found.map((folder) => [folder.path, folder])).values()];
}

async function receiveOne(
  context: SyncContext,
  session: Session,
  mailbox: MailboxConfig,
  receive: ReceiveConfig,
  key: StreamsKey & { folder: string },
  folder: Folder,
  pass: Pass,
): Promise<void> {
  const job = {
    key,
    folder,
    since: receive.since,
    limits: receive.limits,
    afterReceive: receive.afterReceive,
    ownAddresses: new Set([mailbox.address, ...mailbox.aliases].map((address) => address.toLowerCase())),
  };
  try {
    await receiveFolder(context, session, job, (outcome, progress) => {
      add(pass.counts, outcome);
      pass.tell(mailbox.id, progress);
    });
  } catch (error) {
    pass.state.failure ??= itemFailure(error);
  }
}

function add(counts: RunCounts, outcome: PageOutcome): void {
  counts.stored += outcome.stored;
  counts.relinked += outcome.relinked;
  counts.excluded += outcome.excluded + outcome.oversized;
  counts.quarantined += outcome.quarantined;
  counts.gone += outcome.gone;
}
