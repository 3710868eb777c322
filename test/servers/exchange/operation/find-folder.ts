import { type Call, findFolder as locate, messages, responseOf, successMessage } from '../call.ts';
import { folderElement, folderValues, readFolderShape } from '../property/folder.ts';
import { page } from '../query/paging.ts';
import { readRestriction } from '../query/restriction.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';

/** Shallow: children; Deep: all below; SoftDeleted: none, as no folder is kept in the dumpster here. */
function candidates(mailbox: Mailbox, folder: Folder, traversal: string): Folder[] {
  if (traversal === 'Deep') return mailbox.descendants(folder);
  return traversal === 'Shallow' ? mailbox.children(folder) : [];
}

export async function findFolder(request: Element, call: Call): Promise<Element> {
  const parents = child(request, 'ParentFolderIds')?.children ?? [];
  const made = await messages('FindFolderResponseMessage', parents, (id) => {
    const { mailbox, folder } = locate(call, id);
    const shape = readFolderShape(child(request, 'FolderShape'));
    const test = readRestriction(child(request, 'Restriction'), call.exchange.switches.caselessRestrictions);
    const view = request.children.find((one) => one.name.endsWith('View'));
    const all = candidates(mailbox, folder, request.attributes.Traversal ?? 'Shallow')
      .filter((one) => test((path) => folderValues(one, path, mailbox)))
      .sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
    const { things, attributes } = page(all, view, (one) => one.name);
    const folders = el(
      'Folders',
      things.map((one) => folderElement(one, shape, mailbox)),
    );
    return successMessage('FindFolderResponseMessage', [el('RootFolder', [folders], attributes)]);
  });
  return responseOf('FindFolder', made);
}
