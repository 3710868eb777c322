import type { Call } from '../call.ts';
import { folderElement, readFolderShape } from '../property/folder.ts';
import { child, type Element } from '../xml/element.ts';
import { eachFolder } from './folders.ts';

export function getFolder(request: Element, call: Call): Promise<Element> {
  return eachFolder('GetFolder', call, request, (mailbox, folder) =>
    folderElement(folder, readFolderShape(child(request, 'FolderShape')), mailbox),
  );
}
