import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exchangeStore } from '../../../test/contract/exchange-store.ts';
import { PASSWORD } from '../../../test/contract/exchange-world.ts';
import { Exchange } from '../../../test/servers/exchange/exchange.ts';
import { moveWithin } from '../../../test/servers/exchange/operation/items.ts';
import { type RunningServer, serve } from '../../../test/servers/exchange/server.ts';
import type { Item } from '../../../test/servers/exchange/store/model.ts';
import { el } from '../../../test/servers/exchange/xml/element.ts';
import type { ItemContent, ItemKey } from '../../model/item.ts';
import type { Cursor, ItemPage, ItemStore, Step, Target } from '../connector.ts';
import type { Kind } from './item-kind.ts';
import { field, type Setting, valueAt } from './property.ts';
import { createItemStep, deleteItemStep, updateItemStep } from './step.ts';

const SURNAME = field('contacts:Surname');
const surname = (content: ItemContent): Setting => ({ path: SURNAME, value: content.name as string });

/** A contact of which only the surname is known: what is tested here is what all kinds share. */
const NAMES: Kind = {
  ...{ kind: 'contact', home: 'contacts', elements: ['Contact'], folder: 'ContactsFolder', hidden: [], bodyType: 'Text' },
  properties: [SURNAME],
  read: async (item) => ({ content: { '@type': 'Card', name: valueAt(item, SURNAME) ?? '' } }),
  steps(change) {
    if (change.change === 'create')
      return [createItemStep({ element: 'Contact', ...change, settings: [surname(change.content)] })];
    if (change.change === 'update')
      return [updateItemStep({ element: 'Contact', ...change, settings: [surname(change.content)] })];
    return [deleteItemStep()];
  },
};

const ADDRESS = 'alice@example.com';
const KEY: ItemKey = { record: 'r-1', mailbox: 'sales box', attempt: 1 };
const card = (name: string): ItemContent => ({ '@type': 'Card', name });
const NOWHERE: Target = { ref: null, etag: null };

let exchange: Exchange;
let server: RunningServer;
let store: ItemStore;

beforeAll(async () => {
  exchange = new Exchange();
  server = await serve(exchange, { auth: { schemes: ['basic'] } });
});
afterAll(() => server.close());
beforeEach(() => {
  exchange.addMailbox(ADDRESS, PASSWORD);
  exchange.faults.clear();
  store = exchangeStore(server, ADDRESS, PASSWORD, NAMES);
});

const mailbox = () => exchange.mailboxOf(ADDRESS)!;
const itemsIn = (folder: string) => mailbox().itemsIn(mailbox().folderNamed(folder).key);
const contacts = async () => (await store.folders([]))[0]!.id;

function creation(name: string, key = KEY): Step {
  return store.steps({ change: 'create', key, folder: null, content: card(name), mail: 'none' })[0]!;
}

async function change(target: Target, name: string): Promise<Step> {
  const [theirs] = await store.read([target.ref!]);
  return store.steps({
    ...{ change: 'update', theirs: theirs!.version!, content: card(name), fields: ['name'], key: null, mail: 'none' },
  })[0]!;
}

async function pass(after: Cursor | null, items = 100): Promise<ItemPage[]> {
  const pages: ItemPage[] = [];
  for await (const page of store.changes(await contacts(), after, { items })) pages.push(page);
  return pages;
}
const namesOf = (pages: readonly ItemPage[]) =>
  pages.flatMap(({ changed }) => changed.map(({ version }) => version?.content.name));

/** As a user does it in Outlook: the item is saved. */
function edit(item: Item, name: string): void {
  item.fields.Surname = el('Surname', name);
  mailbox().touch(item);
}

describe('writing', () => {
  test('what is created carries the key and is found by its record, wherever it was moved', async () => {
    const target = await store.apply(creation('Ünal & <Söhne>'), NOWHERE);
    expect((await store.read([target.ref!]))[0]!.version).toMatchObject({
      ...{ ...target, content: card('Ünal & <Söhne>'), key: KEY, folder: await contacts(), readOnly: false },
    });
    expect(await store.find('r-1')).toEqual([
      expect.objectContaining({ ref: target.ref, key: KEY, folder: await contacts(), trashed: false }),
    ]);
    moveWithin(mailbox(), itemsIn('contacts')[0]!, mailbox().folderNamed('deleteditems'));
    expect(await store.find('r-1')).toEqual([expect.objectContaining({ key: KEY, trashed: true })]);
    expect(await store.find('r')).toEqual([]);
    expect((await store.read([target.ref!]))[0]!.failure).toMatchObject({ code: 'missing' });
  });

  test('a change of another state is a conflict and leaves the item as it is', async () => {
    const target = await store.apply(creation('first'), NOWHERE);
    const step = await change(target, 'ours');
    edit(itemsIn('contacts')[0]!, 'theirs');
    await expect(store.apply(step, target)).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.apply(deleteItemStep(), target)).rejects.toMatchObject({ code: 'conflict' });
    expect(namesOf(await pass(null))).toEqual(['theirs']);
  });

  test('characters that XML forbids vanish, and nothing else does', async () => {
    const target = await store.apply(creation('a\u0000b\u001f <&"\'> \ud83d\ude00 '), NOWHERE);
    expect((await store.read([target.ref!]))[0]!.version!.content.name).toBe('ab <&"\'> \ud83d\ude00 ');
  });
});

describe('a lost answer', () => {
  const lose = (operation: string, fault: 'lost-answer' | 'reset-before') => exchange.faults.add({ fault, operation, times: 1 });

  test.each([
    ['lost-answer', 'applied'],
    ['reset-before', 'not-applied'],
  ] as const)('of a creation (%s) is looked up', async (fault, outcome) => {
    lose('CreateItem', fault);
    await expect(store.apply(creation('first'), NOWHERE)).rejects.toMatchObject({ code: 'unreachable' });
    const found = await store.outcome(creation('first'), NOWHERE);
    expect(found.outcome).toBe(outcome);
    if (found.outcome === 'applied') expect((await store.read([found.target.ref!]))[0]!.version).toMatchObject(found.target);
    expect(await store.outcome(creation('first', { ...KEY, attempt: 2 }), NOWHERE)).toEqual({ outcome: 'not-applied' });
  });

  test.each([
    ['lost-answer', 'applied'],
    ['reset-before', 'not-applied'],
  ] as const)('of a change (%s) is looked up', async (fault, outcome) => {
    const target = await store.apply(creation('first'), NOWHERE);
    const step = await change(target, 'second');
    lose('UpdateItem', fault);
    await expect(store.apply(step, target)).rejects.toMatchObject({ code: 'unreachable' });
    const found = await store.outcome(step, target);
    expect(found.outcome).toBe(outcome);
    if (found.outcome === 'applied') expect(found.target.etag).not.toBe(target.etag);
    else expect(await store.apply(step, target)).toMatchObject({ ref: target.ref });
  });

  test('is not known when somebody else has saved the item since', async () => {
    const target = await store.apply(creation('first'), NOWHERE);
    const step = await change(target, 'second');
    lose('UpdateItem', 'reset-before');
    await expect(store.apply(step, target)).rejects.toMatchObject({ code: 'unreachable' });
    edit(itemsIn('contacts')[0]!, 'theirs');
    expect(await store.outcome(step, target)).toEqual({ outcome: 'unknown' });
  });

  test.each([
    ['lost-answer', 'applied'],
    ['reset-before', 'not-applied'],
  ] as const)('of a deletion (%s) is looked up', async (fault, outcome) => {
    const target = await store.apply(creation('first'), NOWHERE);
    lose('DeleteItem', fault);
    await expect(store.apply(deleteItemStep(), target)).rejects.toMatchObject({ code: 'unreachable' });
    expect((await store.outcome(deleteItemStep(), target)).outcome).toBe(outcome);
  });
});

describe('reading', () => {
  test('changes come in pages, whole, and what is gone is named', async () => {
    const targets: Target[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      targets.push(await store.apply(creation(name, { ...KEY, record: name }), NOWHERE));
    const pages = await pass(null, 2);
    expect(pages.map(({ changed, complete, reset }) => [changed.length, complete, reset])).toEqual([
      [2, false, false],
      [2, false, false],
      [1, true, false],
    ]);
    expect(namesOf(pages).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    await store.apply(deleteItemStep(), targets[1]!);
    edit(itemsIn('contacts')[0]!, 'A');
    const [next] = await pass(pages.at(-1)!.cursor);
    expect(next).toMatchObject({ gone: [targets[1]!.ref], complete: true, reset: false });
    expect(namesOf([next!])).toEqual(['A']);
    expect(await pass(next!.cursor)).toEqual([expect.objectContaining({ changed: [], gone: [], complete: true })]);
  });

  test('a page of items that are large comes in parts, and from each of them it goes on', async () => {
    for (const name of ['a', 'b', 'c']) await store.apply(creation(name, { ...KEY, record: name }), NOWHERE);
    const large: Kind = { ...NAMES, read: async (item) => ({ content: { ...card('x'.repeat(9_000_000)), id: item.name } }) };
    const parts = exchangeStore(server, ADDRESS, PASSWORD, large);
    const told = new Map<string, string>();
    const known = async () => told;
    const pages: ItemPage[] = [];
    for await (const page of parts.changes(await contacts(), null, { items: 100, known })) pages.push(page);
    expect(pages.map(({ changed, complete }) => [changed.length, complete])).toEqual([
      [2, false],
      [1, true],
    ]);
    for (const { version } of pages[0]!.changed) told.set(version!.ref, version!.etag);
    const rest = await Array.fromAsync(parts.changes(await contacts(), pages[0]!.cursor, { items: 100, known }));
    expect(rest).toMatchObject([{ changed: [{ ref: pages[1]!.changed[0]!.ref }], complete: true, reset: false }]);
    expect(rest[0]!.unchanged).toHaveLength(2);
  });

  test('a lost state begins anew, says so once, and ids stay good', async () => {
    const target = await store.apply(creation('a'), NOWHERE);
    await store.apply(creation('b', { ...KEY, record: 'b' }), NOWHERE);
    const [first] = await pass(null);
    exchange.switches.loseSyncStates = true;
    const fault = pass(first!.cursor, 1);
    // The server goes on losing each state: that is no way to get through.
    await expect(fault).rejects.toMatchObject({ code: 'cursor-lost' });
    exchange.switches.loseSyncStates = false;
    for (const cursor of [JSON.stringify({ v: 'items-a', state: 'bad', retry: [] }), 'written by an older version']) {
      const pages = await pass(cursor as Cursor, 1);
      expect(pages.map(({ reset }) => reset)).toEqual([true, false]);
      expect(pages.flatMap(({ changed }) => changed.map(({ ref }) => ref))).toContain(target.ref);
    }
  });

  test('an item that is named and not found is looked for again, a few times', async () => {
    await store.apply(creation('a'), NOWHERE);
    exchange.faults.add({ fault: 'item-error', code: 'ErrorItemNotFound', operation: 'GetItem', times: 2 });
    let [page] = await pass(null);
    expect(page).toMatchObject({ changed: [], gone: [], complete: true });
    [page] = await pass(page!.cursor);
    expect(page!.changed).toEqual([]);
    [page] = await pass(page!.cursor);
    expect(namesOf([page!])).toEqual(['a']);
  });

  test('an item whose answer broke off is told as unreadable, and read in the next pass though nothing has changed', async () => {
    await store.apply(creation('a'), NOWHERE);
    exchange.faults.add({ fault: 'truncated-500', operation: 'GetItem', times: 1 });
    let [page] = await pass(null);
    expect(page!.changed).toEqual([expect.objectContaining({ failure: expect.objectContaining({ code: 'garbled' }) })]);
    [page] = await pass(page!.cursor);
    expect(namesOf([page!])).toEqual(['a']);
    expect((await pass(page!.cursor))[0]!.changed).toEqual([]);
  });

  test('an item that cannot be read comes with its failure, and the others come', async () => {
    await store.apply(creation('a'), NOWHERE);
    exchange.faults.add({ fault: 'item-error', code: 'ErrorItemCorrupt', operation: 'GetItem', times: 1 });
    const [page] = await pass(null);
    expect(page!.changed).toEqual([expect.objectContaining({ failure: expect.objectContaining({ code: 'refused' }) })]);
  });

  test('a move to Deleted Items that comes as a change is a departure', async () => {
    const target = await store.apply(creation('a'), NOWHERE);
    const [first] = await pass(null);
    exchange.switches.deleteToDeletedItemsIsUpdate = true;
    await store.apply(deleteItemStep(), target);
    const [page] = await pass(first!.cursor);
    exchange.switches.deleteToDeletedItemsIsUpdate = false;
    expect(page).toMatchObject({ changed: [], complete: true });
    expect(page!.gone).toHaveLength(1);
  });

  test('folders are found by path and name, and one that is not there is told with those that are', async () => {
    const parent = mailbox().folderNamed('contacts');
    mailbox().addFolder({ parent: parent.key, name: 'A/B', kind: 'ContactsFolder', folderClass: 'IPF.Contact' });
    const [standard] = await store.folders([]);
    expect(standard).toMatchObject({ path: 'Contacts', isDefault: true });
    const [byPath] = await store.folders(['contacts/a\\/b']);
    expect(byPath).toMatchObject({ path: 'Contacts/A\\/B', isDefault: false });
    expect(await store.folders([{ name: 'A/B' }, 'Contacts/A\\/B'])).toEqual([byPath]);
    await expect(store.folders(['Nowhere'])).rejects.toMatchObject({ code: 'missing' });
  });
});
