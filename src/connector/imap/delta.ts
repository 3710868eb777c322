/**
 * What changed among the messages that were handed out before: flags, removals, and messages that turn up late with a UID
 * below the last one (RFC 9051 forbids it, clusters do it).
 *
 * Three ways, from what the server has: VANISHED and CHANGEDSINCE (QRESYNC), CHANGEDSINCE and a list of UIDs (CONDSTORE),
 * or a list of all UIDs with flags. Each takes a constant number of round trips.
 */
import type { EmailPage, KnownRefs, RemoteRef } from '../connector.ts';
import type { ImapConnection, Untagged } from './connection.ts';
import { type ImapCursor, refOf, uidOf } from './cursor.ts';
import { changedFlags, type FlaggedUid } from './flag-digest.ts';
import { type OpenedFolder, searchUids, sinceDay } from './opened-folder.ts';
import { containsUid, countUids, mergeRanges, parseUidSet, type UidRange } from './uid-set.ts';

export interface Delta {
  readonly flagged: EmailPage['flagged'];
  readonly gone: readonly RemoteRef[];
  /** UIDs up to the last one that the store does not have and that may be wanted; ascending. */
  readonly late: readonly number[];
  /** All messages with their flags, where they had to be listed; for the next digest. */
  readonly listed: readonly FlaggedUid[] | null;
}

interface Question {
  readonly connection: ImapConnection;
  readonly folder: OpenedFolder;
  readonly cursor: ImapCursor;
  readonly known: KnownRefs;
  readonly since: Date | null;
}

/** Above this the store is asked for all its references once, instead of for these in portions. */
const MANY = 5000;
const PORTION = 1000;

export async function findDelta(question: Question): Promise<Delta> {
  const { folder, cursor } = question;
  const wider = isWider(question);
  const nothing: Delta = { flagged: [], gone: [], late: [], listed: folder.modseq === null ? [] : null };
  if (cursor.lastUid === 0 || (!wider && isUnchanged(folder, cursor))) return nothing;
  const { modseq } = cursor;
  // A value that went back means that the folder was restored: what changed cannot be asked for.
  const usable = folder.modseq !== null && modseq !== null && BigInt(folder.modseq) >= BigInt(modseq);
  if (!usable) return compareAll(question, await fetchFlags(question, null));
  const changes = await fetchFlags(question, modseq);
  return folder.canVanish && !wider ? takeVanished(question, changes) : compareAll(question, changes);
}

export const isUnchanged = (folder: OpenedFolder, cursor: ImapCursor): boolean =>
  cursor.complete &&
  folder.modseq !== null &&
  folder.modseq === cursor.modseq &&
  folder.uidNext === cursor.uidNext &&
  folder.exists === cursor.exists;

/** The operator has moved `since` to an earlier date: what lies between is wanted now. */
const isWider = ({ cursor, since }: Question): boolean =>
  cursor.since !== null && (since === null || since.getTime() < cursor.since);

interface Changes {
  readonly rows: readonly FlaggedUid[];
  readonly vanished: readonly UidRange[];
  /** The rows are all messages there are. */
  readonly whole: boolean;
}

async function fetchFlags({ connection, folder, cursor }: Question, since: string | null): Promise<Changes> {
  const rows = new Map<number, FlaggedUid>();
  const vanished: UidRange[] = [];
  const atom = (value: string) => ({ type: 'ATOM', value });
  const items = [atom('UID'), atom('FLAGS')];
  const modifiers = since === null ? [] : [[atom('CHANGEDSINCE'), atom(since), ...(folder.canVanish ? [atom('VANISHED')] : [])]];
  await connection.run(`asking for changes in folder "${folder.path}"`, (progress) =>
    connection.command('UID FETCH', [{ type: 'SEQUENCE', value: `1:${cursor.lastUid}` }, items, ...modifiers], {
      async FETCH(untagged) {
        progress();
        const row = readFlags(untagged);
        if (row !== null && row.uid <= cursor.lastUid) rows.set(row.uid, row);
      },
      async VANISHED(untagged) {
        progress();
        const set = untagged.attributes
          ?.map((one) => (one as { value?: unknown } | null)?.value)
          .find((one) => typeof one === 'string');
        if (typeof set === 'string') vanished.push(...parseUidSet(set));
      },
    }),
  );
  return { rows: [...rows.values()].sort((a, b) => a.uid - b.uid), vanished: mergeRanges(vanished), whole: since === null };
}

type Token = { readonly value?: unknown } | readonly Token[] | null;

/** `* 3 FETCH (UID 17 FLAGS (\Seen))`; null for one without both, which a server may send of its own accord. */
function readFlags({ attributes }: Untagged): FlaggedUid | null {
  const list = (attributes as readonly Token[] | undefined)?.[1];
  if (!Array.isArray(list)) return null;
  let uid = 0;
  let flags: string[] | null = null;
  for (let at = 0; at + 1 < list.length; at += 2) {
    const name = String((list[at] as { value?: unknown } | null)?.value).toUpperCase();
    const value = list[at + 1] as Token;
    if (name === 'UID') uid = Number((value as { value?: unknown } | null)?.value);
    if (name === 'FLAGS' && Array.isArray(value))
      flags = value.map((flag) => String((flag as { value?: unknown } | null)?.value));
  }
  return Number.isInteger(uid) && uid > 0 && flags !== null ? { uid, flags: cleanFlags(flags) } : null;
}

/** \Recent belongs to a session and not to the message (RFC 3501 2.3.2). */
export const cleanFlags = (flags: Iterable<string>): string[] =>
  [...flags].filter((flag) => flag.toLowerCase() !== '\\recent').sort();

/** QRESYNC: the server tells what went, perhaps more than was ever there (RFC 7162 3.2.5.1). */
async function takeVanished(question: Question, changes: Changes): Promise<Delta> {
  const { folder, known } = question;
  const gone = await knownAmong(question, changes.vanished);
  const there = await present(
    known,
    changes.rows.map(({ uid }) => refOf(folder.validity, uid)),
  );
  const unknown = changes.rows.map(({ uid }) => uid).filter((uid) => !there.has(refOf(folder.validity, uid)));
  return { ...tell(question, changes.rows, there), gone, late: await wanted(question, unknown), listed: null };
}

async function knownAmong({ folder, known }: Question, ranges: readonly UidRange[]): Promise<RemoteRef[]> {
  if (countUids(ranges) > MANY) {
    const inside = (ref: RemoteRef) => containsUid(ranges, uidOf(ref, folder.validity) ?? 0);
    return [...(await known.all())].filter(inside);
  }
  const refs = ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, n) => refOf(folder.validity, first + n)),
  );
  return [...(await present(known, refs))];
}

async function present(known: KnownRefs, refs: readonly RemoteRef[]): Promise<ReadonlySet<RemoteRef>> {
  if (refs.length > MANY) return known.all();
  const found = new Set<RemoteRef>();
  for (let at = 0; at < refs.length; at += PORTION) {
    for (const ref of await known.has(refs.slice(at, at + PORTION))) found.add(ref);
  }
  return found;
}

/** What is there now against what the store holds. */
async function compareAll(question: Question, changes: Changes): Promise<Delta> {
  const { connection, folder, cursor, known } = question;
  const uids = changes.whole ? changes.rows.map(({ uid }) => uid) : await searchUids(connection, { uid: `1:${cursor.lastUid}` });
  const now = new Set(uids);
  const held = await known.all();
  const gone = [...held].filter((ref) => {
    const uid = uidOf(ref, folder.validity);
    return uid !== null && uid <= cursor.lastUid && !now.has(uid);
  });
  const unknown = uids.filter((uid) => uid <= cursor.lastUid && !held.has(refOf(folder.validity, uid)));
  const rows = changes.whole ? changedFlags(cursor.flags, changes.rows) : changes.rows;
  const listed = changes.whole && folder.modseq === null ? changes.rows : null;
  return { ...tell(question, rows, held), gone, late: await wanted(question, unknown), listed };
}

const tell = ({ folder }: Question, rows: readonly FlaggedUid[], there: ReadonlySet<RemoteRef>): Pick<Delta, 'flagged'> => ({
  flagged: rows.map(({ uid, flags }) => ({ ref: refOf(folder.validity, uid), flags })).filter(({ ref }) => there.has(ref)),
});

/** Unknown ones were left out by `since`, or came late. Those from before the first pass are looked at by their date. */
async function wanted({ connection, cursor, since }: Question, unknown: readonly number[]): Promise<number[]> {
  const old = unknown.filter((uid) => uid < cursor.sinceBelow);
  if (since === null || old.length === 0) return [...unknown];
  const young = new Set(await searchUids(connection, { uid: `1:${cursor.sinceBelow - 1}`, since: sinceDay(since) }));
  return unknown.filter((uid) => uid >= cursor.sinceBelow || young.has(uid));
}
