/**
 * What an IMAP cursor means. Version a.
 *
 * - `lastUid`: every message up to it has been handed out, except those left out by `since`.
 * - `modseq`: every change of flags and every removal up to it has been told. It moves only when a pass completes; the first
 *   pass of a numbering begins with the folder's present value, because of an empty set nothing can have changed before.
 * - `uidNext`, `exists`: as they stood when the last complete pass began; equal ones mean that nothing came or went.
 * - `sinceBelow`: `since` applies to UIDs below it (what was there at the first pass); what comes later is wanted whatever its age.
 * - `since`: the date it was, in ms, so that an earlier one later on fetches what lies between.
 * - `flags`: digests of the flags in ranges of UIDs, for servers without MODSEQ.
 * - `resets`: when UIDVALIDITY changed lately, in ms.
 */
import { Failure } from '../../model/failure.ts';
import type { Cursor, RemoteRef } from '../connector.ts';

export interface ImapCursor {
  readonly validity: string;
  readonly lastUid: number;
  readonly modseq: string | null;
  readonly uidNext: number | null;
  readonly exists: number | null;
  readonly complete: boolean;
  readonly sinceBelow: number;
  readonly since: number | null;
  readonly flags: string | null;
  readonly resets: readonly number[];
}

export const writeCursor = (cursor: ImapCursor): Cursor => JSON.stringify({ v: 'a', ...cursor }) as Cursor;

export function readCursor(text: Cursor): ImapCursor {
  const cursor = parseCursor(text);
  if (cursor !== null) return cursor;
  throw new Failure('cursor-lost', 'the cursor was not written by this version of the IMAP connector');
}

/** Null: not one of ours. */
export function parseCursor(text: Cursor): ImapCursor | null {
  try {
    const { v, ...cursor } = JSON.parse(text) as ImapCursor & { v: string };
    return v === 'a' && typeof cursor.validity === 'string' && Number.isInteger(cursor.lastUid) ? cursor : null;
  } catch {
    return null;
  }
}

/** As a server tells it now; null where it does not. */
export interface FolderState {
  readonly validity: string;
  readonly uidNext: number | null;
  readonly exists: number | null;
  readonly modseq: string | null;
}

/** Without MODSEQ nobody can say that no flag has changed. What is wrong with a cursor, a pass will tell. */
export function changedSince({ validity, uidNext, exists, modseq }: FolderState, text: Cursor): boolean {
  const cursor = parseCursor(text);
  const same =
    cursor?.complete === true &&
    cursor.validity === validity &&
    cursor.uidNext === uidNext &&
    cursor.exists === exists &&
    cursor.modseq !== null &&
    cursor.modseq === modseq;
  return !same;
}

export const refOf = (validity: string, uid: number): RemoteRef => `${validity}.${uid}` as RemoteRef;

/** The UID of a reference of this numbering; null for one of an earlier numbering. */
export function uidOf(ref: RemoteRef, validity: string): number | null {
  const dot = ref.indexOf('.');
  return ref.slice(0, dot) === validity ? Number(ref.slice(dot + 1)) : null;
}
