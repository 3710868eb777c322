/**
 * A change that takes several calls, and a server that touches the item by itself between them: it goes on to the whole target,
 * guests are told once by one intent, and what we wrote ourselves is nobody's edit.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeItem } from '../../src/mailbox/items.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { listConflicts } from '../../src/store/conflicts.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { calendarWorld } from '../contract/exchange-calendar-world.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { appointmentsHere, atStep, type Desk, desk, event, GUESTS, PEOPLE } from './appointment-world.ts';
import { SETTLE_MS } from './item-world.ts';

const exchange = await calendarWorld();
let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());

let alice: Desk;
beforeEach(async () => {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(pg.database, [{ id: 'alice', address: PEOPLE.alice }]);
  exchange.exchange.switches.driftChangeKeys = false;
  alice = desk(pg.database, exchange, 'alice');
});
afterAll(() => {
  exchange.exchange.switches.driftChangeKeys = false;
});

const rules = (count: number, interval = 1) => ({
  recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count, ...(interval === 1 ? {} : { interval }) }],
});
const day = (date: number) => `2026-05-${String(date).padStart(2, '0')}T10:00:00`;
const exceptions: Record<string, Json> = {
  recurrenceOverrides: {
    [day(6)]: { excluded: true },
    [day(8)]: { title: 'On the eighth' },
    [day(10)]: { start: '2026-05-10T15:00:00' },
  },
};

/** What stands in the calendar, as it is read anew. */
async function standing() {
  const all = await exchange.of(PEOPLE.alice).all();
  expect(all).toHaveLength(1);
  const { title, recurrenceRules, recurrenceOverrides, description } = all[0]!.content;
  return { title, recurrenceRules, recurrenceOverrides, description };
}

/** Both sides say this, nothing was contested on the way, and another pass writes nothing. */
async function bothSay(wanted: object) {
  await alice.sync();
  expect(await standing()).toMatchObject(wanted);
  const here = await appointmentsHere(pg.database);
  expect(here.map(({ content }) => content)).toMatchObject([wanted]);
  expect(here[0]!.links).toMatchObject([{ state: 'linked' }]);
  expect(await listConflicts(pg.database)).toEqual([]);
  expect(await alice.sync()).toMatchObject({ writes: 0, updatedHere: 0, conflicts: 0 });
}

const guests = () => [desk(pg.database, exchange, 'bob').mail(), desk(pg.database, exchange, 'carol').mail()];
const told = (...mail: string[]) => [mail, mail];

describe('a server whose change keys drift', () => {
  test('gets a new pattern with its exceptions as a whole, and the guests hear of it once', async () => {
    const made = await alice.make(event('Stand-up', { ...rules(5), participants: GUESTS }), { invite: true });
    await alice.sync();
    expect(guests()).toEqual(told('MeetingRequest'));
    exchange.exchange.switches.driftChangeKeys = true;
    await changeItem(pg.database, made.id, { title: 'Every other day', ...rules(6, 2), ...exceptions }, { invite: true });
    await bothSay({ title: 'Every other day', ...rules(6, 2), ...exceptions });
    expect(guests()).toEqual(told('MeetingRequest', 'MeetingRequest'));
  });

  test('gets a new series with exceptions as a whole, and the guests are invited once', async () => {
    exchange.exchange.switches.driftChangeKeys = true;
    await alice.make(event('Stand-up', { ...rules(6, 2), ...exceptions, participants: GUESTS }), { invite: true });
    await bothSay({ title: 'Stand-up', ...rules(6, 2), ...exceptions });
    expect(guests()).toEqual(told('MeetingRequest'));
  });

  test('gets a moved series with the exceptions it had', async () => {
    const made = await alice.make(event('Stand-up', { ...rules(6, 2), ...exceptions }));
    await alice.sync();
    exchange.exchange.switches.driftChangeKeys = true;
    const later = { duration: 'PT2H' };
    await changeItem(pg.database, made.id, later);
    await bothSay({ ...rules(6, 2), ...exceptions });
    expect((await exchange.of(PEOPLE.alice).all())[0]!.content).toMatchObject(later);
  });
});

describe('touched by the server between two steps', () => {
  test.each([1, 2, 3, 4, 5])('before step %i, a changed series comes out whole and is told of once', async (step) => {
    const made = await alice.make(event('Stand-up', { ...rules(5), participants: GUESTS }), { invite: true });
    await alice.sync();
    await changeItem(
      pg.database,
      made.id,
      { title: 'Every other day', description: 'A long one', ...rules(6, 2), ...exceptions },
      { invite: true },
    );
    let touched = false;
    const touch = () => {
      touched = true;
      alice.touch();
    };
    await alice.sync({ steps: atStep(/^items: update before/, step, touch) });
    expect(touched).toBe(true);
    await bothSay({ title: 'Every other day', ...rules(6, 2), ...exceptions });
    expect(guests()).toEqual(told('MeetingRequest', 'MeetingRequest'));
  });

  test.each([2, 3, 4, 5])('before step %i, a new series comes out whole and is told of once', async (step) => {
    await alice.make(event('Stand-up', { ...rules(6, 2), ...exceptions, participants: GUESTS }), { invite: true });
    await alice.sync({ steps: atStep(/^items: create before/, step, () => alice.touch()) });
    await bothSay({ title: 'Stand-up', ...rules(6, 2), ...exceptions });
    expect(guests()).toEqual(told('MeetingRequest'));
  });
});

describe('edited by the user between two steps', () => {
  const place = (room: string) => {
    const [item] = alice.there();
    item!.fields.Location = { ...item!.fields.Subject!, name: 'Location', text: room };
    alice.touch();
  };

  test.each([1, 2, 3, 4, 5])('before step %i, the edit comes in and the series comes out whole', async (step) => {
    const made = await alice.make(event('Stand-up', { ...rules(5), participants: GUESTS }), { invite: true });
    await alice.sync();
    await changeItem(pg.database, made.id, { title: 'Every other day', ...rules(6, 2), ...exceptions }, { invite: true });
    await alice.sync({ steps: atStep(/^items: update before/, step, () => place('Room 7')) });
    await bothSay({ title: 'Every other day', ...rules(6, 2), ...exceptions });
    expect((await appointmentsHere(pg.database))[0]!.content).toMatchObject({ locations: { location: { name: 'Room 7' } } });
    expect(guests()).toEqual(told('MeetingRequest', 'MeetingRequest'));
  });
});

test('a day that the user changes between two steps stands, or is in the conflict list', async () => {
  const made = await alice.make(event('Stand-up', rules(5)));
  await alice.sync();
  await changeItem(pg.database, made.id, { ...rules(6, 2), ...exceptions });
  const renamed = async () => {
    const [series] = await exchange.of(PEOPLE.alice).all();
    const overrides = { ...(series!.content.recurrenceOverrides as object), [day(12)]: { title: 'Moved by hand' } };
    const content = { ...series!.content, recurrenceOverrides: overrides } as unknown as ItemContent;
    await exchange.of(PEOPLE.alice).change(series!, content, ['recurrence']);
  };
  const died = new Error('killed');
  const dying = atStep(/^items: update step committed/, 2, () => {
    throw died;
  });
  await expect(alice.sync({ steps: dying })).rejects.toBe(died);
  await renamed();
  await alice.sync();
  await alice.sync();
  const [here] = await appointmentsHere(pg.database);
  const said = JSON.stringify([here!.content, await standing(), await listConflicts(pg.database)]);
  for (const title of ['Moved by hand', 'On the eighth']) expect(said).toContain(title);
  expect(await alice.sync()).toMatchObject({ writes: 0 });
});

test.each([1, 2, 3, 4, 5])('killed after step %i and touched by the server since, it is taken up again', async (step) => {
  const made = await alice.make(event('Stand-up', { ...rules(5), participants: GUESTS }), { invite: true });
  await alice.sync();
  await changeItem(pg.database, made.id, { title: 'Every other day', ...rules(6, 2), ...exceptions }, { invite: true });
  const died = new Error('killed');
  const dying = atStep(/^items: update after/, step, () => {
    throw died;
  });
  await expect(alice.sync({ steps: dying })).rejects.toBe(died);
  alice.touch();
  exchange.clock.advance(SETTLE_MS);
  await bothSay({ title: 'Every other day', ...rules(6, 2), ...exceptions });
  expect(guests()).toEqual(told('MeetingRequest', 'MeetingRequest'));
});

test('the budget counts what goes out, not what was begun', async () => {
  const made = await alice.make(event('Stand-up', { ...rules(5), participants: GUESTS }), { invite: true });
  alice.policy = { ...alice.policy, invitationsPerDay: 2 };
  await alice.sync();
  await changeItem(pg.database, made.id, { ...rules(6, 2), ...exceptions }, { invite: true });
  await alice.sync({ steps: atStep(/^items: update before/, 3, () => alice.touch()) });
  await bothSay({ ...rules(6, 2), ...exceptions });
  expect(guests()).toEqual(told('MeetingRequest', 'MeetingRequest'));
});

test('a deleted occurrence is not brought back: that is refused at the door, but not what Exchange has not heard of yet', async () => {
  const made = await alice.make(event('Stand-up', rules(5)));
  await alice.sync();
  const excluded = { recurrenceOverrides: { [day(6)]: { excluded: true } } };
  await changeItem(pg.database, made.id, excluded);
  await changeItem(pg.database, made.id, { recurrenceOverrides: null });
  await changeItem(pg.database, made.id, excluded);
  await alice.sync();
  await expect(changeItem(pg.database, made.id, { recurrenceOverrides: null })).rejects.toMatchObject({
    ...{ code: 'refused', message: expect.stringContaining(day(6)) },
    remedy: expect.stringContaining('an appointment of its own'),
  });
  await expect(
    changeItem(pg.database, made.id, { recurrenceOverrides: { [day(6)]: { excluded: null, title: 'Back' } } }),
  ).rejects.toMatchObject({ code: 'refused' });
  await changeItem(pg.database, made.id, { title: 'Sit-down' });
  await changeItem(pg.database, made.id, { ...rules(6, 2), recurrenceOverrides: null });
  await bothSay({ title: 'Sit-down', ...rules(6, 2) });
});
