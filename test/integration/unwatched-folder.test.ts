/** A folder that is taken out of the config: what lies in it comes apart, is never deleted, and is in step again when it is watched again. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MailboxConfig } from '../../src/config/config.ts';
import { changeItem, createItemIn } from '../../src/mailbox/items.ts';
import type { ItemContent } from '../../src/model/item.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { type ItemWorld, itemWorld, OPEN_POLICY } from './item-world.ts';

let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());

const card = (given: string): ItemContent => ({
  '@type': 'Card',
  name: { full: given, components: [{ kind: 'given', value: given }] },
});
const nickname = (name: string) => ({ nicknames: { nickname: { name } } });
const anna = {
  id: 'anna',
  address: 'anna@example.com',
  aliases: [],
  items: { contacts: OPEN_POLICY },
} as unknown as MailboxConfig;
const full = ({ content }: { readonly content: ItemContent }) => (content.name as { full: string }).full;

/** In `folders`, or in `track.folders`. */
const WATCHED = {
  folders: { folders: ['own', 'other'] },
  'track.folders': { track: { everything: false, category: null, folders: ['other'] }, folders: ['own'] },
} as const;
const ALONE = { folders: ['own'], track: { everything: true, category: null, folders: [] } };

describe.each(['folders', 'track.folders'] as const)('a folder of %s', (setting) => {
  let world: ItemWorld;
  const ours = async () => (await Array.fromAsync(listItems(pg.database, { kind: 'contact' }))) as ListedItem[];
  const named = async (name: string) => (await ours()).find((item) => full(item) === name)!;
  const there = () => [...world.box.items.values()];
  const theirRef = (name: string) => there().find((item) => full(item) === name)!.ref;
  const watch = (policy: object) => {
    world.policy = { ...OPEN_POLICY, ...policy };
  };

  beforeEach(async () => {
    await pg.database.raw('truncate mailboxes, activities, changes cascade');
    await adoptMailboxes(pg.database, [{ id: 'anna', address: 'anna@example.com' }]);
    world = itemWorld(pg.database, { policy: WATCHED[setting] });
    await createItemIn(pg.database, anna, 'contact', card('Ida'));
    for (const name of ['Olaf', 'Edda']) world.box.add(card(name), { folder: 'other' });
    await world.sync();
    await world.sync();
    expect((await ours()).map(full).sort()).toEqual(['Edda', 'Ida', 'Olaf']);
  });

  test('leaves nothing linked, deletes nothing, and says why', async () => {
    watch(ALONE);
    expect(await world.sync()).toMatchObject({ unlinked: 2, deletedHere: 0, deletedThere: 0, writes: 0 });
    expect((await named('Olaf')).links).toMatchObject([{ state: 'unlinked', reason: expect.stringContaining('not watched') }]);
    expect((await named('Ida')).links).toMatchObject([{ state: 'linked' }]);
    const before = world.box.writes;
    await changeItem(pg.database, (await named('Olaf')).id, nickname('O'));
    world.box.edit(theirRef('Edda'), { ...card('Edda'), ...nickname('E') });
    world.box.remove(theirRef('Olaf'), true);
    expect(await world.sync()).toMatchObject({ unlinked: 0, deletedHere: 0, updatedHere: 0, writes: 0 });
    expect(world.box.writes).toBe(before);
    expect(await ours()).toHaveLength(3);
  });

  test('that is watched again is in step again, and nothing is doubled', async () => {
    watch(ALONE);
    await world.sync();
    await changeItem(pg.database, (await named('Olaf')).id, nickname('O'));
    world.box.edit(theirRef('Edda'), { ...card('Edda'), ...nickname('E') });
    watch(WATCHED[setting]);
    await world.sync();
    expect((await ours()).map(full).sort()).toEqual(['Edda', 'Ida', 'Olaf']);
    expect(there().map(full).sort()).toEqual(['Edda', 'Ida', 'Olaf']);
    expect((await named('Edda')).content).toMatchObject(nickname('E'));
    expect(there().find((item) => full(item) === 'Olaf')!.content).toMatchObject(nickname('O'));
    for (const { links } of await ours()) expect(links).toMatchObject([{ state: 'linked' }]);
    expect(await world.sync()).toMatchObject({ writes: 0, createdHere: 0, updatedHere: 0 });
  });

  test('from which an item was moved meanwhile has not taken it along', async () => {
    watch(ALONE);
    world.box.move(theirRef('Olaf'), 'own');
    expect(await world.sync()).toMatchObject({ unlinked: 1, createdHere: 0 });
    expect((await named('Olaf')).links).toMatchObject([{ state: 'linked' }]);
    expect(await ours()).toHaveLength(3);
  });

  test('and what was deleted in it meanwhile is kept here', async () => {
    world.box.remove(theirRef('Olaf'), true);
    watch(ALONE);
    expect(await world.sync()).toMatchObject({ unlinked: 2, deletedHere: 0 });
    expect(await ours()).toHaveLength(3);
  });
});

test('where the standard folder is not watched, new items go to the first one that is', async () => {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(pg.database, [{ id: 'anna', address: 'anna@example.com' }]);
  const world = itemWorld(pg.database, { policy: { folders: ['other'] } });
  const made = await createItemIn(pg.database, anna, 'contact', card('Ida'));
  expect(await world.sync()).toMatchObject({ createdThere: 1 });
  expect(await world.sync()).toMatchObject({ unlinked: 0, writes: 0 });
  expect([...world.box.items.values()].map(({ folder }) => folder)).toEqual(['other']);
  const items = (await Array.fromAsync(listItems(pg.database, { kind: 'contact' }))) as ListedItem[];
  expect(items).toMatchObject([{ id: made.id, links: [{ state: 'linked' }] }]);
});
