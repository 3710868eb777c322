import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contextFor } from '../../../test/contract/context.ts';
import { letter } from '../../../test/contract/email-source.ts';
import {
  exchangeWorld,
  type Login,
  PASSWORD,
  SERVICE,
  type StandIn,
  settingsFor,
} from '../../../test/contract/exchange-world.ts';
import { createLedger } from '../../../test/contract/ledger.ts';
import { Exchange } from '../../../test/servers/exchange/exchange.ts';
import type { FaultRule } from '../../../test/servers/exchange/faults.ts';
import { moveWithin } from '../../../test/servers/exchange/operation/items.ts';
import { serve } from '../../../test/servers/exchange/server.ts';
import { defaultSwitches, type SwitchName } from '../../../test/servers/exchange/switches.ts';
import { el } from '../../../test/servers/exchange/xml/element.ts';
import { createExchangeConnector } from './exchange-connector.ts';

const BASIC: Login = { method: 'password', access: 'direct' };
let standIn: StandIn;
let ntlmOnly: StandIn;

async function start(schemes: readonly ('ntlm' | 'basic')[]): Promise<StandIn> {
  const exchange = new Exchange();
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  return { exchange, server: await serve(exchange, { auth: { schemes } }) };
}

beforeAll(async () => {
  [standIn, ntlmOnly] = await Promise.all([start(['ntlm', 'basic']), start(['ntlm'])]);
});
afterAll(() => Promise.all([standIn?.server.close(), ntlmOnly?.server.close()]));
afterEach(() => {
  standIn.exchange.faults.clear();
  Object.assign(standIn.exchange.switches, defaultSwitches());
});

const turn = (name: SwitchName) => {
  standIn.exchange.switches[name] = true;
};

async function filled(count: number, login: Login = BASIC) {
  const world = exchangeWorld(standIn, login);
  for (let n = 1; n <= count; n += 1) await world.deliver(letter(`m${n}`));
  const session = await world.open();
  return { world, session, source: session.email!, ledger: createLedger() };
}

const fault = (rule: FaultRule) => standIn.exchange.faults.add(rule);

describe('the state', () => {
  test('a lost state has everything listed anew and compared, nothing is read or lost', async () => {
    const { world, source, ledger } = await filled(5);
    await ledger.pass(source, 'INBOX', { messages: 2 });
    await world.remove(letter('m2'));
    await world.deliver(letter('later'));
    turn('loseSyncStates');
    const pages = await ledger.pass(source, 'INBOX', { messages: 2 });
    expect(pages.every(({ reset }) => !reset)).toBe(true);
    expect(pages.flatMap(({ gone }) => gone)).toHaveLength(1);
    expect(ledger.texts().sort()).toEqual(['m1', 'm3', 'm4', 'm5', 'later'].map((name) => letter(name)).sort());
    expect(ledger.arrivals).toHaveLength(6);
  });

  test('a listing after a lost state that is broken off tells of nothing that is there as gone', async () => {
    const { world, source, ledger } = await filled(5);
    await ledger.pass(source, 'INBOX');
    for (const name of ['x', 'y', 'z']) await world.deliver(letter(name));
    turn('loseSyncStates');
    await ledger.breakOffAfter(2, source, 'INBOX', { messages: 1 });
    standIn.exchange.switches.loseSyncStates = false;
    await ledger.pass(source, 'INBOX', { messages: 1 });
    expect(ledger.present.size).toBe(8);
    expect(ledger.arrivals).toHaveLength(8);
  });

  test('changes that come again, and states of tens of kilobytes, change nothing', async () => {
    turn('repeatChanges');
    turn('longSyncStates');
    const { world, source, ledger } = await filled(6);
    for (let pass = 0; pass < 3; pass += 1) await ledger.pass(source, 'INBOX');
    await world.deliver(letter('later'));
    for (let pass = 0; pass < 2; pass += 1) await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(7);
    expect(ledger.present.size).toBe(7);
  });

  test('a state that does not move on is not asked for again for ever, and loses nothing', async () => {
    const { world, source, ledger } = await filled(3);
    await ledger.pass(source, 'INBOX');
    await world.deliver(letter('later'));
    turn('stuckSyncStates');
    const before = standIn.exchange.budget.usageOf(world.address).requests;
    await expect(ledger.pass(source, 'INBOX')).rejects.toMatchObject({
      code: 'garbled',
      message: expect.stringContaining('state'),
    });
    expect(standIn.exchange.budget.usageOf(world.address).requests - before).toBeLessThan(5);
    standIn.exchange.switches.stuckSyncStates = false;
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(4);
  });

  test('an earlier `since` later on fetches what lies between', async () => {
    const { world, source, ledger } = await filled(0);
    await world.deliver(letter('old'), { date: new Date('2020-01-01T00:00:00Z') });
    await world.deliver(letter('young'), { date: new Date('2026-01-01T00:00:00Z') });
    await ledger.pass(source, 'INBOX', { since: new Date('2025-01-01T00:00:00Z') });
    expect(ledger.texts()).toEqual([letter('young')]);
    for (let pass = 0; pass < 2; pass += 1) await ledger.pass(source, 'INBOX', { since: new Date('2019-01-01T00:00:00Z') });
    expect(ledger.texts().sort()).toEqual([letter('old'), letter('young')]);
    expect(ledger.arrivals).toHaveLength(2);
  });

  test('a thousand messages are more than one answer holds', async () => {
    const { source, ledger } = await filled(1030);
    await ledger.breakOffAfter(3, source, 'INBOX');
    const pages = await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(1030);
    expect(pages.at(-1)!.complete).toBe(true);
  }, 60_000);
});

describe('items', () => {
  test('an item that is listed and cannot be read is tried again, and the others go on', async () => {
    const { source, ledger } = await filled(3);
    fault({ operation: 'GetItem', fault: 'item-error', code: 'ErrorItemNotFound', times: 1 });
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(0);
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(3);
  });

  test('an answer that breaks off is asked for again in halves', async () => {
    const { source, ledger } = await filled(8);
    fault({ operation: 'GetItem', fault: 'fault-code', code: 'ErrorTimeoutExpired', times: 2 });
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(8);
  });

  test('when nothing can be read at all, the pass fails and goes on from where it was', async () => {
    const { source, ledger } = await filled(4);
    fault({ operation: 'GetItem', fault: 'fault-code', code: 'ErrorInternalServerError' });
    await expect(ledger.pass(source, 'INBOX')).rejects.toMatchObject({ code: 'unreachable' });
    standIn.exchange.faults.clear();
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(4);
  });

  test.each([
    ['too big for the server to give out', 'ErrorMessageSizeExceeded', 1],
    ['not to be converted however often one asks', 'ErrorMimeContentConversionFailed', 5],
  ])('a message that is %s comes by its header block', async (_, code, passes) => {
    const { source, ledger } = await filled(1);
    const sync = { operation: 'GetItem', fault: 'item-error', code } as const;
    for (let pass = 1; pass <= passes; pass += 1) {
      expect(ledger.arrivals).toHaveLength(0);
      // From the second pass on its state is asked for before its source.
      fault({ ...sync, times: 1, after: pass === 1 ? 0 : 1 });
      await ledger.pass(source, 'INBOX');
      standIn.exchange.faults.clear();
    }
    const [email] = ledger.arrivals;
    expect(email).toMatchObject({ headersOnly: true });
    expect(Buffer.from(email!.source).toString()).toMatch(/^[\s\S]*Subject: m1\r\n[\s\S]*\r\n\r\n$/);
    expect(email!.sizeBytes).toBeGreaterThan(0);
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(1);
  });

  test('categories are told with a prefix, whatever they are called', async () => {
    const { world, source, ledger } = await filled(1);
    const mailbox = standIn.exchange.mailboxOf(world.address)!;
    const [item] = mailbox.itemsIn(mailbox.folderNamed('inbox').key);
    item!.fields.Categories = el('Categories', [el('String', '\\Seen'), el('String', 'Tracked & more')]);
    item!.fields.Flag = el('Flag', [el('FlagStatus', 'Complete')]);
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals[0]!.flags).toEqual(['$Completed', 'category:\\Seen', 'category:Tracked & more']);
  });

  test('what is moved away is gone here and arrives there', async () => {
    const { world, source, ledger } = await filled(2);
    await ledger.pass(source, 'INBOX');
    const mailbox = standIn.exchange.mailboxOf(world.address)!;
    moveWithin(mailbox, mailbox.itemsIn(mailbox.folderNamed('inbox').key)[0]!, mailbox.folderNamed('drafts'));
    await ledger.pass(source, 'INBOX');
    expect(ledger.texts()).toEqual([letter('m2')]);
    const [drafts] = await source.probe([{ role: 'drafts' }], new Map());
    const there = createLedger();
    await there.pass(source, drafts!.path);
    expect(there.texts()).toEqual([letter('m1')]);
  });
});

describe('a bad moment', () => {
  test.each<[string, FaultRule, object]>([
    ['a 503', { fault: 'unavailable' }, { code: 'throttled', retryAfterMs: 30_000 }],
    ['a busy server', { fault: 'server-busy', backOffMilliseconds: 1234 }, { code: 'throttled', retryAfterMs: 1234 }],
    ['a busy item', { fault: 'item-busy' }, { code: 'throttled' }],
    ['a login page', { fault: 'login-page' }, { code: 'refused', remedy: expect.stringContaining('login page') }],
    ['a 500 without a body', { fault: 'empty-500' }, { code: 'unreachable' }],
    ['half an envelope', { fault: 'truncated-500' }, { code: 'garbled' }],
    ['a page', { fault: 'html' }, { code: 'garbled', remedy: expect.stringContaining('url') }],
    ['a reset', { fault: 'reset-before' }, { code: 'unreachable' }],
    ['a 401 that lasts', { fault: 'unauthorized' }, { code: 'auth-rejected' }],
    [
      'a mailbox on the move',
      { fault: 'fault-code', code: 'ErrorMailboxMoveInProgress' },
      { code: 'unreachable', mailbox: 'moving' },
    ],
    ['a disabled account', { fault: 'fault-code', code: 'ErrorAccountDisabled' }, { code: 'refused' }],
    ['a code nobody knows', { fault: 'fault-code', code: 'ErrorNewInvention' }, { code: 'refused' }],
  ])('throttling and trouble: %s is told as what it is', async (_, rule, expected) => {
    const { source, ledger } = await filled(1);
    fault({ ...rule, operation: 'SyncFolderItems' });
    await expect(ledger.pass(source, 'INBOX')).rejects.toMatchObject(expected);
    standIn.exchange.faults.clear();
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(1);
  });

  test('one reset of a connection that lay idle is not noticed', async () => {
    const { source, ledger } = await filled(1);
    fault({ fault: 'reset-before', operation: 'SyncFolderItems', times: 1 });
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(1);
  });

  test('an answer in small pieces is read', async () => {
    const { source, ledger } = await filled(2);
    fault({ fault: 'slow-body' });
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(2);
  });
});

describe('the server', () => {
  test.each([
    ['ErrorInvalidServerVersion', 1],
    ['ErrorInvalidRequest', 2],
  ])(
    'that says %s to a version it does not know is asked with an older one, for the rest of the session',
    async (code, times) => {
      const world = exchangeWorld(standIn, BASIC);
      await world.deliver(letter('m1'));
      fault({ fault: 'fault-code', code, times, mailbox: world.address });
      const session = await world.open();
      const ledger = createLedger();
      await ledger.pass(session.email!, 'INBOX');
      expect(ledger.arrivals).toHaveLength(1);
    },
  );

  test('that knows none of them is told as too old, and is not asked for ever', async () => {
    const world = exchangeWorld(standIn, BASIC);
    fault({ fault: 'fault-code', code: 'ErrorInvalidServerVersion' });
    await expect(world.open()).rejects.toMatchObject({ code: 'garbled', remedy: expect.stringContaining('older') });
    expect(standIn.exchange.budget.usageOf(world.address).requests).toBe(3);
  });

  test('that once answered and then finds a request invalid is not asked with an older version', async () => {
    const { world, source, ledger } = await filled(1);
    const before = standIn.exchange.budget.usageOf(world.address).requests;
    fault({ operation: 'SyncFolderItems', fault: 'fault-code', code: 'ErrorInvalidRequest' });
    await expect(ledger.pass(source, 'INBOX')).rejects.toMatchObject({ code: 'garbled' });
    expect(standIn.exchange.budget.usageOf(world.address).requests - before).toBe(1);
  });

  test('behind a balancer stays the one that answered first', async () => {
    turn('twoBackEnds');
    const before = standIn.exchange.nextBackEnd;
    const { source, ledger } = await filled(30);
    await ledger.pass(source, 'INBOX', { messages: 5 });
    expect(ledger.arrivals).toHaveLength(30);
    // The balancer chose for the first request alone.
    expect(standIn.exchange.nextBackEnd - before).toBe(1);
    const other = await exchangeWorld(standIn, BASIC).open();
    expect(standIn.exchange.nextBackEnd - before).toBe(2);
    await other[Symbol.asyncDispose]();
  });
});

describe('the login', () => {
  const open = (world: { address: string }, login: Login, username: string, password = PASSWORD, at = standIn) =>
    createExchangeConnector().open(
      settingsFor(at.server, world.address, login),
      contextFor({ method: login.method, username, password }),
    );

  test.each(['password', 'ntlm'] as const)('a wrong %s is rejected, and tried once', async (method) => {
    const { world } = await filled(0);
    let asked = 0;
    const credential = async () => {
      asked += 1;
      return { method, username: world.address, password: 'wrong' } as const;
    };
    const opening = createExchangeConnector().open(
      settingsFor(standIn.server, world.address, { ...BASIC, method }),
      contextFor(credential),
    );
    await expect(opening).rejects.toMatchObject({ code: 'auth-rejected', message: expect.not.stringContaining('wrong') });
    expect(asked).toBe(2);
  });

  test('a server without Basic says which login it wants', async () => {
    ntlmOnly.exchange.addMailbox('only@example.com', PASSWORD);
    const world = { address: 'only@example.com' };
    await expect(open(world, BASIC, world.address, PASSWORD, ntlmOnly)).rejects.toMatchObject({
      ...{ code: 'auth-rejected', remedy: expect.stringContaining('ntlm') },
    });
    await using session = await open(world, { ...BASIC, method: 'ntlm' }, `EXAMPLE\\only`, PASSWORD, ntlmOnly);
    expect(session.email).toBeDefined();
  });

  test('who may not impersonate is told the command that grants it', async () => {
    const [one, two] = [await filled(0), await filled(0)];
    const opening = open(one.world, { ...BASIC, access: 'impersonate' }, two.world.address);
    await expect(opening).rejects.toMatchObject({
      ...{ code: 'refused', remedy: expect.stringContaining('ApplicationImpersonation') },
    });
    const nobody = open({ address: 'nobody@example.com' }, { ...BASIC, access: 'impersonate' }, SERVICE);
    await expect(nobody).rejects.toMatchObject({ code: 'missing' });
  });

  test("one user's connection never carries another's call", async () => {
    const connector = createExchangeConnector();
    const worlds = [exchangeWorld(standIn, BASIC), exchangeWorld(standIn, BASIC)];
    for (const [n, world] of worlds.entries()) await world.deliver(letter(`of-${n}`));
    for (let round = 0; round < 3; round += 1) {
      const read = worlds.map(async ({ address }, n) => {
        const credential = { method: 'ntlm', username: `EXAMPLE\\${address.split('@')[0]}`, password: PASSWORD } as const;
        await using session = await connector.open(
          settingsFor(standIn.server, address, { ...BASIC, method: 'ntlm' }),
          contextFor(credential),
        );
        const ledger = createLedger();
        await ledger.pass(session.email!, 'INBOX');
        expect(ledger.texts()).toEqual([letter(`of-${n}`)]);
      });
      await Promise.all(read);
    }
  });
});
