/**
 * DeleteItem (MS-OXWSCORE 3.1.4.3) for mail: to Deleted Items, where the owner finds it again.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/deleteitem-operation
 */
import { asFailure, type Failure } from '../../../model/failure.ts';
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { isOfAll, messageFailure } from '../failures.ts';
import type { ResponseMessage } from '../read-answer.ts';
import { itemIdXml } from './item-id.ts';

const AT_ONCE = 100;
const ATTEMPT = 'removing mail that was received';

export interface Disposed {
  /** Those the server says have gone there just now. */
  readonly gone: readonly RemoteRef[];
  /** What ended it before all were asked for; what concerns one item only leaves that out. */
  readonly failure: Failure | null;
}

/** Never throws a Failure: what was confirmed before one is confirmed. */
export async function disposeMail(ews: Ews, refs: readonly RemoteRef[]): Promise<Disposed> {
  const gone: RemoteRef[] = [];
  for (let at = 0; at < refs.length; at += AT_ONCE) {
    const batch = await disposeBatch(ews, refs.slice(at, at + AT_ONCE));
    gone.push(...batch.gone);
    if (batch.failure !== null) return { gone, failure: batch.failure };
  }
  return { gone, failure: null };
}

async function disposeBatch(ews: Ews, refs: readonly RemoteRef[]): Promise<Disposed> {
  const ids = refs.map((ref) => itemIdXml({ ref, etag: null })).join('');
  const body =
    '<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="SendToNone" AffectedTaskOccurrences="AllOccurrences">' +
    `<m:ItemIds>${ids}</m:ItemIds></m:DeleteItem>`;
  try {
    return outcome(refs, (await ews.call(body, { attempt: ATTEMPT })).messages, `${ATTEMPT} at ${ews.where}`);
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    return { gone: [], failure };
  }
}

function outcome(refs: readonly RemoteRef[], messages: readonly ResponseMessage[], attempt: string): Disposed {
  const failures = messages.map((message) => messageFailure(message, attempt));
  const isOfItem = ({ code }: Failure) => code === 'missing' || code === 'refused';
  const failure = failures.find((each) => each !== null && (!isOfItem(each) || isOfAll(each))) ?? null;
  return { gone: refs.filter((_, n) => failures[n] === null), failure };
}
