/** Defects to plant: each must be found. None of them is code of the product; they stand between it and what it relies on. */
import type { ItemPage, ItemStore, ReadItem, RemoteRef, Target } from '../../src/connector/connector.ts';
import { asFailure } from '../../src/model/failure.ts';
import type { Database } from '../../src/store/database.ts';
import { delegate } from './delegate.ts';

export interface Defect {
  readonly name: string;
  wrap?(store: ItemStore): ItemStore;
  afterKill?(database: Database): Promise<unknown>;
  afterPass?(database: Database): Promise<unknown>;
}

const NOWHERE: Target = { ref: null, etag: null };

/** The pages of a pass, each as the defect lets it through. */
function pages(store: ItemStore, through: (page: ItemPage) => ItemPage): ItemStore {
  return {
    ...delegate(store),
    async *changes(folder, after, bounds) {
      for await (const page of store.changes(folder, after, bounds)) yield through(page);
    },
  };
}

function reading(store: ItemStore, through: (item: ReadItem) => ReadItem): ItemStore {
  const passed = pages(store, (page) => ({ ...page, changed: page.changed.map(through) }));
  return { ...passed, read: async (refs) => (await store.read(refs)).map(through) };
}

const without = (item: ReadItem, property: string): ReadItem => {
  if (!item.version) return item;
  const { [property]: _, ...content } = item.version.content;
  return { ...item, version: { ...item.version, content: { ...content, '@type': 'Card' } } };
};

export const DEFECTS: readonly Defect[] = [
  {
    name: 'a change is written over whatever is there',
    wrap: (store) => ({
      ...delegate(store),
      async apply(step, target) {
        try {
          return await store.apply(step, target);
        } catch (error) {
          if (asFailure(error)?.code !== 'conflict' || target.ref === null) throw error;
          const [now] = await store.read([target.ref]);
          return store.apply(step, { ref: target.ref, etag: now?.version?.etag ?? target.etag });
        }
      },
    }),
  },
  {
    name: 'what was lost is taken for not done',
    wrap: (store) => ({ ...delegate(store), find: async () => [], outcome: async () => ({ outcome: 'not-applied' }) }),
    // Nothing of it is seen where our key stands in what is read.
  },
  {
    name: 'what was lost is taken for done',
    wrap: (store) => ({ ...delegate(store), outcome: async (_, target) => ({ outcome: 'applied', target }) }),
  },
  { name: 'nothing that went is told', wrap: (store) => pages(store, (page) => ({ ...page, gone: [] })) },
  {
    name: 'the first item of a page is left out',
    wrap: (store) => pages(store, (page) => ({ ...page, changed: page.changed.slice(1) })),
  },
  {
    name: 'everything found lies in Deleted Items',
    wrap: (store) => ({
      ...delegate(store),
      find: async (record) => (await store.find(record)).map((one) => ({ ...one, trashed: true })),
    }),
  },
  {
    name: 'nothing found lies in Deleted Items',
    wrap: (store) => ({
      ...delegate(store),
      find: async (record) => (await store.find(record)).map((one) => ({ ...one, trashed: false })),
    }),
  },
  {
    name: 'the key is not read',
    wrap: (store) => reading(store, (item) => (item.version ? { ...item, version: { ...item.version, key: null } } : item)),
  },
  {
    name: 'every key is of the first attempt',
    wrap: (store) =>
      reading(store, (item) =>
        item.version?.key ? { ...item, version: { ...item.version, key: { ...item.version.key, attempt: 1 } } } : item,
      ),
  },
  {
    name: 'what is read back is said to be as we left it',
    wrap(store) {
      const left = new Map<RemoteRef, Target['etag']>();
      return {
        ...delegate(store),
        async apply(step, target) {
          const done = await store.apply(step, target);
          if (done.ref !== null) left.set(done.ref, done.etag);
          return done;
        },
        read: async (refs) =>
          (await store.read(refs)).map((item) => {
            const etag = left.get(item.ref);
            return item.version && etag ? { ...item, version: { ...item.version, etag } } : item;
          }),
      };
    },
  },
  {
    name: 'a creation is sent twice',
    wrap: (store) => ({
      ...delegate(store),
      async apply(step, target) {
        if (target.ref === null && /^Create/.test(step.name)) await store.apply(step, target);
        return store.apply(step, target);
      },
    }),
  },
  {
    name: 'a change writes every field as it was when it was read',
    wrap: (store) => ({
      ...delegate(store),
      steps: (change) =>
        store.steps(
          change.change === 'update' && change.fields.length > 0
            ? {
                ...change,
                theirs: { ...change.theirs, content: { '@type': 'Card' } },
                fields: ['jobTitle', 'department', 'manager', 'nickname'],
              }
            : change,
        ),
      async apply(step, target) {
        const [now] = target.ref === null ? [] : await store.read([target.ref]);
        return store.apply(step, now?.version ? { ref: target.ref, etag: now.version.etag } : target);
      },
    }),
  },
  { name: 'job titles are not read', wrap: (store) => reading(store, (item) => without(item, 'titles')) },
  {
    name: 'a deletion only says that it was done',
    wrap: (store) => ({
      ...delegate(store),
      apply: async (step, target) => (/^Delete/.test(step.name) ? NOWHERE : store.apply(step, target)),
    }),
  },
  {
    name: 'a broken connection is taken for success',
    wrap: (store) => ({
      ...delegate(store),
      async apply(step, target) {
        try {
          return await store.apply(step, target);
        } catch (error) {
          if (asFailure(error)?.code !== 'unreachable') throw error;
          return target;
        }
      },
    }),
  },
  {
    name: 'items that are there are told to be gone',
    wrap: (store) => pages(store, (page) => ({ ...page, gone: [...page.gone, ...page.changed.map(({ ref }) => ref)] })),
  },
  {
    name: 'whoever is killed forgets what was under way',
    afterKill: (database) => database.raw('update links set intent = null'),
  },
  {
    name: 'whoever is killed has moved the cursor and kept nothing',
    afterKill: (database) =>
      database.raw(
        'delete from remote_items where stream_id is not null and not exists (select 1 from links where links.ref = remote_items.ref)',
      ),
  },
  { name: 'what lost is not listed', afterPass: (database) => database.raw('delete from conflicts') },
  {
    name: 'there is one baseline only, and it is ours',
    afterPass: (database) => database.raw('update links set theirs_base = ours_base where theirs_base is not null'),
  },
];
