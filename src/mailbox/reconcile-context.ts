/** What a pass over the items of one kind in one mailbox works with, and what it counts. */
import type { ItemKindConfig } from '../config/config.ts';
import type { ItemFolder, ItemStore } from '../connector/connector.ts';
import type { Failure } from '../model/failure.ts';
import type { Field } from '../model/field.ts';
import type { ItemKind } from '../model/item.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { StepPoints } from '../platform/step.ts';
import type { Database } from '../store/database.ts';
import type { Stream, StreamKey } from '../store/streams.ts';
import type { ItemPolicy } from '../sync/item-policy.ts';

export interface ReconcileContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly steps: StepPoints;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly kind: ItemKind;
  readonly mailbox: ReconciledMailbox;
  readonly streamKey: Omit<StreamKey, 'folder'>;
  readonly policy: ItemKindConfig;
  /** After this long the server has either carried a request out or never will: its own time-out, not ours. */
  readonly settleMs: number;
  readonly options: ReconcileOptions;
  tell(event: Partial<ItemCounts> | { readonly trouble: Failure }): void;
}

export interface ReconciledMailbox {
  readonly id: string;
  /** All of its addresses, lower case, the first one first. */
  readonly addresses: readonly string[];
  /** Whose items they are: the user of the config, otherwise the address. */
  readonly owner: string;
}

export interface ReconcileOptions {
  /** Reads and decides, and writes neither side. */
  readonly dryRun: boolean;
  /** A person has looked at the deletions that the brake held back. */
  readonly allowDeletions: boolean;
}

/** A pass that has begun: the store is open and this run holds the stream. */
export interface Pass extends ReconcileContext {
  readonly store: ItemStore;
  readonly stream: Stream;
  readonly folders: readonly ItemFolder[];
  readonly fields: readonly Field[];
  readonly itemPolicy: ItemPolicy;
  /** How many more writes that mail guests may be begun. */
  readonly mailBudget: { left: number };
  /** Names the policy, so that what it passed over is looked at again under another. */
  readonly policyId: string;
}

export interface ItemCounts {
  /** Told by the server. */
  read: number;
  /** New in the application, changed there, deleted there. */
  createdHere: number;
  updatedHere: number;
  deletedHere: number;
  createdThere: number;
  updatedThere: number;
  deletedThere: number;
  /** Known again, or given our key. */
  linked: number;
  unlinked: number;
  conflicts: number;
  parked: number;
  needsIntent: number;
  asking: number;
  inDoubt: number;
  /** Calls that change the server. */
  writes: number;
}

export const noItemCounts = (): ItemCounts => ({
  ...{ read: 0, createdHere: 0, updatedHere: 0, deletedHere: 0, createdThere: 0, updatedThere: 0, deletedThere: 0 },
  ...{ linked: 0, unlinked: 0, conflicts: 0, parked: 0, needsIntent: 0, asking: 0, inDoubt: 0, writes: 0 },
});
