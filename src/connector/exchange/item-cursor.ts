/**
 * What the cursor of an item folder means. Version a.
 *
 * - `state`: the SyncState up to which every change has been told; empty: from the beginning.
 * - `retry`: items that were named as changed and could not be found, with the number of looks.
 */
import type { Cursor } from '../connector.ts';

export interface ItemCursor {
  readonly state: string;
  readonly retry: readonly (readonly [ref: string, looks: number])[];
}

export const writeItemCursor = (cursor: ItemCursor): Cursor => JSON.stringify({ v: 'items-a', ...cursor }) as Cursor;

/** Null: it is none of ours, or of another version; then everything begins anew. */
export function readItemCursor(text: Cursor | null): ItemCursor | null {
  if (text === null) return { state: '', retry: [] };
  try {
    const { v, state, retry } = JSON.parse(text) as ItemCursor & { v: string };
    if (v === 'items-a' && typeof state === 'string' && Array.isArray(retry)) return { state, retry };
  } catch {
    // as below
  }
  return null;
}
