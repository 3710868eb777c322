/** A message of this session that the store does not know yet, read: taken, left out by its age, or not given by the server. */
import type { ArrivedEmail, PageBounds, RemoteRef } from '../connector.ts';
import type { Body } from './body.ts';
import type { Entry } from './listing.ts';
import type { Maildrop } from './maildrop.ts';
import { headerBlock, receivedDate } from './received-date.ts';
import { idRef } from './reference.ts';

export type Candidate =
  | { readonly kind: 'arrived'; readonly email: ArrivedEmail }
  | { readonly kind: 'excluded'; readonly ref: RemoteRef; readonly sizeBytes: number }
  | { readonly kind: 'unread' };

export const UNREAD: Candidate = { kind: 'unread' };

/** How many messages are judged by their headers before those that pass are read. */
const CHUNK = 2048;

/** By the header that the mailbox's own server wrote; what has none is young. */
export function isOld(header: Buffer, since: Date | null): boolean {
  if (since === null) return false;
  const received = receivedDate(header);
  return received !== null && received < since;
}

export function judge(ref: RemoteRef, body: Body, bounds: PageBounds): Candidate {
  const source = body.bytes();
  if (isOld(source, bounds.since)) return { kind: 'excluded', ref, sizeBytes: body.seen };
  return body.complete && body.seen <= bounds.messageBytes
    ? arrived(ref, source, body.seen, false)
    : arrived(ref, headerBlock(source), body.seen, true);
}

function arrived(ref: RemoteRef, source: Buffer, sizeBytes: number, headersOnly: boolean): Candidate {
  return { kind: 'arrived', email: { ref, source, headersOnly, sizeBytes, receivedAt: null, flags: [] } };
}

/** Messages with an id that can be trusted: what is too big or too old is seen by its header alone where there is TOP. */
export async function* readById(drop: Maildrop, entries: readonly Entry[], bounds: PageBounds): AsyncGenerator<Candidate> {
  for (let from = 0; from < entries.length; from += CHUNK) yield* readChunk(drop, entries.slice(from, from + CHUNK), bounds);
}

async function* readChunk(drop: Maildrop, entries: readonly Entry[], bounds: PageBounds): AsyncGenerator<Candidate> {
  const sizes = await drop.sizes();
  const sizeOf = ({ number }: Entry) => sizes.get(number) ?? 0;
  const isBig = (entry: Entry) => sizeOf(entry) > bounds.messageBytes;
  const decided = new Map<Entry, Candidate>();
  const unclear = bounds.since === null ? entries.filter(isBig) : entries;
  for await (const { entry, header } of drop.headers(unclear)) {
    const ref = idRef(entry.uidl!);
    if (header === null) continue;
    if (isOld(header, bounds.since)) decided.set(entry, { kind: 'excluded', ref, sizeBytes: sizeOf(entry) });
    else if (isBig(entry)) decided.set(entry, arrived(ref, headerBlock(header), sizeOf(entry), true));
  }
  const wholes = drop.wholes(
    entries.filter((entry) => !decided.has(entry)),
    (entry) => drop.bodyFor(sizeOf(entry), bounds.messageBytes),
  );
  try {
    for (const entry of entries) yield decided.get(entry) ?? (await read(entry, wholes, drop, bounds));
    await wholes.next(); // what stands behind the last message: the check that all is in step
  } finally {
    await wholes.return(undefined);
  }
}

async function read(
  entry: Entry,
  wholes: ReturnType<Maildrop['wholes']>,
  drop: Maildrop,
  bounds: PageBounds,
): Promise<Candidate> {
  const next = await wholes.next();
  if (next.done || next.value.entry !== entry) throw new Error('a message was read that had not been asked for');
  const { body } = next.value;
  if (body === null) return UNREAD;
  drop.habits.readWell(drop.account, entry.uidl!);
  return judge(idRef(entry.uidl!), body, bounds);
}
