/**
 * What every connector that offers `appointments`, `contacts` or `tasks` has to keep. A connector calls it with a world: a mailbox
 * of its own for each test, reached by the session under test and, behind its back, by the world's own hand, as a user would.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type {
  Cursor,
  ItemPage,
  ItemStore,
  ItemVersion,
  RemoteRef,
  Session,
  Step,
  Target,
} from '../../src/connector/connector.ts';
import type { ItemContent, ItemKey, ItemKind } from '../../src/model/item.ts';

export interface ItemWorld {
  /** The session of one test; the suite closes it. */
  open(): Promise<Session>;
  /** A second folder of this kind, by its path. */
  readonly other: string;
  /** What a user does in the mailbox; items are known by their title. */
  add(title: string): Promise<void>;
  rename(title: string, to: string): Promise<void>;
  move(title: string, to: 'other' | 'trash'): Promise<void>;
  copy(title: string): Promise<void>;
  remove(title: string): Promise<void>;
  /** An item of which the store tells that it is never written; not every kind has one. */
  addReadOnly?(title: string): Promise<void>;
  /** The titles of what lies there, as the server itself has it. */
  titles(folder: 'own' | 'other' | 'trash'): Promise<readonly string[]>;
  /** Every cursor that was given is void from now on. */
  loseState(): Promise<void>;
  /** The next write is carried out or not, and the answer is lost. */
  loseAnswer(of: 'carried out' | 'not carried out'): Promise<void>;
  /** Writes that the server has carried out. */
  writes(): number;
}

const KEY: ItemKey = { record: '0198c0de-0000-7000-8000-000000000001', mailbox: 'anna', attempt: 1 };
const NOWHERE: Target = { ref: null, etag: null };

/** An item of each kind of which the title matters, and the field that has it. */
export const TITLED: Record<
  ItemKind,
  { readonly field: string; content(title: string): ItemContent; titleOf(content: ItemContent): unknown }
> = {
  contact: {
    field: 'name',
    content: (value) => ({
      ...{ '@type': 'Card', version: '1.0' },
      name: { '@type': 'Name', components: [{ kind: 'surname', value }] },
    }),
    titleOf: ({ name }) => (name as { components?: { value: string }[] } | undefined)?.components?.[0]?.value,
  },
  appointment: {
    field: 'subject',
    content: (title) => ({
      ...{ '@type': 'Event', title, start: '2026-12-01T10:00:00', duration: 'PT1H', timeZone: 'Europe/Zurich' },
    }),
    titleOf: ({ title }) => title,
  },
  task: { field: 'subject', content: (title) => ({ '@type': 'Task', title }), titleOf: ({ title }) => title },
};

export const FACET = { contact: 'contacts', appointment: 'appointments', task: 'tasks' } as const;

export function itemStoreContract(name: string, kind: ItemKind, makeWorld: () => Promise<ItemWorld>): void {
  const { field, content, titleOf } = TITLED[kind];

  describe(`${name} as a store of ${kind}s`, () => {
    const sessions: Session[] = [];
    const leave = async () => {
      for (const session of sessions.splice(0)) await session[Symbol.asyncDispose]();
    };
    afterEach(leave);
    /** A fresh session each time, as after a restart. */
    const enter = async (world: ItemWorld): Promise<ItemStore> => {
      await leave();
      const session = await world.open();
      sessions.push(session);
      return session[FACET[kind]]!;
    };
    const creation = (store: ItemStore, title: string, key = KEY, folder: string | null = null): readonly Step[] =>
      store.steps({ change: 'create', key, folder, content: content(title), mail: 'none' });
    const carryOut = async (store: ItemStore, steps: readonly Step[], from: Target): Promise<Target> => {
      let target = from;
      for (const step of steps) target = await store.apply(step, target);
      return target;
    };
    const create = (store: ItemStore, title: string, key = KEY, folder: string | null = null) =>
      carryOut(store, creation(store, title, key, folder), NOWHERE);
    const version = async (store: ItemStore, { ref }: { readonly ref: RemoteRef | null }): Promise<ItemVersion> => {
      const [read] = await store.read([ref!]);
      if (read?.version === undefined) throw read?.failure;
      return read.version;
    };
    const renaming = (store: ItemStore, theirs: ItemVersion, title: string) =>
      store.steps({ change: 'update', theirs, content: content(title), fields: [field], key: null, mail: 'none' });
    const deletion = (store: ItemStore, theirs: ItemVersion) => store.steps({ change: 'delete', theirs, mail: 'none' });
    const pass = async (store: ItemStore, after: Cursor | null = null, folder?: string, items = 50): Promise<ItemPage[]> => {
      const [chosen] = await store.folders(folder === undefined ? [] : [folder]);
      const pages: ItemPage[] = [];
      for await (const page of store.changes(chosen!.id, after, { items })) pages.push(page);
      expect(pages.map(({ complete }) => complete)).toEqual([...pages.slice(1).map(() => false), true]);
      return pages;
    };
    const told = (pages: readonly ItemPage[]) => pages.flatMap(({ changed }) => changed.map((item) => item.version!));
    const titles = (pages: readonly ItemPage[]) => told(pages).map((item) => titleOf(item.content));
    const cursorOf = (pages: readonly ItemPage[]) => pages.at(-1)!.cursor;

    test('an empty folder gives one complete page, and so does the pass after it', async () => {
      const world = await makeWorld();
      let after: Cursor | null = null;
      for (let time = 1; time <= 2; time += 1) {
        const pages = await pass(await enter(world), after);
        expect(pages.at(-1)).toMatchObject({ reset: false, changed: [], gone: [], complete: true });
        after = cursorOf(pages);
      }
      expect(world.writes()).toBe(0);
    });

    test('what a user makes and changes is told whole, once for each change, and reading writes nothing', async () => {
      const world = await makeWorld();
      for (const title of ['one', 'two', 'three']) await world.add(title);
      const first = await pass(await enter(world), null, undefined, 2);
      expect(titles(first).sort()).toEqual(['one', 'three', 'two']);
      expect(first.length).toBeGreaterThan(1);
      for (const item of told(first)) expect(item).toMatchObject({ key: null, readOnly: false });
      await world.rename('two', 'zwei');
      const before = world.writes();
      const second = await pass(await enter(world), cursorOf(first));
      expect(titles(second)).toEqual(['zwei']);
      expect(second.flatMap(({ gone }) => gone)).toEqual([]);
      expect(told(second)[0]!.ref).toBe(told(first).find(({ content }) => titleOf(content) === 'two')!.ref);
      expect(titles(await pass(await enter(world), cursorOf(second)))).toEqual([]);
      expect(world.writes()).toBe(before);
    });

    test('what is told in the state that is known is not read again', async () => {
      const world = await makeWorld();
      for (const title of ['one', 'two']) await world.add(title);
      const first = told(await pass(await enter(world)));
      const store = await enter(world);
      const [folder] = await store.folders([]);
      await world.rename('two', 'zwei');
      const known = async () => new Map(first.map(({ ref, etag }) => [ref as string, etag as string]));
      const pages: ItemPage[] = [];
      for await (const page of store.changes(folder!.id, null, { items: 10, known })) pages.push(page);
      expect(titles(pages)).toEqual(['zwei']);
      expect(pages.flatMap(({ unchanged }) => unchanged)).toEqual(
        first.filter(({ content }) => titleOf(content) === 'one').map(({ ref }) => ref),
      );
    });

    test('breaking off after any page and going on from its cursor loses nothing', async () => {
      const world = await makeWorld();
      const wanted = Array.from({ length: 7 }, (_, n) => `item ${n}`);
      for (const title of wanted) await world.add(title);
      const seen = new Set<unknown>();
      let after: Cursor | null = null;
      for (let complete = false; !complete; ) {
        const store = await enter(world);
        const [folder] = await store.folders([]);
        for await (const page of store.changes(folder!.id, after, { items: 3 })) {
          for (const title of titles([page])) seen.add(title);
          [after, complete] = [page.cursor, page.complete];
          break;
        }
      }
      expect([...seen].sort()).toEqual(wanted);
    });

    test.each(['other', 'trash'] as const)('what is moved away (%s) is gone here, and found there by our key', async (where) => {
      const world = await makeWorld();
      const target = await create(await enter(world), 'ours');
      const first = await pass(await enter(world));
      await world.move('ours', where);
      const store = await enter(world);
      const second = await pass(store, cursorOf(first));
      expect(second.flatMap(({ gone }) => gone)).toEqual([target.ref]);
      expect(titles(second)).toEqual([]);
      const found = await store.find(KEY.record);
      expect(found).toEqual([expect.objectContaining({ key: KEY, trashed: where === 'trash' })]);
      expect(await version(store, found[0]!)).toMatchObject({ key: KEY, folder: found[0]!.folder });
      if (where === 'other') expect(told(await pass(store, null, world.other))).toMatchObject([{ key: KEY, ref: found[0]!.ref }]);
    });

    test('what is removed for good is gone and found nowhere', async () => {
      const world = await makeWorld();
      const target = await create(await enter(world), 'ours');
      const first = await pass(await enter(world));
      await world.remove('ours');
      const store = await enter(world);
      expect((await pass(store, cursorOf(first))).flatMap(({ gone }) => gone)).toEqual([target.ref]);
      expect(await store.find(KEY.record)).toEqual([]);
      expect((await store.read([target.ref!]))[0]).toMatchObject({ ref: target.ref, failure: { code: 'missing' } });
    });

    test('a copy that a user makes carries the same key and attempt', async () => {
      const world = await makeWorld();
      const store = await enter(world);
      const target = await create(store, 'ours');
      await world.copy('ours');
      const items = told(await pass(store));
      expect(items.map(({ key }) => key)).toEqual([KEY, KEY]);
      expect(new Set(items.map(({ ref }) => ref)).size).toBe(2);
      const found = await store.find(KEY.record);
      expect(found.map(({ ref }) => ref).sort()).toEqual(items.map(({ ref }) => ref).sort());
      expect(items.map(({ ref }) => ref)).toContain(target.ref);
    });

    test('a void cursor begins anew with a reset, told once, under the same references', async () => {
      const world = await makeWorld();
      const store = await enter(world);
      for (const n of [1, 2, 3]) await create(store, `item ${n}`, { ...KEY, record: `r${n}` });
      const first = await pass(store);
      await world.loseState();
      const again = await pass(await enter(world), cursorOf(first), undefined, 1);
      expect(again.map(({ reset }) => reset)).toEqual([true, ...again.slice(1).map(() => false)]);
      const refs = (pages: readonly ItemPage[]) =>
        told(pages)
          .map(({ ref }) => ref)
          .sort();
      expect(refs(again)).toEqual(refs(first));
      expect(again.flatMap(({ gone }) => gone)).toEqual([]);
    });

    test('what is created stands there with its key, in the folder that was named, and is read as it was told', async () => {
      const world = await makeWorld();
      const store = await enter(world);
      const [other] = await store.folders([world.other]);
      const target = await create(store, 'ours & <theirs>', KEY, other!.id);
      expect(await world.titles('other')).toEqual(['ours & <theirs>']);
      const read = await version(store, target);
      expect(read).toMatchObject({ ...target, key: KEY, folder: other!.id, readOnly: false });
      expect(titleOf(read.content)).toBe('ours & <theirs>');
      expect(told(await pass(store, null, world.other))).toEqual([read]);
      expect(await store.folders([])).toEqual([expect.objectContaining({ isDefault: true })]);
      await expect(store.folders(['no such folder'])).rejects.toMatchObject({ code: 'missing' });
    });

    test('a change is carried out once, and a second one of the same state is a conflict that changes nothing', async () => {
      const world = await makeWorld();
      const store = await enter(world);
      const target = await create(store, 'first');
      const theirs = await version(store, target);
      const before = world.writes();
      const now = await carryOut(store, renaming(store, theirs, 'second'), theirs);
      expect(world.writes()).toBe(before + 1);
      expect(await version(store, now)).toMatchObject({ ...now, key: KEY });
      expect(now.etag).not.toBe(theirs.etag);
      await expect(carryOut(store, renaming(store, theirs, 'third'), theirs)).rejects.toMatchObject({ code: 'conflict' });
      expect(await world.titles('own')).toEqual(['second']);
    });

    test("a user's change is never overwritten unseen, by a change or a deletion", async () => {
      const world = await makeWorld();
      const store = await enter(world);
      const theirs = await version(store, await create(store, 'first'));
      await world.rename('first', 'theirs');
      for (const steps of [renaming(store, theirs, 'ours'), deletion(store, theirs)]) {
        await expect(carryOut(store, steps, theirs)).rejects.toMatchObject({ code: 'conflict' });
      }
      expect(await world.titles('own')).toEqual(['theirs']);
    });

    test('a change can bring the key to an item that a user made', async () => {
      const world = await makeWorld();
      await world.add('theirs');
      const store = await enter(world);
      const [theirs] = told(await pass(store));
      const steps = store.steps({
        change: 'update',
        theirs: theirs!,
        content: theirs!.content,
        fields: [],
        key: KEY,
        mail: 'none',
      });
      const now = await carryOut(store, steps, theirs!);
      const read = await version(store, now);
      expect([read.key, titleOf(read.content)]).toEqual([KEY, 'theirs']);
      expect(await store.find(KEY.record)).toHaveLength(1);
    });

    test('what is deleted lies in the trash', async () => {
      const world = await makeWorld();
      const store = await enter(world);
      const theirs = await version(store, await create(store, 'ours'));
      expect(await carryOut(store, deletion(store, theirs), theirs)).toEqual({ ref: null, etag: null });
      expect([await world.titles('own'), await world.titles('trash')]).toEqual([[], ['ours']]);
    });

    test.each(['other', 'trash'] as const)('what was moved away (%s) meanwhile is not deleted, and says so', async (where) => {
      const world = await makeWorld();
      const store = await enter(world);
      const theirs = await version(store, await create(store, 'ours'));
      await world.move('ours', where);
      for (const steps of [deletion(store, theirs), renaming(store, theirs, 'other')]) {
        await expect(carryOut(store, steps, theirs)).rejects.toMatchObject({ code: 'missing' });
      }
      expect(await world.titles(where)).toEqual(['ours']);
    });

    test('changing what is gone is a failure that says so', async () => {
      const world = await makeWorld();
      const store = await enter(world);
      const theirs = await version(store, await create(store, 'ours'));
      await world.remove('ours');
      await expect(carryOut(store, renaming(store, theirs, 'other'), theirs)).rejects.toMatchObject({ code: 'missing' });
    });

    test.each(['carried out', 'not carried out'] as const)('a lost answer is looked up: a creation that was %s', async (how) => {
      const world = await makeWorld();
      const [step] = creation(await enter(world), 'ours');
      await world.loseAnswer(how);
      await expect((await enter(world)).apply(step!, NOWHERE)).rejects.toMatchObject({ code: 'unreachable' });
      const store = await enter(world);
      const found = await store.outcome(step!, NOWHERE);
      expect(found.outcome).toBe(how === 'carried out' ? 'applied' : 'not-applied');
      if (found.outcome === 'applied') expect(await version(store, found.target)).toMatchObject({ ...found.target, key: KEY });
      const [another] = creation(store, 'ours', { ...KEY, attempt: 2 });
      expect(await store.outcome(another!, NOWHERE)).toEqual({ outcome: 'not-applied' });
      expect(await world.titles('own')).toEqual(how === 'carried out' ? ['ours'] : []);
    });

    test.each(['carried out', 'not carried out'] as const)('a lost answer is looked up: a change that was %s', async (how) => {
      const world = await makeWorld();
      const earlier = await enter(world);
      const theirs = await version(earlier, await create(earlier, 'first'));
      const [step] = renaming(earlier, theirs, 'second');
      await world.loseAnswer(how);
      await expect((await enter(world)).apply(step!, theirs)).rejects.toMatchObject({ code: 'unreachable' });
      const store = await enter(world);
      const found = await store.outcome(step!, theirs);
      expect(found.outcome).toBe(how === 'carried out' ? 'applied' : 'not-applied');
      if (found.outcome === 'applied') expect(await version(store, theirs)).toMatchObject(found.target);
      else await store.apply(step!, theirs);
      expect(await world.titles('own')).toEqual(['second']);
    });

    test.each(['carried out', 'not carried out'] as const)('a lost answer is looked up: a deletion that was %s', async (how) => {
      const world = await makeWorld();
      const earlier = await enter(world);
      const theirs = await version(earlier, await create(earlier, 'ours'));
      const [step] = deletion(earlier, theirs);
      await world.loseAnswer(how);
      await expect((await enter(world)).apply(step!, theirs)).rejects.toMatchObject({ code: 'unreachable' });
      const expected =
        how === 'carried out' ? { outcome: 'applied', target: { ref: null, etag: null } } : { outcome: 'not-applied' };
      expect(await (await enter(world)).outcome(step!, theirs)).toEqual(expected);
    });

    test('a lost answer of a change cannot be known when a user has saved the item since', async () => {
      const world = await makeWorld();
      const earlier = await enter(world);
      const theirs = await version(earlier, await create(earlier, 'first'));
      const [step] = renaming(earlier, theirs, 'second');
      await world.loseAnswer('not carried out');
      await expect((await enter(world)).apply(step!, theirs)).rejects.toMatchObject({ code: 'unreachable' });
      await world.rename('first', 'theirs');
      expect(await (await enter(world)).outcome(step!, theirs)).toEqual({ outcome: 'unknown' });
    });

    test('what is never written says so', async () => {
      const world = await makeWorld();
      if (world.addReadOnly === undefined) return;
      await world.addReadOnly('theirs');
      expect(told(await pass(await enter(world)))).toMatchObject([{ readOnly: true }]);
    });
  });
}
