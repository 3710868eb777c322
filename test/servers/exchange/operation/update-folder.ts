import { type Call, findFolder, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { writeFolderExtended } from '../property/folder.ts';
import { readPath, samePath } from '../property/path.ts';
import { kindOfClass } from '../store/layout.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';
import { checkName, folderEvent, folderReference } from './folders.ts';

export async function updateFolder(request: Element, call: Call): Promise<Element> {
  const changes = child(request, 'FolderChanges')?.children ?? [];
  const made = await messages('UpdateFolderResponseMessage', changes, (change) => {
    const { mailbox, folder } = findFolder(call, change.children[0]!);
    for (const one of child(change, 'Updates')?.children ?? []) applyFolderChange(mailbox, folder, one);
    mailbox.touchFolder(folder);
    folderEvent(mailbox, 'Modified', folder);
    return successMessage('UpdateFolderResponseMessage', [el('Folders', [folderReference(folder, mailbox)])]);
  });
  return responseOf('UpdateFolder', made);
}

function applyFolderChange(mailbox: Mailbox, folder: Folder, change: Element) {
  // MS-OXWSFOLD R507: appending to a folder's property always fails.
  if (change.name === 'AppendToFolderField') refuse('ErrorInvalidPropertyAppend');
  const path = readPath(change.children[0]!);
  if (change.name === 'DeleteFolderField') {
    // exchangelib deletes the permissions that it never saw whenever it renames a folder [run]: those of the folder's maker come back.
    if (path.kind === 'field' && path.element === 'PermissionSet') delete folder.fields.PermissionSet;
    else if (path.kind !== 'extended') refuse('ErrorInvalidPropertyDelete');
    else delete folder.named[path.key];
    return;
  }
  const value = change.children[1]?.children[0];
  if (value === undefined) refuse('ErrorIncorrectUpdatePropertyCount', 'A change description must contain one property.');
  if (path.kind === 'extended') {
    if (value.name !== 'ExtendedProperty' || !samePath(readPath(value.children[0]!), path)) refuse('ErrorUpdatePropertyMismatch');
    writeFolderExtended(folder, value);
    return;
  }
  if (path.kind !== 'field' || value.name !== path.element) refuse('ErrorUpdatePropertyMismatch');
  if (path.element === 'DisplayName') {
    checkName(mailbox, folder.parent, value.text, folder);
    folder.name = value.text;
  } else if (path.element === 'FolderClass') {
    if (kindOfClass(value.text) !== folder.kind) refuse('ErrorObjectTypeChanged');
    folder.folderClass = value.text;
  } else if (path.element === 'PermissionSet') folder.fields.PermissionSet = value;
  else refuse('ErrorInvalidPropertySet');
}
