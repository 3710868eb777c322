import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chooseConflict, undoConflict } from '../../src/mailbox/conflict-choice.ts';
import { changeItem, createItemIn, deleteItem, resolveItem } from '../../src/mailbox/items.ts';
import type { ItemContent } from '../../src/model/item.ts';
import { listConflicts } from '../../src/store/conflicts.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { ANNA, type ItemWorld, itemWorld, SETTLE_MS } from './item-world.ts';

let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());

let world: ItemWorld;
beforeEach(async () => {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(pg.database, [{ id: 'anna', address: 'anna@example.com' }]);
  world = itemWorld(pg.database);
});

const card = (given: string, more: object = {}): ItemContent => ({
  '@type': 'Card',
  name: {
    components: [
      { kind: 'given', value: given },
      { kind: 'surname', value: 'Berg' },
    ],
    full: `${given} Berg`,
  },
  ...more,
});
const nickname = (name: string) => ({ nicknames: { nickname: { name } } });
const make = (content: ItemContent) => createItemIn(pg.database, ANNA, 'contact', content);
const ours = async () => Array.fromAsync(listItems(pg.database, { kind: 'contact' })) as Promise<ListedItem[]>;
const theirs = () => [...world.box.items.values()].filter(({ folder }) => folder !== 'trash');
const full = (content: ItemContent) => (content.name as { full: string }).full;

async function secondRunDoesNothing() {
  const before = world.box.writes;
  const counts = await world.sync();
  expect(world.box.writes).toBe(before);
  expect(counts).toMatchObject({ writes: 0, createdHere: 0, updatedHere: 0, deletedHere: 0, conflicts: 0 });
}

describe('items come in step', () => {
  test('made in the application, it is in the mailbox, carries our key, and a second run does nothing', async () => {
    const made = await make(card('Ida'));
    expect(await world.sync()).toMatchObject({ createdThere: 1, writes: 1 });
    expect(theirs().map(({ content, key }) => [full(content), key])).toEqual([
      ['Ida Berg', { record: made.id, mailbox: 'anna', attempt: 1 }],
    ]);
    const [item] = await ours();
    expect(item!.links).toMatchObject([{ state: 'linked', mailbox: 'anna@example.com', lastAgreedAt: expect.any(String) }]);
    await secondRunDoesNothing();
  });

  test('made in the mailbox, it is in the application, and is given our key', async () => {
    const ref = world.box.add(card('Olaf'));
    expect(await world.sync()).toMatchObject({ createdHere: 1, writes: 1 });
    const [item] = await ours();
    expect(full(item!.content)).toBe('Olaf Berg');
    expect(world.box.items.get(ref)!.key).toEqual({ record: item!.id, mailbox: 'anna', attempt: 1 });
    await secondRunDoesNothing();
  });

  test('what our own writes have changed is told again, and not read again', async () => {
    await make(card('Ida'));
    world.box.add(card('Olaf'));
    expect(await world.sync()).toMatchObject({ read: 1, writes: 2 });
    expect(await world.sync()).toMatchObject({ read: 0, writes: 0 });
    world.box.loseState();
    expect(await world.sync()).toMatchObject({ read: 0, writes: 0, deletedHere: 0 });
    world.box.edit(theirs()[0]!.ref, card('Edda'));
    expect(await world.sync()).toMatchObject({ read: 1, updatedHere: 1 });
  });

  test('changed on either side, in different fields, both have both', async () => {
    const made = await make(card('Ida'));
    await world.sync();
    const [there] = theirs();
    world.box.edit(there!.ref, { ...there!.content, ...nickname('Idchen') });
    await changeItem(pg.database, made.id, { notes: { note: { note: 'likes tea' } } });
    await world.sync();
    const [item] = await ours();
    expect(item!.content).toMatchObject({ ...nickname('Idchen'), notes: { note: { note: 'likes tea' } } });
    expect(theirs()[0]!.content).toMatchObject({ ...nickname('Idchen'), notes: { note: { note: 'likes tea' } } });
    expect(await listConflicts(pg.database)).toEqual([]);
    await secondRunDoesNothing();
  });

  test('the same field changed on both sides goes by policy, and what lost is in the list', async () => {
    const made = await make(card('Ida', nickname('A')));
    await world.sync();
    world.box.edit(theirs()[0]!.ref, card('Ida', nickname('B')));
    await changeItem(pg.database, made.id, nickname('C'));
    expect(await world.sync()).toMatchObject({ conflicts: 1 });
    const [conflict] = await listConflicts(pg.database);
    expect(conflict).toMatchObject({ field: 'nickname', state: 'settled', ours: 'C', theirs: 'B', kept: 'exchange' });
    expect((await ours())[0]!.content).toMatchObject(nickname('B'));
    await secondRunDoesNothing();
  });

  test('deleted in the mailbox, it is deleted in the application', async () => {
    await make(card('Ida'));
    await world.sync();
    world.box.remove(theirs()[0]!.ref);
    expect(await world.sync()).toMatchObject({ deletedHere: 1, writes: 0 });
    expect(await ours()).toEqual([]);
    await secondRunDoesNothing();
  });

  test('deleted in the application, it is deleted in the mailbox', async () => {
    const made = await make(card('Ida'));
    await world.sync();
    await deleteItem(pg.database, made.id);
    expect(await world.sync()).toMatchObject({ deletedThere: 1, writes: 1 });
    expect(theirs()).toEqual([]);
    await secondRunDoesNothing();
  });

  test('moved to a folder that nobody watches, it is unlinked; moved back, it is in step again', async () => {
    const made = await make(card('Ida'));
    await world.sync();
    const away = world.box.move(theirs()[0]!.ref, 'other');
    expect(await world.sync()).toMatchObject({ unlinked: 1, deletedHere: 0 });
    expect((await ours())[0]!.links).toMatchObject([{ state: 'unlinked' }]);
    await changeItem(pg.database, made.id, nickname('C'));
    await secondRunDoesNothing();
    world.box.move(away, 'own');
    await world.sync();
    expect(theirs()[0]!.content).toMatchObject(nickname('C'));
    expect((await ours())[0]!.links).toMatchObject([{ state: 'linked' }]);
    expect(await ours()).toHaveLength(1);
    await secondRunDoesNothing();
  });

  test('moved between watched folders it stays what it is', async () => {
    world.policy = { ...world.policy, folders: ['own', 'other'] };
    await make(card('Ida'));
    await world.sync();
    world.box.move(theirs()[0]!.ref, 'other');
    expect(await world.sync()).toMatchObject({ createdHere: 0, deletedHere: 0, unlinked: 0 });
    expect((await ours())[0]!.links).toMatchObject([{ state: 'linked' }]);
    await secondRunDoesNothing();
  });

  test('a copy that the user makes becomes an item of its own where everything is tracked', async () => {
    await make(card('Ida'));
    await world.sync();
    world.box.copy(theirs()[0]!.ref);
    expect(await world.sync()).toMatchObject({ createdHere: 1 });
    expect(await ours()).toHaveLength(2);
    expect(new Set(theirs().map(({ key }) => key!.record)).size).toBe(2);
    await secondRunDoesNothing();
  });

  test('lost state is reconciled without creating or deleting anything', async () => {
    await make(card('Ida'));
    world.box.add(card('Olaf'));
    await world.sync();
    world.box.loseState();
    expect(await world.sync()).toMatchObject({ writes: 0, createdHere: 0, deletedHere: 0 });
    expect(await ours()).toHaveLength(2);
    await secondRunDoesNothing();
  });

  test('deleted while the state was lost, it is deleted', async () => {
    await make(card('Ida'));
    const olaf = world.box.add(card('Olaf'));
    await world.sync();
    world.box.remove(olaf);
    world.box.loseState();
    expect(await world.sync()).toMatchObject({ writes: 0, createdHere: 0, deletedHere: 1 });
    await secondRunDoesNothing();
  });
});

describe('conflicts', () => {
  async function bothChange(policy: object) {
    world.policy = { ...world.policy, ...policy };
    const made = await make(card('Ida', nickname('A')));
    await world.sync();
    world.box.edit(theirs()[0]!.ref, card('Ida', nickname('B')));
    await changeItem(pg.database, made.id, nickname('C'));
    await world.sync();
    return made;
  }

  test('one that asks is listed once, neither side is written, and the choice is carried out by the next pass', async () => {
    await bothChange({ conflicts: { nickname: 'ask' } });
    await world.sync();
    const [open, ...more] = await listConflicts(pg.database);
    expect(more).toEqual([]);
    expect(open).toMatchObject({ state: 'open', ours: 'C', theirs: 'B', kept: null });
    expect((await ours())[0]).toMatchObject({ content: nickname('C'), links: [{ state: 'asking' }] });
    expect(theirs()[0]!.content).toMatchObject(nickname('B'));
    await secondRunDoesNothing();
    await chooseConflict(pg.database, open!.id, 'application');
    expect(await world.sync()).toMatchObject({ updatedThere: 1 });
    expect(theirs()[0]!.content).toMatchObject(nickname('C'));
    expect(await listConflicts(pg.database)).toMatchObject([{ id: open!.id, state: 'settled', kept: 'application' }]);
    await secondRunDoesNothing();
  });

  test('the other side can be chosen as well, and what lost comes back by undo', async () => {
    await bothChange({ conflicts: { nickname: 'ask' } });
    const [open] = await listConflicts(pg.database);
    await chooseConflict(pg.database, open!.id, 'exchange');
    expect(await world.sync()).toMatchObject({ updatedHere: 1, writes: 0 });
    await undoConflict(pg.database, open!.id);
    await world.sync();
    expect(theirs()[0]!.content).toMatchObject(nickname('C'));
    const listed = await listConflicts(pg.database);
    expect(listed).toMatchObject([{ state: 'undone' }, { state: 'settled', theirs: 'B', kept: 'application' }]);
    await secondRunDoesNothing();
  });

  test('deleted in the mailbox and changed in the application: somebody chooses, and it stands again or goes', async () => {
    const made = await make(card('Ida'));
    const other = await make(card('Olaf'));
    await world.sync();
    for (const { ref } of theirs()) world.box.remove(ref);
    await changeItem(pg.database, made.id, nickname('C'));
    await changeItem(pg.database, other.id, nickname('D'));
    await world.sync();
    const open = await listConflicts(pg.database);
    expect(open).toMatchObject([
      { field: 'deletion', state: 'open' },
      { field: 'deletion', state: 'open' },
    ]);
    await secondRunDoesNothing();
    await chooseConflict(pg.database, open.find(({ activityId }) => activityId === made.id)!.id, 'application');
    await chooseConflict(pg.database, open.find(({ activityId }) => activityId === other.id)!.id, 'exchange');
    expect(await world.sync()).toMatchObject({ createdThere: 1, deletedHere: 1 });
    expect(theirs().map(({ content }) => full(content))).toEqual(['Ida Berg']);
    expect((await ours()).map(({ content }) => full(content))).toEqual(['Ida Berg']);
    await secondRunDoesNothing();
  });
});

describe('a write that may have told the guests is in doubt', () => {
  const person = (address: string, roles: object) => ({
    [address]: { '@type': 'Participant', sendTo: { imip: `mailto:${address}` }, roles },
  });
  const event = (title: string) =>
    ({
      ...{ '@type': 'Event', title, start: '2026-12-01T09:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' },
      participants: {
        ...person('anna@example.com', { owner: true, attendee: true }),
        ...person('bo@example.com', { attendee: true }),
      },
    }) as unknown as ItemContent;
  const meeting = { role: 'organizer', sent: true, cancelled: false, organizer: 'anna@example.com', sequence: 1 } as const;
  async function invited() {
    const meets = itemWorld(pg.database, { kind: 'appointment' });
    const ref = meets.box.add(event('One'), { meeting });
    await meets.sync();
    const [item] = (await Array.fromAsync(listItems(pg.database, { kind: 'appointment' }))) as ListedItem[];
    return { meets, ref, item };
  }

  test('never repeated, and done again only when a person says so', async () => {
    const { meets, ref, item } = await invited();
    await changeItem(pg.database, item!.id, { title: 'Two' }, { invite: true });
    meets.box.faults.push('answer-lost');
    await expect(meets.sync()).rejects.toMatchObject({ code: 'unreachable' });
    meets.box.edit(ref, event('Three')); // so that nobody can see any more whether it was done
    expect(await meets.sync()).toMatchObject({ inDoubt: 1, writes: 0 });
    expect(await meets.sync()).toMatchObject({ writes: 0 });
    expect(meets.box.mails).toBe(1);
    await resolveItem(pg.database, item!.id, 'done');
    await meets.sync();
    const [after] = (await Array.fromAsync(listItems(pg.database, { kind: 'appointment' }))) as ListedItem[];
    expect(after!.links).toMatchObject([{ state: 'linked' }]);
    expect(meets.box.mails).toBe(1);
  });

  test.each([
    ['done', 0],
    ['not-done', 1],
  ] as const)('also what is deleted: that a person says %s ends it', async (verdict, mails) => {
    const { meets, ref, item } = await invited();
    await deleteItem(pg.database, item!.id, { invite: true });
    meets.box.faults.push('unreachable');
    await expect(meets.sync()).rejects.toMatchObject({ code: 'unreachable' });
    meets.box.edit(ref, event('One'));
    expect(await meets.sync()).toMatchObject({ inDoubt: 1, writes: 0 });
    await resolveItem(pg.database, item!.id, verdict);
    await meets.sync();
    await meets.sync();
    expect([meets.box.mails, (await meets.sync()).inDoubt]).toEqual([mails, 0]);
  });
});

describe('trouble', () => {
  test('a lost answer to a creation is looked for, and nothing is made twice', async () => {
    await make(card('Ida'));
    world.box.faults.push('answer-lost');
    await expect(world.sync()).rejects.toMatchObject({ code: 'unreachable' });
    expect(await world.sync()).toMatchObject({ createdThere: 1, writes: 0 });
    expect(theirs()).toHaveLength(1);
    await secondRunDoesNothing();
  });

  test('an edit that was made after a write whose answer was lost comes in', async () => {
    const ida = await make(card('Ida'));
    await world.sync();
    await changeItem(pg.database, ida.id, nickname('I'));
    world.box.faults.push('answer-lost');
    await expect(world.sync()).rejects.toMatchObject({ code: 'unreachable' });
    const [there] = theirs();
    world.box.edit(there!.ref, { ...there!.content, ...card('Edda'), ...nickname('I') });
    await world.sync();
    await world.sync();
    expect((await ours()).map(({ content }) => full(content))).toEqual(['Edda Berg']);
    await secondRunDoesNothing();
  });

  test('and one made after our key was put on it', async () => {
    world.box.add(card('Ida'));
    world.box.faults.push('answer-lost');
    await expect(world.sync()).rejects.toMatchObject({ code: 'unreachable' });
    world.box.edit(theirs()[0]!.ref, card('Edda'));
    await world.sync();
    await world.sync();
    expect((await ours()).map(({ content }) => full(content))).toEqual(['Edda Berg']);
    await secondRunDoesNothing();
  });

  test('a creation that comes late, after it was made again, is taken away again', async () => {
    await make(card('Ida'));
    world.box.faults.push('late');
    await expect(world.sync()).rejects.toMatchObject({ code: 'unreachable' });
    await world.sync();
    expect(theirs()).toHaveLength(0); // the server may still be at it
    world.clock.advance(SETTLE_MS);
    await world.sync();
    expect(theirs()).toHaveLength(1);
    world.box.arriveLate();
    expect(theirs()).toHaveLength(2);
    await world.sync();
    expect(theirs().map(({ key }) => key!.attempt)).toEqual([2]);
    expect(await ours()).toHaveLength(1);
    await secondRunDoesNothing();
  });

  test('what the server refuses is parked with its reason, the others go on, and it is tried again when it changes', async () => {
    const ida = await make(card('Ida'));
    await make(card('Olaf'));
    world.box.faults.push('refused');
    expect(await world.sync()).toMatchObject({ parked: 1, createdThere: 1 });
    const parked = (await ours()).find(({ id }) => id === ida.id)!;
    expect(parked.links).toMatchObject([{ state: 'parked', reason: expect.stringContaining('will not do it') }]);
    await secondRunDoesNothing();
    await changeItem(pg.database, ida.id, nickname('I'));
    expect(await world.sync()).toMatchObject({ createdThere: 1 });
    await secondRunDoesNothing();
  });

  test('and tried again when its time has come', async () => {
    await make(card('Ida'));
    world.box.faults.push('refused');
    await world.sync();
    world.clock.advance(3_700_000);
    expect(await world.sync()).toMatchObject({ createdThere: 1 });
  });

  test('a mass deletion waits for a person', async () => {
    for (let n = 0; n < 20; n += 1) world.box.add(card(`P${n}`));
    await world.sync();
    for (const { ref } of theirs()) world.box.remove(ref);
    expect(await world.sync()).toMatchObject({ deletedHere: 0, asking: 20 });
    expect(await ours()).toHaveLength(20);
    expect(await world.sync({ allowDeletions: true })).toMatchObject({ deletedHere: 20 });
    expect(await ours()).toEqual([]);
    await secondRunDoesNothing();
  });

  test('a dry run tells what would be done, and does nothing', async () => {
    await make(card('Ida'));
    world.box.add(card('Olaf'));
    expect(await world.sync({ dryRun: true })).toMatchObject({ createdThere: 1, createdHere: 1, writes: 0 });
    expect(theirs()).toHaveLength(1);
    expect(await ours()).toHaveLength(1);
    expect(await world.sync()).toMatchObject({ createdThere: 1, createdHere: 1 });
    await secondRunDoesNothing();
  });
});
