/** A person's answer to a conflict, and bringing back what lost. Both only change the store: the next pass carries them out. */
import { Failure } from '../model/failure.ts';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, ItemKind } from '../model/item.ts';
import { isObject } from '../model/json.ts';
import { appendChanges } from '../store/changes.ts';
import { type Conflict, markUndone, readConflict, type Side, saveConflict, settleConflict } from '../store/conflicts.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { type Item, lockItem, restoreItem, updateItem } from '../store/items.ts';
import { changeLink, findLink, linksOf } from '../store/links.ts';
import { readRemoteItem } from '../store/remote-items.ts';
import { requestSyncWhereServed } from '../store/requests.ts';
import { choose } from '../sync/choose.ts';
import { indexOf } from './item-index.ts';
import { UUID } from './items.ts';
import { agreementOf } from './plan-item.ts';
import { refuseReturn } from './refuse-return.ts';

export async function chooseConflict(database: Database, id: string, side: Side): Promise<Conflict> {
  await inTransaction(database, async (transaction) => {
    const conflict = await held(transaction, id);
    if (conflict.state !== 'open')
      throw new Failure('refused', `conflict ${id} is ${conflict.state}: nobody has to choose any more`);
    const item = await lockItem(transaction, conflict.activityId);
    const link = await findLink(transaction, conflict.activityId, conflict.mailboxId);
    const agreed = link && agreementOf(link);
    if (!item || !link || !agreed) throw new Failure('missing', `the item of conflict ${id} is not linked any more`);
    const remote = link.ref === null ? null : await readRemoteItem(transaction, link.mailboxId, link.kind, link.ref);
    const contents = { ours: item.content, theirs: remote?.content ?? item.content };
    const answer = choose(link.kind, agreed, conflict.field, side, contents);
    await changeLink(transaction, link.id, { ...answer.link, theirsSeen: null, oursSeen: null });
    await settleConflict(transaction, id, side);
    await requestSyncWhereServed(transaction, [conflict.mailboxId]);
  });
  return held(database, id);
}

/** The value that lost becomes the application's, as an edit of today; the one that had won is in the list now. */
export async function undoConflict(database: Database, id: string): Promise<Conflict> {
  await inTransaction(database, async (transaction) => {
    const conflict = await held(transaction, id);
    if (conflict.state !== 'settled') {
      throw new Failure('refused', `conflict ${id} is ${conflict.state}: there is nothing to undo`, {
        ...(conflict.state === 'open' ? { remedy: `mailroom conflicts choose ${id} application|exchange` } : {}),
      });
    }
    const item = await lockItem(transaction, conflict.activityId);
    if (!item) throw new Failure('missing', `the item of conflict ${id} is not there any more`);
    await bringBack(transaction, conflict, item);
    await markUndone(transaction, id);
    await requestSyncWhereServed(transaction, [conflict.mailboxId]);
    const told = { kind: 'activity-updated', activityId: item.id, copyId: null, mailboxId: conflict.mailboxId } as const;
    await appendChanges(transaction, [told]);
  });
  return held(database, id);
}

async function bringBack(transaction: Database, conflict: Conflict, item: Item): Promise<void> {
  const lost = conflict.kept === 'exchange' ? conflict.ours : conflict.theirs;
  const kind = item.kind as ItemKind;
  if (conflict.field === 'deletion') return bringBackWhole(transaction, conflict, item);
  if (item.deletedAt !== null) throw new Failure('refused', `the item of conflict ${conflict.id} was deleted meanwhile`);
  const field = FIELDS[kind].find(({ name }) => name === conflict.field);
  if (!field) throw new Failure('missing', `there is no field ${conflict.field} any more`);
  const { activityId, mailboxId } = conflict;
  const now = field.get(item.content);
  const content = field.set(item.content, lost);
  await refuseReturn(transaction, item, content, await linksOf(transaction, item.id));
  await updateItem(transaction, item, content, indexOf(kind, content));
  await saveConflict(transaction, {
    activityId,
    mailboxId,
    field: field.name,
    base: conflict.base,
    ours: lost,
    theirs: now,
    kept: 'application',
  });
}

/** What was deleted stands again; both sides' rules decide what becomes of it from then on. */
async function bringBackWhole(transaction: Database, { ours, theirs }: Conflict, item: Item): Promise<void> {
  const content = [ours, theirs].find(isObject) as ItemContent | undefined;
  if (!content || item.deletedAt === null) throw new Failure('refused', 'it was not deleted: there is nothing to bring back');
  const standing = await restoreItem(transaction, item);
  await updateItem(transaction, standing, content, indexOf(item.kind, content));
}

async function held(database: Database, id: string): Promise<Conflict> {
  const conflict = UUID.test(id) ? await readConflict(database, id) : null;
  if (!conflict) throw new Failure('missing', `there is no conflict ${id}`);
  return conflict;
}
