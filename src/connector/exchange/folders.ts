/**
 * Which folders there are and which is meant by a selector. A path is the names from the top of the mailbox joined by `/`
 * (`/` and `\` in a name escaped by `\`); the Inbox is INBOX in every language, because Exchange renames the standard folders
 * when the user changes the language.
 */
import { Failure } from '../../model/failure.ts';
import type { Folder, FolderRole, FolderSelector } from '../connector.ts';
import type { Ews } from './ews.ts';
import { findAllFolders } from './operation/find-folder.ts';
import { DISTINGUISHED, type FolderProperties } from './operation/folder-id.ts';
import { getFolders } from './operation/get-folder.ts';

export interface ListedFolder {
  readonly id: string;
  readonly path: string;
  /** As users see it, where that differs. */
  readonly shown: string;
  readonly name: string;
  readonly depth: number;
  readonly role: FolderRole | null;
  readonly total: number | null;
}

export interface Folders {
  /** One round trip; INBOX and the other standard folders. Fails as the login does. */
  standard(): Promise<readonly ListedFolder[]>;
  all(): Promise<readonly ListedFolder[]>;
  probe(selectors: readonly FolderSelector[]): Promise<readonly Folder[]>;
  /** By its path. */
  find(path: string): Promise<ListedFolder>;
}

export const INBOX = 'INBOX';

export function createFolders(ews: Ews): Folders {
  const seen = new Map<string, ListedFolder>();
  const remember = (folders: readonly ListedFolder[]) => {
    for (const folder of folders) seen.set(folder.path, folder);
    return folders;
  };
  const standard = async () => remember(await listStandard(ews));
  const all = async () => remember(await listAll(ews));
  const choose = async (selectors: readonly FolderSelector[]) => {
    // Most mailboxes want the Inbox alone.
    const listed = selectors.every(isInbox) ? await standard() : await all();
    return selectors.map((selector) => select(ews, listed, selector));
  };
  return {
    ...{ standard, all },
    async probe(selectors) {
      if (selectors.length === 0) return [];
      const chosen = new Map((await choose(selectors)).map((folder) => [folder.path, folder]));
      return [...chosen.values()].map(({ path, role, total }) => ({ path, role, mayHaveChanged: true, messages: total }));
    },
    find: async (path) => seen.get(path) ?? (await choose([path]))[0]!,
  };
}

const isInbox = (selector: FolderSelector) =>
  typeof selector === 'string' ? selector.toUpperCase() === INBOX : 'role' in selector && selector.role === 'inbox';

async function listStandard(ews: Ews): Promise<ListedFolder[]> {
  const found = await getFolders(
    ews,
    DISTINGUISHED.map(([, id]) => id),
  );
  return found.flatMap((folder, n) => {
    if (folder === null) return [];
    const role = DISTINGUISHED[n]![0];
    const { id, name, total } = folder;
    const path = role === 'inbox' ? INBOX : escapeName(name);
    return [{ ...{ id, path, name, role, total }, shown: escapeName(name), depth: 0 }];
  });
}

/** Folders of mail; those of appointments, contacts and tasks and searches are left out. */
async function listAll(ews: Ews): Promise<ListedFolder[]> {
  const standard = await listStandard(ews);
  const roles = new Map(standard.map(({ id, role }) => [id, role]));
  const folders = await findAllFolders(ews);
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  return folders
    .filter(({ kind }) => kind === 'Folder')
    .map((folder) => {
      const chain = chainOf(folder, byId);
      const names = chain.map(({ name }) => escapeName(name));
      const path = [roles.get(chain[0]!.id) === 'inbox' ? INBOX : names[0]!, ...names.slice(1)].join('/');
      const { id, name, total } = folder;
      return { ...{ id, path, name, total }, shown: names.join('/'), depth: chain.length - 1, role: roles.get(id) ?? null };
    });
}

/** From the top down to the folder; a server that makes circles gets a short one. */
export function chainOf(folder: FolderProperties, byId: ReadonlyMap<string, FolderProperties>): FolderProperties[] {
  const chain = [folder];
  for (let parent = byId.get(folder.parent ?? ''); parent && !chain.includes(parent); parent = byId.get(parent.parent ?? '')) {
    chain.unshift(parent);
  }
  return chain;
}

export const escapeName = (name: string) => name.replace(/[\\/]/g, '\\$&');
/** Typed on another system, the same name may come composed otherwise. */
const fold = (text: string) => text.normalize('NFC').toLowerCase();

function select(ews: Ews, listed: readonly ListedFolder[], selector: FolderSelector): ListedFolder {
  const found = matching(listed, selector);
  if (found) return found;
  const what =
    typeof selector === 'string'
      ? `"${selector}"`
      : 'role' in selector
        ? `for ${selector.role}`
        : `with the name "${selector.name}"`;
  const some = listed.slice(0, 30).map(({ path }) => path);
  throw new Failure('missing', `looking for folders at ${ews.where}: there is no folder ${what}`, {
    remedy: `Choose one of: ${some.join(', ')}${listed.length > some.length ? `, and ${listed.length - some.length} more` : ''}.`,
  });
}

function matching(listed: readonly ListedFolder[], selector: FolderSelector): ListedFolder | undefined {
  if (typeof selector === 'string') {
    const exact = listed.find(({ path }) => path === selector);
    return exact ?? listed.find(({ path, shown }) => fold(path) === fold(selector) || fold(shown) === fold(selector));
  }
  if ('role' in selector) return listed.find(({ role }) => role === selector.role);
  const named = listed.filter(({ name }) => fold(name) === fold(selector.name));
  return named.sort((a, b) => a.depth - b.depth || (a.path < b.path ? -1 : 1))[0];
}
