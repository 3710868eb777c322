/** Servers that keep to the schema and are none of those that the connector has been tried against: what they leave out or say otherwise. */
import { beforeEach, describe, expect, test } from 'vitest';
import { letter } from '../../../test/contract/email-source.ts';
import { otherServer } from '../../../test/contract/exchange-other-server.ts';
import { changeItem, createItem } from '../../../test/contract/exchange-store.ts';
import { createLedger } from '../../../test/contract/ledger.ts';
import type { FaultRule } from '../../../test/servers/exchange/faults.ts';
import { deliver } from '../../../test/servers/exchange/mime/transport.ts';
import { disposeItem } from '../../../test/servers/exchange/operation/items.ts';
import { blankItem } from '../../../test/servers/exchange/store/blank.ts';
import type { Item } from '../../../test/servers/exchange/store/model.ts';
import { el } from '../../../test/servers/exchange/xml/element.ts';
import { repeating } from '../../../test/servers/exchange-dressed.ts';
import type { ItemContent } from '../../model/item.ts';
import type { Cursor, ItemPage, ItemStore } from '../connector.ts';
import { createAppointmentKind } from './translate/appointment.ts';
import { contactKind } from './translate/contact.ts';
import { createTaskKind } from './translate/task.ts';

const world = otherServer();
const { mailbox } = world;
let store: ItemStore;
beforeEach(() => {
  store = world.store(contactKind('all'));
});

const contacts = () => mailbox().folderNamed('contacts');
function add(surname: string): Item {
  const item = blankItem('Contact', mailbox().clock.now());
  item.fields.Surname = el('Surname', surname);
  mailbox().place(item, contacts());
  return item;
}
const idOf = (item: Item) => mailbox().itemId(item);
const KEY = { record: 'r-1', mailbox: 'm', attempt: 1 };
const card = (name: string): ItemContent => ({
  ...{ '@type': 'Card', version: '1.0' },
  name: { '@type': 'Name', components: [{ '@type': 'NameComponent', kind: 'surname', value: name }] },
});

async function pass(after: Cursor | null = null, items = 100): Promise<ItemPage[]> {
  const [folder] = await store.folders([]);
  const pages: ItemPage[] = [];
  for await (const page of store.changes(folder!.id, after, { items })) pages.push(page);
  return pages;
}
const surname = (content: object | undefined) =>
  (content as { name?: { components?: { kind: string; value: string }[] } } | undefined)?.name?.components?.[0]?.value;
const namesOf = (pages: readonly ItemPage[]) =>
  pages.flatMap(({ changed }) => changed.map(({ version }) => surname(version?.content)));

describe('GetItem', () => {
  const message = /<m:GetItemResponseMessage[\s\S]*?<\/m:GetItemResponseMessage>/g;

  test('answers in another order are each told of their own item', async () => {
    for (const name of ['a', 'b', 'c']) add(name);
    world.change = (text) => {
      const turned = (text.match(message) ?? []).reverse();
      return text.replace(message, () => turned.shift()!);
    };
    const [page] = await pass();
    for (const { ref, version } of page!.changed) {
      const item = mailbox()
        .itemsIn(contacts().key)
        .find((each) => idOf(each) === ref)!;
      expect(surname(version!.content)).toBe(item.fields.Surname!.text);
    }
    expect(page!.changed).toHaveLength(3);
  });

  test('what it leaves out of an answer is asked for again, and nobody is taken for a neighbour', async () => {
    const items = ['a', 'b', 'c', 'd'].map(add);
    world.change = (text) => {
      if (!text.includes('GetItemResponseMessage')) return text;
      const all = text.match(message) ?? [];
      return all.length < 3 ? text : text.replace(all[1]!, '');
    };
    const [page] = await pass();
    expect(page!.changed).toHaveLength(4);
    for (const { ref, version } of page!.changed) {
      expect(surname(version!.content)).toBe(items.find((each) => idOf(each) === ref)!.fields.Surname!.text);
    }
  });

  test('an item that is left out however often it is asked for counts as not found, and the others come', async () => {
    const hidden = add('hidden');
    for (const name of ['a', 'b']) add(name);
    world.change = (text) => text.replace(message, (one) => (one.includes(`"${idOf(hidden)}"`) ? '' : one));
    const [page] = await pass();
    expect(namesOf([page!]).sort()).toEqual(['a', 'b']);
    expect(page!.gone).toEqual([]);
    world.change = (text) => text;
    expect(namesOf(await pass(page!.cursor))).toEqual(['hidden']);
  });

  test('a property that is refused does not make a contact an empty one', async () => {
    add('a');
    let asked = 0;
    world.change = (text) => {
      if (!text.includes('GetItemResponseMessage')) return text;
      asked += 1;
      return asked > 1
        ? text
        : text.replace(
            message,
            '<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>ErrorInvalidPropertyRequest</m:ResponseCode></m:GetItemResponseMessage>',
          );
    };
    const [page] = await pass();
    expect(page!.changed[0]).toMatchObject({ failure: { code: 'refused' } });
  });

  describe('that is busy for a part of a batch', () => {
    const busy = (backOff: number | null) =>
      `<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>ErrorServerBusy</m:ResponseCode>${
        backOff === null ? '' : `<m:MessageXml><t:Value Name="BackOffMilliseconds">${backOff}</t:Value></m:MessageXml>`
      }</m:GetItemResponseMessage>`;
    let sizes: number[] = [];
    const answering = (limit: () => number, backOff: number | null) => (text: string) => {
      let n = 0;
      const most = text.includes('GetItemResponseMessage') ? limit() : 0;
      const changed = text.replace(message, (one) => {
        n += 1;
        return n > most ? busy(backOff) : one;
      });
      if (n > 0) sizes.push(n);
      return changed;
    };
    beforeEach(() => {
      sizes = [];
    });

    test.each([null, 1234])('keeps what it told and is asked for the rest, no more at once (back-off %s)', async (backOff) => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      for (const name of names) add(name);
      world.change = answering(() => 3, backOff);
      expect(namesOf(await pass()).sort()).toEqual(names);
      expect(sizes.slice(0, 3)).toEqual([8, 3, 2]);
    });

    test('is not asked for more once it says nothing else, and its back-off is told', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) add(name);
      world.change = answering(() => (sizes.length === 0 ? 2 : 0), 1234);
      await expect(pass()).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 1234 });
      expect(sizes).toEqual([6, 2]);
    });

    test('has told of an item also what is wrong with it', async () => {
      for (const name of ['a', 'b', 'c', 'd']) add(name);
      const limited = answering(() => 1, null);
      const missing = busy(null).replace('ErrorServerBusy', 'ErrorItemNotFound');
      world.change = (text) => {
        const first = text.match(message)?.[0];
        return limited(first !== undefined && sizes.length === 0 ? text.replace(first, missing) : text);
      };
      const [page] = await pass();
      expect(namesOf([page!])).toHaveLength(3);
    });
  });

  test('an item that does not say where it lies lies where it was told', async () => {
    add('a');
    world.change = (text) => text.replace(/<t:ParentFolderId [^>]*\/>/g, '');
    const [page] = await pass();
    expect(page).toMatchObject({ gone: [], changed: [{ version: { folder: (await store.folders([]))[0]!.id } }] });
  });
});

describe('SyncFolderItems', () => {
  test('changes are read that come without their change key', async () => {
    add('a');
    world.change = (text) => (text.includes('SyncFolderItemsResponse') ? text.replace(/ ChangeKey="[^"]*"/g, '') : text);
    expect(namesOf(await pass())).toEqual(['a']);
  });

  test('what is told as gone and as there in one answer is there if it can be read', async () => {
    const [here, away] = [add('here'), add('away')];
    const [first] = await pass();
    for (const item of [here, away]) mailbox().touch(item);
    const deletions = [here, away].map((item) => `<t:Delete><t:ItemId Id="${idOf(item)}" ChangeKey="x"/></t:Delete>`).join('');
    const ref = idOf(away);
    const [folder] = await store.folders([]);
    const told = store.changes(folder!.id, first!.cursor, { items: 10 })[Symbol.asyncIterator]();
    // It goes between the two calls.
    world.change = (text) => {
      if (!text.includes('<m:Changes>')) return text;
      disposeItem(mailbox(), away, 'HardDelete');
      return text.replace('<m:Changes>', `<m:Changes>${deletions}`);
    };
    const { value: page } = await told.next();
    expect(page).toMatchObject({ gone: [ref], changed: [{ ref: idOf(here) }] });
  });

  test('values may stand between spaces, and whether it was the last may be left out', async () => {
    for (const name of ['a', 'b', 'c']) add(name);
    world.change = (text) => text.replace(/<(m:IncludesLastItemInRange)>(\w+)</g, '<$1>\n $2 <');
    expect(namesOf(await pass(null, 2)).sort()).toEqual(['a', 'b', 'c']);
    world.change = (text) => text.replace(/<m:IncludesLastItemInRange>\w+<\/m:IncludesLastItemInRange>/g, '');
    const pages = await pass(null, 2);
    expect(namesOf(pages).sort()).toEqual(['a', 'b', 'c']);
    expect(pages.at(-1)!.complete).toBe(true);
  });

  test('a server that says for ever that there is more, and tells nothing, is not asked for ever', async () => {
    const cursors: Cursor[] = [];
    for (const name of ['a', 'b']) {
      add(name);
      cursors.push((await pass(cursors[0] ?? null)).at(-1)!.cursor);
    }
    const states = cursors.map((cursor) => JSON.parse(cursor).state as string);
    let asked = 0;
    world.change = (text) => {
      if (!text.includes('SyncFolderItemsResponse')) return text;
      asked += 1;
      return text
        .replace(/<m:SyncState>[^<]*/, `<m:SyncState>${states[asked % 2]}`)
        .replace('LastItemInRange>true', 'LastItemInRange>false')
        .replace(/<m:Changes>[\s\S]*<\/m:Changes>/, '<m:Changes/>');
    };
    await expect(pass(cursors[0]!)).rejects.toMatchObject({ code: 'garbled' });
    expect(asked).toBeLessThan(500);
  });

  test('nor one that tells the same again and again, with states that are always new', async () => {
    for (const name of ['a', 'b']) add(name);
    const server = repeating();
    world.change = (text) => (text.includes('SyncFolderItemsResponse') ? server.again(text) : text);
    await expect(pass()).rejects.toMatchObject({ code: 'garbled', message: expect.stringContaining('again and again') });
    expect(server.asked).toBeLessThan(100);
  });
});

test('notes are text where a server gives HTML though text was asked for', async () => {
  await createItem(store, KEY, { ...card('a'), notes: { note: { '@type': 'Note', note: 'tea' } } } as ItemContent);
  world.change = (text) =>
    text.replace('BodyType="Text">tea<', 'BodyType="HTML">&lt;p&gt;Likes &lt;b&gt;tea&lt;/b&gt;&lt;/p&gt;&amp;amp; cake<');
  const [page] = await pass();
  expect(page!.changed[0]!.version!.content.notes).toMatchObject({ note: { note: 'Likes tea\n& cake' } });
});

describe('what is read besides an item', () => {
  const photo = { '@type': 'Media', kind: 'photo', uri: 'data:image/png;base64,iVBORw0KGgo=' };

  test.each<[string, FaultRule]>([
    ['a login page', { fault: 'login-page' }],
    ['a login that may not act as the mailbox', { fault: 'fault-code', code: 'ErrorImpersonateUserDenied' }],
  ])('%s is not the fault of the one item: the pass ends, and the next one has it whole', async (_, rule) => {
    await createItem(store, KEY, { ...card('a'), media: { photo } } as ItemContent);
    world.exchange.faults.add({ ...rule, operation: 'GetAttachment' });
    await expect(pass()).rejects.toMatchObject({ code: 'refused' });
    world.exchange.faults.clear();
    const [page] = await pass();
    expect(page!.changed[0]!.version!.content.media).toEqual({ photo: expect.objectContaining({ uri: photo.uri }) });
  });

  test('a login that may not act as the mailbox is told of no item', async () => {
    add('a');
    world.exchange.faults.add({ fault: 'item-error', code: 'ErrorImpersonateUserDenied', operation: 'GetItem' });
    await expect(pass()).rejects.toMatchObject({ code: 'refused' });
  });

  test('a picture that is withheld is of the one contact, and the others come', async () => {
    await createItem(store, KEY, { ...card('a'), media: { photo } } as ItemContent);
    add('b');
    world.exchange.faults.add({ fault: 'item-error', code: 'ErrorVirusDetected', operation: 'GetAttachment' });
    const [page] = await pass();
    expect(page!.changed.map(({ failure }) => failure?.code ?? 'read').sort()).toEqual(['read', 'refused']);
  });
});

describe('FindItem', () => {
  const PROPERTY = /<t:ExtendedProperty>[\s\S]*?<\/t:ExtendedProperty>/g;
  const isFound = (text: string) => text.includes('FindItemResponse');
  const errorFor = (code: string) => (text: string) =>
    text.replace(
      /(<m:FindItemResponseMessage) ResponseClass="Success">[\s\S]*?(<\/m:FindItemResponseMessage>)/g,
      `$1 ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>${code}</m:ResponseCode>$2`,
    );
  /** The same restriction, that everything fits. */
  const anything = (sent: string) =>
    sent.replace(/<m:Restriction>[\s\S]*<\/m:Restriction>/, '').replace(/MaxEntriesReturned="\d+"/, 'MaxEntriesReturned="2"');

  test('an item is found by a server that ignores what it is asked to look for, however many it has', async () => {
    const target = await createItem(store, KEY, card('ours'));
    for (const name of ['a', 'b', 'c', 'd', 'e']) add(name);
    world.ask = (sent) => (sent.includes('<m:FindItem ') ? anything(sent) : sent);
    expect(await store.find('r-1')).toEqual([expect.objectContaining({ ref: target.ref, key: KEY, trashed: false })]);
  });

  test.each(['ErrorUnsupportedPathForQuery', 'ErrorInvalidRestriction'])(
    'and by one that cannot look for it (%s), which is asked for everything',
    async (code) => {
      const target = await createItem(store, KEY, card('ours'));
      for (const name of ['a', 'b', 'c']) add(name);
      let restricted = false;
      world.ask = (sent) => {
        restricted = sent.includes('<m:Restriction>');
        return sent;
      };
      world.change = (text) => (restricted && isFound(text) ? errorFor(code)(text) : text);
      expect(await store.find('r-1')).toEqual([expect.objectContaining({ ref: target.ref })]);
    },
  );

  test('and by one that shows no named property in a list', async () => {
    const target = await createItem(store, KEY, card('ours'));
    world.change = (text) => (isFound(text) ? text.replace(PROPERTY, '') : text);
    expect(await store.find('r-1')).toEqual([expect.objectContaining({ ref: target.ref, key: KEY })]);
  });

  test('and by one that answers for several folders at once with one message', async () => {
    const target = await createItem(store, KEY, card('ours'));
    world.change = (text) =>
      text.replace(
        /(<m:FindItemResponseMessage[\s\S]*?<\/m:FindItemResponseMessage>)(<m:FindItemResponseMessage[\s\S]*?<\/m:FindItemResponseMessage>)+/,
        '$1',
      );
    expect(await store.find('r-1')).toEqual([expect.objectContaining({ ref: target.ref })]);
  });

  test.each<[string, (text: string) => string]>([
    [
      'in capitals and braces',
      (text) => text.replace(/PropertySetId="([0-9a-f-]+)"/gi, (_, id: string) => `PropertySetId="{${id.toUpperCase()}}"`),
    ],
    [
      'where the request had its name',
      (text) => text.replaceAll('DistinguishedPropertySetId="Address"', 'PropertySetId="00062004-0000-0000-C000-000000000046"'),
    ],
  ])('a set of properties may be told by its GUID, %s', async (_, dress) => {
    const content = { ...card('ours'), anniversaries: { birthday: { '@type': 'Anniversary', kind: 'birth', date: DAY } } };
    const target = await createItem(store, KEY, content as ItemContent);
    // Where the local day counts it decides, and only there.
    mailbox().itemsIn(contacts().key)[0]!.fields.Birthday = el('Birthday', '2001-02-27T11:00:00Z');
    world.change = dress;
    const [read] = await store.read([target.ref!]);
    expect(read!.version).toMatchObject({ key: KEY, content: { anniversaries: { birthday: { date: DAY } } } });
  });
});

const DAY = { '@type': 'PartialDate', year: 2001, month: 2, day: 28 };

test.each(['ErrorAccessDenied', 'ErrorItemNotFound'])(
  'a standard folder that a delegate may not see (%s) is as if it were not there',
  async (code) => {
    add('a');
    world.change = (text) => {
      const messages = text.match(/<m:GetFolderResponseMessage[\s\S]*?<\/m:GetFolderResponseMessage>/g) ?? [];
      const trash = messages.at(-1);
      const refusal = `<m:GetFolderResponseMessage ResponseClass="Error"><m:ResponseCode>${code}</m:ResponseCode></m:GetFolderResponseMessage>`;
      return messages.length === 3 ? text.replace(trash!, refusal) : text;
    };
    expect(namesOf(await pass())).toEqual(['a']);
  },
);

test('a server that calls every folder a Folder has those of contacts all the same, and mail is not looked for there', async () => {
  add('a');
  world.change = (text) => text.replace(/(<\/?t:)(Contacts|Calendar|Tasks)Folder\b/g, '$1Folder');
  expect(namesOf(await pass())).toEqual(['a']);
});

test('what is new is made without an empty body, which some servers cannot read', async () => {
  world.ask = (sent) => (/<t:Body [^>]*><\/t:Body>/.test(sent) ? sent.replace('CreateItem', 'NoItem') : sent);
  const target = await createItem(store, KEY, card('ours'));
  expect((await store.read([target.ref!]))[0]!.version!.content.notes).toBeUndefined();
});

test('where nothing is told of the item that a file was attached to, it is looked at', async () => {
  const photo = (bytes: string) => ({
    photo: { '@type': 'Media', kind: 'photo', uri: `data:image/png;base64,iVBORw0KGgo${bytes}` },
  });
  world.change = (text) => text.replace(/ RootItemChangeKey="[^"]*"/g, '');
  let target = await createItem(store, KEY, { ...card('ours'), media: photo('=') } as ItemContent);
  for (const bytes of ['AAAA=', 'AQAA=']) {
    target = await changeItem(store, target, { ...card('ours'), media: photo(bytes) } as ItemContent, ['picture']);
    const [read] = await store.read([target.ref!]);
    expect(read!.version).toMatchObject({ etag: target.etag, content: { media: photo(bytes) } });
  }
});

test('an exception is of the hour of its series, whatever hour a server gives it where clocks change', async () => {
  const calendar = world.store(createAppointmentKind());
  const content = {
    ...{ '@type': 'Event', title: 'Weekly', start: '2030-03-20T10:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' },
    recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'weekly', count: 5 }],
    recurrenceOverrides: { '2030-04-03T10:00:00': { title: 'Other' }, '2030-04-10T10:00:00': { excluded: true } },
  };
  await calendar.folders([]);
  const target = await createItem(calendar, KEY, content as ItemContent);
  // An hour late, and midnight.
  world.change = (text) =>
    text
      .replace(/(<t:OriginalStart>2030-04-03T)08:00:00Z/g, '$109:00:00Z')
      .replace(/(<t:DeletedOccurrence><t:Start>2030-04-)10T08:00:00Z/g, '$109T22:00:00Z');
  const [read] = await calendar.read([target.ref!]);
  expect(read!.version!.content.recurrenceOverrides).toEqual(content.recurrenceOverrides);
});

test('a task that is there is completed by its status as well as by its day', async () => {
  const tasks = world.store(createTaskKind());
  const task = { '@type': 'Task', title: 'Call' } as ItemContent;
  const target = await createItem(tasks, KEY, task);
  world.ask = (sent) => sent.replace(/<t:SetItemField><t:FieldURI FieldURI="task:CompleteDate"\/>.*?<\/t:SetItemField>/, '');
  const done = { ...task, progress: 'completed', progressUpdated: '2026-10-30T00:00:00Z' } as ItemContent;
  await changeItem(tasks, target, done, ['completion']);
  const [read] = await tasks.read([target.ref!]);
  expect(read!.version!.content).toMatchObject({ progress: 'completed' });
});

test('an occurrence is found by its start where the server does not say when it began by the pattern', async () => {
  const calendar = world.store(createAppointmentKind());
  world.change = (text) => text.replace(/<t:OriginalStart>[^<]*<\/t:OriginalStart>/g, '');
  const rule = { '@type': 'RecurrenceRule', frequency: 'daily', count: 5 };
  const content = {
    ...{ '@type': 'Event', title: 'Daily', start: '2030-05-06T10:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' },
    ...{ recurrenceRules: [rule], recurrenceOverrides: { '2030-05-07T10:00:00': { excluded: true } } },
  };
  await calendar.folders([]);
  const target = await createItem(calendar, KEY, content as ItemContent);
  world.change = (text) => text;
  const [read] = await calendar.read([target.ref!]);
  expect(read!.version!.content.recurrenceOverrides).toEqual(content.recurrenceOverrides);
});

test('a server that loses each state of a folder of mail is not asked for ever', async () => {
  await deliver(world.exchange, mailbox(), Buffer.from(letter('a')));
  await using session = await world.open();
  world.exchange.switches.loseSyncStates = true;
  world.change = (text) => text.replace('LastItemInRange>true', 'LastItemInRange>false');
  await expect(createLedger().pass(session.email!, 'INBOX')).rejects.toMatchObject({ code: 'cursor-lost' });
  world.exchange.switches.loseSyncStates = false;
});
