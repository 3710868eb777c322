/**
 * Items by our key, wherever they lie: the folders of the kind, and Deleted Items with all below it. What is not found counts as
 * deleted, so a server that finds items and does not show their key is asked for it item by item.
 */
import type { Etag, FoundItem, RemoteRef } from '../connector.ts';
import type { Ews } from './ews.ts';
import { listFolders } from './item-folders.ts';
import { KEY, keyOf, keyPrefix } from './item-key.ts';
import type { Kind } from './item-kind.ts';
import { type FoundIn, findItems } from './operation/find-item.ts';
import { folderId } from './operation/folder-id.ts';
import { getElements } from './operation/get-elements.ts';
import { inPortions } from './operation/in-portions.ts';
import { idOf } from './operation/item-id.ts';
import { itemShape } from './operation/item-shape.ts';
import { beginsWith } from './operation/restriction.ts';
import { idIn } from './operation/sync-folder-items.ts';
import { valueAt } from './property.ts';

const SHAPE = itemShape([KEY]);
const AT_ONCE = 100;

export async function findByRecord(
  ews: Ews,
  kind: Kind,
  record: string,
): Promise<readonly (FoundItem & { readonly etag: Etag })[]> {
  const { all, trash } = await listFolders(ews, kind);
  const folders = [...new Set([...all.map(({ id }) => id), ...trash])];
  const named = new Map(folders.map((id) => [folderId(id), id]));
  const where = beginsWith(KEY, keyPrefix(record));
  const found = await findItems(ews, [...named.keys()], { attempt: 'looking for an item by its key', shape: SHAPE, where });
  const keyed = found.some(({ element }) => valueAt(element, KEY) !== undefined) ? found : await withKeys(ews, found);
  return keyed.flatMap(({ folder: name, element }) => {
    const [id, key, folder] = [idOf(element), keyOf(element), named.get(name)!];
    // A server may compare without regard to case, or not at all.
    if (id === null || key?.record !== record || !kind.elements.includes(element.name)) return [];
    return [{ ...id, key, folder, trashed: trash.has(folder) }];
  });
}

async function withKeys(ews: Ews, found: readonly FoundIn[]): Promise<FoundIn[]> {
  const attempt = 'reading the key of an item';
  const folders = new Map(found.flatMap(({ folder, element }) => idIn(element).map((ref) => [ref, folder] as const)));
  const refs = [...folders.keys()] as RemoteRef[];
  const got = await inPortions(refs, AT_ONCE, (some) => getElements(ews, some, { attempt, shape: SHAPE }));
  return got.flatMap(({ ref, element }) => (element === undefined ? [] : [{ folder: folders.get(ref)!, element }]));
}
