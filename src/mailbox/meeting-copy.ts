/**
 * An attendee's copy of a meeting that is known from elsewhere: only what belongs to the copy is kept (response, reminder,
 * show-as, categories, sensitivity). Exchange itself brings the rest, by its own invitation.
 */
import { valuesOf } from '../model/field.ts';
import { appendChanges } from '../store/changes.ts';
import { changeLink, type Link, linksOf } from '../store/links.ts';
import { type KnownRemoteItem, readRemoteItem } from '../store/remote-items.ts';
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

/** Of a meeting whose organizer nobody here is, the copy that has seen the latest update speaks for all. */
async function leads(pass: Pass, link: Link, remote: KnownRemoteItem): Promise<boolean> {
  const others = await linksOf(pass.database, link.activityId);
  const primary = others.find(({ isPrimary }) => isPrimary);
  const held = primary?.ref ? await readRemoteItem(pass.database, primary.mailboxId, primary.kind, primary.ref) : null;
  if (primary && held?.meeting?.role === 'organizer') return false;
  if (primary && held && held.missing === null && (held.meeting?.sequence ?? 0) >= (remote.meeting?.sequence ?? 0)) return false;
  await write(pass, async (transaction) => {
    if (primary) await changeLink(transaction, primary.id, { isPrimary: false });
    await changeLink(transaction, link.id, { isPrimary: true, theirsSeen: null, oursSeen: null });
  });
  return true;
}
