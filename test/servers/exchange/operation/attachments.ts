// CreateAttachment, GetAttachment, DeleteAttachment (MS-OXWSATT).
import { type Call, contextOf, findItem, messages, requireChild, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { mimeBytes } from '../mime/content.ts';
import { buildAttachment } from '../property/attachment.ts';
import { buildItem } from '../property/build.ts';
import { attachmentId } from '../property/common.ts';
import type { Context } from '../property/context.ts';
import { hasField } from '../property/kind.ts';
import { itemElement, readShape } from '../property/shape.ts';
import { readId } from '../store/ids.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Attachment, Item } from '../store/model.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import { commit, draftOf } from './update-item.ts';

export async function createAttachment(request: Element, call: Call): Promise<Element> {
  const given = child(request, 'Attachments')?.children ?? [];
  const made = await messages('CreateAttachmentResponseMessage', given, async (source) => {
    const { mailbox, item, changeKey } = findItem(call, requireChild(request, 'ParentItemId'));
    if (changeKey !== undefined && changeKey !== '' && !mailbox.isCurrent(item, changeKey) && given[0] === source)
      refuse('ErrorIrresolvableConflict');
    const context = contextOf(call, mailbox);
    const attachment = await buildAttachment(source, context, 1, buildItem);
    const draft = draftOf(item);
    draft.attachments.push(attachment);
    commit(mailbox, item, draft, new Set(['Attachments']));
    // The parent's key changed, so the answer tells the new one (reference 30 [doc]).
    const id = attachmentId(item, attachment.key, context);
    id.attributes.RootItemId = mailbox.itemId(item);
    id.attributes.RootItemChangeKey = mailbox.itemKey(item);
    return successMessage('CreateAttachmentResponseMessage', [el('Attachments', [el(attachment.kind, [id])])]);
  });
  for (const one of made) {
    if (one.attributes.ResponseClass === 'Error' && child(one, 'Attachments') === undefined) one.children.push(el('Attachments'));
  }
  return responseOf('CreateAttachment', made);
}

interface Found {
  mailbox: Mailbox;
  item: Item;
  attachment: Attachment;
}

function findAttachment(call: Call, element: Element): Found {
  const id = readId(element.attributes.Id ?? '');
  if (id.attachments.length === 0) refuse('ErrorInvalidAttachmentId', 'The attachment id is invalid.');
  const { mailbox, item } = findItem(call, el('ItemId', undefined, { Id: element.attributes.Id }));
  let attachment: Attachment | undefined;
  let inside: Item | undefined = item;
  for (const key of id.attachments) {
    attachment = inside?.attachments.find((one) => one.key === key);
    inside = attachment?.item;
  }
  if (attachment === undefined) refuse('ErrorItemNotFound');
  return { mailbox, item, attachment };
}

export async function getAttachment(request: Element, call: Call): Promise<Element> {
  const ids = child(request, 'AttachmentIds')?.children ?? [];
  const shape = child(request, 'AttachmentShape');
  const made = await messages('GetAttachmentResponseMessage', ids, async (id) => {
    const { mailbox, item, attachment } = findAttachment(call, id);
    const element = await attachmentElement(item, attachment, shape, contextOf(call, mailbox));
    return successMessage('GetAttachmentResponseMessage', [el('Attachments', [element])]);
  });
  for (const one of made) if (child(one, 'Attachments') === undefined) one.children.push(el('Attachments'));
  return responseOf('GetAttachment', made);
}

async function attachmentElement(
  item: Item,
  attachment: Attachment,
  shape: Element | undefined,
  context: Context,
): Promise<Element> {
  const head = [attachmentId(item, attachment.key, context), ...Object.values(attachment.fields)];
  if (attachment.kind === 'FileAttachment') return el(attachment.kind, [...head, el('Content', attachment.content)]);
  if (attachment.item === undefined) return el(attachment.kind, head);
  const inner = attachment.item;
  const itemShape = { ...readShape(shape), base: 'AllProperties', mime: childText(shape, 'IncludeMimeContent') === 'true' };
  const content = await itemElement(
    { ...inner, folder: item.folder, attachments: [] },
    { ...itemShape, mime: false },
    context,
    'get',
  );
  // What lies inside an attachment has no id and no folder of its own.
  content.children = content.children.filter((one) => !NOT_INSIDE.has(one.name));
  if (itemShape.mime)
    content.children.push(el('MimeContent', (await mimeBytes(inner, context)).toString('base64'), { CharacterSet: 'UTF-8' }));
  if (inner.attachments.length > 0 && hasField(inner.kind, 'Attachments'))
    content.children.push(nested(item, attachment, context));
  return el(attachment.kind, [...head, content]);
}

const NOT_INSIDE = new Set([
  'ItemId',
  'ParentFolderId',
  'ConversationId',
  'Attachments',
  'WebClientReadFormQueryString',
  'InstanceKey',
  'SearchKey',
]);

function nested(item: Item, outer: Attachment, context: Context): Element {
  const inner = outer.item!.attachments.map((one) => {
    const id = attachmentId(item, outer.key, context);
    id.attributes.Id = context.mailbox.attachmentIdText(item, [outer.key, one.key]);
    return el(one.kind, [id, ...Object.values(one.fields)]);
  });
  return el('Attachments', inner);
}

export async function deleteAttachment(request: Element, call: Call): Promise<Element> {
  const ids = child(request, 'AttachmentIds')?.children ?? [];
  const made = await messages('DeleteAttachmentResponseMessage', ids, (id) => {
    const { mailbox, item, attachment } = findAttachment(call, id);
    const draft = draftOf(item);
    draft.attachments = draft.attachments.filter((one) => one !== attachment);
    commit(mailbox, item, draft, new Set(['Attachments']));
    const root = el('RootItemId', undefined, { RootItemId: mailbox.itemId(item), RootItemChangeKey: mailbox.itemKey(item) });
    return successMessage('DeleteAttachmentResponseMessage', [root]);
  });
  return responseOf('DeleteAttachment', made);
}
