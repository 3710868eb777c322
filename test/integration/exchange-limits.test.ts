/** What Exchange lets one account do at a time is kept to, counted as Exchange counts: its budget refuses nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MailboxConfig, ServerConfig } from '../../src/config/config.ts';
import { createExchangeConnector } from '../../src/connector/exchange/exchange-connector.ts';
import { createCircuits } from '../../src/mailbox/circuit.ts';
import { createConnections } from '../../src/mailbox/connections.ts';
import { type Access, type SessionDependencies, withSession } from '../../src/mailbox/session.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { letter } from '../contract/email-source.ts';
import { createLedger } from '../contract/ledger.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { deliver } from '../servers/exchange/mime/transport.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';

const SERVICE = 'svc@example.com';
const PASSWORD = 'pw';
const addresses = Array.from({ length: 30 }, (_, n) => `user${n}@example.com`);
let exchange: Exchange;
let server: RunningServer;

beforeAll(async () => {
  exchange = new Exchange();
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  for (const address of addresses) {
    await deliver(exchange, exchange.addMailbox(address, PASSWORD), Buffer.from(letter(address)));
  }
  exchange.faults.add({ fault: 'slow-work' });
  server = await serve(exchange);
});
afterAll(() => server?.close());

function dependencies(): SessionDependencies {
  const credential = { method: 'password', username: SERVICE, password: PASSWORD } as const;
  return {
    connectors: new Map([['exchange', createExchangeConnector() as never]]),
    credentialOf: () => async () => credential,
    connections: createConnections(),
    circuits: createCircuits(systemClock),
    ...{ log: silentLog, clock: systemClock },
  };
}

function accessBy(access: string, limits: ServerConfig['limits']): Access {
  const { port } = server;
  const options = { url: server.url, access };
  return {
    server: {
      ...{ name: 'exchange', type: 'exchange', host: '127.0.0.1', port, tls: 'none' },
      limits,
      options,
      allowClearText: true,
    },
    auth: { method: 'password', username: SERVICE, password: null, provider: null, shared: true },
  } as unknown as Access;
}

async function readAll(access: Access): Promise<number> {
  const house = dependencies();
  const { signal } = new AbortController();
  let most = 0;
  let open = 0;
  await Promise.all(
    addresses.map((address) =>
      withSession(house, { id: address, address } as MailboxConfig, access, signal, async (session) => {
        open += 1;
        most = Math.max(most, open);
        const ledger = createLedger();
        await ledger.pass(session.email!, 'INBOX');
        expect(ledger.texts()).toEqual([letter(address)]);
        open -= 1;
      }),
    ),
  );
  return most;
}

test('thirty impersonated mailboxes are read side by side, each on a budget of its own', async () => {
  const most = await readAll(accessBy('impersonate', { connections: 20, connectionsPerAccount: 1, timeoutMs: 20_000 }));
  expect(most).toBeGreaterThan(10);
  expect(most).toBeLessThanOrEqual(20);
  for (const address of addresses) expect(exchange.budget.usageOf(address)).toMatchObject({ refused: 0, mostRunning: 1 });
  expect(exchange.budget.usageOf(SERVICE).requests).toBe(0);
});

test('thirty mailboxes opened by one delegate are all on his: few at a time, fewer still ask what has changed', async () => {
  const most = await readAll(accessBy('delegate', { connections: 20, connectionsPerAccount: 10, timeoutMs: 20_000 }));
  expect(most).toBe(10);
  const usage = exchange.budget.usageOf(SERVICE);
  expect(usage).toMatchObject({ refused: 0, mostSyncCalls: 2 });
  expect(usage.mostRunning).toBeGreaterThan(2);
  expect(usage.mostRunning).toBeLessThanOrEqual(10);
});
