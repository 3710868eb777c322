/**
 * SyncFolderItems (MS-OXWSSYNC 3.1.4.2).
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderitems-operation
 */
import { Failure } from '../../../model/failure.ts';
import type { RemoteRef } from '../../connector.ts';
import type { Ews } from '../ews.ts';
import { childOf, type Element, isTrue } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { answered } from './answered.ts';
import { folderId } from './folder-id.ts';
import { ITEM_PROPERTIES, type MailItem, readMailItem } from './item.ts';
import type { ToldBefore } from './told-before.ts';

/** MaxSyncChangesReturnedType: 1 to 512. */
const MAX_CHANGES = 512;
const MAX_EMPTY = 100;
const ATTEMPT = 'asking what has changed in a folder';

export interface SyncedItems {
  /** Where to go on from. */
  readonly state: string;
  readonly last: boolean;
  readonly created: readonly MailItem[];
  readonly updated: readonly MailItem[];
  /** Only the read flag changed, and the answer tells nothing else of them. */
  readonly read: readonly RemoteRef[];
  readonly deleted: readonly RemoteRef[];
  /** Every id that is in the folder according to this answer, mail or not. */
  readonly present: readonly RemoteRef[];
}

/** Of mail. */
export async function syncFolderItems(ews: Ews, folder: string, state: string, told: ToldBefore): Promise<SyncedItems> {
  const shape = `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${ITEM_PROPERTIES}</m:ItemShape>`;
  const { changes, ...rest } = await syncFolder(ews, folder, state, { shape, max: MAX_CHANGES, told });
  return { ...rest, ...sorted(changes) };
}

export interface FolderChanges {
  readonly state: string;
  readonly last: boolean;
  /** Create, Update, ReadFlagChange and Delete elements. */
  readonly changes: readonly Element[];
}

export interface SyncOptions {
  readonly shape: string;
  readonly max: number;
  /** Of this pass. */
  readonly told: ToldBefore;
}

/** An answer may tell nothing and still not be the last; what never comes to an end is a failure. */
export async function syncFolder(ews: Ews, folder: string, state: string, options: SyncOptions): Promise<FolderChanges> {
  for (let [from, empty] = [state, 0]; empty < MAX_EMPTY; empty += 1) {
    const answer = await askOnce(ews, folder, from, options);
    if (!answer.last) options.told(answer.changes, ATTEMPT);
    if (answer.last || answer.changes.length > 0) return answer;
    from = answer.state;
  }
  throw new Failure('garbled', `${ATTEMPT}: there is always more, and nothing comes`);
}

async function askOnce(
  ews: Ews,
  folder: string,
  state: string,
  { shape, max }: Omit<SyncOptions, 'told'>,
): Promise<FolderChanges> {
  const from = state === '' ? '' : `<m:SyncState>${escapeXml(state)}</m:SyncState>`;
  const count = Math.max(1, Math.min(MAX_CHANGES, max));
  const body = `<m:SyncFolderItems>${shape}<m:SyncFolderId>${folderId(folder)}</m:SyncFolderId>${from}<m:MaxChangesReturned>${count}</m:MaxChangesReturned></m:SyncFolderItems>`;
  const message = await answered(ews, body, ATTEMPT);
  const { SyncState = '', IncludesLastItemInRange } = message.fields;
  // Optional by the schema: without it one goes on as long as something is told.
  const last = IncludesLastItemInRange === undefined ? message.items.length === 0 : isTrue(IncludesLastItemInRange);
  // Asked again with the same state it would say the same for ever.
  if (SyncState === '' || (!last && SyncState === state)) throw new Failure('garbled', `${ATTEMPT}: the state does not move on`);
  return { state: SyncState, last, changes: message.items };
}

function sorted(changes: readonly Element[]): Omit<SyncedItems, 'state' | 'last'> {
  const of = (kind: string) => changes.filter(({ name }) => name === kind);
  const mail = (kind: string) => of(kind).flatMap((change) => change.children.map(readMailItem).filter((item) => item !== null));
  const read = of('ReadFlagChange').flatMap(idIn);
  return {
    ...{ created: mail('Create'), updated: mail('Update'), read, deleted: of('Delete').flatMap(idIn) },
    present: [...[...of('Create'), ...of('Update')].flatMap((change) => change.children.flatMap(idIn)), ...read],
  };
}

export function idIn(element: Element): RemoteRef[] {
  const id = childOf(element, 'ItemId')?.attributes.Id;
  return id === undefined ? [] : [id as RemoteRef];
}
