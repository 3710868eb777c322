import { type Call, contextOf, errorMessage, findFolder, requireChild, responseOf, successMessage, textFor } from '../call.ts';
import { EwsError, refuse } from '../errors.ts';
import { itemIdElement } from '../property/common.ts';
import { isMessage } from '../property/kind.ts';
import { itemElement, readShape } from '../property/shape.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder, Item, Tombstone } from '../store/model.ts';
import { type Change, nextPage, readState, writeState } from '../sync/state.ts';
import { child, childText, type Element, el } from '../xml/element.ts';

const NAME = 'SyncFolderItemsResponseMessage';
type Changed = Item | Tombstone;

export async function syncFolderItems(request: Element, call: Call): Promise<Element> {
  try {
    return responseOf('SyncFolderItems', [await sync(request, call)]);
  } catch (error) {
    if (!(error instanceof EwsError)) throw error;
    // An empty state and "this was all" go with the error (reference 18 [doc sample]).
    const code = error.code === 'ErrorFolderNotFound' ? 'ErrorSyncFolderNotFound' : error.code;
    const told = code === error.code ? error : new EwsError(code, textFor(code));
    return responseOf('SyncFolderItems', [errorMessage(NAME, told, [el('SyncState', ''), el('IncludesLastItemInRange', true)])]);
  }
}

async function sync(request: Element, call: Call): Promise<Element> {
  const { mailbox, folder } = findFolder(call, requireChild(request, 'SyncFolderId').children[0]!);
  // Search folders hold nothing of their own (reference 20 [doc]).
  if (folder.kind === 'SearchFolder') refuse('ErrorInvalidSyncStateData', 'Search folders cannot be synchronized.');
  const limit = Number(childText(request, 'MaxChangesReturned') ?? 512);
  const state = readSyncState(request, call, mailbox, folder);
  const ignored = new Set((child(request, 'Ignore')?.children ?? []).map((one) => one.attributes.Id));
  const associated = childText(request, 'SyncScope') === 'NormalAndAssociatedItems';
  const {
    page,
    last,
    state: next,
  } = nextPage(state, mailbox.counter, limit, (since) => itemChanges(mailbox, folder, since, associated, call));
  const shape = readShape(child(request, 'ItemShape'));
  const context = contextOf(call, mailbox);
  const shown = page.filter(({ thing }) => !ignored.has('id' in thing ? thing.id : mailbox.itemId(thing)));
  const changes = await Promise.all(
    shown.map((change) => changeElement(change, async (item) => itemElement(item, shape, context, 'list'), mailbox)),
  );
  const asked = childText(request, 'SyncState') ?? '';
  const stuck = call.exchange.switches.stuckSyncStates && asked !== '';
  return successMessage(NAME, [
    el('SyncState', stuck ? asked : writeState(next, call.exchange.switches.longSyncStates)),
    el('IncludesLastItemInRange', stuck ? false : last),
    el('Changes', changes),
  ]);
}

function readSyncState(request: Element, call: Call, mailbox: Mailbox, folder: Folder) {
  const text = childText(request, 'SyncState') ?? '';
  if (text !== '' && call.exchange.switches.loseSyncStates) refuse('ErrorInvalidSyncStateData');
  const state = readState(text, 'items', mailbox.syncKey, folder.key);
  // Delivering the last changes again: the client must take them a second time (reference 22).
  if (call.exchange.switches.repeatChanges && state.next === 0) state.since = Math.max(0, state.since - 3);
  return state;
}

async function changeElement(
  change: Change<Changed>,
  show: (item: Item) => Promise<Element>,
  mailbox: Mailbox,
): Promise<Element> {
  const { kind, thing } = change;
  if ('id' in thing) return el(kind, [el('ItemId', undefined, { Id: thing.id })]);
  if (kind === 'ReadFlagChange')
    return el(kind, [itemIdElement(thing, { mailbox }), el('IsRead', thing.fields.IsRead?.text ?? 'false')]);
  return el(kind, [await show(thing)]);
}

/**
 * Made and deleted in between: nothing. Made and changed: one Create. Only the read flag: ReadFlagChange (reference 19).
 * Items of a calendar are singles and masters; what happens to an occurrence is an Update of its master (21 [doc]).
 */
function itemChanges(mailbox: Mailbox, folder: Folder, since: number, associated: boolean, call: Call): Change<Changed>[] {
  const changes: Change<Changed>[] = [];
  for (const item of mailbox.contents.get(folder.key) ?? []) {
    if (item.associated && !associated) continue;
    if (item.createdAt > since) changes.push({ at: item.createdAt, kind: 'Create', thing: item });
    else if (item.changedAt > since) changes.push({ at: item.changedAt, kind: 'Update', thing: item });
    else if (item.readAt > since)
      changes.push({ at: item.readAt, kind: isMessage(item.kind) ? 'ReadFlagChange' : 'Update', thing: item });
  }
  const asUpdate = call.exchange.switches.deleteToDeletedItemsIsUpdate;
  for (const gone of mailbox.tombstones) {
    if (gone.kind !== 'item' || gone.folder !== folder.key || gone.at <= since || gone.createdAt > since) continue;
    const moved = asUpdate
      ? mailbox.itemsIn(mailbox.folderNamed('deleteditems').key).find((item) => item.createdAt === gone.at + 1)
      : undefined;
    changes.push(
      moved === undefined ? { at: gone.at, kind: 'Delete', thing: gone } : { at: gone.at, kind: 'Update', thing: moved },
    );
  }
  return changes;
}
