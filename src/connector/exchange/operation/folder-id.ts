import type { FolderRole } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import type { Element } from '../read-answer.ts';
import { childOf, textOf } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';

/** DistinguishedFolderIdNameType (MS-OXWSCDATA 2.2.5.10): names that do not depend on the language of the mailbox. */
export const DISTINGUISHED: readonly (readonly [role: FolderRole, id: string])[] = [
  ['inbox', 'inbox'],
  ['sent', 'sentitems'],
  ['drafts', 'drafts'],
  ['trash', 'deleteditems'],
  ['junk', 'junkemail'],
];

export function distinguishedId(ews: Ews, id: string): string {
  const owner =
    ews.delegateOf === null ? '' : `<t:Mailbox><t:EmailAddress>${escapeXml(ews.delegateOf)}</t:EmailAddress></t:Mailbox>`;
  return owner === ''
    ? `<t:DistinguishedFolderId Id="${id}"/>`
    : `<t:DistinguishedFolderId Id="${id}">${owner}</t:DistinguishedFolderId>`;
}

export const folderId = (id: string): string => `<t:FolderId Id="${escapeXml(id)}"/>`;

/** IdOnly and what is needed to name and count a folder. */
export const FOLDER_SHAPE = `<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${[
  'DisplayName',
  'ParentFolderId',
  'TotalCount',
  'FolderClass',
]
  .map((name) => `<t:FieldURI FieldURI="folder:${name}"/>`)
  .join('')}</t:AdditionalProperties></m:FolderShape>`;

export interface FolderProperties {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  readonly total: number | null;
  /** Folder, or CalendarFolder, ContactsFolder, TasksFolder, SearchFolder. */
  readonly kind: string;
  /** `IPF.Contact` …; empty where it is not told. */
  readonly folderClass: string;
}

export function readFolder(element: Element): FolderProperties {
  const total = textOf(element, 'TotalCount');
  return {
    id: childOf(element, 'FolderId')?.attributes.Id ?? '',
    parent: childOf(element, 'ParentFolderId')?.attributes.Id ?? null,
    name: textOf(element, 'DisplayName') ?? '',
    total: total === undefined ? null : Number(total),
    kind: kindOf(element),
    folderClass: textOf(element, 'FolderClass')?.trim() ?? '',
  };
}

/** Some servers call every folder a Folder; its class says what it holds (MS-OXWSFOLD 2.2.4.10). */
function kindOf(element: Element): string {
  if (element.name !== 'Folder') return element.name;
  const [, holds = ''] = /^IPF\.(\w+)/i.exec(textOf(element, 'FolderClass')?.trim() ?? '') ?? [];
  return KINDS[holds.toLowerCase()] ?? 'Folder';
}

const KINDS: Readonly<Record<string, string>> = {
  ...{ appointment: 'CalendarFolder', contact: 'ContactsFolder', task: 'TasksFolder' },
};
