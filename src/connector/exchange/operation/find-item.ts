/**
 * FindItem (MS-OXWSSRCH 3.1.4.3), which looks into the folders that are named and never below them.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation
 *
 * What it finds nothing of counts as gone, so everything is read to the end: page by page, folder by folder where a server answers
 * several at once with one message, and without a restriction where a server knows none of that kind. Whoever asks looks through
 * what comes all the same: a restriction may be ignored.
 */
import { Failure } from '../../../model/failure.ts';
import type { Ews } from '../ews.ts';
import { ExchangeFailure, messageFailure } from '../failures.ts';
import { type Element, isTrue, type ResponseMessage } from '../read-answer.ts';

/** Exchange gives a thousand at most in one answer (EWSFindCountLimit). */
const PAGE = 500;
const MAX_PAGES = 200;
const FOLDERS_AT_ONCE = 50;

export interface Search {
  readonly attempt: string;
  readonly shape: string;
  /** Restriction, or nothing. */
  readonly where: string;
  /** SortOrder, or nothing. */
  readonly order?: string;
}

export interface FoundIn {
  /** As it was named in the request. */
  readonly folder: string;
  readonly element: Element;
}

/** `folders` are FolderId or DistinguishedFolderId elements. Those that are not there hold nothing. */
export async function findItems(ews: Ews, folders: readonly string[], search: Search): Promise<FoundIn[]> {
  const found: FoundIn[] = [];
  for (let at = 0; at < folders.length; at += FOLDERS_AT_ONCE) {
    const some = folders.slice(at, at + FOLDERS_AT_ONCE);
    const messages = await ask(ews, some, search, 0);
    const isEach = messages.length === some.length;
    for (const [n, folder] of some.entries()) found.push(...(await rest(ews, folder, search, isEach ? messages[n]! : null)));
  }
  return found;
}

/** What one folder holds, from the page that was brought already. */
async function rest(ews: Ews, folder: string, search: Search, brought: ResponseMessage | null): Promise<FoundIn[]> {
  const found: Element[] = [];
  let message = brought;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    message ??= (await ask(ews, [folder], search, found.length))[0] ?? null;
    if (message === null) throw new Failure('garbled', `${search.attempt} at ${ews.where}: a folder is not answered`);
    const failure = messageFailure(message, `${search.attempt} at ${ews.where}`);
    if (failure?.responseCode === 'ErrorFolderNotFound') return [];
    if (failure !== null && search.where !== '' && UNSEARCHABLE.has(failure.responseCode))
      return await rest(ews, folder, { ...search, where: '', order: '' }, null);
    if (failure !== null) throw failure;
    found.push(...message.items);
    if (isLast(message)) return found.map((element) => ({ folder, element }));
    message = null;
  }
  throw new Failure('garbled', `${search.attempt} at ${ews.where}: the list of a folder does not end`);
}

/** The attribute is optional by the schema. */
const isLast = ({ fields: { IncludesLastItemInRange }, items }: ResponseMessage) =>
  items.length === 0 || (IncludesLastItemInRange === undefined ? items.length < PAGE : isTrue(IncludesLastItemInRange));

/** What a server says that cannot search by what it was given (MS-OXWSCDATA 2.2.5.24). */
const UNSEARCHABLE = new Set([
  ...['ErrorUnsupportedPathForQuery', 'ErrorUnsupportedQueryFilter', 'ErrorInvalidRestriction', 'ErrorContainsFilterWrongType'],
  ...['ErrorUnsupportedPathForSortGroup', 'ErrorRestrictionTooComplex', 'ErrorUnsupportedPropertyDefinition'],
]);

async function ask(ews: Ews, folders: readonly string[], search: Search, offset: number): Promise<readonly ResponseMessage[]> {
  const { attempt, shape, where, order = '' } = search;
  const view = `<m:IndexedPageItemView MaxEntriesReturned="${PAGE}" Offset="${offset}" BasePoint="Beginning"/>`;
  const parents = `<m:ParentFolderIds>${folders.join('')}</m:ParentFolderIds>`;
  const body = `<m:FindItem Traversal="Shallow">${shape}${view}${where}${order}${parents}</m:FindItem>`;
  try {
    return (await ews.call(body, { attempt })).messages;
  } catch (error) {
    const isUnsearchable = error instanceof ExchangeFailure && UNSEARCHABLE.has(error.responseCode);
    if (where === '' || !isUnsearchable) throw error;
    return await ask(ews, folders, { ...search, where: '', order: '' }, offset);
  }
}
