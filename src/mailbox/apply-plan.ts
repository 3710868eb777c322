/**
 * A plan carried into the store: our side, what is agreed, conflicts and the intent towards the server, in one transaction that
 * ends with the change feed. The server is called only after it (ground rule 2).
 */
import type { Etag, ItemChange, ItemVersion, RemoteRef } from '../connector/connector.ts';
import { itemFailure } from '../model/failure.ts';
import { newId } from '../model/identifier.ts';
import type { ItemKey } from '../model/item.ts';
import { appendChanges, type NewChange } from '../store/changes.ts';
import { dropConflict, saveConflict } from '../store/conflicts.ts';
import type { Database } from '../store/database.ts';
import { countGuestMail } from '../store/guest-mails.ts';
import { createItem, type Item, lockItem, markItemDeleted, restoreItem, updateItem } from '../store/items.ts';
import { addLink, changeLink, type Intent, type Link, type LinkChange, linksOf, readLink, removeLink } from '../store/links.ts';
import { forgetRemoteItem } from '../store/remote-items.ts';
import { passOver } from '../store/strangers.ts';
import type { Plan } from '../sync/plan-input.ts';
import { keepAgreement, sentences, toLink, unsent } from './agreement.ts';
import { carryOut } from './carry-out.ts';
import { indexOf } from './item-index.ts';
import type { Outcome } from './outcome.ts';
import { park } from './park.ts';
import type { Pair, Planned } from './plan-item.ts';
import type { Pass } from './reconcile-context.ts';
import { write } from './write.ts';

export async function applyPlan(pass: Pass, pair: Pair, planned: Planned): Promise<Outcome> {
  const { plan } = planned;
  if (plan.next === null && pair.link === null) return leaveAlone(pass, pair, plan);
  if (pass.options.dryRun) return count(pass, plan);
  let prepared: Prepared;
  try {
    prepared = prepare(pass, pair, planned);
  } catch (error) {
    if (!pair.link) throw error;
    const failure = itemFailure(error);
    await park(pass, { ...pair.link, oursSeen: pair.item?.version ?? null, theirsSeen: pair.remote?.etag ?? null }, failure);
    return 'done';
  }
  const link = await write(pass, (transaction) => save(pass, transaction, pair, plan, prepared));
  if (link === null) return 'again';
  pass.steps.reach(`items: ${plan.decision} committed`);
  count(pass, plan);
  return link.intent ? carryOut(pass, link) : 'done';
}

/** Nothing is wanted of it; looked at again when it, or the policy, is another. */
async function leaveAlone(pass: Pass, { remote }: Pair, plan: Plan): Promise<Outcome> {
  if (remote && !pass.options.dryRun) await passOver(pass.database, remote.id, plan.reason ?? 'not tracked', pass.policyId);
  return 'done';
}

interface Prepared {
  readonly activityId: string;
  readonly intent: Intent | null;
}

function prepare(pass: Pass, pair: Pair, { input, plan }: Planned): Prepared {
  const activityId = pair.item?.id ?? newId();
  const change = changeOf(pass, pair, plan, activityId);
  if (change === null) return { activityId, intent: null };
  const steps = pass.store.steps(change) as Intent['steps'];
  const fields = change.change === 'update' ? change.fields : [];
  const ours = 'content' in plan.ours ? plan.ours.content : (pair.item?.content ?? pair.remote!.content);
  const target = { ref: pair.remote?.ref ?? null, etag: pair.remote?.etag ?? null };
  const attempt = change.change === 'create' ? change.key.attempt : attemptOf(pair.link);
  return {
    activityId,
    intent: {
      ...{ change: change.change, fields, steps, next: 0, attempt, target, version: 0 },
      mail: plan.intent === 'used' ? (pair.link?.mail ?? 'none') : 'none',
      startedAt: pass.clock.now().toISOString(),
      ...{ agreement: keepAgreement(ours, input, plan), unsent: unsent(plan.notApplied) },
    },
  };
}

/** What was brought in or joined counts as the first: the link and the key there say the same, or it is not known again. */
const attemptOf = (link: Link | null) => Math.max(1, link?.attempt ?? 1);

function changeOf(pass: Pass, { link, remote }: Pair, { theirs, next }: Plan, activityId: string): ItemChange | null {
  const key = (attempt: number): ItemKey => ({ record: activityId, mailbox: pass.mailbox.id, attempt });
  if (theirs.write === 'create') {
    return {
      change: 'create',
      key: key((link?.attempt ?? 0) + 1),
      folder: homeOf(pass),
      content: theirs.content,
      mail: theirs.mail,
    };
  }
  const version = remote && toVersion(remote);
  if (!version) return null;
  if (theirs.write === 'delete') return { change: 'delete', theirs: version, mail: theirs.mail };
  const known = version.key?.record === activityId && version.key.mailbox === pass.mailbox.id;
  const own = known || version.readOnly ? null : key(attemptOf(link));
  if (theirs.write === 'update') {
    return { change: 'update', theirs: version, content: theirs.content, fields: theirs.fields, key: own, mail: theirs.mail };
  }
  // Whatever is linked carries our key, so that it is found wherever it goes (ground rule 8).
  if (own === null || remote.missing !== null || next === null || next.state === 'unlinked') return null;
  return { change: 'update', theirs: version, content: version.content, fields: [], key: own, mail: 'none' };
}

/** Null: the standard folder. Where that is not watched, what is made there would be out of sight. */
function homeOf({ folders }: Pass): string | null {
  return folders.some(({ isDefault }) => isDefault) ? null : (folders[0]?.id ?? null);
}

function toVersion(remote: NonNullable<Pair['remote']>): ItemVersion {
  return { ...remote, ref: remote.ref as RemoteRef, etag: remote.etag as Etag };
}

/** Null: our side changed while we thought. */
async function save(pass: Pass, transaction: Database, pair: Pair, plan: Plan, prepared: Prepared): Promise<Link | null> {
  const now = pair.item ? await lockItem(transaction, pair.item.id) : null;
  if (pair.item && now?.version !== pair.item.version) return null;
  const changes: NewChange[] = [];
  const item = await saveOurs(pass, transaction, pair, plan, prepared.activityId, changes);
  const link = pair.link ?? (await newLink(pass, transaction, pair, item));
  if (link === null) return null;
  const intent = prepared.intent && { ...prepared.intent, version: item.version };
  if (isSettled(pair, plan)) await forgetMissing(transaction, pair);
  if (plan.next === null && intent === null && link.oursBase === null) await removeLink(transaction, link.id);
  else await changeLink(transaction, link.id, linkChange(pass, pair, plan, link, item, intent));
  await saveConflicts(transaction, link, plan, changes);
  if (intent?.steps.some(({ mails }) => mails)) {
    await countGuestMail(transaction, link, pass.clock.now());
    pass.mailBudget.left -= 1;
  }
  await appendChanges(transaction, changes);
  return (await readLink(transaction, link.id)) ?? { ...link, intent: null };
}

async function saveOurs(
  pass: Pass,
  transaction: Database,
  { item }: Pair,
  { ours }: Plan,
  activityId: string,
  changes: NewChange[],
): Promise<Item> {
  const tell = (kind: NewChange['kind']) => changes.push({ kind, activityId, copyId: null, mailboxId: pass.mailbox.id });
  if (ours.write === 'none') return item!;
  if (ours.write === 'delete') {
    tell('activity-deleted');
    return markItemDeleted(transaction, item!, 'exchange');
  }
  const index = indexOf(pass.kind, ours.content);
  if (ours.write === 'create' && item === null) {
    tell('activity-created');
    return createItem(transaction, { id: activityId, kind: pass.kind, content: ours.content, owner: pass.mailbox.owner, index });
  }
  tell('activity-updated');
  const standing = ours.write === 'restore' ? await restoreItem(transaction, item!) : item!;
  return updateItem(transaction, standing, ours.content, index);
}

async function newLink(pass: Pass, transaction: Database, { remote }: Pair, item: Item): Promise<Link | null> {
  const others = await linksOf(transaction, item.id);
  return addLink(transaction, {
    ...{ activityId: item.id, mailboxId: pass.mailbox.id, kind: pass.kind, ref: remote?.ref ?? null },
    ...{ isPrimary: !others.some(({ isPrimary }) => isPrimary), explicit: remote?.wanted ?? false },
  });
}

function linkChange(pass: Pass, pair: Pair, plan: Plan, link: Link, item: Item, intent: Intent | null): LinkChange {
  const { next, decision } = plan;
  const settled = intent === null;
  const parked = next?.state === 'parked';
  return {
    ...toLink(next),
    ...{
      reason: reasonOf(plan, pair.remote?.notes ?? []),
      intent,
      oursSeen: item.version,
      theirsSeen: pair.remote?.etag ?? null,
    },
    ...(plan.intent === 'kept' ? {} : { mail: 'none' as const }),
    ...(settled ? { tries: 0, retryAt: parked ? new Date(pass.clock.now().getTime() + HOUR_MS) : null } : {}),
    ...(settled && next?.state === 'linked' ? { agreedAt: pass.clock.now() } : {}),
    ...(isSettled(pair, plan) ? { ref: null } : {}),
    ...(decision === 'create-here' || decision === 'join' ? { attempt: attemptOf(link) } : {}),
    ...(plan.theirs.write === 'create' ? notYet(link) : {}),
  };
}

/** Nothing is agreed before it is there; one that is made anew was chosen by a person, whatever the filters say. */
const notYet = ({ oursBase, explicit }: Link): LinkChange => ({
  ...{ oursBase: null, theirsBase: null, explicit: explicit || oursBase !== null },
});

const HOUR_MS = 3_600_000;

/** What did not travel is always said, also where nothing is left to do. */
function reasonOf({ notApplied, reason }: Plan, notes: readonly string[]): string | null {
  return sentences([...(notApplied.length === 0 && reason !== null ? [reason] : unsent(notApplied)), ...notes]);
}

/** While somebody has to choose, it stays missing. */
function isSettled({ verdict }: Pair, { next, theirs }: Plan): boolean {
  return verdict !== null && (next === null || next.state === 'unlinked' || theirs.write === 'create');
}

async function forgetMissing(transaction: Database, { link, remote }: Pair): Promise<void> {
  if (link && remote) await forgetRemoteItem(transaction, link.mailboxId, link.kind, remote.ref);
}

async function saveConflicts(transaction: Database, link: Link, plan: Plan, changes: NewChange[]): Promise<void> {
  const { activityId, mailboxId } = link;
  for (const { field, decidedBy, ours, theirs } of plan.conflicts) {
    const kept = decidedBy === 'ask' ? null : decidedBy === 'one-way' ? 'exchange' : decidedBy;
    await saveConflict(transaction, { activityId, mailboxId, field, base: link.oursBase?.[field] ?? null, ours, theirs, kept });
    changes.push({ kind: 'conflict-found', activityId, copyId: null, mailboxId });
  }
  for (const field of plan.settled) await dropConflict(transaction, activityId, mailboxId, field);
}

function count(pass: Pass, plan: Plan): Outcome {
  const { ours, theirs, decision, next } = plan;
  const dry = pass.options.dryRun;
  pass.tell({
    ...(ours.write === 'create' ? { createdHere: 1 } : {}),
    ...(ours.write === 'update' ? { updatedHere: 1 } : {}),
    ...(ours.write === 'delete' ? { deletedHere: 1 } : {}),
    ...(dry && theirs.write === 'create' ? { createdThere: 1 } : {}),
    ...(dry && theirs.write === 'update' ? { updatedThere: 1 } : {}),
    ...(dry && theirs.write === 'delete' ? { deletedThere: 1 } : {}),
    ...(decision === 'unlink' ? { unlinked: 1 } : {}),
    ...(next?.state === 'needs-intent' ? { needsIntent: 1 } : {}),
    ...(next?.state === 'asking' ? { asking: 1 } : {}),
    conflicts: plan.conflicts.length,
  });
  return 'done';
}
