/**
 * GetItem (MS-OXWSCORE 3.1.4.4) for whatever is asked of items, in batches that survive what one of them does to an answer.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation
 */
import { asFailure, type Failure } from '../../../model/failure.ts';
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { ExchangeFailure, messageFailure } from '../failures.ts';
import type { GotElement } from '../item-kind.ts';
import type { ResponseMessage } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';

export interface GetElements {
  /** For messages: what was attempted. */
  readonly attempt: string;
  /** ItemShape. */
  readonly shape: string;
  readonly mimeBytes?: number;
}

/** One result for each id, in order. What concerns the mailbox or the server is thrown, what concerns one item is told. */
export async function getElements(ews: Ews, refs: readonly RemoteRef[], options: GetElements): Promise<GotElement[]> {
  if (refs.length === 0) return [];
  const { attempt, shape, mimeBytes = 0 } = options;
  const ids = refs.map((ref) => `<t:ItemId Id="${escapeXml(ref)}"/>`).join('');
  let messages: readonly ResponseMessage[];
  try {
    const body = `<m:GetItem>${shape}<m:ItemIds>${ids}</m:ItemIds></m:GetItem>`;
    messages = (await ews.call(body, { attempt, mimeBytes })).messages;
  } catch (error) {
    return await inHalves(ews, refs, options, error);
  }
  const results = refs.map((ref, n) => toResult(ref, messages[n], attempt));
  const isStopped = ({ failure }: GotElement) => hasCode(failure, 'ErrorBatchProcessingStopped');
  const general = results.find((result) => result.failure !== undefined && !isOfItem(result.failure) && !isStopped(result));
  if (general?.failure) return await inHalves(ews, refs, options, general.failure);
  const stopped = results.findIndex(isStopped);
  if (stopped === 0) throw results[0]!.failure!;
  // What stopped the batch is told before it; the rest has not been looked at.
  if (stopped > 0) return [...results.slice(0, stopped), ...(await getElements(ews, refs.slice(stopped), options))];
  return results;
}

/** An answer that breaks off or takes too long may be the doing of one item: it is found by halving. */
async function inHalves(ews: Ews, refs: readonly RemoteRef[], options: GetElements, error: unknown): Promise<GotElement[]> {
  const failure = asFailure(error);
  if (failure === undefined || !mayBeOneItem(failure)) throw error;
  if (refs.length === 1) return [{ ref: refs[0]!, failure }];
  const middle = Math.ceil(refs.length / 2);
  const first = await getElements(ews, refs.slice(0, middle), options);
  const second = await getElements(ews, refs.slice(middle), options);
  // When nothing at all can be read, it is not the items.
  if ([...first, ...second].every(({ failure: each }) => each !== undefined && !isOfItem(each))) throw error;
  return [...first, ...second];
}

const hasCode = (failure: Failure | undefined, ...codes: readonly string[]) =>
  failure instanceof ExchangeFailure && codes.includes(failure.responseCode);

const isOfItem = ({ code }: Failure) => code === 'missing' || code === 'refused';

const mayBeOneItem = (failure: Failure) =>
  failure.code === 'garbled' ||
  hasCode(failure, 'ErrorTimeoutExpired', 'ErrorInternalServerError', 'ErrorInternalServerTransientError');

function toResult(ref: RemoteRef, message: ResponseMessage | undefined, attempt: string): GotElement {
  if (message === undefined)
    return { ref, failure: new ExchangeFailure('ErrorBatchProcessingStopped', attempt, 'no answer', undefined) };
  const failure = messageFailure(message, attempt);
  if (failure !== null) return { ref, failure };
  const [element] = message.items;
  if (element === undefined) return { ref, failure: new ExchangeFailure('ErrorItemNotFound', attempt, 'empty', undefined) };
  // Answers stand in the order of the ids; the reference stays the one that was asked for.
  return { ref, element };
}
