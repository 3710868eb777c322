/**
 * FindItem (MS-OXWSSRCH 3.1.4.3) in Sent Items.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation
 */
import type { Ews } from '../ews.ts';
import type { Path } from '../property.ts';
import type { Element } from '../read-answer.ts';
import { findItems } from './find-item.ts';
import { distinguishedId } from './folder-id.ts';
import { itemShape } from './item-shape.ts';
import { isEqualTo } from './restriction.ts';

export async function findSent(
  ews: Ews,
  property: Path,
  value: string,
  properties: readonly Path[],
): Promise<readonly Element[]> {
  const found = await findItems(ews, [distinguishedId(ews, 'sentitems')], {
    attempt: 'looking for a mail about a meeting',
    shape: itemShape(properties),
    where: isEqualTo(property, value),
    order:
      '<m:SortOrder><t:FieldOrder Order="Descending"><t:FieldURI FieldURI="item:DateTimeSent"/></t:FieldOrder></m:SortOrder>',
  });
  return found.map(({ element }) => element);
}
