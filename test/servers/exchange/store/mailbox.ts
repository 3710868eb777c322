// One mailbox: folders, items, and the counters from which sync states, change keys and notifications are made.
//
// Rules: every change takes a new value of `counter`. Folder ids survive rename and move, item ids do not survive a move
// (reference 12 [doc]), so a moved item gets a new key and leaves a tombstone.
import type { Clock } from '../clock.ts';
import { refuse } from '../errors.ts';
import { guidFrom, KEY_KINDS, type ObjectId, readChangeKey, writeChangeKey, writeId } from './ids.ts';
import { LAYOUT, type Plan } from './layout.ts';
import type { Folder, Item, StoreEvent, Tombstone, UserConfiguration } from './model.ts';

export interface MailboxData {
  guid: string;
  address: string;
  name: string;
  counter: number;
  nextKey: number;
  folders: Folder[];
  items: Item[];
  tombstones: Tombstone[];
  configurations: UserConfiguration[];
  /** Raised when a move made all SyncStates void. */
  epoch?: number;
}

export class Mailbox {
  readonly guid: string;
  readonly address: string;
  name: string;
  readonly clock: Clock;
  counter = 0;
  nextKey = 0x0101;
  #epoch = 0;
  readonly folders = new Map<number, Folder>();
  readonly items = new Map<number, Item>();
  readonly contents = new Map<number, Set<Item>>();
  readonly distinguished = new Map<string, Folder>();
  readonly configurations: UserConfiguration[] = [];
  tombstones: Tombstone[] = [];
  events: StoreEvent[] = [];
  eventNumber = 0;
  readonly listeners = new Set<() => void>();

  constructor(address: string, name: string, seed: number, clock: Clock, data?: MailboxData) {
    this.guid = data?.guid ?? guidFrom(seed, address.toLowerCase());
    this.address = address;
    this.name = name;
    this.clock = clock;
    if (data === undefined) this.#build(LAYOUT, 0);
    else this.#restore(data);
  }

  #build(plan: Plan, parent: number) {
    const folder = this.addFolder({
      parent,
      name: plan.name,
      kind: plan.kind ?? 'Folder',
      folderClass: plan.folderClass ?? 'IPF.Note',
    });
    folder.hidden = plan.hidden ?? false;
    if (plan.distinguished !== undefined) {
      folder.distinguished = plan.distinguished;
      this.distinguished.set(plan.distinguished, folder);
    }
    for (const inner of plan.inside ?? []) this.#build(inner, folder.key);
    this.events = [];
  }

  #restore(data: MailboxData) {
    this.counter = data.counter;
    this.nextKey = data.nextKey;
    this.#epoch = data.epoch ?? 0;
    this.tombstones = data.tombstones;
    this.configurations.push(...data.configurations);
    for (const folder of data.folders) {
      this.folders.set(folder.key, folder);
      this.contents.set(folder.key, new Set());
      if (folder.distinguished !== undefined) this.distinguished.set(folder.distinguished, folder);
    }
    for (const item of data.items) {
      this.items.set(item.key, item);
      this.contents.get(item.folder)?.add(item);
    }
  }

  toData(): MailboxData {
    const { guid, address, name, counter, nextKey, tombstones, configurations } = this;
    return {
      ...(this.#epoch === 0 ? {} : { epoch: this.#epoch }),
      guid,
      address,
      name,
      counter,
      nextKey,
      tombstones,
      configurations,
      folders: [...this.folders.values()],
      items: [...this.items.values()],
    };
  }

  /** What SyncStates are bound to. */
  get syncKey(): string {
    return this.#epoch === 0 ? this.guid : `${this.guid}/${this.#epoch}`;
  }

  tick(): number {
    return ++this.counter;
  }

  newKey(): number {
    return this.nextKey++;
  }

  /** Distinguished folders always exist; asking for one that has no place in a mailbox is a programming error. */
  folderNamed(distinguished: string): Folder {
    const folder = this.distinguished.get(distinguished);
    if (folder === undefined) throw new Error(`no folder ${distinguished}`);
    return folder;
  }

  addFolder(given: Pick<Folder, 'parent' | 'name' | 'kind' | 'folderClass'>): Folder {
    const at = this.tick();
    const now = this.clock.now();
    const folder: Folder = {
      ...given,
      key: this.newKey(),
      named: {},
      fields: {},
      hidden: false,
      created: now,
      modified: now,
      createdAt: at,
      changedAt: at,
      version: at,
      nextImapId: 1,
    };
    this.folders.set(folder.key, folder);
    this.contents.set(folder.key, new Set());
    this.record({ name: 'Created', folder: folder.parent, folderId: this.folderId(folder), changeKey: this.folderKey(folder) });
    return folder;
  }

  children(folder: Folder): Folder[] {
    return [...this.folders.values()].filter((one) => one.parent === folder.key);
  }

  descendants(folder: Folder): Folder[] {
    return this.children(folder).flatMap((one) => [one, ...this.descendants(one)]);
  }

  itemsIn(folder: number, associated = false): Item[] {
    return [...(this.contents.get(folder) ?? [])].filter((item) => item.associated === associated);
  }

  /** Puts an item into a folder as something new: new key, new id, new IMAP id. */
  place(item: Item, folder: Folder): Item {
    const at = this.tick();
    item.key = this.newKey();
    item.folder = folder.key;
    item.imapId = folder.nextImapId++;
    item.createdAt = at;
    item.changedAt = at;
    item.readAt = at;
    item.version = at;
    this.items.set(item.key, item);
    this.contents.get(folder.key)!.add(item);
    return item;
  }

  touch(item: Item) {
    const at = this.tick();
    item.changedAt = at;
    item.version = at;
    item.modified = this.clock.now();
  }

  /** Only the read flag changed: SyncFolderItems says so in an entry of its own (reference 19 [doc]). */
  touchRead(item: Item) {
    const at = this.tick();
    item.readAt = at;
    item.version = at;
    item.modified = this.clock.now();
  }

  touchFolder(folder: Folder) {
    const at = this.tick();
    folder.changedAt = at;
    folder.version = at;
    folder.modified = this.clock.now();
  }

  remove(item: Item) {
    const at = this.tick();
    this.tombstones.push({
      folder: item.folder,
      key: item.key,
      kind: 'item',
      createdAt: item.createdAt,
      at,
      id: this.itemId(item),
    });
    this.items.delete(item.key);
    this.contents.get(item.folder)?.delete(item);
  }

  removeFolder(folder: Folder) {
    for (const inner of this.children(folder)) this.removeFolder(inner);
    for (const item of [...(this.contents.get(folder.key) ?? [])]) this.remove(item);
    const at = this.tick();
    this.tombstones.push({
      folder: folder.parent,
      key: folder.key,
      kind: 'folder',
      createdAt: folder.createdAt,
      at,
      id: this.folderId(folder),
    });
    this.folders.delete(folder.key);
    this.contents.delete(folder.key);
  }

  record(event: Omit<StoreEvent, 'number' | 'time'>) {
    const complete = { ...event, number: ++this.eventNumber, time: this.clock.now() };
    this.events.push(complete);
    if (this.events.length > 20_000) this.events.splice(0, 10_000);
    for (const listener of this.listeners) listener();
  }

  objectId(item: Item): ObjectId {
    const { key, folder } = item.occurrence?.master ?? item;
    if (item.occurrence === undefined) return { mailbox: this.guid, kind: 'item', folder, item: key, attachments: [] };
    return { mailbox: this.guid, kind: 'occurrence', folder, item: key, day: item.occurrence.day, attachments: [] };
  }

  itemId(item: Item): string {
    return writeId(this.objectId(item));
  }

  attachmentIdText(item: Item, keys: number[]): string {
    return writeId({ ...this.objectId(item), attachments: keys });
  }

  folderId(folder: Folder | number): string {
    const key = typeof folder === 'number' ? folder : folder.key;
    return writeId({ mailbox: this.guid, kind: 'folder', folder: key, item: 0, attachments: [] });
  }

  /** Occurrences share the key of their master (reference 14 [doc, wire]). */
  itemKey(item: Item): string {
    return writeChangeKey(KEY_KINDS[item.kind] ?? 9, this.guid, (item.occurrence?.master ?? item).version);
  }

  folderKey(folder: Folder): string {
    return writeChangeKey(KEY_KINDS.Folder!, this.guid, folder.version);
  }

  isCurrent(item: Item, changeKey: string): boolean {
    return readChangeKey(changeKey) === (item.occurrence?.master ?? item).version;
  }

  /** Only ids of this mailbox arrive here. */
  itemByKey(id: ObjectId): Item {
    const item = this.items.get(id.item);
    if (item === undefined || item.folder !== id.folder) refuse('ErrorItemNotFound');
    return item;
  }
}
