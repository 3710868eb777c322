// What the folder operations have in common.
import { type Call, findFolder, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { writeFolderExtended } from '../property/folder.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';

export function folderIds(request: Element): Element[] {
  return child(request, 'FolderIds')?.children ?? [];
}

export function folderReference(folder: Folder, mailbox: Mailbox): Element {
  return el(folder.kind, [el('FolderId', undefined, { Id: mailbox.folderId(folder), ChangeKey: mailbox.folderKey(folder) })]);
}

export async function eachFolder(
  operation: string,
  call: Call,
  request: Element,
  act: (mailbox: Mailbox, folder: Folder) => Element | undefined,
): Promise<Element> {
  const made = await messages(`${operation}ResponseMessage`, folderIds(request), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    const content = act(mailbox, folder);
    return successMessage(`${operation}ResponseMessage`, [content === undefined ? undefined : el('Folders', [content])]);
  });
  return responseOf(operation, made);
}

/** Names are unique among siblings, without regard to case (reference 37 [doc]). */
export function checkName(mailbox: Mailbox, parent: number, name: string, self?: Folder) {
  if (name.trim() === '') refuse('ErrorInvalidFolderName', 'The folder name is empty.');
  const taken = [...mailbox.folders.values()].some(
    (one) => one.parent === parent && one !== self && one.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) refuse('ErrorFolderExists');
}

export function applyFolderProperties(folder: Folder, source: Element) {
  for (const property of source.children) {
    if (property.name === 'DisplayName') folder.name = property.text;
    else if (property.name === 'FolderClass') folder.folderClass = property.text;
    else if (property.name === 'ExtendedProperty') writeFolderExtended(folder, property);
    else if (property.name === 'PermissionSet') folder.fields.PermissionSet = property;
  }
}

export function isBelow(mailbox: Mailbox, folder: Folder, above: Folder): boolean {
  let at: Folder | undefined = folder;
  while (at !== undefined) {
    if (at === above) return true;
    at = mailbox.folders.get(at.parent);
  }
  return false;
}

export function folderEvent(
  mailbox: Mailbox,
  name: 'Created' | 'Modified' | 'Moved' | 'Copied' | 'Deleted',
  folder: Folder,
  oldParent?: number,
) {
  const id = mailbox.folderId(folder);
  const old = oldParent === undefined ? {} : { oldFolder: oldParent, oldId: id };
  mailbox.record({
    name,
    folder: folder.parent,
    folderId: id,
    folderKey: folder.key,
    changeKey: mailbox.folderKey(folder),
    ...old,
  });
}
