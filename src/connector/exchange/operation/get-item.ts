/**
 * GetItem (MS-OXWSCORE 3.1.4.4), for mail.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation-email-message
 */
import type { Failure } from '../../../model/failure.ts';
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { getElements } from './get-elements.ts';
import { ITEM_PROPERTIES, type MailItem, readMailItem, SOURCE_PROPERTIES } from './item.ts';

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
export async function getItems(ews: Ews, refs: readonly RemoteRef[], { mimeBytes }: GetOptions): Promise<GotItem[]> {
  const attempt = mimeBytes === null ? 'asking for the state of messages' : 'reading messages';
  const mime = `<t:IncludeMimeContent>${mimeBytes !== null}</t:IncludeMimeContent>`;
  const shape = `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${mime}${mimeBytes === null ? ITEM_PROPERTIES : SOURCE_PROPERTIES}</m:ItemShape>`;
  const got = await getElements(ews, refs, { attempt, shape, mimeBytes: mimeBytes ?? 0 });
  return got.map(({ ref, element, failure }) => {
    if (failure !== undefined) return { ref, failure };
    const item = readMailItem(element);
    return { ref, item: item === null ? null : { ...item, ref } };
  });
}
