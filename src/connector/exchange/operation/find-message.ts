/**
 * FindItem (MS-OXWSSRCH 3.1.4.3) by Message-ID in one folder.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation-email-message
 */
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { escapeXml } from '../soap.ts';
import { answered } from './answered.ts';
import { folderId } from './folder-id.ts';
import { idOf } from './item-id.ts';
import { itemShape } from './item-shape.ts';

const MAX_FOUND = 10;

/** Several where it was delivered several times. The Message-ID is given without brackets, as Exchange does not keep it. */
export async function findMessages(ews: Ews, folder: string, messageId: string): Promise<RemoteRef[]> {
  const view = `<m:IndexedPageItemView MaxEntriesReturned="${MAX_FOUND}" Offset="0" BasePoint="Beginning"/>`;
  const constant = `<t:FieldURIOrConstant><t:Constant Value="${escapeXml(`<${messageId}>`)}"/></t:FieldURIOrConstant>`;
  const where = `<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="message:InternetMessageId"/>${constant}</t:IsEqualTo></m:Restriction>`;
  const parent = `<m:ParentFolderIds>${folderId(folder)}</m:ParentFolderIds>`;
  const body = `<m:FindItem Traversal="Shallow">${itemShape([])}${view}${where}${parent}</m:FindItem>`;
  const { items } = await answered(ews, body, 'looking for a mail that may have been moved');
  return items.flatMap((item) => idOf(item)?.ref ?? []);
}
