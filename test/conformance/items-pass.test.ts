/** The conformance checks of appointments, contacts and tasks that need both sides, by their numbers. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ItemKindConfig } from '../../src/config/config.ts';
import { createItemIn } from '../../src/mailbox/items.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { createItem, type ListedItem, listItems } from '../../src/store/items.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { listPassedOver, wantRemoteItem } from '../../src/store/strangers.ts';
import { ANNA, itemWorld } from '../integration/item-world.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';

let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());
beforeEach(async () => {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(pg.database, [{ id: 'anna', address: 'anna@example.com' }]);
});

const NONE = { everything: false, category: null, folders: [] };
const card = (surname: string, more: { readonly [name: string]: Json } = {}): ItemContent => ({
  ...{ '@type': 'Card', name: { components: [{ kind: 'surname', value: surname }], full: surname } },
  ...more,
});
const world = (policy: Partial<ItemKindConfig>) => itemWorld(pg.database, { policy });
const names = async () => {
  const all = (await Array.fromAsync(listItems(pg.database, { kind: 'contact' }))) as ListedItem[];
  return all.map(({ content }) => (content.name as { full: string }).full).sort();
};
const store = (content: ItemContent, owner: string) =>
  pg.database.transaction((transaction) =>
    createItem(transaction, {
      kind: 'contact',
      content,
      owner,
      index: { subject: null, status: null, startsAt: null, endsAt: null, parties: [] },
    }),
  );

test('C33 from Exchange nothing starts a link by itself: the category does, or somebody who asks for it', async () => {
  const { box, sync } = world({ track: { ...NONE, category: 'Tracked' } });
  box.add(card('Plain'));
  const chosen = box.add(card('Chosen', { keywords: { tracked: true } }));
  await sync();
  expect(await names()).toEqual(['Chosen']);
  const [left] = await listPassedOver(pg.database, 'anna', 'contact');
  expect(await wantRemoteItem(pg.database, left!.id, 'anna')).toBe(true);
  await sync();
  expect(await names()).toEqual(['Chosen', 'Plain']);
  // After linking it is two-way, whatever becomes of the category.
  box.edit(chosen, card('Chosen later'));
  await sync();
  expect(await names()).toEqual(['Chosen later', 'Plain']);
});

test('C33 from the application what matches a filter goes, and what is made for a mailbox', async () => {
  const { box, sync } = world({ track: NONE, filters: [{ owner: 'me' }] });
  await store(card('Mine'), 'anna@example.com');
  await store(card('Theirs'), 'bo@example.com');
  await createItemIn(pg.database, ANNA, 'contact', card('Explicit'));
  await sync();
  expect([...box.items.values()].map(({ content }) => (content.name as { full: string }).full).sort()).toEqual([
    'Explicit',
    'Mine',
  ]);
});

test('C34 several filters are a union, no filter is nothing', async () => {
  const { box, sync, ...rest } = world({
    track: NONE,
    filters: [{ owner: 'anna@example.com' }, { attributes: { 'crm.example:sync': true } }],
  });
  await store(card('Mine'), 'anna@example.com');
  await store(card('Marked', { 'crm.example:sync': true }), 'bo@example.com');
  await store(card('Neither'), 'bo@example.com');
  await sync();
  expect(box.items.size).toBe(2);
  expect(rest.policy.filters).toHaveLength(2);
  const nothing = itemWorld(pg.database, {
    mailbox: { id: 'anna', address: 'anna@example.com' },
    policy: { track: NONE, filters: [] },
  });
  await store(card('Later'), 'anna@example.com');
  await nothing.sync();
  expect(nothing.box.items.size).toBe(0);
});

test('C46 on purpose different: appointments that overlap come in both, nobody has to answer Yes first', async () => {
  const { box, sync } = itemWorld(pg.database, { kind: 'appointment' });
  const at = { '@type': 'Event', start: '2026-12-01T09:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' } as const;
  box.add({ ...at, title: 'One' });
  box.add({ ...at, title: 'Other' });
  expect(await sync()).toMatchObject({ createdHere: 2, parked: 0 });
});

test('C47 a copy of a tracked item is ignored, its category and key notwithstanding', async () => {
  const { box, sync } = world({ track: { ...NONE, category: 'Tracked' } });
  const original = box.add(card('One', { keywords: { tracked: true } }));
  await sync();
  box.copy(original);
  expect(await sync()).toMatchObject({ createdHere: 0, writes: 0 });
  expect(await names()).toEqual(['One']);
  expect(await listPassedOver(pg.database, 'anna', 'contact')).toMatchObject([{ reason: expect.stringMatching(/copy/) }]);
});

test('C47 on purpose different: where everything is tracked a copy is an item of its own', async () => {
  const { box, sync } = world({});
  const original = box.add(card('One'));
  await sync();
  box.copy(original);
  expect(await sync()).toMatchObject({ createdHere: 1 });
  expect(await names()).toEqual(['One', 'One']);
});
