/**
 * DeleteItem (MS-OXWSCORE 3.1.4.3): to Deleted Items, where the user finds it again; an occurrence is taken out of its series.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/deleteitem-operation
 */
import type { Ews } from '../ews.ts';
import type { Send } from '../step.ts';
import { answered } from './answered.ts';

export async function deleteItem(ews: Ews, id: string, send: Send): Promise<void> {
  const body =
    `<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="${send}" AffectedTaskOccurrences="AllOccurrences">` +
    `<m:ItemIds>${id}</m:ItemIds></m:DeleteItem>`;
  await answered(ews, body, 'deleting an item');
}
