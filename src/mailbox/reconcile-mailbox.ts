/** The items of one mailbox, kind by kind, each told as a run of its own: one kind's trouble does not keep the others. */
import type { ItemKindConfig, ItemsConfig, MailboxConfig } from '../config/config.ts';
import type { ItemStore, Session } from '../connector/connector.ts';
import { attachments } from '../model/attachment-field.ts';
import { Failure, REACTION, runFailure } from '../model/failure.ts';
import { type ItemKind, SECTION_OF } from '../model/item.ts';
import { mailboxMoved, resumeMoved } from '../store/mailboxes.ts';
import { finishRun, noCounts, startRun } from '../store/runs.ts';
import { reconcile } from './reconcile.ts';
import { type ItemCounts, noItemCounts, type ReconcileContext, type ReconcileOptions } from './reconcile-context.ts';
import { reconciledMailbox } from './reconciled-mailbox.ts';
import { type Access, usernameOf, withSession } from './session.ts';
import type { SyncContext } from './sync-context.ts';

export interface ItemsReport {
  readonly items: Readonly<Partial<Record<ItemKind, ItemCounts>>>;
  readonly failure: Failure | null;
}

/** Contacts first: appointments may name them. */
const IN_ORDER: readonly ItemKind[] = ['contact', 'appointment', 'task'];

export async function reconcileMailbox(
  context: SyncContext,
  mailbox: MailboxConfig,
  options: ReconcileOptions,
): Promise<ItemsReport> {
  const { items: config } = mailbox;
  const wanted = config ? IN_ORDER.filter((kind) => config[SECTION_OF[kind]] !== null) : [];
  const items: Partial<Record<ItemKind, ItemCounts>> = {};
  if (!config || wanted.length === 0) return { items, failure: null };
  let failure: Failure | null = null;
  try {
    await withSession(context, mailbox, accessOf(config), context.signal, async (session) => {
      for (const kind of wanted) {
        const job = { mailbox, config, kind, policy: config[SECTION_OF[kind]]!, options };
        const counts = noItemCounts();
        items[kind] = counts;
        const why = await reconcileKind(context, session, job, counts);
        failure ??= why;
      }
    });
    await resumeMoved(context.database, mailbox.id);
  } catch (error) {
    failure = await failedOpening(context, mailbox, error);
    for (const kind of wanted) if (!items[kind]) await tellFailed(context, mailbox, kind, failure);
  }
  return { items, failure };
}

/** What a connector has to know of a kind before it opens. */
function accessOf({ server, auth, contacts, appointments }: ItemsConfig): Access {
  const contactAddresses = contacts?.addressMode ?? 'mailing';
  const files = appointments?.directions[attachments.name] ?? attachments.direction;
  const attachmentBytes = appointments === null || files === 'none' ? 0 : appointments.attachmentBytes;
  return { auth, server: { ...server, options: { ...server.options, contactAddresses, attachmentBytes } } };
}

/** A mailbox that is being moved, or that the server does not find: said clearly, its links are kept, nothing is deleted. */
async function failedOpening(context: SyncContext, mailbox: MailboxConfig, error: unknown): Promise<Failure> {
  const failure = runFailure(error, context.signal);
  if (failure.code === 'missing' || failure.mailbox) await mailboxMoved(context.database, mailbox.id, failure);
  return failure;
}

/** A kind that was not come to has failed all the same. */
async function tellFailed(
  { database, clock }: SyncContext,
  { id }: MailboxConfig,
  kind: ItemKind,
  failure: Failure,
): Promise<void> {
  const runId = await startRun(database, id, SECTION_OF[kind], clock.now());
  await finishRun(database, runId, clock.now(), noCounts(), failure);
}

interface Job {
  readonly mailbox: MailboxConfig;
  readonly config: ItemsConfig;
  readonly kind: ItemKind;
  readonly policy: ItemKindConfig;
  readonly options: ReconcileOptions;
}

async function reconcileKind(context: SyncContext, session: Session, job: Job, counts: ItemCounts): Promise<Failure | null> {
  const { database, clock } = context;
  const trouble: Failure[] = [];
  const runId = await startRun(database, job.mailbox.id, SECTION_OF[job.kind], clock.now());
  const failure = await attempt(context, session, job, counts, trouble);
  await finishRun(database, runId, clock.now(), noCounts(), failure ?? trouble[0] ?? null, counts);
  // A session that broke serves no further kind.
  if (failure && REACTION[failure.code].scope !== 'item') throw failure;
  return failure ?? trouble[0] ?? null;
}

async function attempt(context: SyncContext, session: Session, job: Job, counts: ItemCounts, trouble: Failure[]) {
  try {
    await reconcile(contextOf(context, job, counts, trouble), storeOf(session, job));
    return null;
  } catch (error) {
    return runFailure(error, context.signal);
  }
}

function storeOf(session: Session, { kind, config }: Job): ItemStore {
  const store = session[SECTION_OF[kind]];
  if (store) return store;
  throw new Failure('refused', `server "${config.server.name}" of type ${config.server.type} keeps no ${SECTION_OF[kind]}`);
}

function contextOf(context: SyncContext, job: Job, counts: ItemCounts, trouble: Failure[]): ReconcileContext {
  const { mailbox, config, kind, policy, options } = job;
  const { server } = config;
  const { database, clock, steps, signal } = context;
  return {
    ...{ database, clock, steps, signal, kind, policy, options },
    log: context.log.child({ mailbox: mailbox.id, kind }),
    mailbox: reconciledMailbox(mailbox),
    streamKey: {
      ...{ mailboxId: mailbox.id, kind: `${server.type}/${kind}`, host: server.host },
      username: usernameOf(mailbox, config.auth),
    },
    settleMs: 2 * server.limits.timeoutMs,
    tell(event) {
      if ('trouble' in event) trouble.push(event.trouble);
      else for (const [name, count] of Object.entries(event)) counts[name as keyof ItemCounts] += count;
    },
  };
}
