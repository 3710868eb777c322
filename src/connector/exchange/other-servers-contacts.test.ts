/** Contacts on servers that nobody here has seen: what is asked of the stand-in, and what it answers, changed on the way. */
import { beforeEach, describe, expect, test } from 'vitest';
import { otherServer } from '../../../test/contract/exchange-other-server.ts';
import { changeItem, createItem, readItem } from '../../../test/contract/exchange-store.ts';
import { namedKey } from '../../../test/servers/exchange/property/path.ts';
import type { ItemContent } from '../../model/item.ts';
import type { Cursor, ItemStore } from '../connector.ts';
import { contactKind } from './translate/contact.ts';

const world = otherServer();
const { mailbox } = world;
let store: ItemStore;
beforeEach(() => {
  store = world.store(contactKind('all'));
});

const contacts = () => mailbox().itemsIn(mailbox().folderNamed('contacts').key);

const bare = (name: string): ItemContent => ({
  ...{ '@type': 'Card', version: '1.0' },
  name: { '@type': 'Name', components: [{ '@type': 'NameComponent', kind: 'surname', value: name }] },
});
const FULL = {
  emails: { email1: { '@type': 'EmailAddress', address: 'ann@example.com', label: 'at work' } },
  phones: { homePhone: { '@type': 'Phone', number: '031 1' } },
  addresses: {
    home: {
      '@type': 'Address',
      components: [
        { kind: 'name', value: 'Gasse 1' },
        { kind: 'locality', value: 'Thun' },
      ],
    },
  },
};
const full = (name: string): ItemContent => ({ ...bare(name), ...FULL });

async function add(...contents: ItemContent[]): Promise<void> {
  for (const [n, content] of contents.entries()) {
    await createItem(store, { record: `r-${contacts().length}-${n}`, mailbox: 'm', attempt: 1 }, content);
  }
  world.asked.splice(0);
}

async function pass(after: Cursor | null = null) {
  const [folder] = await store.folders([]);
  const pages = await Array.fromAsync(store.changes(folder!.id, after, { items: 100 }));
  const read = pages.flatMap(({ changed }) => changed.map(({ version }) => version!.content));
  return { read, cursor: pages.at(-1)!.cursor };
}

describe('dictionaries', () => {
  const WHOLE = /<t:FieldURI FieldURI="contacts:(EmailAddresses|PhoneNumbers|PhysicalAddresses|ImAddresses)"\/>/g;
  const reads = () => world.asked.filter((text) => text.includes('<m:GetItem>'));
  const ways = () => reads().map((text) => (text.includes('<t:IndexedFieldURI') ? 'by entry' : 'whole'));

  test('a server that passes over whole ones is asked for their entries, and from then on for nothing else', async () => {
    await add(...Array.from({ length: 25 }, (_, n) => full(`n${n}`)));
    world.ask = (text) => text.replace(WHOLE, '');
    const { read } = await pass();
    expect(read).toHaveLength(25);
    for (const content of read) expect(content).toMatchObject(FULL);
    expect(ways()).toEqual(['whole', 'by entry', 'by entry', 'by entry']);
  });

  test('a contact that has none decides nothing', async () => {
    await add(bare('a'));
    world.ask = (text) => text.replace(WHOLE, '');
    const { cursor } = await pass();
    await add(full('b'));
    const { read } = await pass(cursor);
    expect(read).toMatchObject([FULL]);
    expect(ways()).toEqual(['whole', 'by entry']);
  });

  test('where whole ones are told, nothing is asked for twice', async () => {
    await add(full('a'), bare('b'));
    const { read, cursor } = await pass();
    expect(read.filter(({ emails }) => emails !== undefined)).toMatchObject([FULL]);
    await add(bare('c'));
    await pass(cursor);
    expect(ways()).toEqual(['whole']);
  });

  test('an entry that comes without its attributes keeps its label, and an address of the directory stays one', async () => {
    const address = (id: number) => namedKey('Address', id);
    await add(full('a'));
    const [item] = contacts();
    item!.named[address(0x8080)] = { type: 'String', values: ['at work'] };
    item!.fields.EmailAddresses!.children.push({
      ...item!.fields.EmailAddresses!.children[0]!,
      ...{ text: '/o=Example/cn=bob', attributes: { Key: 'EmailAddress2', RoutingType: 'EX' } },
    });
    item!.named[address(0x8092)] = { type: 'String', values: ['EX'] };
    item!.named[address(0x8094)] = { type: 'String', values: ['bob@example.com'] };
    world.ask = (text) => text.replace(WHOLE, '');
    world.change = (text) => text.replace(/<t:Entry [^>]*(Key="\w+")[^>]*>/g, '<t:Entry $1>');
    const { read } = await pass();
    expect(read[0]!.emails).toMatchObject({ ...FULL.emails, email2: { address: 'bob@example.com' } });
  });

  test('parts of an address may come in an entry each', async () => {
    await add(full('a'));
    world.ask = (text) => text.replace(WHOLE, '');
    world.change = (text) => text.replace('</t:Street><t:City>', '</t:Street></t:Entry><t:Entry Key="Home"><t:City>');
    const { read } = await pass();
    expect(read[0]).toMatchObject(FULL);
  });

  test.each<[string, string]>([
    ['each item', 'item-error'],
    ['the request', 'fault-code'],
  ])('a server that knows no entries in GetItem (refused for %s) has told what there is', async (_, fault) => {
    await add(bare('a'), bare('b'));
    const code = fault === 'item-error' ? 'ErrorInvalidPropertyRequest' : 'ErrorInvalidRequest';
    world.ask = (text) => {
      if (text.includes('<t:IndexedFieldURI'))
        world.exchange.faults.add({ fault, code, operation: 'GetItem', times: 1 } as never);
      return text;
    };
    const { read } = await pass();
    expect(read).toHaveLength(2);
    world.exchange.faults.clear();
  });

  test('trouble of the server while entries are asked for ends the pass, and empties no contact', async () => {
    await add(full('a'));
    world.ask = (text) => text.replace(WHOLE, '');
    world.exchange.faults.add({ fault: 'login-page', operation: 'GetItem', after: 1 });
    await expect(pass()).rejects.toMatchObject({ code: 'refused' });
    world.exchange.faults.clear();
    const { read } = await pass();
    expect(read).toMatchObject([FULL]);
  });
});

describe('the picture', () => {
  const uri = (content: string) => `data:image/png;base64,iVBORw0KGgo${content}`;
  const withPhoto = (content: string): ItemContent => ({
    ...bare('a'),
    media: { photo: { '@type': 'Media', kind: 'photo', uri: uri(content) } },
  });
  const KEY = { record: 'r-1', mailbox: 'm', attempt: 1 };
  const attached = () => contacts()[0]!.attachments;
  const read = async (ref: string) => (await readItem(store, ref)).content.media;
  const unmarked = (text: string) => text.replace(/<t:IsContactPhoto>\w+<\/t:IsContactPhoto>/g, '');

  test('goes by its name where a server does not tell what is one: it is read, replaced and taken away', async () => {
    world.change = unmarked;
    let target = await createItem(store, KEY, withPhoto('1'));
    expect(await read(target.ref!)).toMatchObject({ photo: { uri: uri('1') } });
    target = await changeItem(store, target, withPhoto('2'), ['picture']);
    expect(await read(target.ref!)).toMatchObject({ photo: { uri: uri('2') } });
    expect(attached()).toHaveLength(1);
    target = await changeItem(store, target, bare('a'), ['picture']);
    expect(await read(target.ref!)).toBeUndefined();
    expect(attached()).toHaveLength(0);
  });

  test('whose answer was lost is looked up by its name, too', async () => {
    world.change = unmarked;
    const [made, added] = store.steps({ change: 'create', key: KEY, folder: null, content: withPhoto('1'), mail: 'none' });
    const target = await store.apply(made!, { ref: null, etag: null });
    world.exchange.faults.add({ fault: 'lost-answer', operation: 'CreateAttachment', times: 1 });
    await expect(store.apply(added!, target)).rejects.toMatchObject({ code: 'unreachable' });
    expect(await store.outcome(added!, target)).toMatchObject({ outcome: 'applied' });
  });

  test('is none whatever its name where a server tells what is one, and one whatever its name', async () => {
    const target = await createItem(store, KEY, withPhoto('1'));
    world.change = (text) => text.replace(/(<t:IsContactPhoto>)true/g, '$1false');
    expect(await read(target.ref!)).toBeUndefined();
    world.change = (text) => text.replace(/<t:Name>ContactPicture.jpg/g, '<t:Name>ann.png');
    expect(await read(target.ref!)).toMatchObject({ photo: { uri: uri('1') } });
    world.change = (text) => unmarked(text).replace(/<t:Name>ContactPicture.jpg/g, '<t:Name>ann.png');
    expect(await read(target.ref!)).toBeUndefined();
  });
});
