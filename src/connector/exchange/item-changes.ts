/**
 * What changed in one folder of items: SyncFolderItems tells the ids, GetItem brings the items as they are now.
 *
 * - A state that the server has lost begins anew with `reset`; ids stay good meanwhile.
 * - An item that is named and not found is left out (gone, as the next pass says, or not there yet) and looked for again; one whose
 *   answer broke off is told as unreadable and looked at again.
 * - What has become of another kind, or lies elsewhere, has left the folder.
 * - What is told in the state that is known (our own write comes back so) is not read again.
 * - What never comes to an end is a failure of the pass, and what was told until then stays told.
 * - Once files are read that were not before, everything is listed and read anew.
 */
import { asFailure } from '../../model/failure.ts';
import type { Cursor, ItemBounds, ItemPage, ReadItem, RemoteRef, SessionContext } from '../connector.ts';
import type { Ews } from './ews.ts';
import { type ItemCursor, readItemCursor, writeItemCursor } from './item-cursor.ts';
import type { Kind } from './item-kind.ts';
import { readItems } from './item-read.ts';
import { idOf } from './operation/item-id.ts';
import { itemShape } from './operation/item-shape.ts';
import { type FolderChanges, idIn, type SyncOptions, syncFolder } from './operation/sync-folder-items.ts';
import { toldBefore } from './operation/told-before.ts';

const MAX_LOOKS = 5;
const MAX_RETRIES_KEPT = 500;

export interface ChangesContext {
  readonly ews: Ews;
  readonly kind: Kind;
  readonly log: SessionContext['log'];
}

export async function* changesOf(
  context: ChangesContext,
  folder: string,
  after: Cursor | null,
  { items: max, known = nothing, held }: ItemBounds,
): AsyncGenerator<ItemPage> {
  const begun = beginning(readItemCursor(after), context.kind);
  let { cursor, anew } = begun;
  let again = anew;
  const pass = { max, told: toldBefore() };
  for (let complete = false; !complete; ) {
    const asked = await ask(context, folder, cursor.state, pass, again);
    // Told with the page that begins anew, and only with that.
    anew ||= asked.lost;
    again ||= anew;
    const told = { ...asked, retry: anew ? [] : cursor.retry, known: cursor.afresh ? nothing : known, held };
    for await (const { last, retry, ...part } of readPage(context, folder, told)) {
      complete = last && asked.last;
      if (last) cursor = { ...cursor, state: asked.state, retry, afresh: cursor.afresh === true && !asked.last };
      yield { reset: anew, ...part, cursor: writeItemCursor(cursor), complete };
      anew = false;
    }
  }
}

const nothing: NonNullable<ItemBounds['known']> = async () => new Map();

/** Where more of an item is read than was before, all of them are read anew. */
function beginning(before: ItemCursor | null, { fileBytes = 0 }: Kind): { cursor: ItemCursor; anew: boolean } {
  const deeper = fileBytes > (before?.fileBytes ?? 0);
  if (before !== null && !deeper) return { cursor: { ...before, fileBytes }, anew: false };
  return { cursor: { state: '', retry: [], fileBytes, afresh: deeper }, anew: before === null || before.state !== '' };
}

async function ask(
  { ews, log }: ChangesContext,
  folder: string,
  state: string,
  pass: Pick<SyncOptions, 'max' | 'told'>,
  again: boolean,
): Promise<FolderChanges & { readonly lost: boolean }> {
  const options = { shape: itemShape([]), ...pass };
  try {
    return { ...(await syncFolder(ews, folder, state, options)), lost: false };
  } catch (error) {
    // Lost twice in one pass it would be lost for ever.
    if (asFailure(error)?.code !== 'cursor-lost' || state === '' || again) throw error;
    log.warn('the server has lost what it knew of our state, the folder is listed anew', { folder: folder.slice(-16) });
    return { ...(await syncFolder(ews, folder, '', options)), lost: true };
  }
}

interface PageContent extends Pick<ItemPage, 'changed' | 'unchanged' | 'gone'> {
  readonly retry: ItemCursor['retry'];
  /** With it all that was asked for has been told. */
  readonly last: boolean;
}

interface Told extends Pick<FolderChanges, 'changes'>, Pick<ItemBounds, 'held'> {
  readonly retry: ItemCursor['retry'];
  readonly known: NonNullable<ItemBounds['known']>;
}

/** What items have attached can be large: then a page comes in parts, the state with the last of them. */
const PART_LENGTH = 16 * 1024 * 1024;

async function* readPage(
  { ews, kind, log }: ChangesContext,
  folder: string,
  { changes, retry, known, held }: Told,
): AsyncGenerator<PageContent> {
  const looks = new Map(retry);
  const states = new Map(changes.filter(({ name }) => name === 'Create' || name === 'Update').flatMap(statesIn));
  const deleted = new Set(changes.filter(({ name }) => name === 'Delete').flatMap(idIn));
  const again = ([...looks.keys()] as RemoteRef[]).filter((ref) => !deleted.has(ref));
  const told = [...new Set([...again, ...states.keys()])];
  const before = told.length === 0 ? new Map<string, string>() : await known(told);
  // What is told as gone and as there in one answer is looked at.
  const unchanged = told.filter((ref) => before.has(ref) && before.get(ref) === states.get(ref) && !deleted.has(ref));
  const wanted = told.filter((ref) => !unchanged.includes(ref));
  const gone = [...deleted].filter((ref) => !wanted.includes(ref));
  const page = { changed: [] as ReadItem[], unchanged, gone, retry: [] as [string, number][], last: true };
  let [n, length] = [0, 0];
  for await (const item of readItems({ ews, kind, held }, wanted)) {
    const ref = wanted[n++]!;
    const isMissing = item?.failure?.code === 'missing';
    if (item === null || liesElsewhere(item, folder) || (isMissing && deleted.has(ref))) page.gone.push(ref);
    else if (isMissing) lookAgain(page.retry, ref, looks, log);
    else {
      page.changed.push(inFolder(item, folder));
      // Told as unreadable at once; what was only a bad moment of the server is over by the next pass.
      if (mayPass(item)) lookAgain(page.retry, ref, looks, log);
    }
    length += lengthOf(item);
    if (length < PART_LENGTH) continue;
    yield { changed: page.changed.splice(0), unchanged: [], gone: [], retry: [], last: false };
    length = 0;
  }
  yield page;
}

const mayPass = ({ failure }: ReadItem) => failure !== undefined && failure.code !== 'refused';
const lengthOf = (item: ReadItem | null): number => JSON.stringify(item?.version?.content ?? null).length;

/** Where it lies is optional in the schema: told of this folder it lies here. */
const liesElsewhere = ({ version }: ReadItem, folder: string) => version !== undefined && !['', folder].includes(version.folder);
const inFolder = (item: ReadItem, folder: string): ReadItem =>
  item.version === undefined ? item : { ref: item.ref, version: { ...item.version, folder } };

/** The state that is told last is the one that counts. Some servers tell the id alone (ChangeKey is optional in the schema). */
const statesIn = ({ children }: FolderChanges['changes'][number]): (readonly [RemoteRef, string | undefined])[] =>
  children.flatMap((item) => idIn(item).map((ref) => [ref, idOf(item)?.etag] as const));

function lookAgain(
  retry: [string, number][],
  ref: RemoteRef,
  before: ReadonlyMap<string, number>,
  log: SessionContext['log'],
): void {
  const looks = (before.get(ref) ?? 0) + 1;
  if (looks < MAX_LOOKS && retry.length < MAX_RETRIES_KEPT) retry.push([ref, looks]);
  else log.warn('an item is named as changed and cannot be found or read, it is given up', { looks });
}
