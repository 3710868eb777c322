/**
 * MoveItem (MS-OXWSCORE 3.1.4.7) within a mailbox, where the answer names the new id unless it is asked not to.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/moveitem-operation
 */
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { answered } from './answered.ts';
import { folderId } from './folder-id.ts';
import { idOf, itemIdXml } from './item-id.ts';

/** Null: it is moved, and its new id was not told. */
export async function moveItem(ews: Ews, ref: RemoteRef, folder: string): Promise<RemoteRef | null> {
  const target = `<m:ToFolderId>${folderId(folder)}</m:ToFolderId>`;
  const items = `<m:ItemIds>${itemIdXml({ ref, etag: null })}</m:ItemIds>`;
  const message = await answered(ews, `<m:MoveItem>${target}${items}</m:MoveItem>`, 'moving a mail');
  return idOf(message.items[0])?.ref ?? null;
}
