/** Up to which position of the change feed the application's items were offered to this mailbox, and under which filters. */
import { moveCursor } from '../store/streams.ts';
import type { Pass } from './reconcile-context.ts';

interface Offered {
  readonly position: number;
  readonly filters: string;
}

/** Null: never, or under other filters; then every item is looked at. */
export function offeredUpTo(pass: Pass): number | null {
  if (pass.stream.cursor === null) return null;
  const { position, filters } = JSON.parse(pass.stream.cursor) as Offered;
  return filters === filtersOf(pass) ? position : null;
}

export async function saveOffered(pass: Pass, position: number, whole: boolean): Promise<void> {
  const cursor = JSON.stringify({ position, filters: filtersOf(pass) } satisfies Offered);
  await moveCursor(pass.database, pass.stream, { cursor, complete: whole, changed: false });
}

const filtersOf = (pass: Pass) => JSON.stringify(pass.itemPolicy.filters);
