// Properties that every item has (MS-OXWSCORE ItemType).
import { createHash } from 'node:crypto';
import { isoSeconds } from '../clock.ts';
import { guidFrom, writeId } from '../store/ids.ts';
import type { Item } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';
import { bodyAs, htmlToText } from './body.ts';
import { type Context, plainReader, type Reader, textOf } from './context.ts';
import { CLASS_OF_ITEM, isMessage } from './kind.ts';

export function itemIdElement(item: Item, context: Pick<Context, 'mailbox'>, name = 'ItemId'): Element {
  return el(name, undefined, { Id: context.mailbox.itemId(item), ChangeKey: context.mailbox.itemKey(item) });
}

const sizes = new WeakMap<Item, { version: number; size: number }>();

export function sizeOf(item: Item): number {
  const known = sizes.get(item);
  if (known?.version === item.version && known !== undefined) return known.size;
  const own = JSON.stringify(item.fields).length + JSON.stringify(item.named).length + (item.mime?.length ?? 0);
  const size = 512 + own + item.attachments.reduce((sum, one) => sum + one.content.length + 256, 0);
  sizes.set(item, { version: item.version, size });
  return size;
}

function displayList(item: Item, element: string): string {
  const boxes = item.fields[element]?.children ?? [];
  return boxes.map((box) => child(box, 'Name')?.text || child(box, 'EmailAddress')?.text || '').join('; ');
}

/** A conversation is what shares the topic: the subject without prefixes [doc]. */
export function topicOf(subject: string): string {
  return subject.replace(/^((re|fw|fwd|aw|wg|sv|vs|accepted|declined|tentative|canceled)\s*:\s*)+/i, '').trim();
}

function conversationId(item: Item, context: Context): Element {
  const key = Number.parseInt(
    createHash('sha256')
      .update(topicOf(textOf(item, 'Subject') ?? ''))
      .digest('hex')
      .slice(0, 10),
    16,
  );
  return el('ConversationId', undefined, {
    Id: writeId({ mailbox: context.mailbox.guid, kind: 'item', folder: 1, item: key, attachments: [] }),
  });
}

/** 16 bytes that stay with a message when it is copied or moved [doc: PidTagSearchKey]. */
export function searchKeyOf(item: Item, context: Pick<Context, 'mailbox'>): string {
  const kept = item.named['search/key']?.values[0];
  return kept ?? Buffer.from(guidFrom(context.mailbox.guid, item.key).replaceAll('-', ''), 'hex').toString('base64');
}

export function visibleAttachments(item: Item) {
  return item.attachments.filter((one) => one.fields.IsInline?.text !== 'true' && one.fields.IsContactPhoto?.text !== 'true');
}

export function attachmentId(item: Item, key: number, context: Context): Element {
  return el('AttachmentId', undefined, { Id: writeId({ ...context.mailbox.objectId(item), attachments: [key] }) });
}

/** Metadata only: content comes by GetAttachment (reference 30 [doc]). */
export function attachmentsElement(item: Item, context: Context): Element | undefined {
  if (item.attachments.length === 0) return undefined;
  return el(
    'Attachments',
    item.attachments.map((one) => el(one.kind, [attachmentId(item, one.key, context), ...Object.values(one.fields)])),
  );
}

const rights = ['CreateAssociated', 'CreateContents', 'CreateHierarchy', 'Delete', 'Modify', 'Read', 'ViewPrivateItems'];
const NOT_FOR_ITEMS = new Set(['CreateAssociated', 'CreateContents', 'CreateHierarchy']);

export function effectiveRights(forFolder: boolean): Element {
  return el(
    'EffectiveRights',
    rights.map((right) => el(right, forFolder || !NOT_FOR_ITEMS.has(right))),
  );
}

function reminderMinutes(item: Item): number {
  return Number(textOf(item, 'ReminderMinutesBeforeStart') ?? (item.kind === 'CalendarItem' ? 15 : 0));
}

function reminderDueBy(item: Item): Element | undefined {
  const due = item.fields.ReminderDueBy ?? item.fields.Start;
  return due === undefined ? undefined : el('ReminderDueBy', due.text);
}

function flag(item: Item): Element {
  return item.fields.Flag ?? el('Flag', [el('FlagStatus', 'NotFlagged')]);
}

/** What a client may do with the item now (MS-OXWSCORE ResponseObjects). */
function responseObjects(item: Item, context: Context): Element | undefined {
  const names = responsesOf(item, context);
  return names.length === 0
    ? undefined
    : el(
        'ResponseObjects',
        names.map((name) => el(name)),
      );
}

const REPLIES = ['ReplyToItem', 'ReplyAllToItem', 'ForwardItem'];
const ANSWERS = ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem'];

function responsesOf(item: Item, context: Context): string[] {
  if (item.kind === 'MeetingRequest') return [...ANSWERS, ...REPLIES];
  if (item.kind === 'MeetingCancellation') return ['RemoveItem', ...REPLIES];
  if (item.kind === 'CalendarItem') {
    const meeting = ['RequiredAttendees', 'OptionalAttendees', 'Resources'].some((name) => item.fields[name] !== undefined);
    if (!meeting) return ['ForwardItem'];
    const organizer = item.fields.Organizer?.children[0]?.children.find((one) => one.name === 'EmailAddress')?.text ?? '';
    return organizer.toLowerCase() === context.mailbox.address.toLowerCase()
      ? ['CancelCalendarItem', 'ForwardItem']
      : [...ANSWERS, ...REPLIES];
  }
  if (item.kind === 'PostItem') return ['PostReplyItem', 'ReplyToItem', 'ForwardItem'];
  return isMessage(item.kind) && textOf(item, 'IsDraft') !== 'true' ? REPLIES : isMessage(item.kind) ? ['ForwardItem'] : [];
}

export const COMMON: Record<string, Reader> = {
  ResponseObjects: responseObjects,
  ItemId: (item, context) => itemIdElement(item, context),
  ParentFolderId: (item, context) => {
    const folder = context.mailbox.folders.get(item.folder);
    if (folder === undefined) return undefined;
    return el('ParentFolderId', undefined, {
      Id: context.mailbox.folderId(folder),
      ChangeKey: context.mailbox.folderKey(folder),
    });
  },
  ItemClass: (item) => item.fields.ItemClass ?? el('ItemClass', CLASS_OF_ITEM[item.kind]),
  Sensitivity: plainReader('Sensitivity', 'Normal'),
  Importance: plainReader('Importance', 'Normal'),
  Body: (item, context) => bodyAs(item, context.bodyType),
  TextBody: (item) => bodyAs(item, 'Text', 'TextBody'),
  UniqueBody: (item, context) => bodyAs(item, context.bodyType, 'UniqueBody'),
  NormalizedBody: (item, context) => bodyAs(item, context.bodyType, 'NormalizedBody'),
  Preview: (item) => el('Preview', textPreview(item)),
  Attachments: attachmentsElement,
  HasAttachments: (item) => el('HasAttachments', visibleAttachments(item).length > 0),
  DateTimeReceived: (item) => item.fields.DateTimeReceived ?? el('DateTimeReceived', isoSeconds(item.created)),
  DateTimeSent: (item) => item.fields.DateTimeSent ?? el('DateTimeSent', isoSeconds(item.created)),
  DateTimeCreated: (item) => el('DateTimeCreated', isoSeconds(item.created)),
  LastModifiedTime: (item) => el('LastModifiedTime', isoSeconds((item.occurrence?.master ?? item).modified)),
  LastModifiedName: (item, context) => item.fields.LastModifiedName ?? el('LastModifiedName', context.mailbox.name),
  Size: (item) => el('Size', sizeOf(item.occurrence?.master ?? item)),
  IsSubmitted: plainReader('IsSubmitted', 'false'),
  IsDraft: plainReader('IsDraft', 'false'),
  IsFromMe: plainReader('IsFromMe', 'false'),
  IsResend: plainReader('IsResend', 'false'),
  IsUnmodified: (item) => el('IsUnmodified', item.modified === item.created && item.kind === 'Message'),
  ReminderIsSet: plainReader('ReminderIsSet', 'false'),
  ReminderMinutesBeforeStart: (item) => el('ReminderMinutesBeforeStart', reminderMinutes(item)),
  ReminderDueBy: reminderDueBy,
  DisplayTo: (item) => el('DisplayTo', displayList(item, 'ToRecipients') || attendees(item, 'RequiredAttendees')),
  DisplayCc: (item) => el('DisplayCc', displayList(item, 'CcRecipients') || attendees(item, 'OptionalAttendees')),
  DisplayBcc: (item) => el('DisplayBcc', displayList(item, 'BccRecipients')),
  Culture: plainReader('Culture', 'en-US'),
  EffectiveRights: () => effectiveRights(false),
  IsAssociated: (item) => el('IsAssociated', item.associated),
  ConversationId: conversationId,
  Flag: (item) => flag(item),
  InstanceKey: (item, context) => el('InstanceKey', Buffer.from(context.mailbox.itemId(item)).subarray(-24).toString('base64')),
  SearchKey: (item, context) => el('SearchKey', searchKeyOf(item, context)),
  WebClientReadFormQueryString: (item, context) => webLink('WebClientReadFormQueryString', 'ReadMessageItem', item, context),
  WebClientEditFormQueryString: (item, context) =>
    isMessage(item.kind) && textOf(item, 'IsDraft') !== 'true'
      ? undefined
      : webLink('WebClientEditFormQueryString', 'EditItem', item, context),
};

function attendees(item: Item, element: string): string {
  const list = item.fields[element]?.children ?? [];
  return list.map((one) => child(one, 'Mailbox', 'Name')?.text || child(one, 'Mailbox', 'EmailAddress')?.text || '').join('; ');
}

function webLink(name: string, view: string, item: Item, context: Context): Element {
  return el(name, `?ItemID=${encodeURIComponent(context.mailbox.itemId(item))}&exvsurl=1&viewmodel=${view}`);
}

function textPreview(item: Item): string {
  const body = item.fields.Body;
  const text = body?.attributes.BodyType === 'HTML' ? htmlToText(body.text) : (body?.text ?? '');
  return text.replace(/\s+/g, ' ').trim().slice(0, 255);
}
