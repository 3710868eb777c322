/**
 * FindItem (MS-OXWSSRCH 3.1.4.3) in Sent Items, the newest first.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation
 */
import type { Ews } from '../ews.ts';
import { type Path, pathXml } from '../property.ts';
import type { Element } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { answered } from './answered.ts';
import { distinguishedId } from './folder-id.ts';
import { itemShape } from './item-shape.ts';

/** Of one meeting, all that is of interest is young. */
const MAX_FOUND = 50;

export async function findSent(
  ews: Ews,
  property: Path,
  value: string,
  properties: readonly Path[],
): Promise<readonly Element[]> {
  const view = `<m:IndexedPageItemView MaxEntriesReturned="${MAX_FOUND}" Offset="0" BasePoint="Beginning"/>`;
  const constant = `<t:FieldURIOrConstant><t:Constant Value="${escapeXml(value)}"/></t:FieldURIOrConstant>`;
  const where = `<m:Restriction><t:IsEqualTo>${pathXml(property)}${constant}</t:IsEqualTo></m:Restriction>`;
  const order = `<m:SortOrder><t:FieldOrder Order="Descending"><t:FieldURI FieldURI="item:DateTimeSent"/></t:FieldOrder></m:SortOrder>`;
  const parent = `<m:ParentFolderIds>${distinguishedId(ews, 'sentitems')}</m:ParentFolderIds>`;
  const body = `<m:FindItem Traversal="Shallow">${itemShape(properties)}${view}${where}${order}${parent}</m:FindItem>`;
  const { items } = await answered(ews, body, 'looking for a mail about a meeting');
  return items;
}
