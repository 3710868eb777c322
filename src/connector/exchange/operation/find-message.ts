/**
 * FindItem (MS-OXWSSRCH 3.1.4.3) by Message-ID in one folder.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation-email-message
 */
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { field, valueAt } from '../property.ts';
import { findItems } from './find-item.ts';
import { folderId } from './folder-id.ts';
import { itemShape } from './item-shape.ts';
import { isEqualTo } from './restriction.ts';
import { idIn } from './sync-folder-items.ts';

const MESSAGE_ID = field('message:InternetMessageId');
const bare = (messageId: string | undefined) => messageId?.trim().replace(/^<|>$/g, '');

/** Several where it was delivered several times. The Message-ID is given without brackets, as Exchange does not keep it. */
export async function findMessages(ews: Ews, folder: string, messageId: string): Promise<RemoteRef[]> {
  const found = await findItems(ews, [folderId(folder)], {
    attempt: 'looking for a mail that may have been moved',
    shape: itemShape([MESSAGE_ID]),
    where: isEqualTo(MESSAGE_ID, `<${messageId}>`),
  });
  const same = found.filter(({ element }) => bare(valueAt(element, MESSAGE_ID)) === messageId);
  return same.flatMap(({ element }) => idIn(element));
}
