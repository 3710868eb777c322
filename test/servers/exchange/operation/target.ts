// Where new items go, and which folder takes what.
import { type Call, findFolder } from '../call.ts';
import { refuse } from '../errors.ts';
import { ownKind } from '../property/kind.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder, ItemKind } from '../store/model.ts';
import { child, type Element } from '../xml/element.ts';

const DEFAULT_FOLDERS: Readonly<Record<string, string>> = {
  CalendarItem: 'calendar',
  Contact: 'contacts',
  DistributionList: 'contacts',
  Task: 'tasks',
  PostItem: 'inbox',
};

/** Which folder takes what (reference 37 [doc]). */
const WRONG_FOLDER: Readonly<Record<string, string>> = {
  CalendarItem: 'ErrorCannotCreateCalendarItemInNonCalendarFolder',
  Contact: 'ErrorCannotCreateContactInNonContactFolder',
  DistributionList: 'ErrorCannotCreateContactInNonContactFolder',
  Task: 'ErrorCannotCreateTaskInNonTaskFolder',
};

export function checkFolder(kind: ItemKind, folder: Folder) {
  const own = ownKind(folder);
  const wanted = kind === 'DistributionList' ? 'Contact' : kind;
  const code = WRONG_FOLDER[kind];
  if (code !== undefined && own !== wanted && folder.distinguished !== 'deleteditems')
    refuse(code, 'The folder does not take items of this type.');
  if (kind === 'PostItem' && own !== undefined)
    refuse('ErrorCannotCreatePostItemInNonMailFolder', 'The folder does not take items of this type.');
}

export function targetFolder(request: Element, call: Call, kind: ItemKind, sent: boolean): { mailbox: Mailbox; folder: Folder } {
  const saved = child(request, 'SavedItemFolderId')?.children[0];
  if (saved !== undefined) return findFolder(call, saved);
  const name = DEFAULT_FOLDERS[kind] ?? (sent ? 'sentitems' : 'drafts');
  return { mailbox: call.mailbox, folder: call.mailbox.folderNamed(name) };
}
