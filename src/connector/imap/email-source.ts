/**
 * Mail of IMAP folders, read and never changed. One pass: open read-only, what changed, sizes of what is new, bodies in pages.
 * One page is fetched ahead while the caller stores the one before.
 */
import { Failure } from '../../model/failure.ts';
import type { Cursor, EmailPage, EmailSource, FolderPreview, KnownRefs, PageBounds, SessionContext } from '../connector.ts';
import type { ImapConnection } from './connection.ts';
import { type ImapCursor, readCursor, writeCursor } from './cursor.ts';
import { type Delta, findDelta, isUnchanged } from './delta.ts';
import { eachSize, fetchMessages, fetchSizes, type Listed } from './fetching.ts';
import { digestFlags, type FlaggedUid } from './flag-digest.ts';
import { probe } from './folders.ts';
import { type OpenedFolder, openFolder, searchUids, settleNumbers, sinceDay } from './opened-folder.ts';
import { packUids } from './uid-set.ts';

type Clock = SessionContext['clock'];

/** How many messages are sized in one round trip, and how many may be new without a search for their UIDs. */
const WINDOW = 500;
const DELTAS_PER_PAGE = 1000;
const MAX_RESETS = 5;
const RESET_SPAN_MS = 24 * 3_600_000;

export function createImapSource(connect: () => Promise<ImapConnection>, clock: Clock): EmailSource {
  return {
    probe: async (selectors, cursors) => probe(await connect(), selectors, cursors),
    preview: async (path, bounds) => preview(await connect(), path, bounds),
    async *changes(path, after, known, bounds) {
      yield* oneAhead(pass({ connection: await connect(), clock, known, bounds }, path, after));
    },
  };
}

async function preview(
  connection: ImapConnection,
  path: string,
  { since, messageBytes }: Pick<PageBounds, 'since' | 'messageBytes'>,
): Promise<FolderPreview> {
  const folder = await openFolder(connection, path);
  const found = { messages: 0, bytes: 0, oversized: 0 };
  if (folder.exists === 0) return found;
  const sets = since === null ? ['1:*'] : packUids(await searchUids(connection, { since: sinceDay(since) }));
  await eachSize(connection, sets, ({ size, receivedAt }) => {
    if (since !== null && receivedAt !== null && receivedAt < since) return;
    found.messages += 1;
    found.bytes += size;
    if (size > messageBytes) found.oversized += 1;
  });
  return found;
}

/** Starts on the next page before the caller has asked for it, and waits for it before the connection is used otherwise. */
async function* oneAhead(pages: AsyncGenerator<EmailPage>): AsyncGenerator<EmailPage> {
  const start = () => {
    const next = pages.next();
    next.catch(() => {}); // told when it is asked for
    return next;
  };
  let next = start();
  try {
    for (let page = await next; !page.done; page = await next) {
      next = start();
      yield page.value;
    }
  } finally {
    await next.catch(() => {});
    await pages.return(undefined);
  }
}

interface Surroundings {
  readonly connection: ImapConnection;
  readonly clock: Clock;
  readonly known: KnownRefs;
  readonly bounds: PageBounds;
}

async function* pass(around: Surroundings, path: string, after: Cursor | null): AsyncGenerator<EmailPage> {
  const { connection, known, bounds } = around;
  const before = after === null ? null : readCursor(after);
  const found = await openFolder(connection, path);
  const renumbersAgain = before !== null && before.validity !== found.validity && before.resets.length > 0;
  const folder = renumbersAgain ? await settleNumbers(connection, path) : found;
  const { cursor, reset } = begin(folder, before, around);
  if (!reset && before !== null && cursor.complete && isUnchanged(folder, cursor) && !mayWiden(cursor, bounds)) {
    return yield { ...EMPTY, reset, cursor: writeCursor(cursor), complete: true, expected: 0 };
  }
  const delta = await findDelta({ connection, folder, cursor, known, since: bounds.since });
  yield* arrivals(around, folder, cursor, reset, delta);
}

const EMPTY = { reset: false, arrived: [], flagged: [], gone: [] } as const;
const mayWiden = (cursor: ImapCursor, { since }: PageBounds) => cursor.since !== null && since?.getTime() !== cursor.since;

/** The cursor to go on from; a new one where there is none, or where the numbers no longer mean the same messages. */
function begin(
  folder: OpenedFolder,
  before: ImapCursor | null,
  { clock, bounds }: Surroundings,
): { cursor: ImapCursor; reset: boolean } {
  // UIDNEXT never falls (RFC 9051 2.3.1.1). Where it did, the folder was restored and gives old UIDs to new messages.
  const reset = before !== null && (before.validity !== folder.validity || folder.uidNext <= before.lastUid);
  if (before !== null && !reset) return { cursor: before, reset };
  const fresh: ImapCursor = {
    ...{ validity: folder.validity, lastUid: 0, modseq: folder.modseq, uidNext: null, exists: null, complete: false },
    ...{ sinceBelow: folder.uidNext, since: bounds.since?.getTime() ?? null, flags: null },
    resets: before === null ? [] : noteReset(before.resets, clock.now().getTime(), folder.path),
  };
  return { cursor: fresh, reset };
}

/** A server that renumbers again and again would have everything fetched again and again. */
function noteReset(resets: readonly number[], now: number, path: string): number[] {
  const recent = resets.filter((at) => now - at < RESET_SPAN_MS);
  if (recent.length < MAX_RESETS) return [...recent, now];
  throw new Failure('garbled', `folder "${path}": the server renumbered its messages ${recent.length} times within a day`, {
    retryAfterMs: RESET_SPAN_MS - (now - recent[0]!),
    remedy: 'Its UIDVALIDITY must stay the same: let the administrator of the server look at it.',
  });
}

/** Pages of what changed, then pages of what is new; the last one alone completes the pass. */
async function* arrivals(
  around: Surroundings,
  folder: OpenedFolder,
  start: ImapCursor,
  reset: boolean,
  delta: Delta,
): AsyncGenerator<EmailPage> {
  const { connection, bounds } = around;
  const queue = createQueue(around, folder, start, await findNew(connection, folder, start, bounds.since), delta.late);
  const seen: FlaggedUid[] = [];
  let cursor: ImapCursor = { ...start, complete: false };
  let first = true;
  const told = portions(delta);
  for (;;) {
    const changes = told.shift() ?? { flagged: [], gone: [] };
    const listed = told.length > 0 ? [] : await queue.take();
    const arrived = listed.length === 0 ? [] : await fetchMessages(connection, folder, listed, bounds);
    if (delta.listed !== null) seen.push(...listed.map(({ uid, flags }) => ({ uid, flags })));
    const complete = told.length === 0 && queue.empty();
    const lastUid = Math.max(cursor.lastUid, ...listed.map((message) => message.uid));
    cursor = complete ? finish(cursor, folder, bounds.since, delta, seen) : { ...cursor, lastUid };
    const expected = queue.expected();
    yield { reset: first && reset, arrived, ...changes, cursor: writeCursor(cursor), complete, expected };
    if (complete) return;
    first = false;
  }
}

function finish(
  cursor: ImapCursor,
  folder: OpenedFolder,
  since: Date | null,
  delta: Delta,
  seen: readonly FlaggedUid[],
): ImapCursor {
  const earliest = cursor.since === null || since === null ? null : Math.min(cursor.since, since.getTime());
  return {
    ...cursor,
    ...{ lastUid: folder.uidNext - 1, modseq: folder.modseq, uidNext: folder.uidNext, exists: folder.exists, complete: true },
    since: earliest,
    flags: delta.listed === null ? null : digestFlags([...delta.listed, ...seen]),
  };
}

function portions({ flagged, gone }: Delta): Pick<EmailPage, 'flagged' | 'gone'>[] {
  const pages: Pick<EmailPage, 'flagged' | 'gone'>[] = [];
  for (let at = 0; at < Math.max(flagged.length, gone.length); at += DELTAS_PER_PAGE) {
    pages.push({ flagged: flagged.slice(at, at + DELTAS_PER_PAGE), gone: gone.slice(at, at + DELTAS_PER_PAGE) });
  }
  return pages;
}

/** The new UIDs as sets to be sized; a few new ones are sized as a range, without a search before. */
async function findNew(
  connection: ImapConnection,
  folder: OpenedFolder,
  cursor: ImapCursor,
  since: Date | null,
): Promise<NewUids> {
  const [from, to] = [cursor.lastUid + 1, folder.uidNext - 1];
  if (from > to || folder.exists === 0) return { sets: [], count: 0 };
  const old = since === null ? from - 1 : Math.min(to, cursor.sinceBelow - 1);
  if (old < from && to - from < WINDOW) return { sets: [`${from}:${to}`], count: null };
  const uids: number[] = [];
  if (old >= from && since !== null)
    uids.push(...(await searchUids(connection, { uid: `${from}:${old}`, since: sinceDay(since) })));
  if (old < to) uids.push(...(await searchUids(connection, { uid: `${Math.max(from, old + 1)}:${to}` })));
  // What a server adds of its own is not new.
  return windows(uids.filter((uid) => uid >= from && uid <= to));
}

interface NewUids {
  readonly sets: string[];
  readonly count: number | null;
}

function windows(uids: readonly number[]): NewUids {
  const sets: string[] = [];
  for (let at = 0; at < uids.length; at += WINDOW) sets.push(...packUids(uids.slice(at, at + WINDOW)));
  return { sets, count: uids.length };
}

interface Queue {
  /** The messages of the next page; fewer than the bounds allow only when no more are left. */
  take(): Promise<Listed[]>;
  empty(): boolean;
  expected(): number;
}

function createQueue(
  { connection, bounds }: Surroundings,
  folder: OpenedFolder,
  cursor: ImapCursor,
  fresh: NewUids,
  late: readonly number[],
): Queue {
  const lateSets = windows(late).sets;
  const sets = [...lateSets, ...fresh.sets];
  let ready: Listed[] = [];
  let left = 0;
  let taken = 0;
  const wanted = (message: Listed) =>
    message.uid < folder.uidNext &&
    (bounds.since === null ||
      message.uid >= cursor.sinceBelow ||
      message.receivedAt === null ||
      message.receivedAt >= bounds.since);
  const fill = async () => {
    while (sets.length > 0 && ready.length < bounds.messages) {
      const sized = await fetchSizes(connection, [sets.shift()!]);
      const good = sized.filter(wanted);
      left += sized.length - good.length;
      ready.push(...good);
    }
  };
  return {
    async take() {
      await fill();
      const page = takePage(ready, bounds);
      ready = ready.slice(page.length);
      taken += page.length;
      // Looked ahead, so that the last page knows that it is the last.
      if (ready.length === 0) await fill();
      return page;
    },
    empty: () => ready.length === 0 && sets.length === 0,
    expected: () =>
      fresh.count === null ? taken + ready.length : Math.max(fresh.count + late.length - left, taken + ready.length),
  };
}

function takePage(ready: readonly Listed[], bounds: PageBounds): Listed[] {
  let bytes = 0;
  const end = ready.findIndex((message, n) => {
    bytes += message.size > bounds.messageBytes ? 0 : message.size;
    return n >= bounds.messages || (n > 0 && bytes > bounds.bytes);
  });
  return ready.slice(0, end < 0 ? ready.length : end);
}
