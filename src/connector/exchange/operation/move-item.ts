/**
 * MoveItem (MS-OXWSCORE 3.1.4.7) within a mailbox, where the answer names the new id.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/moveitem-operation
 */
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { answered } from './answered.ts';
import { folderId } from './folder-id.ts';
import { itemIdXml, writtenId } from './item-id.ts';

export async function moveItem(ews: Ews, ref: RemoteRef, folder: string): Promise<RemoteRef> {
  const attempt = 'moving a mail';
  const target = `<m:ToFolderId>${folderId(folder)}</m:ToFolderId>`;
  const items = `<m:ItemIds>${itemIdXml({ ref, etag: null })}</m:ItemIds>`;
  const body = `<m:MoveItem>${target}${items}<m:ReturnNewItemIds>true</m:ReturnNewItemIds></m:MoveItem>`;
  return writtenId(await answered(ews, body, attempt), attempt).ref;
}
