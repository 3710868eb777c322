/**
 * CreateItem (MS-OXWSCORE 3.1.4.2; for calendar items MS-OXWSMTGS 3.1.4.2, response objects MS-OXWSCORE 2.2.4.43).
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/createitem-operation
 */
import type { Ews } from '../ews.ts';
import type { Send } from '../step.ts';
import { answered } from './answered.ts';
import { distinguishedId } from './folder-id.ts';
import { type ItemId, writtenId } from './item-id.ts';

export interface NewItem {
  /** FolderId or DistinguishedFolderId. */
  readonly folder: string;
  readonly item: string;
  /** SendMeetingInvitations, which calendar items have to have and others ignore. */
  readonly send: Send;
}

export async function createItem(ews: Ews, { folder, item, send }: NewItem): Promise<ItemId> {
  const attempt = 'creating an item';
  const body =
    `<m:CreateItem SendMeetingInvitations="${send}"><m:SavedItemFolderId>${folder}</m:SavedItemFolderId>` +
    `<m:Items>${item}</m:Items></m:CreateItem>`;
  return writtenId(await answered(ews, body, attempt), attempt);
}

/** An answer to a meeting, or its cancellation; what the server makes of it has no id that matters. */
export async function createResponse(ews: Ews, object: string, send: Send): Promise<void> {
  const disposition = send === 'SendToNone' ? 'SaveOnly' : 'SendAndSaveCopy';
  // Where it is looked for when the answer is lost: a delegate's own Sent Items are another folder.
  const saved = `<m:SavedItemFolderId>${distinguishedId(ews, 'sentitems')}</m:SavedItemFolderId>`;
  const body = `<m:CreateItem MessageDisposition="${disposition}">${saved}<m:Items>${object}</m:Items></m:CreateItem>`;
  await answered(ews, body, 'answering a meeting');
}
