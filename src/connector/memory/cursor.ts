/** Version m: numbering, last number delivered, last change seen, and the first number that `since` does not apply to. */
import { Failure } from '../../model/failure.ts';
import type { Cursor, RemoteRef } from '../connector.ts';

export interface MemoryCursor {
  readonly validity: number;
  readonly lastUid: number;
  readonly change: number;
  readonly sinceBelow: number;
}

export const writeCursor = (cursor: MemoryCursor): Cursor => JSON.stringify({ v: 'm', ...cursor }) as Cursor;

export function readCursor(text: Cursor): MemoryCursor {
  const { v, ...cursor } = JSON.parse(text) as MemoryCursor & { v: string };
  if (v !== 'm') throw new Failure('cursor-lost', 'the cursor is not one of a memory mailbox');
  return cursor;
}

export const refOf = (validity: number, uid: number): RemoteRef => `${validity}.${uid}` as RemoteRef;
export const uidOf = (ref: RemoteRef): number => Number(ref.slice(ref.indexOf('.') + 1));
