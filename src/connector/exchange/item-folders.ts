/**
 * The folders of one kind of item. Their key is Exchange's id, which outlives a rename and a move; the path is for people and for
 * the config: names from the top of the mailbox joined by `/`.
 */
import { Failure } from '../../model/failure.ts';
import type { FolderSelector, ItemFolder } from '../connector.ts';
import type { Ews } from './ews.ts';
import { chainOf, escapeName } from './folders.ts';
import type { Kind } from './item-kind.ts';
import { findAllFolders } from './operation/find-folder.ts';
import type { FolderProperties } from './operation/folder-id.ts';
import { getFolders } from './operation/get-folder.ts';

export interface KindFolders {
  readonly all: readonly (ItemFolder & { readonly name: string; readonly depth: number })[];
  /** Deleted Items and what lies below it. */
  readonly trash: ReadonlySet<string>;
}

export async function listFolders(ews: Ews, { home, folder: wanted, hidden }: Kind): Promise<KindFolders> {
  const [, standard, deleted] = await getFolders(ews, ['inbox', home, 'deleteditems']);
  const folders = await findAllFolders(ews);
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  const isTrash = (folder: FolderProperties) => chainOf(folder, byId).some(({ id }) => id === deleted?.id);
  const trash = new Set(folders.filter(isTrash).map(({ id }) => id));
  if (deleted) trash.add(deleted.id);
  const all = folders
    .filter(({ id, kind, folderClass }) => kind === wanted && !hidden.includes(folderClass) && !trash.has(id))
    .map((folder) => {
      const chain = chainOf(folder, byId);
      const path = chain.map(({ name }) => escapeName(name)).join('/');
      return { id: folder.id, path, isDefault: folder.id === standard?.id, name: folder.name, depth: chain.length };
    });
  return { all, trash };
}

export async function chooseFolders(ews: Ews, kind: Kind, selectors: readonly FolderSelector[]): Promise<readonly ItemFolder[]> {
  const { all } = await listFolders(ews, kind);
  const chosen = selectors.length === 0 ? [all.find(({ isDefault }) => isDefault)] : selectors.map((one) => matching(all, one));
  const missing = chosen.indexOf(undefined);
  if (missing >= 0) {
    const what = selectors.length === 0 ? `the standard folder of ${kind.kind}s` : JSON.stringify(selectors[missing]);
    throw new Failure('missing', `looking for folders at ${ews.where}: there is no folder ${what} for ${kind.kind}s`, {
      remedy: `Choose one of: ${all
        .slice(0, 30)
        .map(({ path }) => path)
        .join(', ')}.`,
    });
  }
  const found = new Map(chosen.map((folder) => [folder!.id, folder!]));
  return [...found.values()].map(({ id, path, isDefault }) => ({ id, path, isDefault }));
}

/** Typed on another system, the same name may come composed otherwise. */
const fold = (text: string) => text.normalize('NFC').toLowerCase();

function matching(all: KindFolders['all'], selector: FolderSelector): KindFolders['all'][number] | undefined {
  if (typeof selector === 'string') {
    return all.find(({ path }) => path === selector) ?? all.find(({ path }) => fold(path) === fold(selector));
  }
  // Roles are of mail folders.
  if ('role' in selector) return undefined;
  const named = all.filter(({ name }) => fold(name) === fold(selector.name));
  return named.sort((a, b) => a.depth - b.depth || (a.path < b.path ? -1 : 1))[0];
}
