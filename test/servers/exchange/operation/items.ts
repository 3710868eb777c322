// What the item operations have in common.
import { itemIdElement } from '../property/common.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { EventName, Folder, Item } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';

export function itemIds(request: Element): Element[] {
  return child(request, 'ItemIds')?.children ?? [];
}

export function itemReference(item: Item, mailbox: Mailbox): Element {
  return el(item.kind, [itemIdElement(item, { mailbox })]);
}

/** A copy that shares nothing with the original and has no place yet; named properties come along (reference 50). */
export function copyOf(item: Item): Item {
  const { occurrence: _, ...data } = item;
  return structuredClone(data);
}

export function itemEvent(mailbox: Mailbox, name: EventName, item: Item, old?: { id: string; folder: number }) {
  const moved = old === undefined ? {} : { oldId: old.id, oldFolder: old.folder };
  mailbox.record({ name, folder: item.folder, item: mailbox.itemId(item), changeKey: mailbox.itemKey(item), ...moved });
}

export function createdEvents(mailbox: Mailbox, item: Item) {
  itemEvent(mailbox, 'Created', item);
  folderModified(mailbox, item.folder);
}

/** A change of content is also a change of the folder's counts (reference 54: one action gives several events). */
export function folderModified(mailbox: Mailbox, key: number) {
  const folder = mailbox.folders.get(key);
  if (folder === undefined) return;
  mailbox.record({
    name: 'Modified',
    folder: folder.parent,
    folderId: mailbox.folderId(folder),
    folderKey: key,
    changeKey: mailbox.folderKey(folder),
  });
}

/** Moves within the mailbox: the id changes, what is in the item stays (reference 12 [doc]). */
export function moveWithin(mailbox: Mailbox, item: Item, to: Folder): Item {
  const old = { id: mailbox.itemId(item), folder: item.folder };
  mailbox.remove(item);
  mailbox.place(item, to);
  itemEvent(mailbox, 'Moved', item, old);
  folderModified(mailbox, old.folder);
  folderModified(mailbox, item.folder);
  return item;
}

/** DeleteItem's three ways (reference 36 [doc]). */
export function disposeItem(mailbox: Mailbox, item: Item, type: string) {
  if (type === 'MoveToDeletedItems') {
    moveWithin(mailbox, item, mailbox.folderNamed('deleteditems'));
    return;
  }
  const dumpster = mailbox.folderNamed(type === 'SoftDelete' ? 'recoverableitemsdeletions' : 'recoverableitemspurges');
  const id = mailbox.itemId(item);
  const folder = item.folder;
  mailbox.remove(item);
  mailbox.record({ name: 'Deleted', folder, item: id });
  folderModified(mailbox, folder);
  if (item.folder !== dumpster.key) mailbox.place(item, dumpster);
}
