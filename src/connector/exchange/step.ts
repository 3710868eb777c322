/**
 * One call to the server as data, so that it can be stored before it is made: everything but what the item is called then.
 * A translator makes steps by the functions here, `item-write.ts` carries them out.
 */
import type { AppointmentFieldName } from '../../model/appointment-field.ts';
import type { FileMark } from '../../model/attachment-field.ts';
import type { ContactFieldName } from '../../model/contact-field.ts';
import type { ItemKey, Json, MailIntent } from '../../model/item.ts';
import type { ItemVersion, Step } from '../connector.ts';
import { keySetting, MARK, markOf } from './item-key.ts';
import { changeXml, itemXml, type Setting } from './property.ts';

/** Which occurrence of a series is meant: its number from 1, deleted ones counted in, and when it begins by the pattern. */
export interface Occurrence {
  readonly number: number;
  /** An instant in UTC, by which the number is checked. */
  readonly originalStart: string;
}
export interface OfOccurrence {
  readonly occurrence?: Occurrence;
}

export interface Telling {
  readonly send: Send;
  /** An instant after which guests are not told any more; null: there is none. */
  readonly until: string | null;
}
const NOBODY: Telling = { send: 'SendToNone', until: null };

/** The mail by which a step tells others, by which it is known again in Sent Items. */
export interface MeetingMail {
  /** Its cleaned id, as `ItemVersion.meetingId`. */
  readonly meeting: string;
  /** Later than this, by the server's clock: when the item was saved as we know it. */
  readonly since: string;
  /** What its ItemClass begins with. */
  readonly itemClass: string;
}

const CLASSES = {
  UpdateItem: 'Request',
  CancelCalendarItem: 'Canceled',
  AcceptItem: 'Resp.Pos',
  TentativelyAcceptItem: 'Resp.Tent',
  DeclineItem: 'Resp.Neg',
} as const;

type Told = Pick<ItemVersion, 'ref' | 'etag'> & Partial<Pick<ItemVersion, 'meetingId' | 'changedAt'>>;

/** Null: it could not be known again. */
function mailBy(sender: keyof typeof CLASSES, { meetingId, changedAt }: Told): MeetingMail | null {
  if (!meetingId || !changedAt) return null;
  return { meeting: meetingId, since: changedAt.toISOString(), itemClass: `IPM.Schedule.Meeting.${CLASSES[sender]}` };
}

export type Operation =
  | {
      readonly operation: 'CreateItem';
      readonly folder: string | null;
      readonly item: string;
      readonly key: ItemKey;
      readonly telling: Telling;
    }
  | ({
      readonly operation: 'UpdateItem';
      readonly changes: string;
      readonly mark: string;
      readonly telling: Telling;
      readonly told: MeetingMail | null;
    } & OfOccurrence)
  | ({ readonly operation: 'DeleteItem' } & OfOccurrence)
  | ({ readonly operation: 'Respond'; readonly told: MeetingMail | null } & Response)
  | { readonly operation: 'CreateAttachment'; readonly attachment: string; readonly photo: boolean }
  | { readonly operation: 'DeletePhoto' }
  | { readonly operation: 'CreateFile'; readonly attachment: string; readonly file: FileMark }
  | { readonly operation: 'DeleteFile'; readonly file: FileMark };

/** SendMeetingInvitations and its sisters; nobody is told unless it was meant. */
export type Send = 'SendToNone' | 'SendToAllAndSaveCopy' | 'SendToChangedAndSaveCopy';

export const sendFor = (mail: MailIntent): Send => (mail === 'none' ? 'SendToNone' : 'SendToAllAndSaveCopy');

/** A response object (MS-OXWSCORE 2.2.4.43). */
export interface Response {
  readonly object: 'AcceptItem' | 'TentativelyAcceptItem' | 'DeclineItem' | 'CancelCalendarItem';
  /** Markup that the schema wants before ReferenceItemId. */
  readonly before: string;
  /** MyResponseType afterwards; null for a cancellation, after which the item lies in Deleted Items. */
  readonly becomes: string | null;
  /** It is that already. */
  readonly again: boolean;
  readonly telling: Telling;
}

const step = (name: string, operation: Operation, mails: boolean, partOf: readonly string[] = []): Step => ({
  name,
  mails,
  ...(partOf.length === 0 ? {} : { partOf }),
  data: operation as unknown as { readonly [key: string]: Json },
});
const SERIES: readonly AppointmentFieldName[] = ['recurrence'];
const PICTURE: readonly ContactFieldName[] = ['picture'];
const FILES: readonly AppointmentFieldName[] = ['attachments'];

export const operationOf = ({ data }: Step): Operation => data as unknown as Operation;

export interface Creation {
  readonly element: string;
  readonly folder: string | null;
  readonly key: ItemKey;
  readonly settings: readonly Setting[];
  readonly telling?: Telling;
}

export function createItemStep({ element, folder, key, settings, telling = NOBODY }: Creation): Step {
  const item = itemXml(element, [...settings, keySetting(key)]);
  return step('CreateItem', { operation: 'CreateItem', folder, item, key, telling }, mails(telling));
}

const mails = ({ send }: Telling) => send !== 'SendToNone';

export interface Update extends OfOccurrence {
  readonly element: string;
  readonly theirs: Told;
  /** Null: the key stays. */
  readonly key: ItemKey | null;
  readonly settings: readonly Setting[];
  readonly telling?: Telling;
}

export function updateItemStep({ element, theirs, key, settings, telling = NOBODY, occurrence }: Update): Step {
  const changes = [...settings, ...(key === null ? [] : [keySetting(key)])]
    .map((setting) => changeXml(element, setting))
    .join('');
  const mark = markOf(theirs.ref, theirs.etag, changes, String(occurrence?.number ?? ''));
  // The mark goes last: it says that what stands before it was written.
  const marked = changes + changeXml(element, { path: MARK, value: mark });
  const where = occurrence === undefined ? {} : { occurrence };
  const name = `UpdateItem with ${settings.length} ${settings.length === 1 ? 'property' : 'properties'}`;
  const told = mails(telling) ? mailBy('UpdateItem', theirs) : null;
  const operation = { operation: 'UpdateItem', changes: marked, mark, telling, told, ...where } as const;
  return step(name, operation, mails(telling), occurrence === undefined ? [] : SERIES);
}

export function deleteItemStep({ occurrence }: OfOccurrence = {}): Step {
  const where = occurrence === undefined ? {} : { occurrence };
  return step('DeleteItem', { operation: 'DeleteItem', ...where }, false, occurrence === undefined ? [] : SERIES);
}

export function respondStep(theirs: Told, response: Response): Step {
  const told = mailBy(response.object, theirs);
  return step(response.object, { operation: 'Respond', ...response, told }, mails(response.telling));
}

/** `attachment` is a whole FileAttachment; `photo`: it is the picture of a contact. A server adds it whatever key its parent has by then. */
export function createAttachmentStep(attachment: string, photo = false): Step {
  return {
    ...step('CreateAttachment', { operation: 'CreateAttachment', attachment, photo }, false, photo ? PICTURE : []),
    blind: true,
  };
}

export const deletePhotoStep = (): Step => step('DeleteAttachment', { operation: 'DeletePhoto' }, false, PICTURE);

export const createFileStep = (attachment: string, file: FileMark): Step => ({
  ...step('CreateAttachment', { operation: 'CreateFile', attachment, file }, false, FILES),
  blind: true,
});

export const deleteFileStep = (file: FileMark): Step => step('DeleteAttachment', { operation: 'DeleteFile', file }, false, FILES);
