/** Appointments, contacts and tasks in a mailbox of the Exchange stand-in, and the hand of the user who works there. */
import { createExchangeConnector } from '../../src/connector/exchange/exchange-connector.ts';
import type { ItemKind as Kind } from '../../src/model/item.ts';
import { copyOf, disposeItem, moveWithin } from '../servers/exchange/operation/items.ts';
import { blankItem } from '../servers/exchange/store/blank.ts';
import type { FolderKind, Item, ItemKind } from '../servers/exchange/store/model.ts';
import { el } from '../servers/exchange/xml/element.ts';
import { contextFor } from './context.ts';
import { credentialFor, type Login, PASSWORD, type StandIn, settingsFor } from './exchange-world.ts';
import type { ItemWorld } from './item-store.ts';

interface Place {
  readonly home: string;
  readonly folder: FolderKind;
  readonly folderClass: string;
  readonly item: ItemKind;
  readonly path: string;
  /** The property that has the title. */
  readonly title: string;
  readonly fields: Readonly<Record<string, string>>;
}

const PLACES: Record<Kind, Place> = {
  contact: {
    ...{ home: 'contacts', folder: 'ContactsFolder', folderClass: 'IPF.Contact', item: 'Contact', path: 'Contacts/Other' },
    ...{ title: 'Surname', fields: {} },
  },
  appointment: {
    ...{
      home: 'calendar',
      folder: 'CalendarFolder',
      folderClass: 'IPF.Appointment',
      item: 'CalendarItem',
      path: 'Calendar/Other',
    },
    ...{ title: 'Subject', fields: { Start: '2026-12-01T09:00:00Z', End: '2026-12-01T10:00:00Z' } },
  },
  task: {
    ...{ home: 'tasks', folder: 'TasksFolder', folderClass: 'IPF.Task', item: 'Task', path: 'Tasks/Other' },
    ...{ title: 'Subject', fields: {} },
  },
};

let users = 0;

export function exchangeItemsWorld(
  { exchange, server }: StandIn,
  login: Login,
  kind: Kind,
): ItemWorld & { readonly address: string } {
  users += 1;
  const address = `items${users}@example.com`;
  exchange.addMailbox(address, PASSWORD);
  exchange.faults.clear();
  const mailbox = exchange.mailboxOf(address)!;
  const { home, folder, folderClass, item, path, title, fields } = PLACES[kind];
  const own = mailbox.folderNamed(home);
  const other = mailbox.addFolder({ parent: own.key, name: 'Other', kind: folder, folderClass });
  const trash = mailbox.folderNamed('deleteditems');
  const folders = { own, other, trash };
  const start = mailbox.counter;
  const titleOf = (each: Item) => each.fields[title]?.text ?? '';
  const find = (wanted: string): Item => {
    const found = Object.values(folders)
      .flatMap(({ key }) => mailbox.itemsIn(key))
      .find((each) => titleOf(each) === wanted);
    if (!found) throw new Error(`no item ${wanted} in the store`);
    return found;
  };
  const place = (made: ItemKind, text: Readonly<Record<string, string>>) => {
    const blank = blankItem(made, mailbox.clock.now());
    for (const [name, value] of Object.entries(text)) blank.fields[name] = el(name, value);
    mailbox.place(blank, own);
  };
  return {
    ...{ address, other: path },
    open: () => createExchangeConnector().open(settingsFor(server, address, login), contextFor(credentialFor(address, login))),
    add: async (text) => place(item, { ...fields, [title]: text }),
    async rename(text, to) {
      const found = find(text);
      found.fields[title] = el(title, to);
      mailbox.touch(found);
    },
    async move(text, to) {
      moveWithin(mailbox, find(text), folders[to]);
    },
    async copy(text) {
      const found = find(text);
      mailbox.place(copyOf(found), mailbox.folders.get(found.folder)!);
    },
    async remove(text) {
      disposeItem(mailbox, find(text), 'HardDelete');
    },
    ...(kind === 'contact' ? { addReadOnly: async (text: string) => place('DistributionList', { DisplayName: text }) } : {}),
    titles: async (where) => mailbox.itemsIn(folders[where].key).map(titleOf),
    async loseState() {
      exchange.faults.add({ fault: 'item-error', code: 'ErrorInvalidSyncStateData', operation: 'SyncFolderItems', times: 1 });
    },
    async loseAnswer(of) {
      const fault = of === 'carried out' ? 'lost-answer' : 'reset-before';
      for (const operation of ['CreateItem', 'UpdateItem', 'DeleteItem']) exchange.faults.add({ fault, operation, times: 1 });
    },
    writes: () => mailbox.counter - start,
  };
}
