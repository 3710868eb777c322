/** Answers to steps that mail, lost on the way: what became of them is looked up, nobody is told twice, and nothing is left in doubt that can be known. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeItem, deleteItem, respondToItem } from '../../src/mailbox/items.ts';
import type { ListedItem } from '../../src/store/items.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { calendarWorld } from '../contract/exchange-calendar-world.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { appointmentsHere, type Desk, desk, event, GUESTS, PEOPLE } from './appointment-world.ts';
import { SETTLE_MS } from './item-world.ts';

const exchange = await calendarWorld();
let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());

let [alice, bob]: readonly Desk[] = [];
let made: ListedItem;
beforeEach(async () => {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(
    pg.database,
    (['alice', 'bob'] as const).map((id) => ({ id, address: PEOPLE[id] })),
  );
  [alice, bob] = [desk(pg.database, exchange, 'alice'), desk(pg.database, exchange, 'bob')];
  made = await alice.make(event('Acceptance', { participants: { bob: GUESTS.bob } }), { invite: true });
  await alice.sync();
  await bob.sync();
  exchange.clock.advance(60_000);
});

const lose = (operation: string, fault: 'lost-answer' | 'reset-before') =>
  exchange.exchange.faults.add({ fault, operation, times: 1 });
const LOST = ['lost-answer', 'reset-before'] as const;

/** One pass breaks off, the next one comes when the server has done with it or never will. */
async function interrupted(who: Desk, meanwhile: () => void = () => {}) {
  await expect(who.sync()).rejects.toMatchObject({ code: 'unreachable' });
  exchange.clock.advance(60_000);
  meanwhile();
  await who.sync();
  exchange.clock.advance(SETTLE_MS);
  const counts = await who.sync();
  expect(counts.inDoubt).toBe(0);
  await who.sync();
}

async function inStep(...desks: readonly Desk[]) {
  for (const one of desks) expect(await one.sync()).toMatchObject({ writes: 0 });
  const items = await appointmentsHere(pg.database);
  expect(items.flatMap(({ links }) => links.map(({ state }) => state))).not.toContain('in-doubt');
  return items;
}

describe('answering an invitation', () => {
  test.each(['accepted', 'tentative', 'declined'] as const)('%s: the organizer hears of it once', async (response) => {
    await respondToItem(pg.database, made.id, { response, comment: null, mailboxId: 'bob' });
    await bob!.sync();
    await bob!.sync();
    expect(alice!.mail()).toEqual(['MeetingResponse']);
    await alice!.sync();
    expect(await inStep(bob!, alice!)).toHaveLength(1);
  });

  describe.each(LOST)('where the request or its answer is lost (%s)', (fault) => {
    test.each(['accepted', 'tentative', 'declined'] as const)('%s: the organizer hears of it once', async (response) => {
      await respondToItem(pg.database, made.id, { response, comment: null, mailboxId: 'bob' });
      lose('CreateItem', fault);
      await interrupted(bob!);
      expect(alice!.mail()).toEqual(['MeetingResponse']);
      await alice!.sync();
      expect(await inStep(bob!, alice!)).toHaveLength(1);
    });

    test.each(['accepted', 'tentative'] as const)('%s, and the server touches the item since', async (response) => {
      await respondToItem(pg.database, made.id, { response, comment: null, mailboxId: 'bob' });
      lose('CreateItem', fault);
      await interrupted(bob!, () => bob!.touch());
      expect(alice!.mail()).toEqual(['MeetingResponse']);
      await inStep(bob!);
    });
  });

  test('the same answer once more, lost before it arrived, is given all the same', async () => {
    await respondToItem(pg.database, made.id, { response: 'accepted', comment: null, mailboxId: 'bob' });
    await bob!.sync();
    await bob!.sync();
    exchange.clock.advance(60_000);
    await respondToItem(pg.database, made.id, { response: 'accepted', comment: 'Gladly', mailboxId: 'bob' });
    lose('CreateItem', 'reset-before');
    await interrupted(bob!, () => bob!.touch());
    expect(alice!.mail()).toEqual(['MeetingResponse', 'MeetingResponse']);
  });

  test('another answer that is given while the first is under way is given as well', async () => {
    await respondToItem(pg.database, made.id, { response: 'tentative', comment: null, mailboxId: 'bob' });
    lose('CreateItem', 'lost-answer');
    await expect(bob!.sync()).rejects.toMatchObject({ code: 'unreachable' });
    await respondToItem(pg.database, made.id, { response: 'accepted', comment: 'After all', mailboxId: 'bob' });
    for (let pass = 0; pass < 4; pass += 1) {
      exchange.clock.advance(SETTLE_MS);
      await bob!.sync();
    }
    expect(alice!.mail()).toEqual(['MeetingResponse', 'MeetingResponse']);
    expect(bob!.there()[0]!.fields.MyResponseType?.text).toBe('Accept');
    await inStep(bob!);
  });

  test('declined, the copy and the mail sent thrown away for good: it is not said again', async () => {
    await respondToItem(pg.database, made.id, { response: 'declined', comment: null, mailboxId: 'bob' });
    lose('CreateItem', 'lost-answer');
    await interrupted(bob!, () => {
      const mailbox = exchange.exchange.mailboxOf(PEOPLE.bob)!;
      for (const item of mailbox.itemsIn(mailbox.folderNamed('deleteditems').key)) mailbox.remove(item);
    });
    expect(alice!.mail()).toEqual(['MeetingResponse']);
  });
});

describe('calling a meeting off', () => {
  test.each(LOST)('the guest hears of it once (%s)', async (fault) => {
    await deleteItem(pg.database, made.id, { invite: true });
    lose('CreateItem', fault);
    await interrupted(alice!);
    expect(bob!.mail()).toEqual(['MeetingRequest', 'MeetingCancellation']);
    expect(alice!.there()).toEqual([]);
    expect(await inStep(alice!)).toEqual([]);
  });
});

describe('telling of a change', () => {
  test.each(LOST)('the guest hears of it once (%s)', async (fault) => {
    await changeItem(pg.database, made.id, { title: 'Later' }, { invite: true });
    lose('UpdateItem', fault);
    await interrupted(alice!);
    expect(bob!.mail()).toEqual(['MeetingRequest', 'MeetingRequest']);
    await inStep(alice!);
  });

  test.each(LOST)('and once where the server touches the item since (%s)', async (fault) => {
    await changeItem(pg.database, made.id, { title: 'Later' }, { invite: true });
    lose('UpdateItem', fault);
    await interrupted(alice!, () => alice!.touch());
    expect(bob!.mail()).toEqual(['MeetingRequest', 'MeetingRequest']);
    expect((await inStep(alice!))[0]!.content.title).toBe('Later');
  });
});
