/**
 * What became of items that left their folder. A Delete is a suspicion until all watched folders have been read (ground rule of
 * two-way sync): the same item under another reference has moved; found in Deleted Items or nowhere it was deleted; anywhere
 * else it lies in a folder that nobody watches, and is unlinked. So is all of a folder that is not watched any more.
 */
import type { RemoteRef } from '../connector/connector.ts';
import { changeLink, type Link, readLink } from '../store/links.ts';
import { forgetRemoteItem, type KnownRemoteItem, readRemoteItem, saveRemoteItems } from '../store/remote-items.ts';
import { findByKey, findByMeeting } from '../store/strangers.ts';
import { listSuspects, type Suspect } from '../store/suspects.ts';
import { heldContent } from './held-content.ts';
import type { Pass } from './reconcile-context.ts';
import { write } from './write.ts';

export type Verdict = 'deleted' | 'away';

/** By link; what is still open is not among them. Call only after every watched folder was read whole. */
export async function settleMissing(pass: Pass): Promise<ReadonlyMap<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  const trash: Trash = new Map();
  for (const suspect of await listSuspects(pass.database, pass.mailbox.id, pass.kind)) {
    const link = suspect.linkId === null ? null : await readLink(pass.database, suspect.linkId);
    if (link === null || link.state === 'unlinked') await forget(pass, suspect, link);
    else if (link.intent === null && !(await hasMoved(pass, suspect, link))) {
      const verdict = await look(pass, suspect, link, trash);
      if (verdict !== null) verdicts.set(link.id, verdict);
    }
    pass.signal.throwIfAborted();
  }
  return verdicts;
}

async function forget(pass: Pass, suspect: Suspect, link: Link | null): Promise<void> {
  await write(pass, async (transaction) => {
    await forgetRemoteItem(transaction, pass.mailbox.id, pass.kind, suspect.ref);
    if (link) await changeLink(transaction, link.id, { ref: null });
  });
}

/** Copies that were told before it went are not where it went. */
async function hasMoved(pass: Pass, suspect: Suspect, link: Link): Promise<boolean> {
  const place = { mailboxId: pass.mailbox.id, kind: pass.kind };
  const byKey = ownKey(pass, suspect, link) ? await findByKey(pass.database, place, link.activityId) : [];
  const byMeeting = suspect.meetingId === null ? [] : await findByMeeting(pass.database, place, suspect.meetingId);
  const before = await readRemoteItem(pass.database, pass.mailbox.id, pass.kind, suspect.ref);
  const fits = (item: KnownRemoteItem) => item.passedOver !== COPY && item.content.recurrenceId === before?.content.recurrenceId;
  const found =
    byKey.find((item) => fits(item) && item.key?.mailbox === pass.mailbox.id && item.key.attempt === link.attempt) ??
    byMeeting.find(fits);
  if (!found) return false;
  await write(pass, async (transaction) => {
    await changeLink(transaction, link.id, { ref: found.ref });
    await forgetRemoteItem(transaction, pass.mailbox.id, pass.kind, suspect.ref);
  });
  pass.tell({ linked: 1 });
  pass.steps.reach('items: moved item linked again');
  return true;
}

/** Why an item with our key is passed over. */
export const COPY = 'a copy that the user made of another item';

const ownKey = (pass: Pass, suspect: Suspect, link: Link) =>
  suspect.key?.record === link.activityId && suspect.key.mailbox === pass.mailbox.id;

type Trash = Map<string, boolean>;

async function look(pass: Pass, suspect: Suspect, link: Link, trash: Trash): Promise<Verdict | null> {
  const isWatched = (folder: string) => pass.folders.some(({ id }) => id === folder);
  // Nobody has said that a folder is to be watched no more because of what was deleted in it.
  if (!isWatched(suspect.folder)) return (await isTrash(pass, suspect, link, trash)) ? 'deleted' : 'away';
  const own = (await pass.store.find(link.activityId)).filter(
    ({ key }) => key.mailbox === pass.mailbox.id && key.attempt === link.attempt,
  );
  // Without our key nobody can tell a deletion from a move out of sight. That it was written may be what we were about to learn.
  if (own.length === 0 && !ownKey(pass, suspect, link)) return 'away';
  const living = [];
  for (const one of own.filter(({ trashed }) => !trashed)) {
    const known = one.ref !== suspect.ref && (await readRemoteItem(pass.database, pass.mailbox.id, pass.kind, one.ref)) !== null;
    if (!known) living.push(one);
  }
  const watched = living.filter(({ folder }) => isWatched(folder));
  if (watched.some(({ ref }) => ref === suspect.ref)) await readAgain(pass, suspect);
  // It has come into a watched folder since that was read: the next pass is told of it.
  if (watched.length > 0) return null;
  return living.length > 0 ? 'away' : 'deleted';
}

/** What we made may have been thrown away before we knew of it. Looked up once for a folder. */
async function isTrash(pass: Pass, { ref, folder }: Suspect, link: Link, trash: Trash): Promise<boolean> {
  if (!trash.has(folder)) {
    const found = (await pass.store.find(link.activityId)).find((one) => one.ref === ref);
    if (found) trash.set(folder, found.trashed);
  }
  return trash.get(folder) ?? false;
}

/** It is where it was, after all. */
async function readAgain(pass: Pass, suspect: Suspect): Promise<void> {
  const [read] = await pass.store.read([suspect.ref as RemoteRef], heldContent(pass));
  const version = read?.version;
  if (!version) return;
  await write(pass, (transaction) =>
    saveRemoteItems(transaction, { mailboxId: pass.mailbox.id, kind: pass.kind, streamId: null }, [version]),
  );
}
