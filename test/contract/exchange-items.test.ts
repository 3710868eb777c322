import { afterAll, beforeAll } from 'vitest';
import type { ItemKind } from '../../src/model/item.ts';
import { authority } from '../servers/certificates.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { type ServerOptions, serve } from '../servers/exchange/server.ts';
import { exchangeItemsWorld } from './exchange-items-world.ts';
import { type Login, PASSWORD, SERVICE, type StandIn } from './exchange-world.ts';
import { itemStoreContract } from './item-store.ts';

let plain: StandIn;
let bound: StandIn;
let ca: string;

async function start(options: ServerOptions): Promise<StandIn> {
  const exchange = new Exchange();
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  return { exchange, server: await serve(exchange, options) };
}

beforeAll(async () => {
  const trusted = await authority();
  ca = trusted.caPem;
  plain = await start({ auth: { schemes: ['ntlm', 'basic'] } });
  const ntlmOnly = { schemes: ['negotiate', 'ntlm'], extendedProtection: 'require' } as const;
  bound = await start({ auth: ntlmOnly, tls: await trusted.certificate() });
});
afterAll(() => Promise.all([plain?.server.close(), bound?.server.close()]));

const KINDS: readonly ItemKind[] = ['contact', 'task', 'appointment'];
const WAYS: readonly (readonly [string, Login])[] = [
  ['Basic', { method: 'password', access: 'direct' }],
  ['Basic, by impersonation', { method: 'password', access: 'impersonate' }],
  ['NTLM', { method: 'ntlm', access: 'direct' }],
  ['a delegate by Basic', { method: 'password', access: 'delegate' }],
];
for (const kind of KINDS) {
  for (const [name, login] of WAYS) {
    itemStoreContract(`exchange (${name})`, kind, async () => exchangeItemsWorld(plain, login, kind));
  }
  for (const access of ['direct', 'impersonate'] as const) {
    itemStoreContract(`exchange (NTLM over TLS, channel binding required, ${access})`, kind, async () =>
      exchangeItemsWorld(bound, { method: 'ntlm', access, ca }, kind),
    );
  }
}
