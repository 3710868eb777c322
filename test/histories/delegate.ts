import type { ItemStore } from '../../src/connector/connector.ts';

/** The same store as plain data, so that single methods can be put in front of it. */
export function delegate(store: ItemStore): ItemStore {
  return {
    kind: store.kind,
    folders: (selectors) => store.folders(selectors),
    changes: (folder, after, bounds) => store.changes(folder, after, bounds),
    read: (refs, held) => store.read(refs, held),
    find: (record) => store.find(record),
    steps: (change) => store.steps(change),
    apply: (step, target) => store.apply(step, target),
    outcome: (step, target) => store.outcome(step, target),
  };
}
