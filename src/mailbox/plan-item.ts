/** Gathers what both sides are and what was last agreed, and has `sync` plan it. Decides nothing itself, and writes nothing. */
import { type Item, readItem } from '../store/items.ts';
import type { Link } from '../store/links.ts';
import { type KnownRemoteItem, readRemoteItem } from '../store/remote-items.ts';
import { plan } from '../sync/plan.ts';
import type { Agreement, OurSide, Plan, PlanInput, TheirSide } from '../sync/plan-input.ts';
import type { Pass } from './reconcile-context.ts';
import type { Verdict } from './settle-missing.ts';

/** An activity and an item that belong together, or one of them alone. */
export interface Pair {
  readonly link: Link | null;
  readonly item: Item | null;
  readonly remote: KnownRemoteItem | null;
  readonly verdict: Verdict | null;
}

export async function readPair(pass: Pass, link: Link, verdict: Verdict | null): Promise<Pair> {
  const item = await readItem(pass.database, link.activityId);
  const remote = link.ref === null ? null : await readRemoteItem(pass.database, link.mailboxId, link.kind, link.ref);
  return { link, item, remote, verdict };
}

export interface Planned {
  readonly input: PlanInput;
  readonly plan: Plan;
}

export function planPair(pass: Pass, pair: Pair): Planned {
  const { link, item } = pair;
  const input: PlanInput = {
    kind: pass.kind,
    now: pass.clock.now(),
    // What somebody asked for by name needs no filter.
    policy: { ...pass.itemPolicy, ...(link?.explicit ? { filters: [{}] } : {}) },
    mailbox: pass.mailbox.addresses[0]!,
    primary: link?.isPrimary ?? true,
    link: link && agreementOf(link),
    ours: item && oursOf(item),
    theirs: theirsOf(pair),
    intent: link?.mail ?? 'none',
    mailBudget: pass.mailBudget.left,
  };
  return { input, plan: plan(input) };
}

/** Null: never agreed. What only waited for its time, or for leave, is planned as if it had not. */
export function agreementOf(link: Link): Agreement | null {
  const { oursBase, theirsBase, filtered, apart, deletionChoice, asking } = link;
  if (oursBase === null || theirsBase === null) return null;
  const waits = link.state === 'parked' || link.state === 'needs-intent' || link.state === 'asking';
  const asks = Object.keys(asking).length > 0;
  const state = waits ? (asks ? 'asking' : 'linked') : link.state;
  return { state, oursBase, theirsBase, filtered, apart: apart === 'deleted' ? null : apart, deletionChoice, asking };
}

function oursOf(item: Item): OurSide {
  return {
    content: item.content,
    deleted: item.deletedAt !== null,
    owner: item.owner?.toLowerCase() ?? null,
    createdAt: item.createdAt,
  };
}

function theirsOf({ link, remote, verdict }: Pair): TheirSide | null {
  if (remote === null) return null;
  const { content, folder, meeting, readOnly, wanted } = remote;
  const presence = verdict ?? (remote.missing === null ? 'present' : 'suspected');
  return { presence, content, folder, meeting, readOnly, explicit: wanted || (link?.explicit ?? false) };
}
