/**
 * What an Exchange cursor means. Version a.
 *
 * - `folder`: the folder's id. Another id under the same path is another folder (or a mailbox made anew): nothing we know is there.
 * - `state`: the SyncState up to which every change has been told; empty: from the beginning.
 * - `first`: the first pass is not complete yet, `since` applies to what it lists.
 * - `lost`: the listing begins anew, although the references are still good; what it does not list is gone at its end.
 * - `since`: the earliest date that has been complete, in ms, so that an earlier one later on fetches what lies between.
 * - `retry`: items that could not be read, with the number of attempts.
 *
 * Between the pages of one answer of the server the cursor stays as it was: the same changes come again, and what has
 * been stored is known by its reference.
 */
import { Failure } from '../../model/failure.ts';
import type { Cursor } from '../connector.ts';

export interface ExchangeCursor {
  readonly folder: string;
  readonly state: string;
  readonly first: boolean;
  readonly lost: boolean;
  readonly since: number | null;
  readonly retry: readonly (readonly [id: string, attempts: number])[];
}

export const writeCursor = (cursor: ExchangeCursor): Cursor => JSON.stringify({ v: 'a', ...cursor }) as Cursor;

export function readCursor(text: Cursor): ExchangeCursor {
  try {
    const { v, ...cursor } = JSON.parse(text) as ExchangeCursor & { v: string };
    if (v === 'a' && typeof cursor.folder === 'string' && typeof cursor.state === 'string') return cursor;
  } catch {
    // told below
  }
  throw new Failure('cursor-lost', 'the cursor was not written by this version of the Exchange connector');
}
