import { type Call, findFolder, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder } from '../store/model.ts';
import type { Element } from '../xml/element.ts';
import { folderEvent, folderIds } from './folders.ts';
import { disposeItem } from './items.ts';

export async function deleteFolder(request: Element, call: Call): Promise<Element> {
  const made = await messages('DeleteFolderResponseMessage', folderIds(request), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    if (folder.distinguished !== undefined) refuse('ErrorDeleteDistinguishedFolder');
    dispose(mailbox, folder, request.attributes.DeleteType ?? 'HardDelete');
    return successMessage('DeleteFolderResponseMessage');
  });
  return responseOf('DeleteFolder', made);
}

function dispose(mailbox: Mailbox, folder: Folder, type: string) {
  if (type !== 'MoveToDeletedItems') {
    // A soft deleted folder would go to the dumpster; only its items do here.
    for (const one of [folder, ...mailbox.descendants(folder)]) {
      for (const item of [...(mailbox.contents.get(one.key) ?? [])]) disposeItem(mailbox, item, type);
    }
    folderEvent(mailbox, 'Deleted', folder);
    mailbox.removeFolder(folder);
    return;
  }
  const trash = mailbox.folderNamed('deleteditems');
  const old = folder.parent;
  folder.parent = trash.key;
  const taken = new Set(
    mailbox
      .children(trash)
      .filter((one) => one !== folder)
      .map((one) => one.name.toLowerCase()),
  );
  const base = folder.name;
  for (let number = 1; taken.has(folder.name.toLowerCase()); number++) folder.name = `${base}${number}`;
  mailbox.touchFolder(folder);
  folderEvent(mailbox, 'Moved', folder, old);
}

export async function emptyFolder(request: Element, call: Call): Promise<Element> {
  const type = request.attributes.DeleteType ?? 'HardDelete';
  const made = await messages('EmptyFolderResponseMessage', folderIds(request), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    // Calendars cannot be emptied, nor the root [doc: ErrorCannotEmptyFolder].
    if (folder.kind === 'CalendarFolder' || folder.distinguished === 'root' || folder.distinguished === 'msgfolderroot') {
      refuse('ErrorCannotEmptyFolder', 'The folder cannot be emptied.');
    }
    for (const item of mailbox.itemsIn(folder.key)) disposeItem(mailbox, item, type);
    if (request.attributes.DeleteSubFolders === 'true') {
      for (const one of mailbox.children(folder)) if (one.distinguished === undefined) dispose(mailbox, one, type);
    }
    return successMessage('EmptyFolderResponseMessage');
  });
  return responseOf('EmptyFolder', made);
}
