/**
 * GetItem (MS-OXWSCORE 3.1.4.4) for the header block alone, where the server does not give out the source.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation-email-message
 */
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { valueAt } from '../property.ts';
import { getElements } from './get-elements.ts';
import { itemShape } from './item-shape.ts';

/** PidTagTransportMessageHeaders (MS-OXOMSG 2.2.3.1): as the mail came in. What was written in the mailbox itself has none. */
const HEADERS = { extended: { type: 'String', tag: 0x007d } } as const;

/** With CRLF and the empty line at the end; null where there is none. */
export async function getHeaders(ews: Ews, ref: RemoteRef): Promise<Buffer | null> {
  const attempt = 'reading the header of a message that cannot be read';
  const [got] = await getElements(ews, [ref], { attempt, shape: itemShape([HEADERS]) });
  const text = got?.element === undefined ? undefined : valueAt(got.element, HEADERS);
  const lines = (text ?? '').trim();
  return lines === '' ? null : Buffer.from(`${lines.replace(/\r\n|\r|\n/g, '\r\n')}\r\n\r\n`);
}
