/**
 * CreateFolder (MS-OXWSFOLD 3.1.4.2), for mail, at the top of the mailbox.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/createfolder-operation
 */
import { Failure } from '../../../model/failure.ts';
import type { Ews } from '../ews.ts';
import { ExchangeFailure } from '../failures.ts';
import { escapeXml } from '../soap.ts';
import { answered } from './answered.ts';
import { distinguishedId, readFolder } from './folder-id.ts';

/** Null: there is one of this name already. */
export async function createFolder(ews: Ews, name: string): Promise<string | null> {
  const attempt = `making the folder "${name}"`;
  const parent = `<m:ParentFolderId>${distinguishedId(ews, 'msgfolderroot')}</m:ParentFolderId>`;
  const folder = `<m:Folders><t:Folder><t:DisplayName>${escapeXml(name)}</t:DisplayName></t:Folder></m:Folders>`;
  try {
    const message = await answered(ews, `<m:CreateFolder>${parent}${folder}</m:CreateFolder>`, attempt);
    const id = message.items[0] === undefined ? '' : readFolder(message.items[0]).id;
    if (id === '') throw new Failure('garbled', `${attempt}: the answer names no folder`);
    return id;
  } catch (error) {
    if (error instanceof ExchangeFailure && error.responseCode === 'ErrorFolderExists') return null;
    throw error;
  }
}
