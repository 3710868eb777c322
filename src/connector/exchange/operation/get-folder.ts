/**
 * GetFolder (MS-OXWSFOLD 3.1.4.6).
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation
 */
import type { Ews } from '../ews.ts';
import { messageFailure } from '../failures.ts';
import { distinguishedId, FOLDER_SHAPE, type FolderProperties, readFolder } from './folder-id.ts';

/** In the order asked for; null where the mailbox has no such folder. What is wrong with the mailbox itself is thrown. */
export async function getFolders(ews: Ews, names: readonly string[]): Promise<(FolderProperties | null)[]> {
  const ids = names.map((name) => distinguishedId(ews, name)).join('');
  const attempt = 'asking for the standard folders';
  const answer = await ews.call(`<m:GetFolder>${FOLDER_SHAPE}<m:FolderIds>${ids}</m:FolderIds></m:GetFolder>`, { attempt });
  return names.map((_, n) => {
    const message = answer.messages[n];
    const failure = message === undefined ? null : messageFailure(message, attempt);
    // The first, the Inbox, is in every mailbox: without it there is no access.
    if (failure !== null && (n === 0 || !NOT_FOR_US.has(failure.responseCode))) throw failure;
    const [folder] = message?.items ?? [];
    return folder === undefined ? null : readFolder(folder);
  });
}

/** What a delegate is told of folders that were not opened to him, differs from server to server. */
const NOT_FOR_US = new Set(['ErrorFolderNotFound', 'ErrorItemNotFound', 'ErrorAccessDenied']);
