/** Defects of what is read. */
import type { ItemPage, ItemStore, ItemVersion, ReadItem, RemoteRef, Target } from '../../../src/connector/connector.ts';
import { delegate } from '../delegate.ts';
import type { Defect } from './defect.ts';

/** The pages of a pass, each as the defect lets it through. */
function pages(store: ItemStore, through: (page: ItemPage) => ItemPage): ItemStore {
  return {
    ...delegate(store),
    async *changes(folder, after, bounds) {
      for await (const page of store.changes(folder, after, bounds)) yield through(page);
    },
  };
}

function reading(store: ItemStore, through: (version: ItemVersion) => ItemVersion): ItemStore {
  const seen = (item: ReadItem): ReadItem => (item.version ? { ...item, version: through(item.version) } : item);
  const passed = pages(store, (page) => ({ ...page, changed: page.changed.map(seen) }));
  return { ...passed, read: async (refs, held) => (await store.read(refs, held)).map(seen) };
}

const finding = (store: ItemStore, trashed: boolean): ItemStore => ({
  ...delegate(store),
  find: async (record) => (await store.find(record)).map((one) => ({ ...one, trashed })),
});

export const READING: readonly Defect[] = [
  { name: 'nothing that went is told', wrap: (store) => pages(store, (page) => ({ ...page, gone: [] })) },
  {
    name: 'the first item of a page is left out',
    wrap: (store) => pages(store, (page) => ({ ...page, changed: page.changed.slice(1) })),
  },
  {
    name: 'items that are there are told to be gone',
    wrap: (store) => pages(store, (page) => ({ ...page, gone: [...page.gone, ...page.changed.map(({ ref }) => ref)] })),
  },
  { name: 'everything found lies in Deleted Items', wrap: (store) => finding(store, true) },
  { name: 'nothing found lies in Deleted Items', wrap: (store) => finding(store, false) },
  {
    name: 'keys are neither read nor found',
    wrap: (store) => ({
      ...reading(store, (version) => ({ ...version, key: null })),
      find: async () => [],
      outcome: async (step, target) => (target.ref === null ? { outcome: 'not-applied' } : store.outcome(step, target)),
    }),
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
        read: async (refs, held) =>
          (await store.read(refs, held)).map((item) => {
            const etag = left.get(item.ref);
            return item.version && etag ? { ...item, version: { ...item.version, etag } } : item;
          }),
      };
    },
  },
  {
    name: 'everybody organizes what is in the calendar',
    wrap: (store) =>
      reading(store, (version) => ({ ...version, meeting: version.meeting && { ...version.meeting, role: 'organizer' } })),
  },
];
