/**
 * Receiving: for each page of `source.changes(cursor)` read, then one transaction that saves the mail, appends to the change
 * feed and moves the cursor.
 *
 * - The next page is fetched and read while the present one commits; commits happen in order, so at most three pages are in
 *   memory whatever the backlog.
 * - Deaths are counted: after two without progress a page shrinks to one message; if that one brings the process down twice
 *   again it is stored unread, marked, and the next goes on.
 * - Mail is taken off the server (POP3, queues on Exchange) only after the commit, in the same session, and noted when the server confirmed it.
 */
import type { AfterReceive, MessageLimits } from '../config/config.ts';
import type {
  ArrivedEmail,
  Cursor,
  EmailPage,
  Folder,
  KnownRefs,
  PageBounds,
  RemoteRef,
  Session,
} from '../connector/connector.ts';
import type { ReadEmail } from '../model/email.ts';
import type { Clock } from '../platform/clock.ts';
import type { StepPoints } from '../platform/step.ts';
import type { Database } from '../store/database.ts';
import { type EmailPageToSave, type PageOutcome, type StoredEmail, saveEmailPage, saveRemoved } from '../store/email-page.ts';
import {
  allKnownRefs,
  endAttempt,
  hasKnownRefs,
  removableRefs,
  type Stream,
  type StreamKey,
  takeStream,
} from '../store/streams.ts';
import { recentTestMessages } from '../store/test-messages.ts';

/** Reads mail somewhere with limits; never throws for a message. */
export interface Readers {
  read(messages: readonly { readonly source: Uint8Array; readonly headersOnly: boolean }[]): Promise<readonly ReadEmail[]>;
  /** Identity and digest only, for a message that nobody dares to read. */
  keepUnread(source: Uint8Array, reason: string): ReadEmail;
}

export interface ReceiveContext {
  readonly database: Database;
  readonly readers: Readers;
  readonly clock: Clock;
  readonly steps: StepPoints;
  readonly signal: AbortSignal;
}

export interface ReceiveJob {
  readonly key: StreamKey;
  readonly folder: Folder;
  readonly since: Date | null;
  readonly limits: MessageLimits;
  readonly afterReceive: AfterReceive;
  /** Lower case; decides the direction of a copy. */
  readonly ownAddresses: ReadonlySet<string>;
}

export interface Progress {
  readonly folder: string;
  readonly done: number;
  readonly expected: number | null;
}

const SHRINK_AFTER_ATTEMPTS = 3; // this start and two deaths before it
const GIVE_UP_READING_AFTER_ATTEMPTS = 5;

export async function receiveFolder(
  context: ReceiveContext,
  session: Session,
  job: ReceiveJob,
  tell: (outcome: PageOutcome, progress: Progress) => void,
): Promise<void> {
  const { database, steps } = context;
  const stream = await takeStream(database, job.key, job.folder.role);
  steps.reach('receive: stream taken');
  const tests = await recentTestMessages(database);
  const state = { stream, unread: stream.attempts >= GIVE_UP_READING_AFTER_ATTEMPTS, tests };
  let done = 0;
  try {
    const source = session.email!.changes(
      job.folder.path,
      stream.cursor as Cursor | null,
      knownRefs(database, stream),
      boundsFor(job, stream),
    );
    for await (const page of readAhead(source, (next) => readPage(context, job, next, state))) {
      const outcome = await saveEmailPage(database, stream, page.toSave);
      steps.reach('receive: page committed');
      done += page.toSave.arrived.length;
      tell(outcome, { folder: job.folder.path, done, expected: page.expected });
      context.signal.throwIfAborted();
    }
    await takeOffServer(context, session, job, stream);
  } catch (error) {
    await endAttempt(database, stream).catch(() => {});
    throw error;
  }
}

function boundsFor(job: ReceiveJob, stream: Stream): PageBounds {
  const { limits } = job;
  const shrunk = stream.attempts >= SHRINK_AFTER_ATTEMPTS;
  return {
    messages: shrunk ? 1 : limits.pageMessages,
    bytes: limits.pageBytes,
    messageBytes: limits.messageBytes,
    since: job.since,
  };
}

function knownRefs(database: Database, stream: Stream): KnownRefs {
  return {
    has: async (refs) => (await hasKnownRefs(database, stream.id, refs)) as ReadonlySet<RemoteRef>,
    all: async () => (await allKnownRefs(database, stream.id)) as ReadonlySet<RemoteRef>,
  };
}

interface ReadPage {
  readonly toSave: EmailPageToSave;
  readonly expected: number | null;
}

async function readPage(
  context: ReceiveContext,
  job: ReceiveJob,
  page: EmailPage,
  state: { unread: boolean; readonly tests: ReadonlySet<string> },
): Promise<ReadPage> {
  const unread = state.unread && page.arrived.length > 0;
  if (unread) state.unread = false; // only the first message is suspected
  const readings = unread
    ? page.arrived.map((email) => context.readers.keepUnread(email.source, UNREAD))
    : await context.readers.read(page.arrived);
  const all = page.arrived.map((email, at) => toStored(job, email, readings[at]!));
  const isTest = ({ read }: StoredEmail) => state.tests.has(read.email.messageId ?? '');
  const arrived = all.filter((email) => !isTest(email));
  const left = [...(page.excluded ?? []), ...all.filter(isTest)];
  return { toSave: { ...page, arrived, excluded: left.map(({ ref }) => ref) }, expected: page.expected ?? null };
}

const UNREAD = 'reading it brought the process down four times; it is kept unread';

function toStored(job: ReceiveJob, email: ArrivedEmail, read: ReadEmail): StoredEmail {
  return { ...email, read, direction: directionOf(job, read) };
}

/** Out: in a Sent folder, or written by the mailbox itself and not to itself (some POP3 servers list sent mail too). */
function directionOf(job: ReceiveJob, { email }: ReadEmail): 'in' | 'out' {
  if (job.folder.role === 'sent') return 'out';
  const own = (addresses: readonly { email: string }[]) => addresses.some((one) => job.ownAddresses.has(one.email.toLowerCase()));
  return own(email.from) && !own([...email.to, ...email.cc, ...email.bcc]) ? 'out' : 'in';
}

/** One page ahead: while the consumer works on one, the next is fetched and worked on. Order is kept. */
async function* readAhead<In, Out>(source: AsyncIterable<In>, work: (item: In) => Promise<Out>): AsyncGenerator<Out> {
  const iterator = source[Symbol.asyncIterator]();
  const pull = async (): Promise<{ readonly out: Promise<Out> } | null> => {
    const next = await iterator.next();
    if (next.done) return null;
    const out = work(next.value);
    out.catch(() => {}); // told when its turn comes
    return { out };
  };
  let ahead = pull();
  ahead.catch(() => {});
  try {
    for (let item = await ahead; item !== null; item = await ahead) {
      ahead = pull();
      ahead.catch(() => {});
      yield await item.out;
    }
  } finally {
    await ahead.catch(() => null);
    await iterator.return?.();
  }
}

const DAY_MS = 86_400_000;

/** Settles in any case: a POP3 session that ends without QUIT shows a Gmail mailbox the same oldest messages for ever. */
async function takeOffServer(context: ReceiveContext, session: Session, job: ReceiveJob, stream: Stream): Promise<void> {
  if (!session.disposal) return;
  const refs = await refsToRemove(context, job, stream);
  if (refs.length > 0) {
    await session.disposal.remove(refs as RemoteRef[]);
    context.steps.reach('receive: removal asked');
  }
  const removed = await session.disposal.settle();
  if (refs.length === 0) return;
  context.steps.reach('receive: removal confirmed');
  await saveRemoved(context.database, stream, removed);
}

async function refsToRemove(context: ReceiveContext, job: ReceiveJob, stream: Stream): Promise<readonly string[]> {
  if (job.afterReceive.kind === 'keep') return [];
  const days = job.afterReceive.kind === 'delete' ? 0 : job.afterReceive.days;
  return removableRefs(context.database, stream.id, new Date(context.clock.now().getTime() - days * DAY_MS));
}
