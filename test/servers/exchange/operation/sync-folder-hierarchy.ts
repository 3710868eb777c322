import { type Call, errorMessage, findFolder, responseOf, successMessage, textFor } from '../call.ts';
import { EwsError, refuse } from '../errors.ts';
import { folderElement, readFolderShape } from '../property/folder.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder, Tombstone } from '../store/model.ts';
import { type Change, nextPage, readState, writeState } from '../sync/state.ts';
import { child, childText, type Element, el } from '../xml/element.ts';

const NAME = 'SyncFolderHierarchyResponseMessage';

export function syncFolderHierarchy(request: Element, call: Call): Element {
  try {
    return responseOf('SyncFolderHierarchy', [sync(request, call)]);
  } catch (error) {
    if (!(error instanceof EwsError)) throw error;
    const code = error.code === 'ErrorFolderNotFound' ? 'ErrorSyncFolderNotFound' : error.code;
    const told = code === error.code ? error : new EwsError(code, textFor(code));
    return responseOf('SyncFolderHierarchy', [
      errorMessage(NAME, told, [el('SyncState', ''), el('IncludesLastFolderInRange', true)]),
    ]);
  }
}

/** Without a root: the tree below msgfolderroot, without msgfolderroot itself (reference 17). */
function sync(request: Element, call: Call): Element {
  const root = child(request, 'SyncFolderId')?.children[0];
  const found =
    root === undefined ? { mailbox: call.mailbox, folder: call.mailbox.folderNamed('msgfolderroot') } : findFolder(call, root);
  const { mailbox, folder } = found;
  const text = childText(request, 'SyncState') ?? '';
  if (text !== '' && call.exchange.switches.loseSyncStates) refuse('ErrorInvalidSyncStateData');
  const state = readState(text, 'folders', mailbox.syncKey, root === undefined ? 0 : folder.key);
  const { state: next, page, last } = nextPage(state, mailbox.counter, 1000, (since) => folderChanges(mailbox, folder, since));
  const shape = readFolderShape(child(request, 'FolderShape'));
  const changes = parentsFirst(page, mailbox).map(({ kind, thing }) =>
    'id' in thing
      ? el('Delete', [el('FolderId', undefined, { Id: thing.id })])
      : el(kind, [folderElement(thing, shape, mailbox)]),
  );
  return successMessage(NAME, [
    el('SyncState', writeState(next, call.exchange.switches.longSyncStates)),
    el('IncludesLastFolderInRange', last),
    el('Changes', changes),
  ]);
}

/** Counts alone are no change (17 [doc]): only what `touchFolder` and `addFolder` mark counts. */
function folderChanges(mailbox: Mailbox, root: Folder, since: number): Change<Folder | Tombstone>[] {
  const changes: Change<Folder | Tombstone>[] = [];
  for (const folder of mailbox.descendants(root)) {
    if (folder.createdAt > since) changes.push({ at: folder.createdAt, kind: 'Create', thing: folder });
    else if (folder.changedAt > since) changes.push({ at: folder.changedAt, kind: 'Update', thing: folder });
  }
  for (const gone of mailbox.tombstones) {
    if (gone.kind === 'folder' && gone.at > since && gone.createdAt <= since)
      changes.push({ at: gone.at, kind: 'Delete', thing: gone });
  }
  return changes;
}

/** A folder comes after its parent, or a client could not hang it anywhere; deletions come last. */
function parentsFirst(page: Change<Folder | Tombstone>[], mailbox: Mailbox): Change<Folder | Tombstone>[] {
  const depth = (thing: Folder | Tombstone): number => {
    if ('id' in thing) return Number.POSITIVE_INFINITY;
    const parent = mailbox.folders.get(thing.parent);
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  return page
    .map((change) => ({ change, depth: depth(change.thing) }))
    .sort((one, other) => (one.depth === other.depth ? 0 : one.depth - other.depth))
    .map(({ change }) => change);
}
