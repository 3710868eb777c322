// Item classes, element names and shapes belong together.
import { placesOf } from '../schema/fields.ts';
import type { Folder, FolderKind, ItemKind } from '../store/model.ts';

export const SHAPE_OF_KIND: Readonly<Record<ItemKind | FolderKind, string>> = {
  Item: 'ItemType',
  Message: 'MessageType',
  CalendarItem: 'CalendarItemType',
  Contact: 'ContactItemType',
  DistributionList: 'DistributionListType',
  Task: 'TaskType',
  PostItem: 'PostItemType',
  MeetingMessage: 'MeetingMessageType',
  MeetingRequest: 'MeetingRequestMessageType',
  MeetingResponse: 'MeetingResponseMessageType',
  MeetingCancellation: 'MeetingCancellationMessageType',
  Folder: 'FolderType',
  CalendarFolder: 'CalendarFolderType',
  ContactsFolder: 'ContactsFolderType',
  TasksFolder: 'TasksFolderType',
  SearchFolder: 'SearchFolderType',
};

export const CLASS_OF_ITEM: Readonly<Record<ItemKind, string>> = {
  Item: 'IPM.Note',
  Message: 'IPM.Note',
  CalendarItem: 'IPM.Appointment',
  Contact: 'IPM.Contact',
  DistributionList: 'IPM.DistList',
  Task: 'IPM.Task',
  PostItem: 'IPM.Post',
  MeetingMessage: 'IPM.Schedule.Meeting.Request',
  MeetingRequest: 'IPM.Schedule.Meeting.Request',
  MeetingResponse: 'IPM.Schedule.Meeting.Resp.Pos',
  MeetingCancellation: 'IPM.Schedule.Meeting.Canceled',
};

const KIND_OF_CLASS: readonly [string, ItemKind][] = [
  ['IPM.Appointment', 'CalendarItem'],
  ['IPM.Contact', 'Contact'],
  ['IPM.DistList', 'DistributionList'],
  ['IPM.Task', 'Task'],
  ['IPM.Post', 'PostItem'],
  ['IPM.Schedule.Meeting.Request', 'MeetingRequest'],
  ['IPM.Schedule.Meeting.Resp', 'MeetingResponse'],
  ['IPM.Schedule.Meeting.Canceled', 'MeetingCancellation'],
];

export function kindOfItemClass(itemClass: string): ItemKind {
  const lower = itemClass.toLowerCase();
  const found = KIND_OF_CLASS.find(([base]) => lower === base.toLowerCase() || lower.startsWith(`${base.toLowerCase()}.`));
  return found?.[1] ?? 'Message';
}

export function isMeetingMessage(kind: ItemKind): boolean {
  return kind.startsWith('Meeting');
}

/** Messages are what has a sender and a read flag. */
export function isMessage(kind: ItemKind): boolean {
  return kind === 'Message' || isMeetingMessage(kind);
}

export function hasField(kind: ItemKind | FolderKind, element: string): boolean {
  return placesOf(SHAPE_OF_KIND[kind]).has(element);
}

/** Which kind of item a folder takes; undefined takes any (reference 37 [doc]). */
export function ownKind(folder: Folder): ItemKind | undefined {
  return folder.kind === 'CalendarFolder'
    ? 'CalendarItem'
    : folder.kind === 'ContactsFolder'
      ? 'Contact'
      : folder.kind === 'TasksFolder'
        ? 'Task'
        : undefined;
}
