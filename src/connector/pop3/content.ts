/**
 * Messages that the server gives no id we can trust: they are read in every pass and known by the hash of their bytes.
 *
 * Where the store knows some already, all are hashed first, because what is gone has to be told before what has arrived; new
 * ones are kept meanwhile as far as a page may hold, and read a second time beyond that.
 */
import type { PageBounds, RemoteRef } from '../connector.ts';
import { Body } from './body.ts';
import { type Candidate, judge, UNREAD } from './candidate.ts';
import type { Entry } from './listing.ts';
import type { Maildrop } from './maildrop.ts';
import { contentRef, isContentRef } from './reference.ts';

export interface ContentReading {
  readonly gone: readonly RemoteRef[];
  /** How many will come, as far as known. */
  readonly expected: number;
  readonly candidates: AsyncIterable<Candidate>;
}

export async function readByContent(
  drop: Maildrop,
  entries: readonly Entry[],
  present: ReadonlySet<RemoteRef>,
  bounds: PageBounds,
): Promise<ContentReading> {
  const knownHere = [...present].filter(isContentRef);
  if (knownHere.length === 0) return { gone: [], expected: entries.length, candidates: readFirst(drop, entries, bounds) };
  if (entries.length === 0) return { gone: knownHere, expected: 0, candidates: nothing() };
  return compare(drop, entries, new Set(knownHere), bounds);
}

async function* nothing(): AsyncGenerator<Candidate> {}

/** Nothing is known, so everything is new and goes straight on. */
async function* readFirst(drop: Maildrop, entries: readonly Entry[], bounds: PageBounds): AsyncGenerator<Candidate> {
  for await (const found of hashed(drop, entries, bounds)) {
    yield found.body === null ? UNREAD : judge(found.ref, found.body, bounds);
  }
}

interface Found {
  readonly entry: Entry;
  readonly ref: RemoteRef;
  readonly body: Body | null;
}

async function compare(
  drop: Maildrop,
  entries: readonly Entry[],
  known: ReadonlySet<RemoteRef>,
  bounds: PageBounds,
): Promise<ContentReading> {
  const seen = new Set<RemoteRef>();
  const kept: Candidate[] = [];
  const later = new Map<Entry, RemoteRef>();
  let bytes = 0;
  let unread = 0;
  for await (const { entry, ref, body } of hashed(drop, entries, bounds)) {
    if (body === null) unread += 1;
    else if (known.has(ref)) seen.add(ref);
    else if (later.size === 0 && bytes + body.kept <= bounds.bytes) {
      bytes += body.kept;
      kept.push(judge(ref, body, bounds));
    } else later.set(entry, ref);
  }
  // Where a message could not be read, nobody knows which of the known ones it is.
  const gone = unread > 0 ? [] : [...known].filter((ref) => !seen.has(ref));
  const unreadable = Array.from({ length: unread }, () => UNREAD);
  return { gone, expected: kept.length + later.size, candidates: goOn([...unreadable, ...kept], drop, later, bounds) };
}

async function* goOn(
  kept: readonly Candidate[],
  drop: Maildrop,
  later: ReadonlyMap<Entry, RemoteRef>,
  bounds: PageBounds,
): AsyncGenerator<Candidate> {
  yield* kept;
  const again = drop.wholes([...later.keys()], () => new Body(bounds.messageBytes));
  for await (const { entry, body } of again) yield body === null ? UNREAD : judge(later.get(entry)!, body, bounds);
}

async function* hashed(drop: Maildrop, entries: readonly Entry[], bounds: PageBounds): AsyncGenerator<Found> {
  const sizes = await drop.sizes();
  const twins = new Map<string, number>();
  const makeBody = ({ number }: Entry) => drop.bodyFor(sizes.get(number) ?? 0, bounds.messageBytes, true);
  for await (const { entry, body } of drop.wholes(entries, makeBody)) {
    const digest = body === null ? '' : body.digest();
    const ordinal = (twins.get(digest) ?? 0) + 1;
    twins.set(digest, ordinal);
    const ref = contentRef(digest, ordinal);
    if (body !== null) drop.matched.set(ref, entry.number);
    yield { entry, ref, body };
  }
}
