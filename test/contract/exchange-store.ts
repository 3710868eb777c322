/** An item store right over a mailbox of the Exchange stand-in, and the stand-in's own view of what lies there. */
import type { ItemStore, ItemVersion, RemoteRef, Target } from '../../src/connector/connector.ts';
import { createEws } from '../../src/connector/exchange/ews.ts';
import type { Kind } from '../../src/connector/exchange/item-kind.ts';
import { createItemStore } from '../../src/connector/exchange/item-store.ts';
import { createLanes } from '../../src/connector/exchange/lane.ts';
import type { ItemContent, ItemKey } from '../../src/model/item.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Exchange } from '../servers/exchange/exchange.ts';
import type { RunningServer } from '../servers/exchange/server.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import type { Element } from '../servers/exchange/xml/element.ts';
import { contextFor } from './context.ts';
import { settingsFor } from './exchange-world.ts';

export function exchangeStore(server: RunningServer, address: string, password: string, kind: Kind): ItemStore {
  const context = contextFor({ method: 'password', username: address, password });
  const settings = settingsFor(server, address, { method: 'password', access: 'direct' });
  return createItemStore({ ews: createEws(settings, context, createLanes()), log: silentLog, clock: systemClock }, kind);
}

const OURS = /\/Mailroom(Key|Write)$/;
/** Counted up or made anew by the server with each write. */
const ITS_OWN = new Set(['ChangeCount']);

/** What an item holds, for comparing: its properties as text, without our marks; an empty body is none. */
export function stored(item: Item): Record<string, unknown> {
  const fields = Object.entries(item.fields).filter(([name, { text }]) => !ITS_OWN.has(name) && (name !== 'Body' || text !== ''));
  const named = Object.entries(item.named).filter(([name]) => !OURS.test(name));
  const attachments = item.attachments.map(({ fields: inner, content }) => [
    inner.Name?.text,
    inner.IsContactPhoto?.text,
    content,
  ]);
  return {
    ...Object.fromEntries(fields.map(([name, element]) => [name, lines(element)])),
    ...Object.fromEntries(named.map(([name, { values }]) => [name, values])),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

/** Dictionaries have no order. */
function lines({ attributes, children, text }: Element): unknown {
  const inner = children.map((child) => [child.name, lines(child)]).map((each) => JSON.stringify(each));
  return { ...attributes, ...(children.length > 0 ? { inner: inner.sort() } : { text }) };
}

export const itemsOf = (exchange: Exchange, address: string, folder: string): Item[] => {
  const mailbox = exchange.mailboxOf(address)!;
  return mailbox.itemsIn(mailbox.folderNamed(folder).key);
};

const NOWHERE: Target = { ref: null, etag: null };

/** All steps of a creation, without waiting for anything in between. */
export async function createItem(store: ItemStore, key: ItemKey, content: ItemContent): Promise<Target> {
  let target = NOWHERE;
  for (const step of store.steps({ change: 'create', key, folder: null, content, mail: 'none' })) {
    target = await store.apply(step, target);
  }
  return target;
}

/** All steps of a change of these fields, from the state that the item has now. */
export async function changeItem(
  store: ItemStore,
  item: Target,
  content: ItemContent,
  fields: readonly string[],
): Promise<Target> {
  const theirs = await readItem(store, item.ref!);
  let target: Target = theirs;
  for (const step of store.steps({ change: 'update', theirs, content, fields, key: null, mail: 'none' })) {
    target = await store.apply(step, target);
  }
  return target;
}

export async function readItem(store: ItemStore, ref: string): Promise<ItemVersion> {
  const [read] = await store.read([ref as RemoteRef]);
  if (read?.version === undefined) throw read?.failure;
  return read.version;
}

export const refOf = (exchange: Exchange, address: string, item: Item): string => exchange.mailboxOf(address)!.itemId(item);
