/**
 * Showing the user what became of a mail: categories, and folders. A move gives the item another id, so what is no longer under
 * its old one is looked for where it was to go; the answer of the move may just have been lost.
 */
import { asFailure } from '../../model/failure.ts';
import type { EmailMarking, Etag, MarkedEmail, RemoteRef } from '../connector.ts';
import type { Ews } from './ews.ts';
import { chainOf, type Folders } from './folders.ts';
import { createFolder } from './operation/create-folder.ts';
import { findAllFolders } from './operation/find-folder.ts';
import { findMessages } from './operation/find-message.ts';
import type { FolderProperties } from './operation/folder-id.ts';
import { getElements } from './operation/get-elements.ts';
import { getFolders } from './operation/get-folder.ts';
import { idOf, itemIdXml } from './operation/item-id.ts';
import { itemShape } from './operation/item-shape.ts';
import { moveItem } from './operation/move-item.ts';
import { updateItem } from './operation/update-item.ts';
import { changeXml, field } from './property.ts';
import { childOf } from './read-answer.ts';

const CATEGORIES = field('item:Categories');
const MAX_CONFLICTS = 3;

export function createExchangeMarking(ews: Ews, folders: Folders): EmailMarking {
  return {
    categorize: (email, change) => categorize(ews, email.ref, change),
    async move(email, to) {
      const [folder] = await folders.probe([to]);
      return moveTo(ews, email, (await folders.find(folder!.path)).id);
    },
    async moveAside(email, { folder, name }) {
      const id = await asideFolder(ews, folder, name);
      return { folder: id, ref: await moveTo(ews, email, id) };
    },
  };
}

interface Seen {
  readonly kind: string;
  readonly etag: Etag;
  readonly folder: string | null;
  readonly categories: readonly string[];
}

/** Null: it is no longer there. */
async function see(ews: Ews, ref: RemoteRef): Promise<Seen | null> {
  const shape = itemShape([CATEGORIES, field('item:ParentFolderId')]);
  const [got] = await getElements(ews, [ref], { attempt: 'looking at a mail to mark', shape });
  if (got?.failure?.code === 'missing') return null;
  if (got?.failure) throw got.failure;
  const id = idOf(got?.element);
  if (id === null) return null;
  const categories = childOf(got!.element, 'Categories')?.children.map(({ text }) => text) ?? [];
  const folder = childOf(got!.element, 'ParentFolderId')?.attributes.Id ?? null;
  return { kind: got!.element!.name, etag: id.etag, folder, categories };
}

/** The list is written as a whole, so a change of somebody else in between is a conflict, and it is looked at anew. */
async function categorize(
  ews: Ews,
  ref: RemoteRef,
  change: Parameters<EmailMarking['categorize']>[1],
  conflicts = 0,
): Promise<RemoteRef | null> {
  const seen = await see(ews, ref);
  if (seen === null) return null;
  const wanted = changed(seen.categories, change);
  if (wanted.join('\n') === seen.categories.join('\n')) return ref;
  const setting = { path: CATEGORIES, value: wanted.length === 0 ? null : wanted };
  try {
    await updateItem(ews, itemIdXml({ ref, etag: seen.etag }), changeXml(seen.kind, setting), 'SendToNone');
    return ref;
  } catch (error) {
    if (asFailure(error)?.code !== 'conflict' || conflicts >= MAX_CONFLICTS) throw error;
    return categorize(ews, ref, change, conflicts + 1);
  }
}

function changed(present: readonly string[], { set, clear }: Parameters<EmailMarking['categorize']>[1]): string[] {
  const fold = (text: string) => text.toLowerCase();
  const cleared = new Set(clear.map(fold));
  const kept = present.filter((name) => !cleared.has(fold(name)));
  const there = new Set(kept.map(fold));
  return [...kept, ...set.filter((name) => !there.has(fold(name)))];
}

async function moveTo(ews: Ews, { ref, messageId }: MarkedEmail, folder: string): Promise<RemoteRef | null> {
  const seen = await see(ews, ref);
  // A move to where it is would give it a new id for nothing.
  if (seen?.folder === folder) return ref;
  try {
    const moved = seen === null ? null : await moveItem(ews, ref, folder);
    if (moved !== null) return moved;
  } catch (error) {
    if (asFailure(error)?.code !== 'missing') throw error;
  }
  if (messageId === null) return null;
  const found = await findMessages(ews, folder, messageId.replace(/^<|>$/g, ''));
  // Of several nobody can tell which was moved.
  return found.length === 1 ? found[0]! : null;
}

/** The remembered one wherever it was moved, else the one of the name at the top, else a new one. */
async function asideFolder(ews: Ews, remembered: string | null, name: string): Promise<string> {
  const found = await lookAside(ews, remembered, name);
  if (found !== null) return found;
  const made = await createFolder(ews, name);
  if (made !== null) return made;
  // Somebody else was faster, or the answer of an earlier attempt was lost.
  const there = await lookAside(ews, null, name);
  if (there === null) throw new Error(`Exchange says that there is a folder ${name} and does not list it`);
  return there;
}

async function lookAside(ews: Ews, remembered: string | null, name: string): Promise<string | null> {
  const [, trash] = await getFolders(ews, ['inbox', 'deleteditems']);
  const folders = await findAllFolders(ews);
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  const isThrownAway = (folder: FolderProperties) => chainOf(folder, byId).some(({ id }) => id === trash?.id);
  const known = folders.find(({ id }) => id === remembered);
  if (known && !isThrownAway(known)) return known.id;
  const isTop = ({ parent }: FolderProperties) => !byId.has(parent ?? '');
  return folders.find((folder) => isTop(folder) && folder.name.toLowerCase() === name.toLowerCase())?.id ?? null;
}
