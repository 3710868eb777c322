/** Contacts in step while the gateway is killed: a mailbox on the Exchange stand-in, edits on both sides, and what must come of it. */

import type { ItemKindConfig, MailboxConfig } from '../../src/config/config.ts';
import { changeItem, createItemIn, deleteItem } from '../../src/mailbox/items.ts';
import type { ItemContent } from '../../src/model/item.ts';
import { connectDatabase, type Database } from '../../src/store/database.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import { createGateway, type Finished, finished, type Gateway } from '../gateway/gateway.ts';
import type { Exchange } from '../servers/exchange/exchange.ts';
import { disposeItem, moveWithin } from '../servers/exchange/operation/items.ts';
import { blankItem } from '../servers/exchange/store/blank.ts';
import type { Mailbox } from '../servers/exchange/store/mailbox.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { el } from '../servers/exchange/xml/element.ts';

export const ADDRESS = 'box@example.com';
const PASSWORD = 'secret';

export interface ItemsScenario {
  readonly gateway: Gateway;
  readonly mailbox: Mailbox;
  /** One pass, killed or not. */
  attempt(options: { readonly killAtStep?: number; readonly killAfterMs?: number; readonly stepLog?: string }): Promise<Finished>;
  /** Resumes until a pass writes nothing, then tells everything that is wrong. */
  verdict(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Eight contacts agreed on both sides: the state from which each kill starts. */
export async function agreedContacts(exchange: Exchange, url: string, databaseUrl: string): Promise<void> {
  const mailbox = exchange.addMailbox(ADDRESS, PASSWORD);
  const { parent } = { parent: mailbox.folderNamed('contacts').key };
  mailbox.addFolder({ parent, name: 'Other', kind: 'ContactsFolder', folderClass: 'IPF.Contact' });
  for (const name of ['m0', 'm1', 'm2', 'm3']) place(mailbox, name);
  const gateway = await createGateway(configOf(url, databaseUrl));
  await mustSync(gateway);
  const database = connectDatabase(databaseUrl);
  for (const name of ['c0', 'c1', 'c2', 'c3']) await createItemIn(database, MAILBOX, 'contact', card(name));
  await database.destroy();
  await mustSync(gateway);
  await gateway.remove();
}

/** Edits on both sides, none of them carried over yet. */
export async function itemsScenario(exchange: Exchange, url: string, databaseUrl: string): Promise<ItemsScenario> {
  const mailbox = exchange.mailboxOf(ADDRESS)!;
  const database = connectDatabase(databaseUrl);
  await editOurs(database);
  editTheirs(mailbox);
  await database.destroy();
  const gateway = await createGateway(configOf(url, databaseUrl));
  return {
    ...{ gateway, mailbox },
    attempt: (options) => attempt(gateway, options),
    verdict: () => verdict(gateway, mailbox, databaseUrl),
    remove: () => gateway.remove(),
  };
}

const POLICY = {
  track: 'everything',
  filters: [{}],
  conflicts: { default: 'exchange' },
  deletion: { inExchange: 'delete', inApplication: 'delete' },
};
const MAILBOX = {
  id: ADDRESS,
  address: ADDRESS,
  aliases: [],
  items: { contacts: {} as ItemKindConfig },
} as unknown as MailboxConfig;

const configOf = (url: string, databaseUrl: string) => ({
  ...{ data: './data', workers: 1, http: false, log: { level: 'error' }, database: { url: databaseUrl } },
  servers: { ex: { type: 'exchange', url, allowClearText: true, limits: { timeout: '1 s' } } },
  mailboxes: [
    {
      address: ADDRESS,
      items: { server: 'ex', auth: { username: ADDRESS, password: { env: 'BOX_PASSWORD' } }, contacts: POLICY },
    },
  ],
});

const card = (surname: string): ItemContent => ({
  '@type': 'Card',
  name: { components: [{ kind: 'surname', value: surname }], full: surname },
});
const nickname = (name: string) => ({ nicknames: { nickname: { name } } });

async function editOurs(database: Database): Promise<void> {
  const ids = new Map((await oursOf(database)).map((item) => [surnameOf(item.content), item.id]));
  await changeItem(database, ids.get('c0')!, nickname('by the application'));
  await deleteItem(database, ids.get('c1')!);
  await changeItem(database, ids.get('c2')!, nickname('by the application'));
  await changeItem(database, ids.get('c3')!, nickname('contested, by the application'));
  await createItemIn(database, MAILBOX, 'contact', card('cN'));
}

function editTheirs(mailbox: Mailbox): void {
  const other = [...mailbox.folders.values()].find(({ name }) => name === 'Other')!;
  set(mailbox, 'm0', 'Nickname', 'by the user');
  disposeItem(mailbox, find(mailbox, 'm1'), 'HardDelete');
  moveWithin(mailbox, find(mailbox, 'm2'), other);
  set(mailbox, 'c2', 'JobTitle', 'by the user');
  set(mailbox, 'c3', 'Nickname', 'contested, by the user');
  place(mailbox, 'mN');
}

const EXPECTED: Readonly<Record<string, readonly [nickname: string | null, jobTitle: string | null]>> = {
  c0: ['by the application', null],
  c2: ['by the application', 'by the user'],
  c3: ['contested, by the user', null],
  cN: [null, null],
  m0: ['by the user', null],
  m3: [null, null],
  mN: [null, null],
};

function place(mailbox: Mailbox, surname: string): void {
  const blank = blankItem('Contact', mailbox.clock.now());
  blank.fields.Surname = el('Surname', surname);
  mailbox.place(blank, mailbox.folderNamed('contacts'));
}

const theirsOf = (mailbox: Mailbox): Item[] => mailbox.itemsIn(mailbox.folderNamed('contacts').key);
const find = (mailbox: Mailbox, surname: string): Item =>
  theirsOf(mailbox).find(({ fields }) => fields.Surname?.text === surname)!;

function set(mailbox: Mailbox, surname: string, property: string, text: string): void {
  const item = find(mailbox, surname);
  item.fields[property] = el(property, text);
  mailbox.touch(item);
}

const oursOf = (database: Database) => Array.fromAsync(listItems(database, { kind: 'contact' })) as Promise<ListedItem[]>;

function surnameOf(content: ItemContent): string {
  const { components = [] } = content.name as { components?: { kind: string; value: string }[] };
  return components.find(({ kind }) => kind === 'surname')?.value ?? '';
}

async function mustSync(gateway: Gateway): Promise<void> {
  const done = await attempt(gateway, {});
  if (done.code !== 0) throw new Error(`the pass ended with ${done.code}: ${done.stdout}${done.stderr}`);
}

async function attempt(gateway: Gateway, options: Parameters<ItemsScenario['attempt']>[0]): Promise<Finished> {
  const env: Record<string, string> = { BOX_PASSWORD: PASSWORD };
  if (options.killAtStep !== undefined) env.MAILROOM_KILL_AT_STEP = String(options.killAtStep);
  if (options.stepLog !== undefined) env.MAILROOM_STEP_LOG = options.stepLog;
  const child = gateway.start(['sync', '--json'], env);
  const end = finished(child);
  if (options.killAfterMs !== undefined) {
    const timer = setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
    void end.finally(() => clearTimeout(timer));
  }
  return end;
}

const PASSES = 6;

async function verdict(gateway: Gateway, mailbox: Mailbox, databaseUrl: string): Promise<string[]> {
  const database = connectDatabase(databaseUrl);
  try {
    for (let pass = 1; ; pass += 1) {
      const before = mailbox.counter;
      const done = await attempt(gateway, {});
      if (done.code !== 0) return [`a resumed pass ended with ${done.code}: ${done.stdout}${done.stderr}`];
      const problems = await compare(mailbox, database);
      // A creation whose answer is lost is made again only after the server's time-out: until then there is less than expected.
      if (mailbox.counter === before && (problems.length === 0 || pass === PASSES)) return problems;
      if (pass === PASSES) return [...problems, `after ${PASSES} passes there is still something to write`];
    }
  } finally {
    await database.destroy();
  }
}

async function compare(mailbox: Mailbox, database: Database): Promise<string[]> {
  const theirs = theirsOf(mailbox).map(({ fields }) => row(fields.Surname?.text, fields.Nickname?.text, fields.JobTitle?.text));
  const ours = (await oursOf(database)).filter(({ links }) => links.some(({ state }) => state !== 'unlinked'));
  const wanted = Object.entries(EXPECTED).map(([name, [nick, job]]) => row(name, nick, job));
  const unlinked = (await oursOf(database)).filter(({ links }) => links.every(({ state }) => state === 'unlinked'));
  return [
    ...differences('the mailbox', theirs, wanted),
    ...differences(
      'the application',
      ours.map(({ content }) => row(surnameOf(content), nameIn(content, 'nicknames'), nameIn(content, 'titles'))),
      wanted,
    ),
    ...differences(
      'what is unlinked',
      unlinked.map(({ content }) => surnameOf(content)),
      ['m2'],
    ),
  ];
}

const row = (...values: (string | null | undefined)[]) => values.map((value) => value ?? '-').join(' | ');

function nameIn(content: ItemContent, property: string): string | undefined {
  return Object.values((content[property] ?? {}) as Record<string, { name: string }>)[0]?.name;
}

function differences(where: string, found: readonly string[], wanted: readonly string[]): string[] {
  const [has, wants] = [found, wanted].map((list) => [...list].sort().join('; '));
  return has === wants ? [] : [`${where} has ${has}, expected ${wants}`];
}
