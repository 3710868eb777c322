import { afterAll, beforeAll } from 'vitest';
import type { ItemKind } from '../../src/model/item.ts';
import { exchangeItemsWorld } from './exchange-items-world.ts';
import { type StandIns, startStandIns, WAYS } from './exchange-world.ts';
import { itemStoreContract } from './item-store.ts';

let at: StandIns;
beforeAll(async () => {
  at = await startStandIns();
});
afterAll(() => at?.close());

const KINDS: readonly ItemKind[] = ['contact', 'task', 'appointment'];
for (const kind of KINDS) {
  for (const [name, login] of WAYS) {
    itemStoreContract(`exchange (${name})`, kind, async () => exchangeItemsWorld(at.plain, login, kind));
  }
  for (const access of ['direct', 'impersonate'] as const) {
    itemStoreContract(`exchange (NTLM over TLS, channel binding required, ${access})`, kind, async () =>
      exchangeItemsWorld(at.bound, { method: 'ntlm', access, ca: at.ca }, kind),
    );
  }
}
