/**
 * DeleteItem (MS-OXWSCORE 3.1.4.3) for mail: to Deleted Items, where the owner finds it again.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/deleteitem-operation
 */
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { messageFailure } from '../failures.ts';
import { itemIdXml } from './item-id.ts';

const AT_ONCE = 100;
const ATTEMPT = 'removing mail that was received';

/** Which of them the server says have gone there just now. What concerns one item leaves it out, anything else is thrown. */
export async function disposeMail(ews: Ews, refs: readonly RemoteRef[]): Promise<RemoteRef[]> {
  const gone: RemoteRef[] = [];
  for (let at = 0; at < refs.length; at += AT_ONCE) gone.push(...(await disposeBatch(ews, refs.slice(at, at + AT_ONCE))));
  return gone;
}

async function disposeBatch(ews: Ews, refs: readonly RemoteRef[]): Promise<RemoteRef[]> {
  const ids = refs.map((ref) => itemIdXml({ ref, etag: null })).join('');
  const body =
    '<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="SendToNone" AffectedTaskOccurrences="AllOccurrences">' +
    `<m:ItemIds>${ids}</m:ItemIds></m:DeleteItem>`;
  const { messages } = await ews.call(body, { attempt: ATTEMPT });
  return refs.filter((_, n) => {
    const message = messages[n];
    const failure = message === undefined ? null : messageFailure(message, `${ATTEMPT} at ${ews.where}`);
    if (failure !== null && failure.code !== 'missing' && failure.code !== 'refused') throw failure;
    return message !== undefined && failure === null;
  });
}
