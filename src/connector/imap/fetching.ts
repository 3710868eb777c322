/**
 * Reading messages: sizes first, then bodies in pages. Only the fetch iterator is used, and no other command inside it.
 *
 * A message counts as arrived only when its whole literal is here. One that the server lists but does not give is asked for
 * again alone; if it still is there and still does not come, its header block stands for it, and the next ones go on.
 */

import { Failure } from '../../model/failure.ts';
import type { ArrivedEmail, PageBounds } from '../connector.ts';
import type { ImapConnection } from './connection.ts';
import { refOf } from './cursor.ts';
import { cleanFlags } from './delta.ts';
import { type OpenedFolder, searchUids } from './opened-folder.ts';
import { packUids } from './uid-set.ts';

export interface Listed {
  readonly uid: number;
  readonly size: number;
  readonly receivedAt: Date | null;
  readonly flags: readonly string[];
}

/** Slower than this and the connection is given up. */
const SLOWEST_BYTES_PER_MS = 4;
const HEADER_BYTES = 1 << 20;
/** A partial fetch can ask for no more than that (RFC 9051 nz-number64 is not for rev1). */
const MAX_PARTIAL = 0xfffffffe;

/** Size, date and flags of each, in one round trip per set, ascending. Those that went in the meantime are missing. */
export async function fetchSizes(connection: ImapConnection, sets: readonly string[]): Promise<Listed[]> {
  const listed = new Map<number, Listed>();
  await eachSize(connection, sets, (message) => listed.set(message.uid, message));
  return [...listed.values()].sort((a, b) => a.uid - b.uid);
}

/** The same as they come, kept nowhere. */
export async function eachSize(
  connection: ImapConnection,
  sets: readonly string[],
  take: (message: Listed) => void,
): Promise<void> {
  const query = { uid: true, size: true, internalDate: true, flags: true };
  for (const set of sets) {
    await connection.run('fetching sizes', async (progress) => {
      for await (const row of connection.client.fetch(set, query, { uid: true })) {
        progress();
        // Rows without a size are flag changes that the server tells of its own accord.
        if (row.uid && row.size !== undefined) take(describe(row));
      }
    });
  }
}

function describe(row: { uid: number; size?: number; internalDate?: Date | string; flags?: Set<string> }): Listed {
  const { uid, size = 0, internalDate, flags = [] } = row;
  return { uid, size, receivedAt: internalDate instanceof Date ? internalDate : null, flags: cleanFlags(flags) };
}

type Part = { readonly source: Buffer; readonly headersOnly: boolean };

export async function fetchMessages(
  connection: ImapConnection,
  folder: OpenedFolder,
  messages: readonly Listed[],
  bounds: PageBounds,
): Promise<ArrivedEmail[]> {
  // Servers estimate sizes (Exchange), so the literal is asked for with one byte more than may come, and never more.
  connection.limitLiterals(bounds.messageBytes + 1);
  const oversized = messages.filter((message) => message.size > bounds.messageBytes);
  const whole = messages.filter((message) => message.size <= bounds.messageBytes);
  const parts = new Map<number, Part>();
  await fetchWhole(connection, whole, bounds, parts);
  await fetchHeaders(connection, oversized, parts);
  const missing = messages.filter((message) => !parts.has(message.uid));
  if (missing.length > 0) await fetchMissing(connection, missing, bounds, parts);
  return messages.flatMap((message) => {
    const part = parts.get(message.uid);
    return part ? [arrive(message, part, folder.validity)] : [];
  });
}

const arrive = ({ uid, size, receivedAt, flags }: Listed, part: Part, validity: string): ArrivedEmail => ({
  ...part,
  ref: refOf(validity, uid),
  // The stated size of a message that came whole is not better than its bytes.
  sizeBytes: part.headersOnly ? Math.max(size, part.source.length) : part.source.length,
  ...{ receivedAt, flags },
});

async function fetchWhole(
  connection: ImapConnection,
  messages: readonly Listed[],
  { messageBytes }: PageBounds,
  parts: Map<number, Part>,
): Promise<void> {
  const source = { start: 0, maxLength: Math.min(messageBytes + 1, MAX_PARTIAL) };
  await fetchParts(connection, messages, { source }, (uid, row) => {
    if (!row.source) return;
    const tooLong = row.source.length > messageBytes;
    parts.set(uid, { source: tooLong ? headerOf(row.source) : row.source, headersOnly: tooLong });
  });
}

/** The header block is limited too: a hostile one could be as long as the message. */
async function fetchHeaders(connection: ImapConnection, messages: readonly Listed[], parts: Map<number, Part>): Promise<void> {
  const bodyParts = [{ key: 'HEADER', start: 0, maxLength: HEADER_BYTES }];
  await fetchParts(connection, messages, { bodyParts }, (uid, row) => {
    if (row.headers) parts.set(uid, { source: row.headers, headersOnly: true });
  });
}

type Row = { readonly source?: Buffer; readonly headers?: Buffer };
type Query = Parameters<ImapConnection['client']['fetch']>[1];

async function fetchParts(
  connection: ImapConnection,
  messages: readonly Listed[],
  query: Query,
  take: (uid: number, row: Row) => void,
): Promise<void> {
  if (messages.length === 0) return;
  const asked = new Set(messages.map((message) => message.uid));
  const largest = Math.max(...messages.map((message) => message.size));
  const stepMs = 4 * connection.settings.timeoutMs + largest / SLOWEST_BYTES_PER_MS;
  for (const set of packUids([...asked])) {
    const reading = connection.run(
      'fetching messages',
      async (progress) => {
        for await (const row of connection.client.fetch(set, { uid: true, ...query }, { uid: true })) {
          progress();
          // Once only, and nothing that was not asked for: a page stays as big as it was planned.
          if (asked.delete(row.uid)) take(row.uid, row);
        }
      },
      { stepMs },
    );
    await reading.catch(unlessRefused);
  }
}

/** A NO to FETCH leaves messages out (expunged by others, unreadable); which ones, is found out afterwards. */
function unlessRefused(error: unknown): void {
  const status = (error as { cause?: { responseStatus?: string } }).cause?.responseStatus;
  const code = error instanceof Failure ? error.code : null;
  // BAD says that the server cannot do it at all, which is no trait of a message.
  if (status !== 'NO' || code === 'throttled' || code === 'unreachable') throw error;
}

async function fetchMissing(
  connection: ImapConnection,
  missing: readonly Listed[],
  bounds: PageBounds,
  parts: Map<number, Part>,
): Promise<void> {
  const still = new Set<number>();
  for (const set of packUids(missing.map((message) => message.uid))) {
    for (const uid of await searchUids(connection, { uid: set })) still.add(uid);
  }
  for (const message of missing.filter(({ uid }) => still.has(uid))) {
    if (message.size <= bounds.messageBytes) await fetchWhole(connection, [message], bounds, parts);
    if (!parts.has(message.uid)) await fetchHeaders(connection, [message], parts);
  }
  giveUp(
    connection,
    missing.filter(({ uid }) => still.has(uid) && !parts.has(uid)),
    parts,
  );
}

/** Only where others could be read is it the fault of this message; otherwise the server gives nothing at all today. */
function giveUp({ where }: ImapConnection, unreadable: readonly Listed[], parts: Map<number, Part>): void {
  if (unreadable.length === 0) return;
  if (parts.size === 0) {
    throw new Failure('garbled', `fetching messages at ${where}: the server lists ${unreadable.length} and gives none of them`, {
      remedy: 'Can another mail program read this folder? If not, let the administrator of the server repair it.',
    });
  }
  for (const { uid } of unreadable) parts.set(uid, { source: Buffer.alloc(0), headersOnly: true });
}

/** Up to and with the empty line, whatever the line endings; all of it where there is none. */
function headerOf(bytes: Buffer): Buffer {
  const ends = ['\r\n\r\n', '\n\n', '\r\r'].map((end) => [bytes.indexOf(end), end.length] as const);
  const [at, length] = ends.filter(([found]) => found >= 0).sort((a, b) => a[0] - b[0])[0] ?? [bytes.length, 0];
  return Buffer.from(bytes.subarray(0, Math.min(at + length, HEADER_BYTES)));
}
