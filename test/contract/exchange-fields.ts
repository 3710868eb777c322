/** A mailbox of the Exchange stand-in, new for each test, in which the fields of a kind of items are tried one by one. */
import { beforeEach, expect } from 'vitest';
import type { ItemStore, ItemVersion, Target } from '../../src/connector/connector.ts';
import type { Kind } from '../../src/connector/exchange/item-kind.ts';
import type { Named } from '../../src/model/field.ts';
import type { ItemContent, ItemKey, Json } from '../../src/model/item.ts';
import { codesOf, type StandIn, startStandIn } from '../servers/exchange/check/client.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { changeItem, createItem, exchangeStore, itemsOf, readItem, refOf } from './exchange-store.ts';

export const ADDRESS = 'alice@example.com';
export const PASSWORD = 'alicepw';
export const KEY: ItemKey = { record: 'r', mailbox: 'm', attempt: 1 };

export interface FieldsWorld<Name extends string> {
  readonly standIn: StandIn;
  store(): ItemStore;
  /** From now on with this kind, until the next test. */
  use(kind: Kind): void;
  fieldOf(name: Name): Named<Name>;
  /** As it lies there. */
  item(n?: number): Item;
  content(values: Partial<Record<Name, Json>>): ItemContent;
  /** As another client writes it. */
  byHand(xml: string): Promise<void>;
  create(content: ItemContent): Promise<Target>;
  change(target: Target, content: ItemContent, fields: readonly string[]): Promise<Target>;
  read(target: Target): Promise<ItemVersion>;
  first(): Promise<ItemVersion>;
}

export async function fieldsWorld<Name extends string>(
  kind: Kind,
  fields: readonly Named<Name>[],
  empty: ItemContent,
): Promise<FieldsWorld<Name>> {
  const standIn = await startStandIn();
  const [element] = kind.elements;
  let store: ItemStore;
  const world: FieldsWorld<Name> = {
    standIn,
    store: () => store,
    use(other) {
      store = exchangeStore(standIn.server, ADDRESS, PASSWORD, other);
    },
    fieldOf: (name) => fields.find((each) => each.name === name)!,
    item: (n = 0) => itemsOf(standIn.exchange, ADDRESS, kind.home)[n]!,
    content: (values) =>
      Object.entries(values).reduce<ItemContent>(
        (content, [name, value]) => world.fieldOf(name as Name).set(content, value as Json),
        empty,
      ),
    async byHand(xml) {
      const reply = await standIn.call(`<m:CreateItem><m:Items><t:${element}>${xml}</t:${element}></m:Items></m:CreateItem>`);
      expect(codesOf(reply)).toEqual(['NoError']);
    },
    create: (content) => createItem(store, KEY, content),
    change: (target, content, names) => changeItem(store, target, content, names),
    read: ({ ref }) => readItem(store, ref!),
    first: () => readItem(store, refOf(standIn.exchange, ADDRESS, world.item())),
  };
  beforeEach(() => {
    standIn.exchange.addMailbox(ADDRESS, PASSWORD);
    world.use(kind);
  });
  return world;
}
