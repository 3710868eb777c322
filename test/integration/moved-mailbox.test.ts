import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MailboxConfig } from '../../src/config/config.ts';
import type { Connector } from '../../src/connector/connector.ts';
import { createItemBox } from '../../src/connector/memory/item-box.ts';
import { createMemoryItems } from '../../src/connector/memory/item-store.ts';
import { createCircuits } from '../../src/mailbox/circuit.ts';
import { createConnections } from '../../src/mailbox/connections.ts';
import { reconcileMailbox } from '../../src/mailbox/reconcile-mailbox.ts';
import type { SyncContext } from '../../src/mailbox/sync-context.ts';
import { Failure } from '../../src/model/failure.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { noSteps } from '../../src/platform/step.ts';
import { listItems } from '../../src/store/items.ts';
import { adoptMailboxes, listMailboxes } from '../../src/store/mailboxes.ts';
import { readStatus } from '../../src/store/status.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { OPEN_POLICY } from './item-world.ts';

let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());

const GONE = new Failure('missing', 'there is no mailbox anna@example.com', { remedy: 'check whether it was moved' });
const MOVING = new Failure('unreachable', 'the mailbox is being moved', { remedy: 'it is tried again', mailbox: 'moving' });

test.each([
  ['that its server does not find', GONE],
  ['that is being moved', MOVING],
])('a mailbox %s is told as moved, keeps its links, and goes on when it is back', async (_, trouble) => {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(pg.database, [{ id: 'anna', address: 'anna@example.com' }]);
  const box = createItemBox('contact');
  box.add({ '@type': 'Card', name: { full: 'Ida' } });
  const away = { now: false };
  const connector = {
    ...{ kind: 'memory', offers: ['contacts'], parseSettings: (raw: unknown) => raw },
    async open() {
      if (away.now) throw trouble;
      return { contacts: createMemoryItems(box, () => {}), async [Symbol.asyncDispose]() {} };
    },
    async *diagnose() {},
  } as unknown as Connector;
  const context = {
    ...{ database: pg.database, clock: systemClock, steps: noSteps, log: silentLog, signal: new AbortController().signal },
    ...{ connectors: new Map([['memory', connector]]), connections: createConnections(), circuits: createCircuits(systemClock) },
    credentialOf: () => async () => ({ method: 'none' }),
  } as unknown as SyncContext;
  const limits = { connections: 5, connectionsPerAccount: 2, timeoutMs: 1_000 };
  const server = { name: 'box', type: 'memory', host: 'box', port: 0, tls: 'none', limits, options: {} };
  const auth = { method: 'none', username: 'anna', shared: false };
  const mailbox = {
    ...{ id: 'anna', address: 'anna@example.com', aliases: [], receive: null, send: null },
    items: { server, auth, contacts: OPEN_POLICY, appointments: null, tasks: null },
  } as unknown as MailboxConfig;
  const pass = () => reconcileMailbox(context, mailbox, { dryRun: false, allowDeletions: false });

  expect((await pass()).failure).toBeNull();
  away.now = true;
  expect((await pass()).failure).toMatchObject({ code: trouble.code });
  expect(await listMailboxes(pg.database)).toMatchObject([
    { state: 'moved', stoppedMessage: trouble.message, stoppedRemedy: trouble.remedy },
  ]);
  expect((await readStatus(pg.database))[0]!.workloads).toMatchObject([{ workload: 'contacts', lastOutcome: 'failed' }]);
  const kept = await Array.fromAsync(listItems(pg.database, { kind: 'contact' }));
  expect(kept).toMatchObject([{ deletedAt: null, links: [{ state: 'linked' }] }]);
  away.now = false;
  expect((await pass()).failure).toBeNull();
  expect(await listMailboxes(pg.database)).toMatchObject([{ state: 'active' }]);
});
