/** A mailbox of its own on the Exchange stand-in for each test, and the hand that changes it behind the session's back. */
import { createExchangeConnector } from '../../src/connector/exchange/exchange-connector.ts';
import type { ExchangeSettings } from '../../src/connector/exchange/settings.ts';
import { authority } from '../servers/certificates.ts';
import { isoSeconds } from '../servers/exchange/clock.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { deliver } from '../servers/exchange/mime/transport.ts';
import { disposeItem } from '../servers/exchange/operation/items.ts';
import { type RunningServer, type ServerOptions, serve } from '../servers/exchange/server.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { child, el } from '../servers/exchange/xml/element.ts';
import { contextFor } from './context.ts';
import type { DisposalWorld } from './disposal.ts';
import type { Delivered, EmailWorld } from './email-source.ts';
import type { MarkingWorld } from './marking.ts';

export const PASSWORD = 'pässwörd:"1\\';
export const SERVICE = 'svc@example.com';

export interface StandIn {
  readonly exchange: Exchange;
  readonly server: RunningServer;
}

export interface Login {
  readonly method: 'password' | 'ntlm';
  readonly access: ExchangeSettings['access'];
  readonly ca?: string;
  readonly channelBinding?: 'auto' | 'never';
}

/** One in clear text, one over TLS that takes every login, and one that takes NTLM alone and wants channel binding. */
export interface StandIns {
  readonly plain: StandIn;
  readonly secured: StandIn;
  readonly bound: StandIn;
  readonly ca: string;
  close(): Promise<void>;
}

export async function startStandIns(): Promise<StandIns> {
  const trusted = await authority();
  const every = { auth: { schemes: ['negotiate', 'ntlm', 'basic'] } } as const;
  const plain = await start(every);
  const secured = await start({ ...every, tls: await trusted.certificate() });
  const ntlmOnly = { schemes: ['negotiate', 'ntlm'], extendedProtection: 'require' } as const;
  const bound = await start({ auth: ntlmOnly, tls: await trusted.certificate() });
  return {
    ...{ plain, secured, bound, ca: trusted.caPem },
    async close() {
      await Promise.all([plain, secured, bound].map(({ server }) => server.close()));
    },
  };
}

async function start(options: ServerOptions): Promise<StandIn> {
  const exchange = new Exchange();
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  return { exchange, server: await serve(exchange, options) };
}

export interface Way {
  readonly name: string;
  readonly at: 'plain' | 'secured' | 'bound';
  readonly login: Login;
}

const OWN_OR_ANOTHERS = [
  ['own login', 'direct'],
  ['by impersonation', 'impersonate'],
] as const;

/** Every way to log in that is offered, for the own mailbox and for another's: each capability is tried by each. */
export const WAYS: readonly Way[] = [
  ...OWN_OR_ANOTHERS.flatMap(([whose, access]): Way[] => [
    { name: `Basic over TLS, ${whose}`, at: 'secured', login: { method: 'password', access } },
    { name: `NTLM without channel binding, ${whose}`, at: 'secured', login: { method: 'ntlm', access, channelBinding: 'never' } },
    { name: `NTLM, channel binding required, ${whose}`, at: 'bound', login: { method: 'ntlm', access } },
  ]),
  { name: 'NTLM in clear text', at: 'plain', login: { method: 'ntlm', access: 'direct' } },
  { name: 'a delegate by Basic in clear text', at: 'plain', login: { method: 'password', access: 'delegate' } },
];

/** What a world is made of, once the stand-ins run. */
export const placeOf = (at: StandIns, way: Way): readonly [StandIn, Login] => [at[way.at], { ...way.login, ca: at.ca }];

let users = 0;

export type ExchangeWorld = EmailWorld & DisposalWorld & MarkingWorld & { readonly address: string };

export function exchangeWorld({ exchange, server }: StandIn, login: Login): ExchangeWorld {
  users += 1;
  const address = `user${users}@example.com`;
  exchange.addMailbox(address, PASSWORD);
  const connector = createExchangeConnector();
  const mailbox = () => exchange.mailboxOf(address)!;
  const top = exchange.mailboxOf(address)!.folderNamed('msgfolderroot').key;
  exchange.mailboxOf(address)!.addFolder({ parent: top, name: 'Projects', kind: 'Folder', folderClass: 'IPF.Note' });
  const topFolder = (name: string) =>
    mailbox()
      .children(mailbox().folderNamed('msgfolderroot'))
      .find((folder) => folder.name === name);
  const textOf = ({ mime }: Item) => Buffer.from(mime ?? '', 'base64').toString();
  const inbox = () => mailbox().folderNamed('inbox').key;
  const find = (raw: string): Item => {
    const bytes = Buffer.from(raw, 'utf8').toString('base64');
    const found = mailbox()
      .itemsIn(inbox())
      .find((item) => item.mime === bytes);
    if (!found) throw new Error('no such message in the store');
    return found;
  };
  return {
    ...{ address, folder: 'INBOX' },
    open: (signal) =>
      connector.open(settingsFor(server, address, login), contextFor(credentialFor(address, login), signal ? { signal } : {})),
    async deliver(raw, { date, flags = [] }: Delivered = {}) {
      const item = await deliver(exchange, mailbox(), Buffer.from(raw, 'utf8'));
      if (date) item.fields.DateTimeReceived = el('DateTimeReceived', isoSeconds(date.getTime()));
      setFlags(item, flags);
    },
    async remove(raw) {
      disposeItem(mailbox(), find(raw), 'HardDelete');
    },
    async setFlags(raw, flags) {
      const item = find(raw);
      const before = flagged(item);
      setFlags(item, flags);
      if (before === flagged(item)) mailbox().touchRead(item);
      else mailbox().touch(item);
    },
    second: 'Projects',
    categoriesOf: async (raw) => find(raw).fields.Categories?.children.map(({ text }) => text) ?? [],
    async setCategories(raw, categories) {
      find(raw).fields.Categories = el(
        'Categories',
        categories.map((category) => el('String', category)),
      );
      mailbox().touch(find(raw));
    },
    lyingIn: async (name) => {
      const folder = topFolder(name);
      return folder ? mailbox().itemsIn(folder.key).map(textOf) : null;
    },
    async renameFolder(name, to) {
      topFolder(name)!.name = to;
    },
    async throwAway(name) {
      topFolder(name)!.parent = mailbox().folderNamed('deleteditems').key;
    },
    remaining: async () => mailbox().itemsIn(inbox()).map(textOf),
    flagsOf: async (raw) => flagsOf(find(raw)),
    // A mailbox that was made anew from a backup: the same mail under other ids.
    async renumber() {
      const data = structuredClone(mailbox().toData());
      exchange.addMailbox(address, PASSWORD, { data: { ...data, guid: crypto.randomUUID() } });
    },
  };
}

export const credentialFor = (address: string, { method, access }: Login) => ({
  method,
  username: `${method === 'ntlm' ? 'EXAMPLE\\' : ''}${access === 'direct' ? address : SERVICE}`,
  password: PASSWORD,
});

export const settingsFor = (server: RunningServer, address: string, login: Login): ExchangeSettings => ({
  ...{ url: new URL(server.url), access: login.access, mailbox: address, ca: login.ca ?? null },
  ...{ serverName: null, timeoutMs: 20_000, channelBinding: login.channelBinding ?? 'auto' },
  ...{ contactAddresses: 'mailing', attachmentBytes: 0 },
});

const flagged = (item: Item) => child(item.fields.Flag, 'FlagStatus')?.text === 'Flagged';

function setFlags(item: Item, flags: readonly string[]): void {
  item.fields.IsRead = el('IsRead', String(flags.includes('\\Seen')));
  item.fields.Flag = el('Flag', [el('FlagStatus', flags.includes('\\Flagged') ? 'Flagged' : 'NotFlagged')]);
}

function flagsOf(item: Item): string[] {
  const read = item.fields.IsRead?.text === 'true' ? ['\\Seen'] : [];
  return flagged(item) ? [...read, '\\Flagged'] : read;
}
