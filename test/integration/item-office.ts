/** An office on the Exchange stand-in, as an operator has it: a config, commands, and what stands in each mailbox. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { joinEmbeddedPostgres } from '../../src/store/embedded.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { serve } from '../servers/exchange/server.ts';
import { blankItem } from '../servers/exchange/store/blank.ts';
import type { Item, ItemKind } from '../servers/exchange/store/model.ts';
import { type Element, el } from '../servers/exchange/xml/element.ts';

export const PASSWORD = 'secret';
const HOMES = { appointments: 'calendar', contacts: 'contacts', tasks: 'tasks' } as const;
const ELEMENTS = { appointments: 'CalendarItem', contacts: 'Contact', tasks: 'Task' } as const satisfies Record<string, ItemKind>;
type Section = keyof typeof HOMES;

export interface ListedJson {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly mailboxes: readonly string[];
  readonly content: Record<string, unknown>;
  readonly link: { readonly state: string; readonly lastAgreedAt: string | null; readonly reason: string | null };
}

export interface ItemOffice {
  readonly exchange: Exchange;
  /** Where EWS answers. */
  readonly url: string;
  readonly gateway: Gateway;
  /** The lines that a command prints; fails with what it said when it does not exit 0. */
  mailroom(...args: string[]): Promise<ListedJson[]>;
  /** `mailroom SECTION ARGS --file …` with this content. */
  give(section: Section, content: object, ...args: string[]): Promise<ListedJson>;
  itemsOf(address: string, section: Section): Item[];
  inboxOf(address: string): Item[];
  /** What a user does in Outlook. */
  place(address: string, section: Section, properties: Readonly<Record<string, string | Element>>): Item;
  edit(address: string, item: Item, properties: Readonly<Record<string, string | Element>>): void;
  /** Changes in all mailboxes so far, whoever made them. */
  writes(): number;
  close(): Promise<void>;
}

/** `items`: what the config says of the items of each of `served`; of all people where it is left out. */
export async function openOffice(
  people: readonly string[],
  items: Readonly<Partial<Record<Section, unknown>>>,
  served: readonly string[] = people,
): Promise<ItemOffice> {
  const exchange = new Exchange();
  for (const address of people) exchange.addMailbox(address, PASSWORD);
  const server = await serve(exchange, { auth: { schemes: ['basic'] } });
  const auth = { username: '{address}', password: { env: 'PASSWORD' } };
  const gateway = await createGateway({
    ...{ data: './data', workers: 1, http: false, log: { level: 'error' } },
    servers: { ex: { type: 'exchange', url: server.url, allowClearText: true } },
    defaults: { items },
    mailboxes: served.map((address) => ({ address, items: { server: 'ex', auth } })),
  });
  // Held while the office is open, so that not every command starts it anew.
  const postgres = await joinEmbeddedPostgres(join(gateway.folder, 'data'));
  const mailboxOf = (address: string) => exchange.mailboxOf(address)!;
  const lyingIn = (address: string, folder: string) => mailboxOf(address).itemsIn(mailboxOf(address).folderNamed(folder).key);
  const office: ItemOffice = {
    ...{ exchange, gateway, url: server.url },
    async mailroom(...args) {
      const done = await gateway.run([...args, '--json'], { PASSWORD });
      const said = done.stdout.toString();
      if (done.code !== 0) throw new Error(`mailroom ${args.join(' ')} ended with ${done.code}: ${said}${done.stderr}`);
      return said
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    async give(section, content, ...args) {
      const file = join(gateway.folder, 'content.json');
      await writeFile(file, JSON.stringify(content));
      const [item] = await office.mailroom(section, ...args, '--file', file);
      return item!;
    },
    itemsOf: (address, section) => lyingIn(address, HOMES[section]),
    inboxOf: (address) => lyingIn(address, 'inbox'),
    place(address, section, properties) {
      const item = blankItem(ELEMENTS[section], mailboxOf(address).clock.now());
      mailboxOf(address).place(write(item, properties), mailboxOf(address).folderNamed(HOMES[section]));
      return item;
    },
    edit: (address, item, properties) => mailboxOf(address).touch(write(item, properties)),
    writes: () => people.reduce((sum, address) => sum + mailboxOf(address).counter, 0),
    async close() {
      await server.close();
      await postgres.leave();
      await gateway.remove();
    },
  };
  return office;
}

function write(item: Item, properties: Readonly<Record<string, string | Element>>): Item {
  for (const [name, value] of Object.entries(properties)) item.fields[name] = typeof value === 'string' ? el(name, value) : value;
  return item;
}
