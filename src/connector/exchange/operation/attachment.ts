/**
 * GetAttachment, CreateAttachment, DeleteAttachment (MS-OXWSATT 3.1.4.1 to 3.1.4.3). The parent's change key moves with each write.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/createattachment-operation
 */
import type { Etag } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { childOf, type Element } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { answered } from './answered.ts';
import { type ItemId, itemIdXml } from './item-id.ts';

const ids = (id: string) => `<m:AttachmentIds><t:AttachmentId Id="${escapeXml(id)}"/></m:AttachmentIds>`;

/** With its Content; what is longer than the limit is told by its length alone. */
export async function getAttachment(ews: Ews, id: string, limitBytes: number): Promise<Element | null> {
  const body = `<m:GetAttachment>${ids(id)}</m:GetAttachment>`;
  const message = await answered(ews, body, 'reading an attachment', { mimeBytes: limitBytes });
  return message.items[0] ?? null;
}

/** The change key of the parent as it is then; null: it is not told. */
export async function createAttachment(ews: Ews, parent: ItemId, attachment: string): Promise<Etag | null> {
  const where = itemIdXml(parent, 'm:ParentItemId');
  const body = `<m:CreateAttachment>${where}<m:Attachments>${attachment}</m:Attachments></m:CreateAttachment>`;
  const message = await answered(ews, body, 'adding an attachment');
  return (childOf(message.items[0], 'AttachmentId')?.attributes.RootItemChangeKey as Etag | undefined) ?? null;
}

export async function deleteAttachment(ews: Ews, id: string): Promise<Etag | null> {
  const message = await answered(ews, `<m:DeleteAttachment>${ids(id)}</m:DeleteAttachment>`, 'removing an attachment');
  return (message.fields.RootItemChangeKey as Etag | undefined) ?? null;
}
