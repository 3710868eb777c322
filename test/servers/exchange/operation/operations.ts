// Every operation by the name of its request element.
import type { Call } from '../call.ts';
import type { Element } from '../xml/element.ts';
import { createAttachment, deleteAttachment, getAttachment } from './attachments.ts';
import { convertId } from './convert-id.ts';
import { createFolder } from './create-folder.ts';
import { createItem } from './create-item.ts';
import { deleteFolder, emptyFolder } from './delete-folder.ts';
import { deleteItem } from './delete-item.ts';
import { findFolder } from './find-folder.ts';
import { findItem } from './find-item.ts';
import { getFolder } from './get-folder.ts';
import { getItem } from './get-item.ts';
import { getServerTimeZones } from './get-server-time-zones.ts';
import { getUserAvailability } from './get-user-availability.ts';
import { copyFolder, moveFolder } from './move-folder.ts';
import { copyItem, moveItem } from './move-item.ts';
import { expandDl, resolveNames } from './resolve-names.ts';
import { sendItem } from './send-item.ts';
import {
  getDelegate,
  getMailTips,
  getPasswordExpirationDate,
  getRoomLists,
  getRooms,
  getServiceConfiguration,
  getUserOofSettings,
  getUserPhoto,
  markAllItemsAsRead,
  markAsJunk,
} from './small.ts';
import { getEvents, subscribe, unsubscribe } from './subscribe.ts';
import { syncFolderHierarchy } from './sync-folder-hierarchy.ts';
import { syncFolderItems } from './sync-folder-items.ts';
import { updateFolder } from './update-folder.ts';
import { updateItem } from './update-item.ts';
import {
  createUserConfiguration,
  deleteUserConfiguration,
  getUserConfiguration,
  updateUserConfiguration,
} from './user-configuration.ts';

export type Operation = (request: Element, call: Call) => Promise<Element> | Element;

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetFolder: getFolder,
  FindFolder: findFolder,
  CreateFolder: createFolder,
  UpdateFolder: updateFolder,
  MoveFolder: moveFolder,
  CopyFolder: copyFolder,
  DeleteFolder: deleteFolder,
  EmptyFolder: emptyFolder,
  SyncFolderHierarchy: syncFolderHierarchy,
  SyncFolderItems: syncFolderItems,
  FindItem: findItem,
  GetItem: getItem,
  CreateItem: createItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  MoveItem: moveItem,
  CopyItem: copyItem,
  SendItem: sendItem,
  CreateAttachment: createAttachment,
  GetAttachment: getAttachment,
  DeleteAttachment: deleteAttachment,
  GetServerTimeZones: getServerTimeZones,
  ConvertId: convertId,
  Subscribe: subscribe,
  Unsubscribe: unsubscribe,
  GetEvents: getEvents,
  ResolveNames: resolveNames,
  ExpandDL: expandDl,
  GetUserConfiguration: getUserConfiguration,
  CreateUserConfiguration: createUserConfiguration,
  UpdateUserConfiguration: updateUserConfiguration,
  DeleteUserConfiguration: deleteUserConfiguration,
  GetUserAvailabilityRequest: getUserAvailability,
  GetUserPhoto: getUserPhoto,
  GetUserOofSettingsRequest: getUserOofSettings,
  GetDelegate: getDelegate,
  GetPasswordExpirationDate: getPasswordExpirationDate,
  GetRoomLists: getRoomLists,
  GetRooms: getRooms,
  GetServiceConfiguration: getServiceConfiguration,
  GetMailTips: getMailTips,
  MarkAllItemsAsRead: markAllItemsAsRead,
  MarkAsJunk: markAsJunk,
};
