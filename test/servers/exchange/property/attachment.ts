// Attachments: files, items inside items, and references (MS-OXWSATT).
import { refuse } from '../errors.ts';
import { fileAttachment } from '../mime/fill.ts';
import type { Attachment, Item } from '../store/model.ts';
import { child, childText, type Element, el, plain } from '../xml/element.ts';
import type { Context } from './context.ts';

/** Item attachments nest no deeper (reference 30 [doc]). */
const DEEPEST = 10;
const ITEM_ELEMENTS = new Set([
  'Item',
  'Message',
  'CalendarItem',
  'Contact',
  'Task',
  'MeetingMessage',
  'MeetingRequest',
  'MeetingResponse',
  'MeetingCancellation',
  'PostItem',
]);

/** Makes the item inside an item attachment; given by the caller, because items are made with attachments too. */
export type BuildItem = (source: Element, context: Context) => Promise<Item>;

export async function buildAttachment(
  source: Element,
  context: Context,
  depth: number,
  buildItem: BuildItem,
): Promise<Attachment> {
  if (depth > DEEPEST) refuse('ErrorAttachmentNestLevelLimitExceeded', 'Attachments are nested too deeply.');
  const name = childText(source, 'Name') ?? '';
  if (source.name === 'FileAttachment') return buildFile(source, name, context);
  const made = fileAttachment(context, name, childText(source, 'ContentType') ?? 'message/rfc822', Buffer.alloc(0));
  if (source.name === 'ReferenceAttachment') {
    for (const one of source.children) if (!['AttachmentId', 'Size'].includes(one.name)) made.fields[one.name] = plain(one);
    return { ...made, kind: 'ReferenceAttachment' };
  }
  const inner =
    source.children.find((one) => ITEM_ELEMENTS.has(one.name)) ??
    refuse('ErrorInvalidRequest', 'An item attachment needs an item.');
  const nested = child(inner, 'Attachments');
  const item = await buildItem({ ...inner, children: inner.children.filter((one) => one !== nested) }, context);
  for (const one of nested?.children ?? []) item.attachments.push(await buildAttachment(one, context, depth + 1, buildItem));
  made.fields.Size = el('Size', JSON.stringify(item.fields).length);
  return { ...made, kind: 'ItemAttachment', item };
}

function buildFile(source: Element, name: string, context: Context): Attachment {
  const content = Buffer.from(childText(source, 'Content') ?? '', 'base64');
  const made = fileAttachment(
    context,
    name,
    childText(source, 'ContentType') ?? typeOf(name),
    content,
    childText(source, 'ContentId'),
  );
  for (const one of ['IsInline', 'IsContactPhoto', 'ContentLocation']) {
    const given = child(source, one);
    if (given !== undefined) made.fields[one] = plain(given);
  }
  return made;
}

const TYPES: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  html: 'text/html',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  ics: 'text/calendar',
  eml: 'message/rfc822',
};

function typeOf(name: string): string {
  return TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}
