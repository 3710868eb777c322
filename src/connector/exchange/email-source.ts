/**
 * Mail of Exchange folders, read and never changed. One pass: SyncFolderItems tells what changed since the cursor's state,
 * GetItem brings the sources in batches, pages are made of them. Push or not, this is the one way in which changes are learnt.
 *
 * - An item is read when the store does not know its reference, whatever the change is called.
 * - A lost state does not void references (an item keeps its id as long as it stays in the folder): everything is listed anew
 *   and compared. They are void when the folder itself is another: then the first page says `reset`.
 * - What cannot be read is tried again in later passes and never stops the others.
 */
import { asFailure } from '../../model/failure.ts';
import type {
  ArrivedEmail,
  Cursor,
  EmailPage,
  EmailSource,
  FolderPreview,
  KnownRefs,
  PageBounds,
  RemoteRef,
  SessionContext,
} from '../connector.ts';
import { type ExchangeCursor, readCursor, writeCursor } from './cursor.ts';
import type { Ews } from './ews.ts';
import { ExchangeFailure } from './failures.ts';
import type { Folders, ListedFolder } from './folders.ts';
import { getHeaders } from './operation/get-headers.ts';
import { type GotItem, getItems } from './operation/get-item.ts';
import { inPortions } from './operation/in-portions.ts';
import type { MailItem } from './operation/item.ts';
import { type SyncedItems, syncFolderItems } from './operation/sync-folder-items.ts';
import { toldBefore } from './operation/told-before.ts';

const BATCH = { items: 50, bytes: 4 * 1024 * 1024 };
const STATE_BATCH = 100;
const DELTAS_PER_PAGE = 1000;
const MAX_ATTEMPTS = 5;
const MAX_RETRIES_KEPT = 500;
const TOO_BIG = new Set(['ErrorMessageSizeExceeded', 'ErrorDataSizeLimitExceeded']);

export interface SourceContext {
  readonly ews: Ews;
  readonly folders: Folders;
  readonly log: SessionContext['log'];
}

export function createExchangeSource(context: SourceContext): EmailSource {
  return {
    probe: (selectors) => context.folders.probe(selectors),
    preview: (path, bounds) => preview(context, path, bounds),
    async *changes(path, after, known, bounds) {
      yield* new Pass(context, await context.folders.find(path), known, bounds).pages(after);
    },
  };
}

async function preview(
  { ews, folders }: SourceContext,
  path: string,
  { since, messageBytes }: Pick<PageBounds, 'since' | 'messageBytes'>,
): Promise<FolderPreview> {
  const { id } = await folders.find(path);
  const found = { messages: 0, bytes: 0, oversized: 0 };
  const told = toldBefore();
  for (let state = '', last = false; !last; ) {
    const changes = await syncFolderItems(ews, id, state, told);
    for (const { size } of changes.created.filter((item) => !isOld(item, since))) {
      found.messages += 1;
      found.bytes += size;
      if (size > messageBytes) found.oversized += 1;
    }
    [state, last] = [changes.state, changes.last];
  }
  return found;
}

/** What has no date is taken, so that nothing young is lost. */
const isOld = ({ receivedAt }: MailItem, since: Date | null) => since !== null && receivedAt !== null && receivedAt < since;

interface Deltas {
  readonly flagged: EmailPage['flagged'];
  readonly gone: readonly RemoteRef[];
}
const NOTHING: Deltas = { flagged: [], gone: [] };

class Pass {
  readonly #context: SourceContext;
  readonly #folder: ListedFolder;
  readonly #known: KnownRefs;
  readonly #bounds: PageBounds;
  /** What a listing from the beginning has shown. */
  readonly #listed = new Set<RemoteRef>();
  readonly #told = toldBefore();
  #cursor: ExchangeCursor;
  /** The listing has begun anew in this pass. */
  #anew = false;
  #reset = false;
  #arrived: ArrivedEmail[] = [];
  #bytes = 0;

  constructor(context: SourceContext, folder: ListedFolder, known: KnownRefs, bounds: PageBounds) {
    this.#context = context;
    this.#folder = folder;
    this.#known = known;
    this.#bounds = bounds;
    this.#cursor = { folder: folder.id, state: '', first: true, lost: false, since: bounds.since?.getTime() ?? null, retry: [] };
  }

  async *pages(after: Cursor | null): AsyncGenerator<EmailPage> {
    this.#begin(after);
    // A listing that is compared begins at its beginning, however far one has come before.
    let state = this.#cursor.lost ? '' : this.#cursor.state;
    for (;;) {
      const changes = await this.#ask(state);
      yield* this.#portions(await this.#deltas(changes));
      const retry: [string, number][] = [];
      yield* this.#arrivals(changes, retry);
      state = changes.state;
      if (changes.last) return yield* this.#finish(state, retry);
      const { lost } = this.#cursor;
      this.#cursor = { ...this.#cursor, retry, ...(lost ? {} : { state }) };
      yield this.#page(NOTHING, false);
    }
  }

  #begin(after: Cursor | null): void {
    if (after === null) return;
    const before = readCursor(after);
    this.#reset = before.folder !== this.#folder.id;
    if (this.#reset) return;
    const since = this.#bounds.since?.getTime() ?? null;
    const wider = !before.first && before.since !== null && (since === null || since < before.since);
    this.#cursor = { ...before, ...(wider ? { lost: true, first: true } : {}) };
  }

  async #ask(state: string): Promise<SyncedItems> {
    const { ews, log } = this.#context;
    try {
      return this.#note(await syncFolderItems(ews, this.#folder.id, state, this.#told));
    } catch (error) {
      // Lost twice in one pass it would be lost for ever; the next pass begins anew.
      if (asFailure(error)?.code !== 'cursor-lost' || state === '' || this.#anew) throw error;
      this.#anew = true;
      log.warn('the server has lost what it knew of our state, the folder is listed anew', {
        folder: this.#folder.id.slice(-16),
      });
      this.#cursor = { ...this.#cursor, lost: true };
      this.#listed.clear();
      return this.#note(await syncFolderItems(ews, this.#folder.id, '', this.#told));
    }
  }

  #note(changes: SyncedItems): SyncedItems {
    if (this.#cursor.lost) for (const ref of changes.present) this.#listed.add(ref);
    return changes;
  }

  async #deltas({ created, updated, read, deleted }: SyncedItems): Promise<Deltas> {
    const here = [...created, ...updated].filter((item) => this.#isHere(item));
    const away = updated.filter((item) => !this.#isHere(item)).map(({ ref }) => ref);
    const all = await this.#known.has([...here.map(({ ref }) => ref), ...read, ...deleted, ...away]);
    const left = [...new Set([...deleted, ...away])].filter((ref) => all.has(ref));
    const back = await this.#back(left.filter((ref) => read.includes(ref) || here.some((item) => item.ref === ref)));
    const states = await this.#states(read.filter((ref) => all.has(ref)));
    const flagged = [...here.filter(({ ref }) => all.has(ref)), ...states].map(({ ref, flags }) => ({ ref, flags }));
    return { flagged, gone: left.filter((ref) => !back.has(ref)) };
  }

  /** What is told as gone and as there in one answer is looked at: it has gone if it is not found, or lies elsewhere. */
  async #back(refs: readonly RemoteRef[]): Promise<ReadonlySet<RemoteRef>> {
    const isThere = ({ item, failure }: GotItem) => (item ? this.#isHere(item) : failure?.code !== 'missing');
    return new Set((await this.#got(refs)).filter(isThere).map(({ ref }) => ref));
  }

  /** A read-flag change says nothing of the other flags, and the copy keeps them all. */
  async #states(refs: readonly RemoteRef[]): Promise<MailItem[]> {
    return (await this.#got(refs)).flatMap(({ item }) => item ?? []);
  }

  #got(refs: readonly RemoteRef[]): Promise<GotItem[]> {
    return inPortions(refs, STATE_BATCH, (some) => getItems(this.#context.ews, some, { mimeBytes: null }));
  }

  /** Some servers tell of a move to Deleted Items as of a change of an item that now lies there. */
  #isHere({ folder }: MailItem): boolean {
    return folder === null || folder === this.#folder.id;
  }

  async *#portions({ flagged, gone }: Deltas): AsyncGenerator<EmailPage> {
    for (let at = 0; at < Math.max(flagged.length, gone.length); at += DELTAS_PER_PAGE) {
      const end = at + DELTAS_PER_PAGE;
      yield this.#page({ flagged: flagged.slice(at, end), gone: gone.slice(at, end) }, false);
    }
  }

  async *#arrivals(changes: SyncedItems, retry: [string, number][]): AsyncGenerator<EmailPage> {
    const attempts = new Map(this.#cursor.retry);
    for (const ref of changes.deleted) attempts.delete(ref);
    const again = await this.#states([...attempts.keys()] as RemoteRef[]);
    const wanted = new Map(
      [...changes.created, ...changes.updated].filter((item) => this.#isWanted(item)).map((item) => [item.ref, item]),
    );
    for (const item of again) wanted.set(item.ref, item);
    const known = await this.#known.has([...wanted.keys()]);
    // Exchange tells the newest first; in an answer the oldest goes first, as they were written.
    const missing = [...wanted.values()].filter(({ ref }) => !known.has(ref)).reverse();
    for (const batch of batches(missing, this.#bounds)) {
      const { messageBytes } = this.#bounds;
      const got = await getItems(
        this.#context.ews,
        batch.map(({ ref }) => ref),
        { mimeBytes: messageBytes },
      );
      for (const result of got) {
        const email = arrivedFrom(result) ?? (await this.#headersOf(result, wanted.get(result.ref), attempts));
        if (email !== null) yield* this.#add(email);
        else if (result.item !== null) this.#putOff(result, attempts, retry);
      }
    }
  }

  /** What is too big for the server to give out, or comes without a source however often one asks, comes by its header block. */
  async #headersOf(
    { ref, item: answered, failure }: GotItem,
    item: MailItem | undefined,
    attempts: ReadonlyMap<string, number>,
  ): Promise<ArrivedEmail | null> {
    // Some servers say nothing of what they cannot convert, and leave out the source.
    const isRefused = failure === undefined ? answered !== null : failure.code === 'refused';
    if (!isRefused || item === undefined) return null;
    const last = (attempts.get(ref) ?? 0) + 1 >= MAX_ATTEMPTS;
    if (!last && !(failure instanceof ExchangeFailure && TOO_BIG.has(failure.responseCode))) return null;
    const source = await getHeaders(this.#context.ews, ref);
    if (source === null) return null;
    const { receivedAt, flags } = item;
    return { ref, source, headersOnly: true, sizeBytes: Math.max(item.size, source.length), receivedAt, flags };
  }

  /** `since` is for what was there at first; what is dragged into the folder later is wanted whatever its age. */
  #isWanted(item: MailItem): boolean {
    return this.#isHere(item) && !(this.#cursor.first && isOld(item, this.#bounds.since));
  }

  #putOff({ ref, failure }: GotItem, attempts: ReadonlyMap<string, number>, retry: [string, number][]): void {
    const tried = (attempts.get(ref) ?? 0) + 1;
    const again = tried < MAX_ATTEMPTS && retry.length < MAX_RETRIES_KEPT;
    if (again) retry.push([ref, tried]);
    if (failure?.code === 'missing') return; // gone meanwhile, as the next pass will say, or not there yet
    const words = again ? 'a message cannot be read, it is tried again' : 'a message cannot be read, it stays on the server';
    this.#context.log.warn(words, { attempt: tried, failure: failure?.message });
  }

  async *#add(email: ArrivedEmail): AsyncGenerator<EmailPage> {
    const bytes = this.#bytes + email.source.length;
    if (this.#arrived.length >= this.#bounds.messages || (this.#arrived.length > 0 && bytes > this.#bounds.bytes)) {
      yield this.#page(NOTHING, false);
    }
    this.#arrived.push(email);
    this.#bytes += email.source.length;
  }

  async *#finish(state: string, retry: readonly (readonly [string, number])[]): AsyncGenerator<EmailPage> {
    if (this.#cursor.lost) yield* this.#portions({ flagged: [], gone: await this.#unlisted() });
    const { since, first } = this.#cursor;
    const covered = first ? (this.#bounds.since?.getTime() ?? null) : since;
    this.#cursor = { ...this.#cursor, state, retry, first: false, lost: false, since: covered };
    yield this.#page(NOTHING, true);
  }

  async #unlisted(): Promise<RemoteRef[]> {
    const arrived = new Set(this.#arrived.map(({ ref }) => ref));
    return [...(await this.#known.all())].filter((ref) => !this.#listed.has(ref) && !arrived.has(ref));
  }

  #page(deltas: Deltas, complete: boolean): EmailPage {
    const { first, lost } = this.#cursor;
    const { total } = this.#folder;
    const page = {
      ...{ reset: this.#reset, arrived: this.#arrived, ...deltas, cursor: writeCursor(this.#cursor), complete },
      ...(first && !lost && total !== null && this.#bounds.since === null ? { expected: total } : {}),
    };
    this.#reset = false;
    this.#arrived = [];
    this.#bytes = 0;
    return page;
  }
}

/** Of a page's size at most, counted by what the server says of the size of an item. */
function* batches(items: readonly MailItem[], bounds: PageBounds): Generator<MailItem[]> {
  const limit = { items: Math.min(BATCH.items, bounds.messages), bytes: Math.min(BATCH.bytes, bounds.bytes) };
  let batch: MailItem[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Math.min(item.size, bounds.messageBytes);
    if (batch.length >= limit.items || (batch.length > 0 && bytes + size > limit.bytes)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function arrivedFrom({ ref, item }: GotItem): ArrivedEmail | null {
  if (!item?.mime) return null;
  const { mime, receivedAt, flags } = item;
  return { ref, source: mime.bytes, headersOnly: !mime.whole, sizeBytes: mime.sizeBytes, receivedAt, flags };
}
