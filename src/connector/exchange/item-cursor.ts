/**
 * What the cursor of an item folder means. Version a.
 *
 * - `state`: the SyncState up to which every change has been told; empty: from the beginning.
 * - `retry`: items that were named as changed and could not be found, with the number of looks.
 * - `fileBytes`: up to which size attached files were read.
 * - `afresh`: until everything has been told, items are read whatever is known of them.
 */
import type { Cursor } from '../connector.ts';

export interface ItemCursor {
  readonly state: string;
  readonly retry: readonly (readonly [ref: string, looks: number])[];
  readonly fileBytes?: number;
  readonly afresh?: boolean;
}

export function writeItemCursor({ state, retry, fileBytes, afresh }: ItemCursor): Cursor {
  return JSON.stringify({
    v: 'items-a',
    state,
    retry,
    ...(fileBytes ? { fileBytes } : {}),
    ...(afresh ? { afresh } : {}),
  }) as Cursor;
}

/** Null: it is none of ours, or of another version; then everything begins anew. */
export function readItemCursor(text: Cursor | null): ItemCursor | null {
  if (text === null) return { state: '', retry: [] };
  try {
    const { v, ...cursor } = JSON.parse(text) as ItemCursor & { v: string };
    if (v === 'items-a' && typeof cursor.state === 'string' && Array.isArray(cursor.retry)) return cursor;
  } catch {
    // as below
  }
  return null;
}
