/**
 * Items of the mailbox that no link knows: whose are they? By our key, then by the meeting; never by guess (ground rule 8).
 *
 * - Same record, an older attempt: our own late duplicate, taken away again.
 * - Same record, same attempt, beside the one we know: the user's copy.
 * - Another mailbox's key is no identity: it came along with an invitation or a moved item.
 */
import type { Etag, RemoteRef } from '../connector/connector.ts';
import { asFailure } from '../model/failure.ts';
import { valuesOf } from '../model/field.ts';
import { same, textAt } from '../model/json.ts';
import { saveConflict } from '../store/conflicts.ts';
import type { Database } from '../store/database.ts';
import { type Item, lockMeeting, readItem } from '../store/items.ts';
import { addLink, changeLink, findLink, findMeetingActivity, isBeingMade, type Link, linksOf, readLink } from '../store/links.ts';
import { forgetRemoteItem, type KnownRemoteItem, readRemoteItem } from '../store/remote-items.ts';
import { passOver } from '../store/strangers.ts';
import { applyPlan } from './apply-plan.ts';
import { carryOut } from './carry-out.ts';
import { recordCopy, takeLead } from './meeting-copy.ts';
import type { Outcome } from './outcome.ts';
import { planPair } from './plan-item.ts';
import type { Pass } from './reconcile-context.ts';
import { reconcileLink } from './reconcile-link.ts';
import { COPY } from './settle-missing.ts';
import { write } from './write.ts';

export async function adoptStranger(pass: Pass, remote: KnownRemoteItem): Promise<Outcome> {
  const { key } = remote;
  const item = key?.mailbox === pass.mailbox.id ? await readItem(pass.database, key.record) : null;
  if (item?.kind === pass.kind) return adoptOwn(pass, remote, item);
  const known = await meetingOf(pass, remote);
  if (known && known.deletedAt === null) return adoptMeeting(pass, remote, known);
  const { meeting, wanted } = remote;
  // An invitation comes to each guest by itself, and is no reason to bring back what is over.
  if (!wanted && meeting?.role === 'attendee' && (known || meeting.cancelled)) return leftOver(pass, remote);
  // The invitation may be here before we know what came of writing the meeting: whose it is, a later pass knows.
  if (meeting?.organizer && (await isBeingMade(pass.database, meeting.organizer, textAt(remote.content, 'title'))))
    return 'later';
  return bringIn(pass, remote);
}

async function leftOver(pass: Pass, remote: KnownRemoteItem): Promise<Outcome> {
  const reason = 'an invitation to a meeting that was deleted or called off before it was read';
  if (!pass.options.dryRun) await passOver(pass.database, remote.id, reason, pass.policyId);
  return 'done';
}

function bringIn(pass: Pass, remote: KnownRemoteItem): Promise<Outcome> {
  const pair = { link: null, item: null, remote, verdict: null };
  return applyPlan(pass, pair, planPair(pass, pair));
}

async function adoptOwn(pass: Pass, remote: KnownRemoteItem, item: Item): Promise<Outcome> {
  const { attempt } = remote.key!;
  const link = await findLink(pass.database, item.id, pass.mailbox.id);
  if (link === null) return join(pass, remote, item);
  if (link.intent?.change === 'create' && link.intent.next === 0) {
    if (attempt === link.intent.attempt) return arrived(pass, remote, link);
    return attempt < link.intent.attempt ? removeDuplicate(pass, remote, link, item) : 'done';
  }
  if (link.apart === 'deleted') return attempt < link.attempt ? removeDuplicate(pass, remote, link, item) : bringIn(pass, remote);
  if (link.ref === null) return comeBack(pass, remote, link);
  return attempt < link.attempt ? removeDuplicate(pass, remote, link, item) : copied(pass, remote);
}

/** The answer to its creation was lost, and here it is. */
async function arrived(pass: Pass, remote: KnownRemoteItem, link: Link): Promise<Outcome> {
  if (pass.options.dryRun) return 'done';
  const intent = { ...link.intent!, next: 1, lookedUp: true, target: { ref: remote.ref, etag: remote.etag } };
  await write(pass, (transaction) => changeLink(transaction, link.id, { intent, ref: remote.ref, retryAt: null }));
  return carryOut(pass, { ...link, intent, ref: remote.ref });
}

/** It was out of sight or deleted there, or its creation was given up too early: `sync` knows what was last agreed. */
async function comeBack(pass: Pass, remote: KnownRemoteItem, link: Link): Promise<Outcome> {
  if (pass.options.dryRun) return 'done';
  const { attempt } = remote.key!;
  await write(pass, (transaction) =>
    changeLink(transaction, link.id, { ref: remote.ref, attempt, theirsSeen: null, oursSeen: null }),
  );
  pass.tell({ linked: 1 });
  await reconcileLink(pass, link.id, null);
  return 'done';
}

/** The record is known and there is no link to it: differences are decided by policy, and what was deleted meanwhile is deleted. */
async function join(pass: Pass, remote: KnownRemoteItem, item: Item): Promise<Outcome> {
  const pair = { link: null, item, remote, verdict: null };
  return applyPlan(pass, pair, planPair(pass, pair));
}

/** What somebody wrote into it meanwhile is kept in the conflict list. */
async function removeDuplicate(pass: Pass, remote: KnownRemoteItem, link: Link, item: Item): Promise<Outcome> {
  if (pass.options.dryRun) return 'done';
  const change = {
    change: 'delete',
    theirs: { ...remote, ref: remote.ref as RemoteRef, etag: remote.etag as Etag },
    mail: 'none',
  } as const;
  const target = { ref: change.theirs.ref, etag: change.theirs.etag };
  pass.steps.reach('items: late duplicate found');
  try {
    for (const step of pass.store.steps(change)) {
      await pass.store.apply(step, target);
      pass.tell({ writes: 1 });
    }
  } catch (error) {
    const code = asFailure(error)?.code;
    if (code !== 'conflict' && code !== 'missing') throw error;
    return 'done'; // somebody has just changed it: told again by the next read
  }
  await write(pass, async (transaction) => {
    await forgetRemoteItem(transaction, pass.mailbox.id, pass.kind, remote.ref);
    for (const lost of differences(pass, remote, item)) {
      await saveConflict(transaction, {
        activityId: link.activityId,
        mailboxId: link.mailboxId,
        base: null,
        kept: 'application',
        ...lost,
      });
    }
  });
  pass.log.info('a late duplicate of our own was taken away', { mailbox: pass.mailbox.id, activity: item.id });
  return 'done';
}

function differences(pass: Pass, remote: KnownRemoteItem, item: Item) {
  const [ours, theirs] = [valuesOf(pass.fields, item.content), valuesOf(pass.fields, remote.content)];
  return pass.fields
    .filter(({ scope, direction }) => scope === 'shared' && direction === 'both')
    .filter(({ name }) => theirs[name] !== null && !same(ours[name] ?? null, theirs[name] ?? null))
    .map(({ name }) => ({ field: name, ours: ours[name] ?? null, theirs: theirs[name] ?? null }));
}

/** A category comes along with a copy, a wish does not: only where everything is tracked it is an item of its own. */
async function copied(pass: Pass, remote: KnownRemoteItem): Promise<Outcome> {
  const { track } = pass.itemPolicy;
  if (remote.wanted || track.everything || track.folders.includes(remote.folder)) return bringIn(pass, remote);
  await passOver(pass.database, remote.id, COPY, pass.policyId);
  return 'done';
}

async function meetingOf(pass: Pass, { meetingId, content }: KnownRemoteItem): Promise<Item | null> {
  if (meetingId === null) return null;
  const found = await findMeetingActivity(pass.database, meetingId, (content.recurrenceId as string | undefined) ?? null);
  return found && (await readItem(pass.database, found.activityId));
}

/**
 * A meeting that its organizer deleted and that was made anew has invited its guests anew: the new copy is the one that counts, and the
 * old one, of which nobody tells the guests any more, is left alone.
 */
async function givesWay(pass: Pass, transaction: Database, held: Link, remote: KnownRemoteItem): Promise<boolean> {
  if (held.ref === null) return held.apart !== 'deleted-here';
  const old = await readRemoteItem(transaction, held.mailboxId, held.kind, held.ref);
  if (remote.meeting?.role !== 'attendee' || old === null || old.meetingId === remote.meetingId) return false;
  await passOver(transaction, old.id, 'a copy of a meeting that was made anew since', pass.policyId);
  return true;
}

/** One meeting in several mailboxes is one activity. The organizer's copy carries what is shared; others only what is their own. */
async function adoptMeeting(pass: Pass, remote: KnownRemoteItem, item: Item): Promise<Outcome> {
  if (pass.options.dryRun) return 'done';
  const organizes = remote.meeting?.role === 'organizer';
  const linkId = await write(pass, async (transaction) => {
    await lockMeeting(transaction, remote.meetingId!);
    const others = await linksOf(transaction, item.id);
    const held = others.find(({ mailboxId }) => mailboxId === pass.mailbox.id);
    if (held) return (await givesWay(pass, transaction, held, remote)) ? held.id : null;
    const place = { activityId: item.id, mailboxId: pass.mailbox.id, kind: pass.kind };
    const made = await addLink(transaction, { ...place, isPrimary: others.length === 0, explicit: remote.wanted });
    if (made && organizes) await takeLead(transaction, made, others);
    return made?.id ?? null;
  });
  if (linkId === null) return copied(pass, remote);
  await write(pass, (transaction) =>
    changeLink(transaction, linkId, { ref: remote.ref, state: 'linked', apart: null, theirsSeen: null }),
  );
  pass.tell({ linked: 1 });
  if (organizes) {
    await reconcileLink(pass, linkId, null);
    return 'done';
  }
  return recordCopy(pass, (await readLink(pass.database, linkId))!, remote, item.version);
}
