/** Items by our key, wherever they lie: the folders of the kind, and Deleted Items with all below it. */
import type { Etag, FoundItem } from '../connector.ts';
import type { Ews } from './ews.ts';
import { listFolders } from './item-folders.ts';
import { KEY, keyOf, keyPrefix } from './item-key.ts';
import type { Kind } from './item-kind.ts';
import { findItems } from './operation/find-item.ts';
import { idOf } from './operation/item-id.ts';
import { field } from './property.ts';
import { childOf } from './read-answer.ts';

const PROPERTIES = [field('item:ParentFolderId'), KEY];

export async function findByRecord(
  ews: Ews,
  kind: Kind,
  record: string,
): Promise<readonly (FoundItem & { readonly etag: Etag })[]> {
  const { all, trash } = await listFolders(ews, kind);
  const folders = [...new Set([...all.map(({ id }) => id), ...trash])];
  const elements = await findItems(ews, folders, KEY, keyPrefix(record), PROPERTIES);
  return elements.flatMap((element) => {
    const [id, key] = [idOf(element), keyOf(element)];
    // A server may compare without regard to case.
    if (id === null || key?.record !== record || !kind.elements.includes(element.name)) return [];
    const folder = childOf(element, 'ParentFolderId')?.attributes.Id ?? '';
    return [{ ...id, key, folder, trashed: trash.has(folder) }];
  });
}
