import { type Database, inTransaction } from '../store/database.ts';
import { holdStream } from '../store/streams.ts';
import type { Pass } from './reconcile-context.ts';

/** Each transaction of a pass begins by holding the stream. */
export function write<T>(pass: Pass, work: (transaction: Database) => Promise<T>): Promise<T> {
  return inTransaction(pass.database, async (transaction) => {
    await holdStream(transaction, pass.stream);
    return await work(transaction);
  });
}
