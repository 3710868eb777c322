/**
 * GetItem (MS-OXWSCORE 3.1.4.4), for mail.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation-email-message
 */
import type { Failure } from '../../../model/failure.ts';
import { asFailure } from '../../../model/failure.ts';
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { ExchangeFailure, messageFailure } from '../failures.ts';
import type { ResponseMessage } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { ITEM_PROPERTIES, type MailItem, readMailItem } from './item.ts';

export type GotItem = { readonly ref: RemoteRef } & (
  | { readonly item: MailItem; readonly failure?: undefined }
  /** Null: there, but no mail. */
  | { readonly item: null; readonly failure?: undefined }
  | { readonly item?: undefined; readonly failure: Failure }
);

export interface GetOptions {
  /** Null: without the source. */
  readonly mimeBytes: number | null;
}

/** One result for each id, in order. What concerns the mailbox or the server is thrown, what concerns one item is told. */
export async function getItems(ews: Ews, refs: readonly RemoteRef[], options: GetOptions): Promise<GotItem[]> {
  if (refs.length === 0) return [];
  const attempt = options.mimeBytes === null ? 'asking for the state of messages' : 'reading messages';
  let messages: readonly ResponseMessage[];
  try {
    messages = (await ews.call(request(refs, options), { attempt, mimeBytes: options.mimeBytes ?? 0 })).messages;
  } catch (error) {
    return await inHalves(ews, refs, options, error);
  }
  const results = refs.map((ref, n) => toResult(ref, messages[n], attempt));
  const isStopped = ({ failure }: GotItem) => hasCode(failure, 'ErrorBatchProcessingStopped');
  const general = results.find((result) => result.failure !== undefined && !isOfItem(result.failure) && !isStopped(result));
  if (general?.failure) return await inHalves(ews, refs, options, general.failure);
  const stopped = results.findIndex(isStopped);
  if (stopped === 0) throw results[0]!.failure!;
  // What stopped the batch is told before it; the rest has not been looked at.
  if (stopped > 0) return [...results.slice(0, stopped), ...(await getItems(ews, refs.slice(stopped), options))];
  return results;
}

/** An answer that breaks off or takes too long may be the doing of one item: it is found by halving. */
async function inHalves(ews: Ews, refs: readonly RemoteRef[], options: GetOptions, error: unknown): Promise<GotItem[]> {
  const failure = asFailure(error);
  if (failure === undefined || !mayBeOneItem(failure)) throw error;
  if (refs.length === 1) return [{ ref: refs[0]!, failure }];
  const middle = Math.ceil(refs.length / 2);
  const first = await getItems(ews, refs.slice(0, middle), options);
  const second = await getItems(ews, refs.slice(middle), options);
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

function request(refs: readonly RemoteRef[], { mimeBytes }: GetOptions): string {
  const mime = `<t:IncludeMimeContent>${mimeBytes !== null}</t:IncludeMimeContent>`;
  const ids = refs.map((ref) => `<t:ItemId Id="${escapeXml(ref)}"/>`).join('');
  return `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${mime}${ITEM_PROPERTIES}</m:ItemShape><m:ItemIds>${ids}</m:ItemIds></m:GetItem>`;
}

function toResult(ref: RemoteRef, message: ResponseMessage | undefined, attempt: string): GotItem {
  if (message === undefined)
    return { ref, failure: new ExchangeFailure('ErrorBatchProcessingStopped', attempt, 'no answer', undefined) };
  const failure = messageFailure(message, attempt);
  if (failure !== null) return { ref, failure };
  const [element] = message.items;
  // Answers stand in the order of the ids; the reference stays the one that was asked for.
  const item = element === undefined ? null : readMailItem(element);
  return { ref, item: item === null ? null : { ...item, ref } };
}
