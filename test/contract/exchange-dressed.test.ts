/** Other servers word the same answers in other ways; whoever reads by the schema and not by the sample notices nothing. */
import { afterAll, beforeAll, describe } from 'vitest';
import { Exchange } from '../servers/exchange/exchange.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';
import { DRESSES, serveDressed } from '../servers/exchange-dressed.ts';
import { emailSourceContract } from './email-source.ts';
import { exchangeItemsWorld } from './exchange-items-world.ts';
import { exchangeWorld, type Login } from './exchange-world.ts';
import { itemStoreContract } from './item-store.ts';

const LOGIN: Login = { method: 'password', access: 'direct' };
const ABILITIES = { dates: true, flags: true, renumber: true, estimatedSizes: true };

const exchange = new Exchange();
let behind: RunningServer;
beforeAll(async () => {
  behind = await serve(exchange, { auth: { schemes: ['basic'] } });
});
afterAll(() => behind.close());

describe.each(DRESSES)('$name', (dress) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await serveDressed(behind, dress);
  });
  afterAll(() => server.close());
  emailSourceContract('exchange', ABILITIES, async () => exchangeWorld({ exchange, server }, LOGIN));
  for (const kind of ['contact', 'task', 'appointment'] as const) {
    itemStoreContract('exchange', kind, async () => exchangeItemsWorld({ exchange, server }, LOGIN, kind));
  }
});
