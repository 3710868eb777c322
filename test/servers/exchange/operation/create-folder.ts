import { type Call, findFolder, messages, requireChild, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { CLASS_OF_KIND, kindOfClass } from '../store/layout.ts';
import type { FolderKind } from '../store/model.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import { applyFolderProperties, checkName, folderReference } from './folders.ts';

export async function createFolder(request: Element, call: Call): Promise<Element> {
  const folders = child(request, 'Folders')?.children ?? [];
  const made = await messages('CreateFolderResponseMessage', folders, (given) => {
    const { mailbox, folder: parent } = findFolder(
      call,
      requireChild(requireChild(request, 'ParentFolderId'), parentName(request)),
    );
    const name = childText(given, 'DisplayName') ?? '';
    checkName(mailbox, parent.key, name);
    const folderClass = childText(given, 'FolderClass') ?? CLASS_OF_KIND[given.name as FolderKind];
    // A class that does not fit the element is refused [doc: ErrorInvalidFolderTypeForOperation family].
    if (given.name !== 'Folder' && given.name !== 'SearchFolder' && kindOfClass(folderClass) !== given.name) {
      refuse('ErrorObjectTypeChanged', 'The folder class does not fit the folder type.');
    }
    const kind = given.name === 'SearchFolder' ? 'SearchFolder' : kindOfClass(folderClass);
    const folder = mailbox.addFolder({ parent: parent.key, name, kind, folderClass });
    applyFolderProperties(folder, given);
    mailbox.touchFolder(parent);
    return successMessage('CreateFolderResponseMessage', [el('Folders', [folderReference(folder, mailbox)])]);
  });
  return responseOf('CreateFolder', made);
}

function parentName(request: Element): string {
  return child(request, 'ParentFolderId')?.children[0]?.name ?? 'FolderId';
}
