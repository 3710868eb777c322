// What a mailbox holds. Everything here is plain data, so that a whole server can be written to a file and read back.
import type { Element } from '../xml/element.ts';

export type ItemKind =
  | 'Item'
  | 'Message'
  | 'CalendarItem'
  | 'Contact'
  | 'DistributionList'
  | 'Task'
  | 'PostItem'
  | 'MeetingMessage'
  | 'MeetingRequest'
  | 'MeetingResponse'
  | 'MeetingCancellation';

export type FolderKind = 'Folder' | 'CalendarFolder' | 'ContactsFolder' | 'TasksFolder' | 'SearchFolder';

/** A MAPI property that has no schema name. */
export interface NamedValue {
  type: string;
  values: string[];
}

export interface Attachment {
  key: number;
  /** FileAttachment, ItemAttachment or ReferenceAttachment. */
  kind: string;
  fields: Record<string, Element>;
  /** Base64 of a file. */
  content: string;
  item?: Item;
}

/** A changed or deleted occurrence of a series, kept under its original day (yyyyMMdd in the series' zone). */
export interface Exception {
  deleted: boolean;
  fields: Record<string, Element>;
  removed: string[];
  named: Record<string, NamedValue>;
  attachments: Attachment[] | null;
}

export interface Item {
  key: number;
  folder: number;
  kind: ItemKind;
  fields: Record<string, Element>;
  named: Record<string, NamedValue>;
  attachments: Attachment[];
  associated: boolean;
  /** Base64 of the MIME it was made from; dropped when a change makes it untrue. */
  mime?: string;
  imapId: number;
  created: number;
  modified: number;
  /** Counters of the mailbox: when it came into this folder, when it last changed, when only its read flag changed. */
  createdAt: number;
  changedAt: number;
  readAt: number;
  version: number;
  exceptions: Record<string, Exception>;
  /** The version in which each property last changed: what AutoResolve decides by. */
  changes: Record<string, number>;
  /** Set on the view of one occurrence; never stored. */
  occurrence?: { master: Item; day: string };
}

export interface Folder {
  key: number;
  parent: number;
  kind: FolderKind;
  folderClass: string;
  name: string;
  distinguished?: string;
  named: Record<string, NamedValue>;
  fields: Record<string, Element>;
  hidden: boolean;
  created: number;
  modified: number;
  createdAt: number;
  changedAt: number;
  version: number;
  nextImapId: number;
}

export interface Tombstone {
  folder: number;
  key: number;
  kind: 'item' | 'folder';
  createdAt: number;
  at: number;
  /** The text of the id that was given out. */
  id: string;
}

export type EventName = 'Copied' | 'Created' | 'Deleted' | 'Modified' | 'Moved' | 'NewMail' | 'FreeBusyChanged';

export interface StoreEvent {
  /** Position among the events of the mailbox: what a watermark names. */
  number: number;
  time: number;
  name: EventName;
  folder: number;
  item?: string;
  folderId?: string;
  /** Key of the folder that the event is about. */
  folderKey?: number;
  oldId?: string;
  oldFolder?: number;
  changeKey?: string;
}

export interface UserConfiguration {
  folder: number;
  name: string;
  dictionary: Element[];
  xml: string;
  binary: string;
  key: number;
  version: number;
}
