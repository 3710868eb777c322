/**
 * GetItem (MS-OXWSCORE 3.1.4.4) for whatever is asked of items, in batches that survive what one of them does to an answer.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation
 */
import { asFailure, Failure } from '../../../model/failure.ts';
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { ExchangeFailure, isOfAll, messageFailure } from '../failures.ts';
import type { GotElement } from '../item-kind.ts';
import { childOf, type Element, type ResponseMessage } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { inPortions } from './in-portions.ts';

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
  // Whoever answers a single question with nothing has nothing of that name.
  if (messages.length === 0 && refs.length === 1) return [{ ref: refs[0]!, failure: notThere(attempt) }];
  const own = messagesOf(refs, messages);
  const results = refs.map((ref, n) => toResult(ref, own[n], attempt));
  const told = results.filter(({ failure }) => failure === undefined || isOfItem(failure)).length;
  // A back-off that comes with what was told costs one call more: who means it answers that with nothing else, which is thrown.
  const isOpen = ({ failure }: GotElement) => isStopped(failure) || (told > 0 && isBusy(failure));
  const general = results.find((result) => result.failure !== undefined && !isOfItem(result.failure) && !isOpen(result));
  if (general?.failure) return await inHalves(ews, refs, options, general.failure);
  const open = results.filter(isOpen);
  if (open.length === refs.length) {
    if (messages.length >= refs.length) throw open[0]!.failure!;
    return await inHalves(ews, refs, options, new Failure('garbled', `${attempt} at ${ews.where}: not every item is answered`));
  }
  // What stopped the batch is told; the rest has not been looked at. A server may look at only so many at a time.
  const size = open.some(({ failure }) => isBusy(failure)) ? told : open.length;
  const again = await inPortions(
    open.map(({ ref }) => ref),
    size,
    (some) => getElements(ews, some, options),
  );
  return results.map((result) => (isOpen(result) ? again.shift()! : result));
}

/**
 * Answers stand in the order of the ids (MS-OXWSCORE 3.1.4.4). One that names another of the items asked for is that one's all
 * the same: a server that leaves out what it does not find would have every later item taken for its neighbour.
 */
function messagesOf(refs: readonly RemoteRef[], messages: readonly ResponseMessage[]): (ResponseMessage | undefined)[] {
  const named = messages.map((message) => idIn(message.items[0]));
  const asked = new Set<string>(refs);
  return refs.map((ref, n) => {
    const at = named.indexOf(ref);
    if (at >= 0) return messages[at];
    // A failure has no name, and some servers call an item otherwise than it was asked for.
    const isAnothers = named[n] !== undefined && asked.has(named[n]);
    // Where messages are missing nobody knows whose a nameless one is.
    return isAnothers || (named[n] === undefined && messages.length < refs.length) ? undefined : messages[n];
  });
}

const idIn = (item: Element | undefined) => childOf(item, 'ItemId')?.attributes.Id;
const notThere = (attempt: string) => new ExchangeFailure('ErrorItemNotFound', attempt, 'no answer', undefined);

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

const isStopped = (failure: Failure | undefined) => hasCode(failure, 'ErrorBatchProcessingStopped');
const isBusy = (failure: Failure | undefined) => failure?.code === 'throttled';

const isOfItem = (failure: Failure) => ['missing', 'refused'].includes(failure.code) && !isOfAll(failure);

const mayBeOneItem = (failure: Failure) =>
  failure.code === 'garbled' ||
  hasCode(failure, 'ErrorTimeoutExpired', 'ErrorInternalServerError', 'ErrorInternalServerTransientError');

function toResult(ref: RemoteRef, message: ResponseMessage | undefined, attempt: string): GotElement {
  if (message === undefined)
    return { ref, failure: new ExchangeFailure('ErrorBatchProcessingStopped', attempt, 'no answer', undefined) };
  const failure = messageFailure(message, attempt);
  if (failure !== null) return { ref, failure };
  const [element] = message.items;
  if (element === undefined) return { ref, failure: notThere(attempt) };
  return { ref, element };
}
