/**
 * Reading the items of a mailbox: every page of every watched folder becomes a transaction that keeps what was told and moves
 * the cursor. Nothing is decided here, and nothing is written to the server.
 */
import type { Cursor, ItemBounds, ItemFolder, ItemPage, ItemStore, RemoteRef } from '../connector/connector.ts';
import { asFailure, itemFailure } from '../model/failure.ts';
import { type ItemPageToSave, saveItemPage } from '../store/item-page.ts';
import { knownStates } from '../store/remote-items.ts';
import { endAttempt, type Stream, takeStream } from '../store/streams.ts';
import { heldContent } from './held-content.ts';
import type { ReconcileContext } from './reconcile-context.ts';

const PAGE_ITEMS = 100;

/** Answers the folders that were read whole: only of those may anything be said to be missing. */
export async function readFolders(
  context: ReconcileContext,
  store: ItemStore,
  folders: readonly ItemFolder[],
): Promise<ReadonlySet<string>> {
  const complete = new Set<string>();
  for (const folder of folders) {
    try {
      await readFolder(context, store, folder);
      complete.add(folder.id);
    } catch (error) {
      context.tell({ trouble: itemFailure(error) });
    }
  }
  return complete;
}

async function readFolder(context: ReconcileContext, store: ItemStore, folder: ItemFolder): Promise<void> {
  const { database, steps, kind } = context;
  const stream = await takeStream(database, { ...context.streamKey, folder: folder.id }, folder.isDefault ? 'default' : null);
  try {
    const known = (refs: readonly RemoteRef[]) => knownStates(database, { ...stream, kind }, refs);
    const bounds = { items: PAGE_ITEMS, known, held: heldContent(context) };
    for await (const page of pagesOf(store, folder, stream, bounds)) {
      steps.reach(`items: page of ${kind}s read`);
      await saveItemPage(database, stream, kind, toSave(page));
      steps.reach(`items: page of ${kind}s committed`);
      context.tell({ read: page.changed.length });
      context.signal.throwIfAborted();
    }
  } catch (error) {
    await endAttempt(database, stream).catch(() => {});
    throw error;
  }
}

/** What we remember of the folder is void: everything is told anew, from no cursor. */
async function* pagesOf(store: ItemStore, folder: ItemFolder, stream: Stream, bounds: ItemBounds): AsyncGenerator<ItemPage> {
  try {
    yield* store.changes(folder.id, stream.cursor as Cursor | null, bounds);
    return;
  } catch (error) {
    if (asFailure(error)?.code !== 'cursor-lost' || stream.cursor === null) throw error;
  }
  let first = true;
  for await (const page of store.changes(folder.id, null, bounds)) {
    yield first ? { ...page, reset: true } : page;
    first = false;
  }
}

function toSave(page: ItemPage): ItemPageToSave {
  const { reset, unchanged, gone, cursor, complete } = page;
  const changed = page.changed.flatMap((item) => (item.version ? [item.version] : []));
  // Gone again before it could be read: the folder's next page tells what became of it.
  const unreadable = page.changed.flatMap(({ ref, failure }) =>
    failure && failure.code !== 'missing' ? [{ ref, code: failure.code, message: failure.message }] : [],
  );
  return { reset, changed, unreadable, unchanged, gone, cursor, complete };
}
