/**
 * One call to the server as data, so that it can be stored before it is made: everything but what the item is called then.
 * A translator makes steps by the functions here, `item-write.ts` carries them out.
 */
import type { ItemKey, Json, MailIntent } from '../../model/item.ts';
import type { ItemVersion, Step } from '../connector.ts';
import { keySetting, MARK, markOf } from './item-key.ts';
import { changeXml, itemXml, type Setting } from './property.ts';

/** Which occurrence of a series is meant: its number from 1, deleted ones counted in. */
export interface OfOccurrence {
  readonly occurrence?: number;
}

export type Operation =
  | {
      readonly operation: 'CreateItem';
      readonly folder: string | null;
      readonly item: string;
      readonly key: ItemKey;
      readonly send: Send;
    }
  | ({ readonly operation: 'UpdateItem'; readonly changes: string; readonly mark: string; readonly send: Send } & OfOccurrence)
  | ({ readonly operation: 'DeleteItem'; readonly send: Send } & OfOccurrence)
  /** A response object (MS-OXWSCORE 2.2.4.43): AcceptItem, CancelCalendarItem …; `body` is what stands behind ReferenceItemId. */
  | {
      readonly operation: 'Respond';
      readonly object: string;
      readonly before: string;
      readonly after: string;
      readonly send: Send;
    }
  | { readonly operation: 'CreateAttachment'; readonly attachment: string; readonly photo: boolean }
  | { readonly operation: 'DeletePhoto' };

/** SendMeetingInvitations and its sisters; nobody is told unless it was meant. */
export type Send = 'SendToNone' | 'SendToAllAndSaveCopy' | 'SendToChangedAndSaveCopy';

export const sendFor = (mail: MailIntent): Send => (mail === 'none' ? 'SendToNone' : 'SendToAllAndSaveCopy');

const step = (name: string, operation: Operation, mails: boolean): Step => ({
  name,
  mails,
  data: operation as unknown as { readonly [key: string]: Json },
});

export const operationOf = ({ data }: Step): Operation => data as unknown as Operation;

export interface Creation {
  readonly element: string;
  readonly folder: string | null;
  readonly key: ItemKey;
  readonly settings: readonly Setting[];
  readonly send?: Send;
}

export function createItemStep({ element, folder, key, settings, send = 'SendToNone' }: Creation): Step {
  const item = itemXml(element, [...settings, keySetting(key)]);
  return step('CreateItem', { operation: 'CreateItem', folder, item, key, send }, send !== 'SendToNone');
}

export interface Update extends OfOccurrence {
  readonly element: string;
  readonly theirs: ItemVersion;
  /** Null: the key stays. */
  readonly key: ItemKey | null;
  readonly settings: readonly Setting[];
  readonly send?: Send;
}

export function updateItemStep({ element, theirs, key, settings, send = 'SendToNone', occurrence }: Update): Step {
  const changes = [...settings, ...(key === null ? [] : [keySetting(key)])]
    .map((setting) => changeXml(element, setting))
    .join('');
  const mark = markOf(theirs.ref, theirs.etag, changes, String(occurrence ?? ''));
  // The mark goes last: it says that what stands before it was written.
  const marked = changes + changeXml(element, { path: MARK, value: mark });
  const where = occurrence === undefined ? {} : { occurrence };
  const name = `UpdateItem with ${settings.length} ${settings.length === 1 ? 'property' : 'properties'}`;
  return step(name, { operation: 'UpdateItem', changes: marked, mark, send, ...where }, send !== 'SendToNone');
}

export function deleteItemStep(send: Send = 'SendToNone', occurrence?: number): Step {
  const where = occurrence === undefined ? {} : { occurrence };
  return step('DeleteItem', { operation: 'DeleteItem', send, ...where }, send !== 'SendToNone');
}

/** `before` and `after` are the markup that the schema wants before and after ReferenceItemId. */
export function respondStep(object: string, send: Send, before = '', after = ''): Step {
  return step(object, { operation: 'Respond', object, before, after, send }, send !== 'SendToNone');
}

/** `attachment` is a whole FileAttachment; `photo`: it is the picture of a contact. */
export function createAttachmentStep(attachment: string, photo = false): Step {
  return step('CreateAttachment', { operation: 'CreateAttachment', attachment, photo }, false);
}

export const deletePhotoStep = (): Step => step('DeleteAttachment', { operation: 'DeletePhoto' }, false);
