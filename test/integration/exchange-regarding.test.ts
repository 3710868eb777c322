/** What an appointment is regarding, between the application and Exchange: it belongs to the activity, whoever speaks for it there. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ItemStore } from '../../src/connector/connector.ts';
import { changeItem } from '../../src/mailbox/items.ts';
import { REGARDING } from '../../src/model/regarding-field.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { ALICE, BOB, calendarWorld } from '../contract/exchange-calendar-world.ts';
import { regardingXml } from '../contract/exchange-round-trip.ts';
import { PASSWORD } from '../contract/exchange-world.ts';
import { send } from '../servers/exchange/check/client.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { appointmentsHere, type Desk, desk, event, quiet, regardingThere } from './appointment-world.ts';

const LEAD = { type: 'lead', id: '4711', name: 'Ten pallets' };
const ORDER = { type: 'order', id: '2' };
const world = await calendarWorld();
let pg: TestDatabase;
let alice: Desk;
let bob: Desk;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());
beforeEach(async () => {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(pg.database, [
    { id: 'alice', address: ALICE },
    { id: 'bob', address: BOB },
  ]);
  alice = desk(pg.database, world, 'alice');
  bob = desk(pg.database, world, 'bob');
});

const here = async () => (await appointmentsHere(pg.database)).map(({ content }) => content[REGARDING]);

async function byHand(body: string): Promise<void> {
  const { text } = await send(world.server.url, body, { user: ALICE, password: PASSWORD });
  expect(text).toContain('NoError');
}

async function write(xml: string): Promise<void> {
  const [item] = await world.of(ALICE).all();
  await byHand(
    '<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges>' +
      `<t:ItemChange><t:ItemId Id="${item!.ref}"/><t:Updates>${xml}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  );
}
const PATH = /<t:ExtendedFieldURI[^>]*\/>/.exec(regardingXml({}))![0];
const set = (record: object) =>
  `<t:SetItemField>${PATH}<t:CalendarItem>${regardingXml(record)}</t:CalendarItem></t:SetItemField>`;

test('each side sets it, changes it and takes it away', async () => {
  const { id } = await alice.make(event('visit', { [REGARDING]: LEAD }));
  await quiet(alice);
  expect(regardingThere(alice)).toEqual([JSON.stringify(LEAD)]);
  await write(set(ORDER));
  await quiet(alice);
  expect(await here()).toEqual([ORDER]);
  await changeItem(pg.database, id, { [REGARDING]: LEAD });
  await quiet(alice);
  expect(regardingThere(alice)).toEqual([JSON.stringify(LEAD)]);
  await write(`<t:DeleteItemField>${PATH}</t:DeleteItemField>`);
  await quiet(alice);
  expect(await here()).toEqual([undefined]);
});

test('what is no record is as if it were not there, and stays', async () => {
  await alice.make(event('visit'));
  await quiet(alice);
  await write(set({ id: 4 }));
  await quiet(alice);
  expect(await here()).toEqual([undefined]);
  expect(regardingThere(alice)).toEqual(['{"id":4}']);
});

test('what a server confirms and leaves as it was is told', async () => {
  const deaf = (real: ItemStore): ItemStore => ({
    ...real,
    steps: (change) =>
      real.steps(change.change === 'update' ? { ...change, fields: change.fields.filter((name) => name !== 'showAs') } : change),
  });
  const { id } = await alice.make(event('visit'));
  await quiet(alice);
  await changeItem(pg.database, id, { title: 'Visit', freeBusyStatus: 'free' });
  await quiet(desk(pg.database, world, 'alice', deaf));
  const [item] = await appointmentsHere(pg.database);
  expect(item!.links[0]).toMatchObject({
    state: 'linked',
    reason: expect.stringMatching(/^showAs not applied: .* left it as it was/),
  });
});

test('of a meeting that was first known from a guest it goes to the organizer when that mailbox is read', async () => {
  await byHand(
    '<m:CreateItem SendMeetingInvitations="SendToAllAndSaveCopy"><m:Items><t:CalendarItem><t:Subject>visit</t:Subject>' +
      '<t:Start>2026-05-04T10:00:00Z</t:Start><t:End>2026-05-04T11:00:00Z</t:End><t:RequiredAttendees><t:Attendee><t:Mailbox>' +
      `<t:EmailAddress>${BOB}</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees></t:CalendarItem></m:Items></m:CreateItem>`,
  );
  await quiet(bob);
  const [item] = await appointmentsHere(pg.database);
  await changeItem(pg.database, item!.id, { [REGARDING]: LEAD });
  await quiet(bob);
  expect([regardingThere(alice), regardingThere(bob)]).toEqual([[], [JSON.stringify(LEAD)]]);
  await quiet(alice, bob);
  expect([regardingThere(alice), await here()]).toEqual([[JSON.stringify(LEAD)], [LEAD]]);
});
