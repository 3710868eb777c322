import type { RemoteRef, Session } from '../../src/connector/connector.ts';
import { createItemBox, TRASH } from '../../src/connector/memory/item-box.ts';
import { createMemoryItems } from '../../src/connector/memory/item-store.ts';
import { Failure } from '../../src/model/failure.ts';
import { ITEM_KINDS, type ItemKind } from '../../src/model/item.ts';
import { FACET, type ItemWorld, itemStoreContract, TITLED } from './item-store.ts';

function world(kind: ItemKind): ItemWorld {
  const box = createItemBox(kind);
  const { content, titleOf } = TITLED[kind];
  const folders = { own: 'own', other: 'other', trash: TRASH };
  const find = (title: string): RemoteRef => {
    const found = [...box.items.values()].find((item) => titleOf(item.content) === title);
    if (!found) throw new Error(`no item ${title}`);
    return found.ref;
  };
  let own = 0;
  /** What the user's hand does is no write of a session. */
  const by = async (hand: () => unknown) => {
    hand();
    own += 1;
  };
  return {
    other: 'Other',
    async open(): Promise<Session> {
      let open = true;
      const check = () => {
        if (!open) throw new Failure('unreachable', 'the session has ended');
      };
      return {
        [FACET[kind]]: createMemoryItems(box, check),
        async [Symbol.asyncDispose]() {
          open = false;
        },
      };
    },
    add: (title) => by(() => box.add(content(title))),
    rename: (title, to) => by(() => box.edit(find(title), content(to))),
    move: (title, to) => by(() => box.move(find(title), folders[to])),
    copy: (title) => by(() => box.copy(find(title))),
    remove: (title) => by(() => box.remove(find(title), true)),
    addReadOnly: (title) => by(() => box.add(content(title), { readOnly: true })),
    titles: async (folder) =>
      [...box.items.values()].filter((item) => item.folder === folders[folder]).map((item) => String(titleOf(item.content))),
    loseState: async () => box.loseState(),
    loseAnswer: async (of) => void box.faults.push(of === 'carried out' ? 'answer-lost' : 'unreachable'),
    writes: () => box.writes + own,
  };
}

for (const kind of ITEM_KINDS) itemStoreContract('memory', kind, async () => world(kind));
