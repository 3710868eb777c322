// Folders as clients see them (MS-OXWSFOLD), by schema names and MAPI names.
import { isoSeconds } from '../clock.ts';
import { refuse } from '../errors.ts';
import { entryId } from '../store/ids.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder } from '../store/model.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import { effectiveRights } from './common.ts';
import { hasField } from './kind.ts';
import { type Path, readPath, tagKey } from './path.ts';
import { extendedElement } from './read.ts';

export interface FolderShape {
  base: string;
  paths: Path[];
}

export function readFolderShape(element: Element | undefined): FolderShape {
  const paths = (child(element, 'AdditionalProperties')?.children ?? []).map(readPath);
  for (const path of paths) if (path.kind === 'field' && path.group !== 'folder') refuse('ErrorInvalidPropertyRequest');
  return { base: childText(element, 'BaseShape') ?? 'AllProperties', paths };
}

type Reader = (folder: Folder, mailbox: Mailbox) => Element | undefined;

const unread = (folder: Folder, mailbox: Mailbox) =>
  mailbox.itemsIn(folder.key).filter((item) => item.fields.IsRead !== undefined && item.fields.IsRead.text !== 'true').length;

const FIELDS: Record<string, Reader> = {
  FolderId: (folder, mailbox) =>
    el('FolderId', undefined, { Id: mailbox.folderId(folder), ChangeKey: mailbox.folderKey(folder) }),
  ParentFolderId: (folder, mailbox) => {
    const parent = mailbox.folders.get(folder.parent) ?? folder;
    return el('ParentFolderId', undefined, { Id: mailbox.folderId(parent), ChangeKey: mailbox.folderKey(parent) });
  },
  FolderClass: (folder) => (folder.folderClass === '' ? undefined : el('FolderClass', folder.folderClass)),
  DisplayName: (folder) => el('DisplayName', folder.name),
  TotalCount: (folder, mailbox) => el('TotalCount', mailbox.itemsIn(folder.key).length),
  ChildFolderCount: (folder, mailbox) => el('ChildFolderCount', mailbox.children(folder).length),
  UnreadCount: (folder, mailbox) => el('UnreadCount', unread(folder, mailbox)),
  EffectiveRights: () => effectiveRights(true),
  DistinguishedFolderId: (folder) =>
    folder.distinguished === undefined ? undefined : el('DistinguishedFolderId', folder.distinguished),
  PermissionSet: (folder) => folder.fields.PermissionSet ?? defaultPermissions(folder),
};

/** What a new folder grants: nothing to others, the owner all by being owner [doc]. */
function defaultPermissions(folder: Folder): Element {
  const calendar = folder.kind === 'CalendarFolder';
  const entry = (user: string, items: string, level: string) =>
    el(calendar ? 'CalendarPermission' : 'Permission', [
      el('UserId', [el('DistinguishedUser', user)]),
      ...['CanCreateItems', 'CanCreateSubFolders', 'IsFolderOwner', 'IsFolderVisible', 'IsFolderContact'].map((name) =>
        el(name, false),
      ),
      el('EditItems', 'None'),
      el('DeleteItems', 'None'),
      el('ReadItems', items),
      el(calendar ? 'CalendarPermissionLevel' : 'PermissionLevel', level),
    ]);
  const free = calendar ? entry('Default', 'TimeOnly', 'FreeBusyTimeOnly') : entry('Default', 'None', 'None');
  return el('PermissionSet', [el(calendar ? 'CalendarPermissions' : 'Permissions', [free, entry('Anonymous', 'None', 'None')])]);
}

const DEFAULT = ['FolderId', 'DisplayName', 'TotalCount', 'ChildFolderCount', 'UnreadCount'];

const TAGS = new Map<string, (folder: Folder, mailbox: Mailbox) => string | undefined>([
  [tagKey(0x3001), (folder) => folder.name],
  [tagKey(0x3007), (folder) => isoSeconds(folder.created)],
  [tagKey(0x3008), (folder) => isoSeconds(folder.modified)],
  [tagKey(0x3602), (folder, mailbox) => String(mailbox.itemsIn(folder.key).length)],
  [tagKey(0x3603), (folder, mailbox) => String(unread(folder, mailbox))],
  [tagKey(0x360a), (folder, mailbox) => String(mailbox.children(folder).length > 0)],
  [tagKey(0x3613), (folder) => (folder.folderClass === '' ? undefined : folder.folderClass)],
  [tagKey(0x10f4), (folder) => String(folder.hidden)],
  // The next IMAP id, and the highest given out (reference 25).
  [tagKey(0x6751), (folder) => String(folder.nextImapId)],
  [tagKey(0x6752), (folder) => String(folder.nextImapId - 1)],
  [tagKey(0x670a), (folder, mailbox) => isoSeconds(lastCommit(folder, mailbox))],
  [
    tagKey(0x0fff),
    (folder, mailbox) =>
      entryId({ mailbox: mailbox.guid, kind: 'folder', folder: folder.key, item: 0, attachments: [] }).toString('base64'),
  ],
]);

/** Changes whenever content does (reference 25). */
function lastCommit(folder: Folder, mailbox: Mailbox): number {
  return mailbox.itemsIn(folder.key).reduce((latest, item) => Math.max(latest, item.modified), folder.modified);
}

export function folderElement(folder: Folder, shape: FolderShape, mailbox: Mailbox): Element {
  const names = new Set(shape.base === 'IdOnly' ? ['FolderId'] : shape.base === 'Default' ? DEFAULT : Object.keys(FIELDS));
  if (shape.base === 'AllProperties') names.delete('PermissionSet');
  for (const path of shape.paths) if (path.kind === 'field') names.add(path.element);
  const found = [...names]
    .filter((name) => hasField(folder.kind, name))
    .map((name) => FIELDS[name]?.(folder, mailbox) ?? folder.fields[name]);
  for (const path of shape.paths) found.push(readFolderPath(folder, path, mailbox));
  return el(folder.kind, found);
}

function readFolderPath(folder: Folder, path: Path, mailbox: Mailbox): Element | undefined {
  if (path.kind !== 'extended') return undefined;
  const values = folderValues(folder, path, mailbox);
  return values.length === 0 ? undefined : extendedElement(path, values);
}

/** The plain values of a folder's property, for comparing. */
export function folderValues(folder: Folder, path: Path, mailbox: Mailbox): string[] {
  if (path.kind === 'extended') {
    const known = TAGS.get(path.key);
    const value = known?.(folder, mailbox);
    if (known !== undefined) return value === undefined ? [] : [value];
    return folder.named[path.key]?.values ?? [];
  }
  if (path.kind !== 'field') return [];
  const element = FIELDS[path.element]?.(folder, mailbox) ?? folder.fields[path.element];
  if (element === undefined) return [];
  return [element.attributes.Id ?? element.text];
}

export function writeFolderExtended(folder: Folder, property: Element) {
  const path = readPath(property.children[0]!);
  if (path.kind !== 'extended') return;
  const list = child(property, 'Values');
  const values = list === undefined ? [childText(property, 'Value') ?? ''] : list.children.map((one) => one.text);
  if (path.key === tagKey(0x3001)) folder.name = values[0] ?? folder.name;
  else if (path.key === tagKey(0x3613)) folder.folderClass = values[0] ?? folder.folderClass;
  else if (path.key === tagKey(0x10f4)) folder.hidden = values[0] === 'true';
  else folder.named[path.key] = { type: path.type, values };
}
