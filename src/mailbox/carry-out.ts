/**
 * Doing what was decided: one call to the server at a time, and a commit after each (ground rule 7).
 *
 * - The intent with all its steps is committed before the first call. Whoever finds it later knows what may have been done.
 * - A step whose answer was lost is looked for, never guessed. One that mails guests is never repeated on a doubt (rule 11).
 * - At the end the item is read back: as the server holds it now is what their next change is measured against.
 */
import type { Etag, ItemVersion, RemoteRef, Step, Target } from '../connector/connector.ts';
import { asFailure, Failure, REACTION } from '../model/failure.ts';
import type { Json } from '../model/item.ts';
import { same } from '../model/json.ts';
import type { Database } from '../store/database.ts';
import { changeLink, type Intent, type Link, type LinkChange, readLink } from '../store/links.ts';
import { forgetRemoteItem, readRemoteItem, saveRemoteItems } from '../store/remote-items.ts';
import { suspectItem } from '../store/suspects.ts';
import { wentOn } from '../sync/went-on.ts';
import { agreedAfter, isUntouched, leftAsItWas, sentences, toLink } from './agreement.ts';
import { abandon, doubt } from './give-up.ts';
import { heldContent } from './held-content.ts';
import type { Outcome } from './outcome.ts';
import { park, postpone } from './park.ts';
import type { Pass } from './reconcile-context.ts';
import { write } from './write.ts';

export async function carryOut(pass: Pass, link: Link): Promise<Outcome> {
  let intent = link.intent!;
  while (intent.next < intent.steps.length) {
    const step = intent.steps[intent.next]!;
    let target: Target;
    try {
      pass.steps.reach(`items: ${intent.change} before ${step.name}`);
      target = await pass.store.apply(step as Step, targetOf(intent));
      pass.tell({ writes: 1 });
      pass.steps.reach(`items: ${intent.change} after ${step.name}`);
    } catch (error) {
      return failed(pass, link, intent, error);
    }
    intent = await advance(pass, link, intent, target);
  }
  return finish(pass, link, intent);
}

/** An intent that an earlier run left behind. */
export async function recover(pass: Pass, link: Link): Promise<Outcome> {
  const intent = link.intent!;
  if (intent.next >= intent.steps.length) return finish(pass, link, intent);
  const step = intent.steps[intent.next]!;
  const found = await pass.store.outcome(step as Step, targetOf(intent));
  pass.steps.reach(`items: ${intent.change} looked for`);
  if (found.outcome === 'applied') {
    const next = await advance(pass, link, { ...intent, lookedUp: true }, found.target);
    const whole = { ...link, intent: next };
    // Thrown away half made: whoever did that has not seen the rest, which nobody writes into what is thrown away.
    const ends = found.trashed === true && next.next < next.steps.length;
    if (!ends) return carryOut(pass, whole);
    await abandon(pass, whole, next);
    return 'later';
  }
  const settledAt = new Date(Date.parse(intent.startedAt) + pass.settleMs);
  const mayCome = pass.clock.now() < settledAt;
  if (mayCome && step.blind) return later(pass, link, settledAt);
  if (found.outcome === 'unknown') return step.mails ? doubt(pass, link, step) : abandon(pass, link, intent);
  if (mayCome && (intent.change === 'create' || step.mails)) return later(pass, link, settledAt);
  if (intent.change === 'create' && intent.next === 0) return abandon(pass, link, intent);
  const again = { ...intent, startedAt: pass.clock.now().toISOString() };
  await write(pass, (transaction) => changeLink(transaction, link.id, { intent: again }));
  return carryOut(pass, { ...link, intent: again });
}

async function later(pass: Pass, link: Link, retryAt: Date): Promise<Outcome> {
  await write(pass, (transaction) => changeLink(transaction, link.id, { retryAt }));
  return 'later';
}

const targetOf = ({ target }: Intent): Target => ({ ref: target.ref as RemoteRef | null, etag: target.etag as Etag | null });

async function advance(pass: Pass, link: Link, intent: Intent, target: Target): Promise<Intent> {
  const next = { ...intent, next: intent.next + 1, target, startedAt: pass.clock.now().toISOString() };
  await write(pass, (transaction) =>
    changeLink(transaction, link.id, { intent: next, retryAt: null, ...(target.ref === null ? {} : { ref: target.ref }) }),
  );
  pass.steps.reach(`items: ${intent.change} step committed`);
  return next;
}

async function finish(pass: Pass, link: Link, intent: Intent): Promise<Outcome> {
  if (intent.change === 'respond' && intent.target.ref === null) return finishRefusal(pass, link);
  if (intent.change === 'delete' || intent.target.ref === null) return finishDeletion(pass, link, intent);
  const version = await readBack(pass, link, intent);
  if (version === null) return abandon(pass, link, intent);
  await write(pass, async (transaction) => {
    if (link.ref !== null && link.ref !== version.ref) {
      await forgetRemoteItem(transaction, link.mailboxId, link.kind, link.ref);
    }
    await saveRemoteItems(transaction, { mailboxId: link.mailboxId, kind: link.kind, streamId: null }, [version]);
    await changeLink(transaction, link.id, agreed(pass, link, intent, version));
    if (intent.change === 'respond') await answered(transaction, link, intent.agreement);
  });
  pass.steps.reach(`items: ${intent.change} settled`);
  const counted = { create: { createdThere: 1 }, update: intent.fields.length > 0 ? { updatedThere: 1 } : { linked: 1 } };
  pass.tell(intent.change === 'create' ? counted.create : counted.update);
  return 'done';
}

async function readBack(pass: Pass, link: Link, intent: Intent): Promise<ItemVersion | null> {
  const ref = intent.target.ref as RemoteRef;
  const held =
    intent.fields.length === 0 && !intent.lookedUp ? await readRemoteItem(pass.database, link.mailboxId, link.kind, ref) : null;
  // Our key alone was written: nothing of its content can be another.
  if (held && intent.change === 'update') {
    const key = { record: link.activityId, mailbox: link.mailboxId, attempt: intent.attempt };
    return { ...held, key, ref, etag: intent.target.etag as Etag };
  }
  const [read] = await pass.store.read([ref], heldContent(pass));
  if (read?.version) return read.version;
  if (read?.failure?.code === 'missing') return null;
  throw read?.failure ?? new Failure('garbled', 'the item that was written was not answered when it was read back');
}

/** What both sides are measured against from now on. */
function agreed(pass: Pass, link: Link, intent: Intent, remote: ItemVersion): LinkChange {
  const untouched = isUntouched(intent, remote) && !wentOn(link.kind, intent.fields, remote.content);
  const { content } = remote;
  const next =
    intent.change === 'respond' ? null : agreedAfter(link.kind, pass.itemPolicy, intent.agreement, { content, untouched });
  const state = next ?? { state: link.state };
  const left = untouched && intent.change !== 'respond' ? leftAsItWas(link.kind, intent.agreement, remote.content) : [];
  return {
    ...state,
    ...{ intent: null, attempt: intent.attempt, ref: remote.ref },
    reason: state.state === 'linked' ? sentences([...(intent.unsent ?? []), ...left, ...remote.notes]) : link.reason,
    // An answer changes what their copy says: that comes in as their change does.
    ...{ theirsSeen: untouched && intent.change !== 'respond' ? remote.etag : null, oursSeen: intent.version },
    ...{ tries: 0, retryAt: null, agreedAt: pass.clock.now() },
  };
}

/** Another answer that was given meanwhile is still to be given. */
async function answered(transaction: Database, { id }: Link, given: Json): Promise<void> {
  const now = await readLink(transaction, id);
  if (same(now?.response ?? null, given)) await changeLink(transaction, id, { response: null });
}

/** Who declines has the appointment no longer; should the organizer move it, Exchange brings it anew (MS-OXWSMTGS). */
const DECLINED = {
  ...{ state: 'unlinked', apart: 'deleted-there', response: null },
  reason: 'The invitation was declined, which took the appointment out of the calendar.',
} as const satisfies LinkChange;

async function finishDeletion(pass: Pass, link: Link, intent: Intent): Promise<Outcome> {
  await write(pass, async (transaction) => {
    if (link.ref !== null) await forgetRemoteItem(transaction, link.mailboxId, link.kind, link.ref);
    await changeLink(transaction, link.id, {
      ...(intent.change === 'respond' ? DECLINED : toLink(agreedAfter(link.kind, pass.itemPolicy, intent.agreement, null))),
      ...{ intent: null, ref: null, mail: 'none', tries: 0, retryAt: null },
      ...{ oursSeen: intent.version, theirsSeen: null, agreedAt: pass.clock.now() },
    });
  });
  pass.steps.reach('items: delete settled');
  pass.tell({ deletedThere: 1 });
  return 'done';
}

/** What was declined leaves the calendar: the next reading tells of it, and the rules for what is deleted there apply. */
async function finishRefusal(pass: Pass, link: Link): Promise<Outcome> {
  await write(pass, async (transaction) => {
    if (link.ref !== null) await suspectItem(transaction, link.mailboxId, link.kind, link.ref);
    await changeLink(transaction, link.id, { intent: null, response: null, reason: null, tries: 0, retryAt: null });
  });
  pass.steps.reach('items: respond settled');
  return 'later';
}

/** The answer may be lost or the server away: what is under way stays. Anything else ends this attempt for this item alone. */
async function failed(pass: Pass, link: Link, intent: Intent, error: unknown): Promise<Outcome> {
  const failure = asFailure(error);
  if (!failure) throw error;
  if (failure.code === 'conflict' || failure.code === 'missing') return abandon(pass, link, intent);
  if (REACTION[failure.code].scope === 'item') {
    await abandon(pass, link, intent);
    await park(pass, link, failure);
    return 'done';
  }
  await postpone(pass, link, failure);
  throw error;
}
