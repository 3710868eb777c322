import { type Call, findFolder, requireChild } from '../call.ts';
import { refuse } from '../errors.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder } from '../store/model.ts';
import type { Element } from '../xml/element.ts';
import { checkName, eachFolder, folderEvent, folderReference, isBelow } from './folders.ts';
import { copyOf } from './items.ts';

function target(request: Element, call: Call) {
  return findFolder(call, requireChild(request, 'ToFolderId').children[0]!);
}

export function moveFolder(request: Element, call: Call): Promise<Element> {
  return eachFolder('MoveFolder', call, request, (mailbox, folder) => {
    if (folder.distinguished !== undefined) refuse('ErrorMoveDistinguishedFolder');
    const to = target(request, call);
    if (to.mailbox !== mailbox) refuse('ErrorCrossMailboxMoveCopy', 'Folders cannot be moved between mailboxes.');
    if (isBelow(mailbox, to.folder, folder)) refuse('ErrorMoveCopyFailed', 'A folder cannot be moved into itself.');
    checkName(mailbox, to.folder.key, folder.name, folder);
    const old = folder.parent;
    folder.parent = to.folder.key;
    mailbox.touchFolder(folder);
    folderEvent(mailbox, 'Moved', folder, old);
    // The id survives (reference 12 [doc]).
    return folderReference(folder, mailbox);
  });
}

export function copyFolder(request: Element, call: Call): Promise<Element> {
  return eachFolder('CopyFolder', call, request, (mailbox, folder) => {
    const to = target(request, call);
    if (to.mailbox !== mailbox) refuse('ErrorCrossMailboxMoveCopy', 'Folders cannot be copied between mailboxes.');
    if (isBelow(mailbox, to.folder, folder)) refuse('ErrorMoveCopyFailed', 'A folder cannot be copied into itself.');
    checkName(mailbox, to.folder.key, folder.name);
    const copy = copyTree(mailbox, folder, to.folder.key);
    folderEvent(mailbox, 'Copied', copy, folder.parent);
    return folderReference(copy, mailbox);
  });
}

function copyTree(mailbox: Mailbox, folder: Folder, parent: number): Folder {
  const inner = mailbox.children(folder);
  const copy = mailbox.addFolder({ parent, name: folder.name, kind: folder.kind, folderClass: folder.folderClass });
  copy.named = structuredClone(folder.named);
  for (const item of [...(mailbox.contents.get(folder.key) ?? [])]) mailbox.place(copyOf(item), copy);
  for (const one of inner) copyTree(mailbox, one, copy.key);
  return copy;
}
