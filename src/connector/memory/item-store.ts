/** Items in memory under the contract, as strictly as a real server keeps it. */
import { Failure } from '../../model/failure.ts';
import { FIELDS } from '../../model/fields.ts';
import type { ItemContent, ItemKey } from '../../model/item.ts';
import { same } from '../../model/json.ts';
import type {
  Cursor,
  FolderSelector,
  ItemBounds,
  ItemChange,
  ItemFolder,
  ItemPage,
  ItemStore,
  ReadItem,
  RemoteRef,
  Step,
  StepOutcome,
  Target,
} from '../connector.ts';
import { type ItemBox, type MemoryItem, TRASH, versionOf } from './item-box.ts';

export function createMemoryItems(box: ItemBox, check: () => void): ItemStore {
  const read = (ref: RemoteRef): ReadItem => {
    const item = box.items.get(ref);
    if (item) return { ref, version: versionOf(item) };
    return { ref, failure: new Failure('missing', `there is no item ${ref}`) };
  };
  return {
    kind: box.kind,
    async folders(selectors) {
      check();
      return selectFolders(box, selectors);
    },
    async *changes(folder, after, bounds) {
      check();
      yield* pages(box, folder, after, bounds, read);
    },
    async read(refs) {
      check();
      return refs.map(read);
    },
    async find(record) {
      check();
      const keyed = [...box.items.values()].filter(({ key }) => key?.record === record);
      return keyed.map(({ ref, key, folder }) => ({ ref, key: key!, folder, trashed: folder === TRASH }));
    },
    steps: (change) => [stepOf(change)],
    async apply(step, target) {
      check();
      return box.receive(step.mails, () => carryOut(box, step.data as unknown as Wish, target));
    },
    async outcome(step, target) {
      check();
      return lookFor(box, step.data as unknown as Wish, target);
    },
  };
}

function selectFolders(box: ItemBox, selectors: readonly FolderSelector[]): readonly ItemFolder[] {
  const all = [...box.folders].map(([id, { path }], n) => ({ id, path, isDefault: n === 0 }));
  if (selectors.length === 0) return all.slice(0, 1);
  return selectors.map((selector) => {
    const name = typeof selector === 'string' ? selector : 'name' in selector ? selector.name : selector.role;
    const found = all.find(({ id, path }) => id === name || path === name);
    if (!found) throw new Failure('missing', `the memory mailbox has no folder ${name}`);
    return found;
  });
}

async function* pages(
  box: ItemBox,
  folder: string,
  after: Cursor | null,
  { items: size, known = async () => new Map() }: ItemBounds,
  read: (ref: RemoteRef) => ReadItem,
): AsyncGenerator<ItemPage> {
  const [epoch, from] = after === null ? [box.epoch, 0] : after.split(':').map(Number);
  const reset = epoch !== box.epoch;
  const news = box.log.filter((entry) => entry.folder === folder && entry.change > (reset ? 0 : from!));
  const last = new Map(news.map(({ ref, change }) => [ref, change]));
  const told = [...last].sort((a, b) => a[1] - b[1]);
  for (let at = 0; ; at += size) {
    const part = told.slice(at, at + size);
    const complete = at + size >= told.length;
    const here = part.map(([ref]) => ref).filter((ref) => box.items.get(ref)?.folder === folder);
    const gone = reset || after === null ? [] : part.map(([ref]) => ref).filter((ref) => box.items.get(ref)?.folder !== folder);
    const upTo = complete ? box.log.length : part.at(-1)![1];
    const held = await known(here);
    const isKnown = (ref: RemoteRef) => held.get(ref) === versionOf(box.items.get(ref)!).etag;
    const [unchanged, changed] = [here.filter(isKnown), here.filter((ref) => !isKnown(ref)).map(read)];
    yield { reset: reset && at === 0, changed, unchanged, gone, cursor: `${box.epoch}:${upTo}` as Cursor, complete };
    if (complete) return;
  }
}

/** What a step is to do; travels as data. */
interface Wish {
  readonly change: ItemChange['change'];
  readonly content: ItemContent | null;
  readonly fields: readonly string[];
  readonly folder: string | null;
  readonly key: ItemKey | null;
}

function stepOf(change: ItemChange): Step {
  const mails = change.change === 'respond' || change.mail !== 'none';
  const wish: Wish = {
    change: change.change,
    content: 'content' in change ? change.content : null,
    fields: change.change === 'update' ? change.fields : [],
    folder: change.change === 'create' ? change.folder : null,
    key: 'key' in change ? change.key : null,
  };
  return { name: change.change, mails, data: wish as unknown as Step['data'] };
}

function carryOut(box: ItemBox, wish: Wish, target: Target): Target {
  if (wish.change === 'create') {
    const ref = box.add(wish.content!, { key: wish.key, ...(wish.folder === null ? {} : { folder: wish.folder }) });
    return targetOf(box.items.get(ref)!);
  }
  const item = box.items.get(target.ref!);
  if (!item) throw new Failure('missing', `there is no item ${target.ref}`);
  if (versionOf(item).etag !== target.etag) throw new Failure('conflict', `item ${target.ref} was changed meanwhile`);
  if (wish.change === 'delete') {
    box.remove(item.ref);
    return { ref: null, etag: null };
  }
  if (wish.change === 'update') box.edit(item.ref, written(box, item.content, wish), wish.key ?? item.key);
  return targetOf(box.items.get(item.ref)!);
}

function written(box: ItemBox, content: ItemContent, wish: Wish): ItemContent {
  const fields = FIELDS[box.kind].filter(({ name }) => wish.fields.includes(name));
  return fields.reduce((all, field) => field.set(all, field.get(wish.content!)), content);
}

const targetOf = (item: MemoryItem): Target => ({ ref: item.ref, etag: versionOf(item).etag });

function lookFor(box: ItemBox, wish: Wish, target: Target): StepOutcome {
  if (wish.change === 'create') {
    const found = [...box.items.values()].find(({ key }) => same(key as never, wish.key as never));
    return found ? { outcome: 'applied', target: targetOf(found) } : { outcome: 'not-applied' };
  }
  const item = box.items.get(target.ref!);
  if (!item || (wish.change === 'delete' && item.folder === TRASH)) {
    return wish.change === 'delete' ? { outcome: 'applied', target: { ref: null, etag: null } } : { outcome: 'unknown' };
  }
  if (versionOf(item).etag === target.etag) return { outcome: 'not-applied' };
  const asWished = wish.change === 'update' && isWritten(box, item, wish);
  return asWished ? { outcome: 'applied', target: targetOf(item) } : { outcome: 'unknown' };
}

function isWritten(box: ItemBox, item: MemoryItem, wish: Wish): boolean {
  const fields = FIELDS[box.kind].filter(({ name }) => wish.fields.includes(name));
  const keyed = wish.key === null || same(item.key as never, wish.key as never);
  return keyed && fields.every((field) => same(field.get(item.content), field.get(wish.content!)));
}
