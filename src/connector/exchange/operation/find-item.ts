/**
 * FindItem (MS-OXWSSRCH 3.1.4.3), which looks into the folders that are named and never below them.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation
 */
import { Failure } from '../../../model/failure.ts';
import type { Ews } from '../ews.ts';
import { messageFailure } from '../failures.ts';
import { type Path, pathXml } from '../property.ts';
import type { Element } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { folderId } from './folder-id.ts';
import { itemShape } from './item-shape.ts';

/** Items of one record are few; what lies beyond would be copies of copies. */
const MAX_FOUND = 100;
const FOLDERS_AT_ONCE = 50;

/** Items whose property begins so, of each folder in turn. */
export async function findItems(
  ews: Ews,
  folders: readonly string[],
  property: Path,
  prefix: string,
  properties: readonly Path[],
): Promise<Element[]> {
  const found: Element[] = [];
  for (let at = 0; at < folders.length; at += FOLDERS_AT_ONCE) {
    const parents = folders.slice(at, at + FOLDERS_AT_ONCE);
    found.push(...(await findIn(ews, parents, restriction(property, prefix), itemShape(properties))));
  }
  return found;
}

function restriction(property: Path, prefix: string): string {
  const constant = `<t:Constant Value="${escapeXml(prefix)}"/>`;
  return `<m:Restriction><t:Contains ContainmentMode="Prefixed" ContainmentComparison="Exact">${pathXml(property)}${constant}</t:Contains></m:Restriction>`;
}

async function findIn(ews: Ews, folders: readonly string[], where: string, shape: string): Promise<Element[]> {
  const attempt = 'looking for an item by its key';
  const view = `<m:IndexedPageItemView MaxEntriesReturned="${MAX_FOUND}" Offset="0" BasePoint="Beginning"/>`;
  const parents = `<m:ParentFolderIds>${folders.map(folderId).join('')}</m:ParentFolderIds>`;
  const { messages } = await ews.call(`<m:FindItem Traversal="Shallow">${shape}${view}${where}${parents}</m:FindItem>`, {
    attempt,
  });
  // What is not told of a folder may be just what is looked for.
  if (messages.length !== folders.length)
    throw new Failure('garbled', `${attempt} at ${ews.where}: not every folder is answered`);
  return messages.flatMap((message) => {
    const failure = messageFailure(message, `${attempt} at ${ews.where}`);
    if (failure !== null && failure.responseCode !== 'ErrorFolderNotFound') throw failure;
    return message.items;
  });
}
