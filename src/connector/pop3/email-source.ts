/**
 * Reads a maildrop. Nothing here changes the server.
 *
 * - A message is what the server's id (UIDL) says it is, where ids can be trusted; otherwise what its content says: the ref is
 *   then the sha256 of its bytes, with an ordinal for identical twins.
 * - What is gone is reported before what has arrived, so that a message whose id or bytes the server has changed can be found
 *   again among those that left.
 * - Old mail is left out by the topmost Received field; what has none is taken, so that nothing young is lost.
 */
import { Failure } from '../../model/failure.ts';
import type {
  Cursor,
  EmailPage,
  EmailSource,
  Folder,
  FolderPreview,
  FolderSelector,
  KnownRefs,
  PageBounds,
  RemoteRef,
} from '../connector.ts';
import { type Candidate, isOld, readById, UNREAD } from './candidate.ts';
import { ChurnWatch } from './churn.ts';
import { readByContent } from './content.ts';
import { type Memory, readCursor, writeCursor } from './cursor.ts';
import { stopped } from './failures.ts';
import type { Entry, Listing } from './listing.ts';
import type { Maildrop } from './maildrop.ts';
import { PageBuilder } from './page.ts';
import { idRef, isIdRef } from './reference.ts';

const INBOX = 'INBOX';

export function createEmailSource(drop: Maildrop): EmailSource {
  return {
    probe: (selectors, cursors) => probe(drop, selectors, cursors),
    preview: (folder, bounds) => preview(drop, folder, bounds),
    changes: (folder, after, known, bounds) => changes(drop, folder, after, known, bounds),
  };
}

async function probe(
  drop: Maildrop,
  selectors: readonly FolderSelector[],
  cursors: ReadonlyMap<string, Cursor>,
): Promise<readonly Folder[]> {
  const other = selectors.find((selector) => !isInbox(selector));
  if (other !== undefined) throw noFolder(JSON.stringify(other));
  if (selectors.length === 0) return [];
  const listing = await drop.listing();
  const memory = readCursor(cursors.get(INBOX) ?? null);
  const mayHaveChanged = memory.mode !== 'uidl' || listing.digest === null || listing.digest !== memory.listing;
  return [{ path: INBOX, role: 'inbox', mayHaveChanged, messages: listing.entries.length }];
}

function isInbox(selector: FolderSelector): boolean {
  if (typeof selector === 'string') return selector.toUpperCase() === INBOX;
  return 'role' in selector ? selector.role === 'inbox' : selector.name.toUpperCase() === INBOX;
}

function noFolder(name: string): Failure {
  return new Failure('missing', `POP3 has no folder ${name}`, {
    remedy: 'A POP3 mailbox has the one folder INBOX; name no other.',
  });
}

async function preview(
  drop: Maildrop,
  folder: string,
  { since, messageBytes }: Pick<PageBounds, 'since' | 'messageBytes'>,
): Promise<FolderPreview> {
  if (folder !== INBOX) throw noFolder(folder);
  const { entries } = await drop.listing();
  const sizes = await drop.sizes();
  const young: Entry[] = [];
  if (since === null) young.push(...entries);
  else
    for await (const { entry, header } of drop.headers(entries)) if (header === null || !isOld(header, since)) young.push(entry);
  const bytes = young.map(({ number }) => sizes.get(number) ?? 0);
  return {
    messages: young.length,
    bytes: bytes.reduce((sum, size) => sum + size, 0),
    oversized: bytes.filter((size) => size > messageBytes).length,
  };
}

async function* changes(
  drop: Maildrop,
  folder: string,
  after: Cursor | null,
  known: KnownRefs,
  bounds: PageBounds,
): AsyncGenerator<EmailPage> {
  if (folder !== INBOX) throw noFolder(folder);
  const memory = readCursor(after);
  const listing = await drop.listing();
  for (const { uidl, number } of listing.entries) if (uidl !== null) drop.matched.set(idRef(uidl), number);
  drop.midPass = true;
  const pages = isAsBefore(listing, memory, bounds) ? unchanged(after!) : pass(drop, listing, memory, known, bounds);
  for await (const page of pages) {
    if (drop.connection.stopped) throw stopped(drop.connection.where);
    if (page.complete) drop.midPass = false;
    yield page;
  }
}

function isAsBefore(listing: Listing, memory: Memory, bounds: PageBounds): boolean {
  return (
    memory.mode === 'uidl' && listing.digest !== null && listing.digest === memory.listing && memory.since === sinceOf(bounds)
  );
}

function* unchanged(cursor: Cursor): Generator<EmailPage> {
  yield { reset: false, arrived: [], flagged: [], gone: [], cursor, complete: true, expected: 0 };
}

function sinceOf({ since }: PageBounds): string | null {
  return since === null ? null : since.toISOString();
}

/** The pages of a pass over a maildrop that may have changed. */
async function* pass(
  drop: Maildrop,
  listing: Listing,
  memory: Memory,
  known: KnownRefs,
  bounds: PageBounds,
): AsyncGenerator<EmailPage> {
  const present = await known.all();
  const plan = makePlan(listing, memory, present);
  const churn = new ChurnWatch(memory, plan.allNew);
  const content = await readByContent(drop, plan.byContent, present, bounds);
  const working = writeCursor({ ...memory, listing: null });
  const pages = new PageBuilder(bounds, working, plan.byId.length + content.expected, [...plan.gone, ...content.gone]);
  let unread = 0;
  const { sound, troublesome } = apart(drop, plan.byId);
  try {
    for await (const candidate of inTurn(
      readById(drop, sound, bounds),
      content.candidates,
      readAlone(drop, troublesome, bounds),
    )) {
      if (candidate.kind === 'unread') unread += 1;
      if (candidate.kind === 'arrived') churn.see(candidate.email);
      yield* pages.makeRoom(candidate);
      pages.add(candidate);
    }
  } catch (error) {
    yield* pages.rest(); // what was read before the connection broke is worth keeping
    throw error;
  }
  // In content mode the digest tells the next pass whether the ids have come to rest.
  const settled = plan.ignoresIds || (unread === 0 && plan.byContent.length === 0);
  const ending = plan.ignoresIds ? { ...memory } : { ...memory, ...churn.conclude() };
  yield* pages.finish(writeCursor({ ...ending, listing: settled ? listing.digest : null, since: sinceOf(bounds) }));
}

interface Plan {
  readonly byId: readonly Entry[];
  readonly byContent: readonly Entry[];
  readonly gone: readonly RemoteRef[];
  readonly allNew: boolean;
  readonly ignoresIds: boolean;
}

function makePlan(listing: Listing, memory: Memory, present: ReadonlySet<RemoteRef>): Plan {
  const atRest = listing.digest !== null && listing.digest === memory.listing;
  const ignoresIds = memory.mode === 'content' && !atRest;
  const withId = ignoresIds ? [] : listing.entries.filter(({ uidl }) => uidl !== null);
  const byContent = ignoresIds ? listing.entries : listing.entries.filter(({ uidl }) => uidl === null);
  const listed = new Set(withId.map(({ uidl }) => idRef(uidl!)));
  const knownIds = [...present].filter(isIdRef);
  const gone = knownIds.filter((ref) => !listed.has(ref));
  const byId = withId.filter(({ uidl }) => !present.has(idRef(uidl!)));
  const allNew = knownIds.length > 0 && withId.length > 0 && gone.length === knownIds.length;
  return { byId, byContent, gone, allNew, ignoresIds };
}

/** Messages over which a session may have broken come last, the worst of them at the very end, so that the others get through. */
function apart(drop: Maildrop, entries: readonly Entry[]): { readonly sound: Entry[]; readonly troublesome: Entry[] } {
  const times = ({ uidl }: Entry) => drop.habits.timesBroken(drop.account, uidl!);
  const troublesome = entries.filter((entry) => times(entry) > 0).sort((one, other) => times(one) - times(other));
  return { sound: entries.filter((entry) => times(entry) === 0), troublesome };
}

/** One at a time, so that it shows which of them it is. */
async function* readAlone(drop: Maildrop, entries: readonly Entry[], bounds: PageBounds): AsyncGenerator<Candidate> {
  for (const entry of entries) {
    if (drop.habits.isHopeless(drop.account, entry.uidl!, drop.clock)) {
      drop.log.warn('a message breaks the session whenever it is read, it stays on the server', {
        server: drop.connection.where,
      });
      yield UNREAD;
    } else yield* readById(drop, [entry], bounds);
  }
}

async function* inTurn(...parts: readonly AsyncIterable<Candidate>[]): AsyncGenerator<Candidate> {
  for (const part of parts) yield* part;
}
