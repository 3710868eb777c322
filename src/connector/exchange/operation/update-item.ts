/**
 * UpdateItem (MS-OXWSCORE 3.1.4.9).
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/updateitem-operation
 */
import type { Ews } from '../ews.ts';
import type { Send } from '../step.ts';
import { answered } from './answered.ts';
import { type ItemId, writtenId } from './item-id.ts';

/** `id` as markup with its change key: NeverOverwrite makes a change of another state a conflict. */
export async function updateItem(ews: Ews, id: string, changes: string, send: Send): Promise<ItemId> {
  const attempt = 'changing an item';
  const body =
    `<m:UpdateItem ConflictResolution="NeverOverwrite" MessageDisposition="SaveOnly" SendMeetingInvitationsOrCancellations="${send}">` +
    `<m:ItemChanges><t:ItemChange>${id}<t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`;
  return writtenId(await answered(ews, body, attempt), attempt);
}
