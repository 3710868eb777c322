/** Contacts: made, changed, contested, moved out of sight and deleted on either side. */
import { changeItem, createItemIn, deleteItem } from '../../src/mailbox/items.ts';
import type { ItemContent } from '../../src/model/item.ts';
import { disposeItem, moveWithin } from '../servers/exchange/operation/items.ts';
import {
  BOX,
  configOf,
  differences,
  editTheirs,
  findTheirs,
  type ItemLedger,
  type ItemsPlace,
  listOurs,
  mailboxOf,
  placeTheirs,
  row,
  textIn,
  theirsIn,
} from './item-ledger.ts';

const OTHER = 'Other';

export const contactLedger: ItemLedger = {
  async begin(place) {
    const mailbox = mailboxOf(place);
    const parent = mailbox.folderNamed('contacts').key;
    mailbox.addFolder({ parent, name: OTHER, kind: 'ContactsFolder', folderClass: 'IPF.Contact' });
    for (const name of ['m0', 'm1', 'm2', 'm3']) placeTheirs(place, 'contacts', { Surname: name });
    for (const name of ['c0', 'c1', 'c2', 'c3']) await create(place, name);
  },

  async edit(place) {
    const { database } = place;
    const ids = new Map((await listOurs(place, 'contact')).map(({ id, content }) => [surnameOf(content), id]));
    await changeItem(database, ids.get('c0')!, nickname('by the application'));
    await deleteItem(database, ids.get('c1')!);
    await changeItem(database, ids.get('c2')!, nickname('by the application'));
    await changeItem(database, ids.get('c3')!, nickname('contested, by the application'));
    await create(place, 'cN');
    const mailbox = mailboxOf(place);
    const find = (surname: string) => findTheirs(place, 'contacts', 'Surname', surname);
    editTheirs(place, find('m0'), { Nickname: 'by the user' });
    disposeItem(mailbox, find('m1'), 'HardDelete');
    moveWithin(mailbox, find('m2'), [...mailbox.folders.values()].find(({ name }) => name === OTHER)!);
    editTheirs(place, find('c2'), { JobTitle: 'by the user' });
    editTheirs(place, find('c3'), { Nickname: 'contested, by the user' });
    placeTheirs(place, 'contacts', { Surname: 'mN' });
  },

  async compare(place) {
    const theirs = theirsIn(place, 'contacts').map((item) =>
      row(...['Surname', 'Nickname', 'JobTitle'].map((name) => textIn(item, name))),
    );
    const ours = await listOurs(place, 'contact');
    const apart = ours.filter(({ links }) => links.every(({ state }) => state === 'unlinked'));
    const linked = ours.filter((item) => !apart.includes(item));
    const said = ({ content }: (typeof ours)[number]) =>
      row(surnameOf(content), nameIn(content, 'nicknames'), nameIn(content, 'titles'));
    return [
      ...differences('the contacts folder', theirs, EXPECTED),
      ...differences('the application, of contacts,', linked.map(said), EXPECTED),
      ...differences('what is unlinked', apart.map(said), [row('m2', null, null)]),
    ];
  },
};

const EXPECTED = [
  row('c0', 'by the application', null),
  row('c2', 'by the application', 'by the user'),
  row('c3', 'contested, by the user', null),
  row('cN', null, null),
  row('m0', 'by the user', null),
  row('m3', null, null),
  row('mN', null, null),
];

async function create({ database }: ItemsPlace, surname: string): Promise<void> {
  const content: ItemContent = {
    '@type': 'Card',
    name: { components: [{ kind: 'surname', value: surname }], full: surname },
  };
  await createItemIn(database, configOf(BOX), 'contact', content);
}

const nickname = (name: string) => ({ nicknames: { nickname: { name } } });

function surnameOf(content: ItemContent): string {
  const { components = [] } = content.name as { components?: { kind: string; value: string }[] };
  return components.find(({ kind }) => kind === 'surname')?.value ?? '';
}

function nameIn(content: ItemContent, property: string): string | undefined {
  return Object.values((content[property] ?? {}) as Record<string, { name: string }>)[0]?.name;
}
