/**
 * FindFolder (MS-OXWSFOLD 3.1.4.5).
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/findfolder-operation
 */
import { Failure } from '../../../model/failure.ts';
import type { Ews } from '../ews.ts';
import { messageFailure } from '../failures.ts';
import { isTrue } from '../read-answer.ts';
import { distinguishedId, FOLDER_SHAPE, type FolderProperties, readFolder } from './folder-id.ts';

/** Exchange gives at most so many in one answer whatever is asked for (EWSFindCountLimit). */
const PAGE = 1000;
const MAX_FOLDERS = 50_000;
const ATTEMPT = 'listing the folders';

/** Every folder below the one that users see as the top of their mailbox. */
export async function findAllFolders(ews: Ews): Promise<FolderProperties[]> {
  const found: FolderProperties[] = [];
  while (found.length < MAX_FOLDERS) {
    const view = `<m:IndexedPageFolderView MaxEntriesReturned="${PAGE}" Offset="${found.length}" BasePoint="Beginning"/>`;
    const parent = `<m:ParentFolderIds>${distinguishedId(ews, 'msgfolderroot')}</m:ParentFolderIds>`;
    const body = `<m:FindFolder Traversal="Deep">${FOLDER_SHAPE}${view}${parent}</m:FindFolder>`;
    const [message] = (await ews.call(body, { attempt: ATTEMPT })).messages;
    if (message === undefined) throw new Failure('garbled', `${ATTEMPT} at ${ews.where}: the answer holds nothing`);
    const failure = messageFailure(message, ATTEMPT);
    if (failure !== null) throw failure;
    found.push(...message.items.map(readFolder));
    if (isTrue(message.fields.IncludesLastItemInRange ?? 'true') || message.items.length === 0) break;
  }
  return found;
}
