/**
 * An attendee's copy of a meeting that is known from elsewhere: only what belongs to the copy is kept (response, reminder,
 * show-as, categories, sensitivity). Exchange itself brings the rest, by its own invitation.
 */
import { type Field, type FieldValues, valuesOf } from '../model/field.ts';
import { regarding } from '../model/regarding-field.ts';
import { appendChanges } from '../store/changes.ts';
import type { Database } from '../store/database.ts';
import { lockMeeting } from '../store/items.ts';
import { changeLink, type Link, linksOf } from '../store/links.ts';
import { type KnownRemoteItem, readRemoteItem } from '../store/remote-items.ts';
import { type CopyOfMeeting, chooseSource } from '../sync/source.ts';
import type { Outcome } from './outcome.ts';
import type { Pass } from './reconcile-context.ts';
import { write } from './write.ts';

/** A copy that is not the one the activity is written from. */
export function isMereCopy(link: Link, remote: KnownRemoteItem | null): boolean {
  return !link.isPrimary && remote?.meeting?.role === 'attendee';
}

export async function recordCopy(pass: Pass, link: Link, remote: KnownRemoteItem, version: number): Promise<Outcome> {
  if (link.theirsSeen === remote.etag && link.state === 'linked') {
    await write(pass, (transaction) => changeLink(transaction, link.id, { oursSeen: version }));
    return 'done';
  }
  if (await leads(pass, link, remote)) return 'again';
  const values = valuesOf(pass.fields, remote.content);
  const own = pass.fields.filter(({ scope }) => scope === 'copy').map(({ name }) => [name, values[name] ?? null]);
  await write(pass, async (transaction) => {
    await changeLink(transaction, link.id, {
      ...{
        state: 'linked',
        apart: null,
        reason: null,
        oursBase: values,
        theirsBase: values,
        copyValues: Object.fromEntries(own),
      },
      ...{ theirsSeen: remote.etag, oursSeen: version, agreedAt: pass.clock.now(), tries: 0, retryAt: null },
    });
    const changed = { kind: 'activity-updated', activityId: link.activityId, copyId: null, mailboxId: link.mailboxId } as const;
    await appendChanges(transaction, [changed]);
  });
  pass.steps.reach('items: copy of a meeting recorded');
  return 'done';
}

/** Of a meeting whose organizer nobody here is, the copy that has heard of the latest update speaks for all. */
function leads(pass: Pass, link: Link, remote: KnownRemoteItem): Promise<boolean> {
  return write(pass, async (transaction) => {
    if (remote.meetingId !== null) await lockMeeting(transaction, remote.meetingId);
    const others = await linksOf(transaction, link.activityId);
    if (chooseSource(await copiesOf(transaction, others)) !== link.mailboxId) return false;
    await takeLead(transaction, link, others);
    return true;
  });
}

/**
 * A guest's copy that spoke for the meeting has gone: another one does now. False where there is none. If it has not heard yet of the
 * update that the other had, what it says is no news, until it has.
 */
export function handOver(pass: Pass, link: Link, gone: KnownRemoteItem): Promise<boolean> {
  return write(pass, async (transaction) => {
    const others = await linksOf(transaction, link.activityId);
    const heir = chooseSource(await copiesOf(transaction, others));
    const next = others.find(({ id, mailboxId }) => id !== link.id && mailboxId === heir);
    if (next === undefined) return false;
    const remote = next.ref === null ? null : await readRemoteItem(transaction, next.mailboxId, next.kind, next.ref);
    const isOlder = remote?.meeting && gone.meeting && remote.meeting.sequence < gone.meeting.sequence;
    await takeLead(transaction, next, others, isOlder ? valuesOf(sharedOf(pass.fields), remote.content) : {});
    return true;
  });
}

const sharedOf = (fields: readonly Field[]) => fields.filter(({ scope }) => scope === 'shared');

/** Those that are there; an organizer's that is looked for is still the organizer's. The one that speaks now goes before its equals. */
async function copiesOf(transaction: Database, links: readonly Link[]): Promise<readonly CopyOfMeeting[]> {
  const copies: CopyOfMeeting[] = [];
  for (const [position, { mailboxId, kind, ref, state, isPrimary }] of links.entries()) {
    const remote = ref === null || state === 'unlinked' ? null : await readRemoteItem(transaction, mailboxId, kind, ref);
    if (remote === null || (remote.missing !== null && remote.meeting?.role !== 'organizer')) continue;
    copies.push({ mailbox: mailboxId, meeting: remote.meeting, linkedAt: new Date(isPrimary ? 0 : position + 1) });
  }
  return copies;
}

/**
 * From now on this copy speaks for the meeting. What was agreed with the one that did is agreed with it: what it says otherwise is
 * news but for what was `known` of it, what the application has changed since is still a change, and nothing of the other's own is
 * written into it.
 */
export async function takeLead(
  transaction: Database,
  { id }: Pick<Link, 'id'>,
  others: readonly Link[],
  known: FieldValues = {},
): Promise<void> {
  const before = others.filter((other) => other.isPrimary && other.id !== id);
  for (const other of before) await changeLink(transaction, other.id, { isPrimary: false, theirsSeen: null });
  const { oursBase = null, theirsBase = null } = before[0] ?? {};
  const agreed = oursBase === null ? {} : { oursBase: ofAnyCopy(oursBase), theirsBase: { ...ofAnyCopy(theirsBase), ...known } };
  await changeLink(transaction, id, { isPrimary: true, theirsSeen: null, oursSeen: null, ...agreed });
}

/** What the meeting is regarding was written into the other copy alone. */
const ofAnyCopy = (base: FieldValues | null) =>
  base && Object.fromEntries(Object.entries(base).filter(([name]) => name !== regarding.name));
