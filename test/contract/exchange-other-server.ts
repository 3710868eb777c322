/** The stand-in as a server that nobody here has seen: what is asked of it and what it answers are changed on their ways. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { ItemStore, Session } from '../../src/connector/connector.ts';
import { createExchangeConnector } from '../../src/connector/exchange/exchange-connector.ts';
import type { Kind } from '../../src/connector/exchange/item-kind.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';
import type { Mailbox } from '../servers/exchange/store/mailbox.ts';
import { type Dress, serveDressed } from '../servers/exchange-dressed.ts';
import { contextFor } from './context.ts';
import { exchangeStore } from './exchange-store.ts';
import { PASSWORD, settingsFor } from './exchange-world.ts';

const ADDRESS = 'alice@example.com';
const asItIs = (text: string) => text;

export interface OtherServer {
  readonly exchange: Exchange;
  /** What becomes of a request and of an answer on their ways; as they are, until a test says otherwise. */
  ask: Dress['xml'];
  change: Dress['xml'];
  /** Every request, as it came. */
  readonly asked: string[];
  /** New for each test. */
  mailbox(): Mailbox;
  store(kind: Kind): ItemStore;
  open(): Promise<Session>;
}

export function otherServer(): OtherServer {
  let behind: RunningServer;
  let server: RunningServer;
  const world: OtherServer = {
    ...{ exchange: new Exchange(), asked: [], ask: asItIs, change: asItIs },
    mailbox: () => world.exchange.mailboxOf(ADDRESS)!,
    store: (kind) => exchangeStore(server, ADDRESS, PASSWORD, kind),
    open() {
      const settings = settingsFor(server, ADDRESS, { method: 'password', access: 'direct' });
      const context = contextFor({ method: 'password', username: ADDRESS, password: PASSWORD });
      return createExchangeConnector().open(settings, context);
    },
  };
  beforeAll(async () => {
    behind = await serve(world.exchange, { auth: { schemes: ['basic'] } });
    server = await serveDressed(behind, {
      name: 'another server',
      xml: (text) => world.change(text),
      asked(text) {
        world.asked.push(text);
        return world.ask(text);
      },
    });
  });
  afterAll(() => Promise.all([server?.close(), behind?.close()]));
  beforeEach(() => {
    Object.assign(world, { ask: asItIs, change: asItIs });
    world.asked.splice(0);
    world.exchange.faults.clear();
    world.exchange.addMailbox(ADDRESS, PASSWORD);
  });
  return world;
}
