// Response objects: replying, forwarding, answering and cancelling meetings, removing.

import { type Answered, answerMeeting, cancelMeeting, removeMeeting } from '../calendar/answer.ts';
import { type Call, contextOf, findItem } from '../call.ts';
import { refuse } from '../errors.ts';
import { sendItemNow } from '../mime/transport.ts';
import { bodyAs, keptBody, textToHtml } from '../property/body.ts';
import { topicOf } from '../property/common.ts';
import { type Context, setText, textOf } from '../property/context.ts';
import { settleItem } from '../property/settle-item.ts';
import { setField } from '../property/write.ts';
import { blankItem } from '../store/blank.ts';
import type { Item } from '../store/model.ts';
import { child, childText, type Element, el, plain } from '../xml/element.ts';
import { createdEvents } from './items.ts';
import { targetFolder } from './target.ts';

type Answer = (source: Element, request: Element, call: Call) => Promise<Answered>;

const ANSWERS: Readonly<Record<string, Answer>> = {
  AcceptItem: answerMeeting,
  TentativelyAcceptItem: answerMeeting,
  DeclineItem: answerMeeting,
  CancelCalendarItem: cancelMeeting,
  RemoveItem: removeMeeting,
  ReplyToItem: smartResponse,
  ReplyAllToItem: smartResponse,
  ForwardItem: smartResponse,
  PostReplyItem: postReply,
  SuppressReadReceipt: suppressReceipt,
  AcceptSharingInvitation: acceptSharing,
};

/** Answers that exist but are not served; without them the item would be taken for an item. */
const NOT_SERVED = new Set(['AddItemToMyCalendar', 'ProposeNewTime']);

export function isResponseObject(source: Element): boolean {
  return source.name in ANSWERS || NOT_SERVED.has(source.name);
}

export function respond(source: Element, request: Element, call: Call): Promise<Answered> {
  const answer = ANSWERS[source.name] ?? refuse('ErrorInvalidOperation', `${source.name} is not served here.`);
  return answer(source, request, call);
}

function reference(source: Element, call: Call) {
  return findItem(call, child(source, 'ReferenceItemId') ?? refuse('ErrorInvalidRequest', 'ReferenceItemId is missing.'));
}

async function smartResponse(source: Element, request: Element, call: Call): Promise<Answered> {
  const disposition = request.attributes.MessageDisposition ?? refuse('ErrorMessageDispositionRequired');
  const { mailbox, item: original } = reference(source, call);
  const context = contextOf(call, mailbox);
  const item = blankItem('Message', mailbox.clock.now());
  setText(item, 'ItemClass', 'IPM.Note');
  const forward = source.name === 'ForwardItem';
  setText(
    item,
    'Subject',
    childText(source, 'Subject') ?? `${forward ? 'FW' : 'RE'}: ${topicOf(textOf(original, 'Subject') ?? '')}`,
  );
  setRecipients(item, original, source, context);
  item.fields.Body =
    child(source, 'Body') === undefined
      ? quotedBody(original, child(source, 'NewBodyContent'), context)
      : keptBody(plain(child(source, 'Body')!), context);
  for (const name of ['IsReadReceiptRequested', 'IsDeliveryReceiptRequested', 'From']) {
    const given = child(source, name);
    if (given !== undefined) setField(item, given, context);
  }
  // RFC 5322 3.6.4: the chain of identifiers.
  const id = textOf(original, 'InternetMessageId');
  if (id !== undefined) {
    setText(item, 'InReplyTo', id);
    setText(item, 'References', [textOf(original, 'References'), id].filter(Boolean).join(' '));
  }
  if (forward) item.attachments = structuredClone(original.attachments);
  setText(item, 'IsRead', 'true');
  setText(item, 'IsDraft', 'true');
  settleItem(item, undefined, new Set(), context);
  if (disposition !== 'SaveOnly') await sendItemNow(item, context);
  if (disposition === 'SendOnly') return [undefined];
  const target = targetFolder(request, call, 'Message', disposition !== 'SaveOnly');
  target.mailbox.place(item, target.folder);
  createdEvents(target.mailbox, item);
  return [{ item, mailbox: target.mailbox }];
}

function setRecipients(item: Item, original: Item, source: Element, context: Context) {
  for (const name of ['ToRecipients', 'CcRecipients', 'BccRecipients']) {
    const given = child(source, name);
    if (given !== undefined) setField(item, given, context);
  }
  if (source.name === 'ForwardItem' || item.fields.ToRecipients !== undefined) return;
  const from = original.fields.ReplyTo?.children ?? original.fields.From?.children ?? original.fields.Organizer?.children ?? [];
  const self = context.mailbox.address.toLowerCase();
  const others = (name: string) =>
    (original.fields[name]?.children ?? []).filter((box) => childText(box, 'EmailAddress')?.toLowerCase() !== self);
  const all = source.name === 'ReplyAllToItem';
  item.fields.ToRecipients = el('ToRecipients', [...from, ...(all ? others('ToRecipients') : [])]);
  if (all && others('CcRecipients').length > 0) item.fields.CcRecipients ??= el('CcRecipients', others('CcRecipients'));
}

/** The new words, a line, the old ones. */
function quotedBody(original: Item, added: Element | undefined, context: Context): Element {
  const html = (added?.attributes.BodyType ?? original.fields.Body?.attributes.BodyType) === 'HTML';
  const from = childText(original.fields.From, 'Mailbox', 'Name') ?? '';
  const head = `From: ${from}\r\nSent: ${textOf(original, 'DateTimeSent') ?? ''}\r\nSubject: ${textOf(original, 'Subject') ?? ''}`;
  const old = bodyAs(original, html ? 'HTML' : 'Text').text;
  const text = html
    ? `${added?.text ?? ''}<hr>${textToHtml(head)}${old}`
    : `${added?.text ?? ''}\r\n\r\n________________________________\r\n${head}\r\n\r\n${old}`;
  return keptBody(el('Body', text, { BodyType: html ? 'HTML' : 'Text' }), context);
}

async function postReply(source: Element, request: Element, call: Call): Promise<Answered> {
  const { mailbox, item: original } = reference(source, call);
  const context = contextOf(call, mailbox);
  const item = blankItem('PostItem', mailbox.clock.now());
  setText(item, 'ItemClass', 'IPM.Post');
  setText(item, 'Subject', childText(source, 'Subject') ?? textOf(original, 'Subject') ?? '');
  item.fields.Body = quotedBody(original, child(source, 'NewBodyContent') ?? child(source, 'Body'), context);
  const target = targetFolder(request, call, 'PostItem', false);
  const folder = child(request, 'SavedItemFolderId') === undefined ? mailbox.folders.get(original.folder)! : target.folder;
  mailbox.place(item, folder);
  createdEvents(mailbox, item);
  return [{ item, mailbox }];
}

/**
 * The invitation is a message of class IPM.Sharing; the calendar it shares becomes a folder of the invited one [doc: "adds the shared
 * data to the mailbox"]. What is in it stays with its owner.
 */
async function acceptSharing(source: Element, _request: Element, call: Call): Promise<Answered> {
  const { mailbox, item } = reference(source, call);
  if (!/^IPM\.Sharing(\.|$)/i.test(textOf(item, 'ItemClass') ?? ''))
    refuse('ErrorInvalidSharingMessage', 'The item is no sharing invitation.');
  const parent = mailbox.folderNamed('calendar');
  const name = `${childText(item.fields.From, 'Mailbox', 'Name') ?? 'Shared'} - Calendar`;
  if (mailbox.children(parent).some((folder) => folder.name === name)) return [];
  mailbox.addFolder({ parent: parent.key, name, kind: 'CalendarFolder', folderClass: 'IPF.Appointment' });
  return [];
}

/** Nothing is sent; the wish for a receipt is struck out (MS-OXWSMSG SuppressReadReceipt). */
async function suppressReceipt(source: Element, _request: Element, call: Call): Promise<Answered> {
  const { mailbox, item } = reference(source, call);
  if (textOf(item, 'IsReadReceiptRequested') !== 'true') refuse('ErrorReadReceiptNotPending', 'No read receipt is pending.');
  setText(item, 'IsReadReceiptRequested', 'false');
  mailbox.touch(item);
  return [];
}
