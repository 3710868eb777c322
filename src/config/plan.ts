/**
 * What a configuration would change about the mailboxes that are known.
 *
 * A mailbox that is no longer written is paused and keeps its data and cursors; nothing is ever removed here. When more than
 * 5 % of the served mailboxes would go at once, the change waits for a person: it is more often a broken file than a wish.
 */
import { createHash } from 'node:crypto';
import type { Config } from './config.ts';

export interface KnownMailbox {
  readonly id: string;
  readonly address: string;
  readonly paused: boolean;
  /** Of the settings it was last served with; null where that is not known. */
  readonly fingerprint: string | null;
}

export interface PlannedMailbox {
  readonly id: string;
  readonly address: string;
}

export interface MailboxPlan {
  readonly added: readonly PlannedMailbox[];
  readonly renamed: readonly (PlannedMailbox & { readonly from: string })[];
  /** Same address, other settings. */
  readonly changed: readonly PlannedMailbox[];
  /** Was paused and is written again. */
  readonly resumed: readonly PlannedMailbox[];
  readonly dropped: readonly PlannedMailbox[];
  readonly unchanged: number;
  /** Served until now: what the dropped ones are a share of. */
  readonly served: number;
}

export function planMailboxes(
  known: readonly KnownMailbox[],
  next: readonly PlannedMailbox[],
  fingerprint: (id: string) => string | null,
): MailboxPlan {
  const before = new Map(known.map((mailbox) => [mailbox.id, mailbox]));
  const ids = new Set(next.map(({ id }) => id));
  const grouped = Map.groupBy(next, (mailbox) => fateOf(before.get(mailbox.id), mailbox, fingerprint));
  const take = (fate: Fate) => (grouped.get(fate) ?? []).map(({ id, address }) => ({ id, address }));
  return {
    added: take('added'),
    renamed: take('renamed').map((mailbox) => ({ ...mailbox, from: before.get(mailbox.id)!.address })),
    changed: take('changed'),
    resumed: take('resumed'),
    dropped: known.filter(({ id, paused }) => !paused && !ids.has(id)).map(({ id, address }) => ({ id, address })),
    unchanged: take('unchanged').length,
    served: known.filter(({ paused }) => !paused).length,
  };
}

type Fate = 'added' | 'renamed' | 'changed' | 'resumed' | 'unchanged';

function fateOf(known: KnownMailbox | undefined, next: PlannedMailbox, fingerprint: (id: string) => string | null): Fate {
  if (known === undefined) return 'added';
  if (known.paused) return 'resumed';
  if (known.address !== next.address) return 'renamed';
  return known.fingerprint !== null && known.fingerprint !== fingerprint(next.id) ? 'changed' : 'unchanged';
}

const DROP_SHARE = 0.05;

export function dropsTooMany(plan: MailboxPlan): boolean {
  return plan.dropped.length > plan.served * DROP_SHARE;
}

/** Names the set of mailboxes, whatever else the files say: an approval is for exactly this set. */
export function mailboxSetHash(config: Pick<Config, 'mailboxes'>): string {
  const ids = config.mailboxes.map(({ id }) => id).sort();
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex');
}
