/** One mailbox of items in memory, the store, and a clock of our own: what a pass needs, in this very process. */
import type { ItemKindConfig, MailboxConfig } from '../../src/config/config.ts';
import type { ItemStore } from '../../src/connector/connector.ts';
import { createItemBox, type ItemBox } from '../../src/connector/memory/item-box.ts';
import { createMemoryItems } from '../../src/connector/memory/item-store.ts';
import { reconcile } from '../../src/mailbox/reconcile.ts';
import { type ItemCounts, noItemCounts, type ReconcileOptions } from '../../src/mailbox/reconcile-context.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { ItemKind } from '../../src/model/item.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { noSteps, type StepPoints } from '../../src/platform/step.ts';
import type { Database } from '../../src/store/database.ts';

export const SETTLE_MS = 120_000;

const UNLINK = { inExchange: null, inApplication: null, outsideFilters: null };
const DELETE = { inExchange: { deleteWhen: [] }, inApplication: { deleteWhen: [] }, outsideFilters: null };

/** Everything comes in and goes out, and what is deleted is deleted on both sides. */
export const OPEN_POLICY: ItemKindConfig = {
  folders: [],
  track: { everything: true, category: null, folders: [] },
  filters: [{}],
  ...{ directions: {}, conflicts: {}, conflict: null, deletionConflict: 'ask' },
  ...{ deletion: DELETE, series: DELETE, service: UNLINK },
  ...{ privateItems: false, addressMode: 'all', attachmentBytes: 5_000_000, closed: 'free', invitationsPerDay: 100 },
  brake: { items: 10, percent: 20 },
};

/** A mailbox as the application's calls want it. */
export const ANNA = {
  ...{ id: 'anna', address: 'anna@example.com', aliases: [] },
  items: { contacts: OPEN_POLICY },
} as unknown as MailboxConfig;

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(start = '2026-11-22T12:00:00Z'): TestClock {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    monotonicMs: () => at,
    sleep: async () => {},
    advance(ms) {
      at += ms;
    },
  };
}

export interface ItemWorldOptions {
  readonly kind?: ItemKind;
  readonly mailbox?: { readonly id: string; readonly address: string };
  readonly policy?: Partial<ItemKindConfig>;
  readonly clock?: TestClock;
  readonly store?: (box: ItemBox) => ItemStore;
}

export interface ItemWorld {
  readonly box: ItemBox;
  readonly clock: TestClock;
  readonly mailbox: { readonly id: string; readonly address: string };
  /** May be set to another one between passes. */
  policy: ItemKindConfig;
  /** One pass. Rejects with the failure that ended it. */
  sync(
    options?: Partial<ReconcileOptions> & { readonly steps?: StepPoints },
  ): Promise<ItemCounts & { readonly trouble: readonly Failure[] }>;
}

export function itemWorld(database: Database, options: ItemWorldOptions = {}): ItemWorld {
  const { kind = 'contact', mailbox = { id: 'anna', address: 'anna@example.com' }, clock = testClock() } = options;
  const box = createItemBox(kind);
  const store = (options.store ?? ((of) => createMemoryItems(of, () => {})))(box);
  const world: ItemWorld = {
    ...{ box, clock, mailbox },
    policy: { ...OPEN_POLICY, ...options.policy },
    async sync({ steps = noSteps, ...rest } = {}) {
      const counts = noItemCounts();
      const trouble: Failure[] = [];
      const context = {
        ...{ database, clock, steps, kind, policy: world.policy, log: silentLog, settleMs: SETTLE_MS },
        signal: new AbortController().signal,
        mailbox: { id: mailbox.id, addresses: [mailbox.address], owner: mailbox.address },
        streamKey: { mailboxId: mailbox.id, kind: `memory/${kind}`, host: 'box', username: mailbox.address },
        options: { dryRun: false, allowDeletions: false, ...rest },
        tell(event: Partial<ItemCounts> | { readonly trouble: Failure }) {
          if ('trouble' in event) trouble.push(event.trouble);
          else for (const [name, count] of Object.entries(event)) counts[name as keyof ItemCounts] += count;
        },
      };
      await reconcile(context, store);
      return { ...counts, trouble };
    },
  };
  return world;
}
