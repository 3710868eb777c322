// Makes an item out of what CreateItem, CreateAttachment or a delivery gives.
import { fillFromCalendar } from '../calendar/from-icalendar.ts';
import { refuse } from '../errors.ts';
import { fillFromMime } from '../mime/fill.ts';
import { blankItem } from '../store/blank.ts';
import type { Item, ItemKind } from '../store/model.ts';
import { child, childText, type Element } from '../xml/element.ts';
import { buildAttachment } from './attachment.ts';
import { type Context, setText } from './context.ts';
import { CLASS_OF_ITEM, isMessage, kindOfItemClass } from './kind.ts';
import { settleItem } from './settle-item.ts';
import { writeAll } from './write.ts';

export async function buildItem(source: Element, context: Context): Promise<Item> {
  const item = blankItem(source.name === 'Item' ? 'Message' : (source.name as ItemKind), context.mailbox.clock.now());
  const itemClass = childText(source, 'ItemClass');
  if (itemClass !== undefined) checkClass(item, itemClass, source.name === 'Item');
  setText(item, 'ItemClass', itemClass ?? CLASS_OF_ITEM[item.kind]);
  const mime = child(source, 'MimeContent');
  if (mime !== undefined) await fillFrom(item, Buffer.from(mime.text, 'base64'), context);
  writeAll(item, source, context, ['MimeContent', 'Attachments', 'ItemClass']);
  for (const one of child(source, 'Attachments')?.children ?? [])
    item.attachments.push(await buildAttachment(one, context, 1, buildItem));
  item.associated = childText(source, 'IsAssociated') === 'true';
  if (isMessage(item.kind)) {
    item.fields.IsRead ??= { name: 'IsRead', attributes: {}, children: [], text: 'true' };
    item.fields.IsDraft ??= { name: 'IsDraft', attributes: {}, children: [], text: 'true' };
  }
  settleItem(item, undefined, new Set(source.children.map((one) => one.name)), context);
  return item;
}

/** A class must fit the element that carries it [doc: ErrorObjectTypeChanged]. */
function checkClass(item: Item, itemClass: string, anyKind: boolean) {
  const kind = kindOfItemClass(itemClass);
  if (anyKind) item.kind = kind;
  else if (kind !== item.kind && !(kind === 'Message' && isMessage(item.kind))) refuse('ErrorObjectTypeChanged');
}

export async function fillFrom(item: Item, bytes: Buffer, context: Context) {
  if (item.kind === 'CalendarItem') fillFromCalendar(item, bytes.toString('utf8'), context);
  else if (isMessage(item.kind) || item.kind === 'PostItem') await fillFromMime(item, bytes, context);
  // MIME can be set only for posts, messages and calendar items (MS-OXWSCORE R2012).
  else refuse('ErrorUnsupportedMimeConversion', 'MIME content cannot be set for this type of item.');
}
