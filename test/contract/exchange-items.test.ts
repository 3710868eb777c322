import { afterAll, beforeAll } from 'vitest';
import type { ItemKind } from '../../src/model/item.ts';
import { exchangeItemsWorld } from './exchange-items-world.ts';
import { placeOf, type StandIns, startStandIns, WAYS } from './exchange-world.ts';
import { itemStoreContract } from './item-store.ts';

let at: StandIns;
beforeAll(async () => {
  at = await startStandIns();
});
afterAll(() => at?.close());

const KINDS: readonly ItemKind[] = ['contact', 'task', 'appointment'];
for (const kind of KINDS) {
  for (const way of WAYS) {
    itemStoreContract(`exchange (${way.name})`, kind, async () => exchangeItemsWorld(...placeOf(at, way), kind));
  }
}
