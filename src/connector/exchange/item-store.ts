/**
 * Items of an Exchange mailbox, kept in step in both directions: the part that is the same for appointments, contacts and tasks.
 * What is of one kind stands in `translate/`.
 *
 * - Reading never changes the server; `apply` makes one change.
 * - Every item that is made carries our key, every change its mark: what became of a lost answer can be looked up.
 * - Nothing is overwritten that was not seen (NeverOverwrite with the stored change key).
 */
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../platform/clock.ts';
import type { FoundItem, ItemStore, SessionContext } from '../connector.ts';
import type { Ews } from './ews.ts';
import { changesOf } from './item-changes.ts';
import { chooseFolders } from './item-folders.ts';
import type { Kind } from './item-kind.ts';
import { outcomeOf } from './item-outcome.ts';
import { readItems } from './item-read.ts';
import { findByRecord } from './item-search.ts';
import { applyStep } from './item-write.ts';

export interface StoreContext {
  readonly ews: Ews;
  readonly log: SessionContext['log'];
  readonly clock: Clock;
}

export function createItemStore({ ews, log, clock }: StoreContext, kind: Kind): ItemStore {
  let prepared: Promise<void> | undefined;
  const ready = () => {
    prepared ??= kind.prepare?.(ews);
    return prepared;
  };
  return {
    kind: kind.kind,
    async folders(selectors) {
      await ready();
      return await chooseFolders(ews, kind, selectors);
    },
    async *changes(folder, after, bounds) {
      await ready();
      yield* changesOf({ ews, kind, log }, folder, after, bounds);
    },
    async read(refs, held) {
      await ready();
      const read = await Array.fromAsync(readItems({ ews, kind, held }, refs));
      return read.map(
        (item, n) => item ?? { ref: refs[n]!, failure: new Failure('missing', `this is no ${kind.kind} any more`) },
      );
    },
    find: async (record): Promise<readonly FoundItem[]> => await findByRecord(ews, kind, record),
    steps: (change) => kind.steps(change),
    apply: (step, target) => applyStep({ ews, kind, clock }, step, target),
    outcome: (step, target) => outcomeOf(ews, kind, step, target),
  };
}
