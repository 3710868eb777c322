/**
 * Appointments, contacts or tasks of a mailbox in memory: folders with a log of changes, a trash, and the hand of a user who
 * edits, moves, copies and deletes behind the session's back. Answers can be lost on the way and writes can come late, as with
 * a real server.
 */
import { Failure } from '../../model/failure.ts';
import type { ItemContent, ItemKey, ItemKind, MeetingFacts } from '../../model/item.ts';
import type { ItemVersion, RemoteRef } from '../connector.ts';

export interface MemoryItem {
  readonly ref: RemoteRef;
  state: number;
  folder: string;
  content: ItemContent;
  key: ItemKey | null;
  meetingId: string | null;
  meeting: MeetingFacts | null;
  readOnly: boolean;
}

/** What befalls the next write: refused before it is done, or done (at once or late) and the answer lost. */
export type WriteFault = 'refused' | 'unreachable' | 'answer-lost' | 'late';

interface LogEntry {
  readonly change: number;
  readonly folder: string;
  readonly ref: RemoteRef;
}

export const TRASH = 'trash';

export interface ItemBox {
  readonly kind: ItemKind;
  readonly items: ReadonlyMap<RemoteRef, MemoryItem>;
  readonly folders: ReadonlyMap<string, { readonly path: string }>;
  /** Newest last; what a folder was told of. */
  readonly log: readonly LogEntry[];
  /** Another one means that every cursor is void. */
  readonly epoch: number;
  /** Calls that changed something, and those of them that mailed guests. */
  readonly writes: number;
  readonly mails: number;
  readonly faults: WriteFault[];
  add(
    content: ItemContent,
    options?: Partial<Pick<MemoryItem, 'folder' | 'key' | 'meetingId' | 'meeting' | 'readOnly'>>,
  ): RemoteRef;
  edit(ref: RemoteRef, content: ItemContent, key?: ItemKey | null): void;
  move(ref: RemoteRef, folder: string): RemoteRef;
  /** With everything that hangs on it, the key included. */
  copy(ref: RemoteRef, folder?: string): RemoteRef;
  /** Into the trash, or for good. */
  remove(ref: RemoteRef, forGood?: boolean): void;
  loseState(): void;
  /** Writes that were on their way arrive now. */
  arriveLate(): void;
  /** Carries a write out as the next fault wills. */
  receive<T>(mails: boolean, work: () => T): T;
}

export function createItemBox(
  kind: ItemKind,
  folders: Readonly<Record<string, string>> = { own: 'Own', other: 'Other' },
): ItemBox {
  return new Box(kind, folders);
}

let boxes = 0;

class Box implements ItemBox {
  readonly kind: ItemKind;
  readonly items = new Map<RemoteRef, MemoryItem>();
  readonly folders: ReadonlyMap<string, { readonly path: string }>;
  readonly log: LogEntry[] = [];
  readonly faults: WriteFault[] = [];
  epoch = 1;
  writes = 0;
  mails = 0;
  readonly #late: (() => void)[] = [];
  readonly #name = `b${++boxes}`;
  #next = 1;

  constructor(kind: ItemKind, folders: Readonly<Record<string, string>>) {
    this.kind = kind;
    const all = [...Object.entries(folders), [TRASH, 'Deleted Items']] as const;
    this.folders = new Map(all.map(([id, path]) => [id, { path }]));
  }

  add(content: ItemContent, options: Parameters<ItemBox['add']>[1] = {}): RemoteRef {
    const ref = `${this.#name}-${this.#next++}` as RemoteRef;
    const folder = options.folder ?? [...this.folders.keys()][0]!;
    this.items.set(ref, {
      key: null,
      meetingId: null,
      meeting: null,
      readOnly: false,
      ...options,
      ref,
      state: 1,
      folder,
      content,
    });
    this.#tell(folder, ref);
    return ref;
  }

  edit(ref: RemoteRef, content: ItemContent, key?: ItemKey | null): void {
    const item = this.#held(ref);
    Object.assign(item, { content, state: item.state + 1, ...(key === undefined ? {} : { key }) });
    this.#tell(item.folder, ref);
  }

  move(ref: RemoteRef, folder: string): RemoteRef {
    const { state: _, ref: __, folder: ___, content, ...rest } = this.#held(ref);
    this.#drop(ref);
    return this.add(content, { ...rest, folder });
  }

  copy(ref: RemoteRef, folder?: string): RemoteRef {
    const { state: _, ref: __, folder: own, content, ...rest } = this.#held(ref);
    return this.add(content, { ...rest, folder: folder ?? own });
  }

  remove(ref: RemoteRef, forGood = false): void {
    if (forGood || this.#held(ref).folder === TRASH) this.#drop(ref);
    else this.move(ref, TRASH);
  }

  loseState(): void {
    this.epoch += 1;
  }

  arriveLate(): void {
    for (const work of this.#late.splice(0)) work();
  }

  receive<T>(mails: boolean, work: () => T): T {
    const fault = this.faults.shift();
    const lost = () => new Failure('unreachable', 'the connection to the memory mailbox broke');
    const carryOut = () => {
      const result = work();
      this.writes += 1;
      if (mails) this.mails += 1;
      return result;
    };
    if (fault === 'refused') throw new Failure('refused', 'the memory mailbox will not do it');
    if (fault === 'unreachable') throw lost();
    if (fault === 'late') {
      this.#late.push(() => {
        try {
          carryOut();
        } catch (error) {
          if (!(error instanceof Failure)) throw error; // it came too late: the server refused it to nobody
        }
      });
      throw lost();
    }
    const result = carryOut();
    if (fault === 'answer-lost') throw lost();
    return result;
  }

  #held(ref: RemoteRef): MemoryItem {
    const item = this.items.get(ref);
    if (!item) throw new Failure('missing', `there is no item ${ref}`);
    return item;
  }

  #drop(ref: RemoteRef): void {
    const { folder } = this.#held(ref);
    this.items.delete(ref);
    this.#tell(folder, ref);
  }

  #tell(folder: string, ref: RemoteRef): void {
    this.log.push({ change: this.log.length + 1, folder, ref });
  }
}

export function versionOf(item: MemoryItem): ItemVersion {
  const { ref, state, folder, content, key, meetingId, meeting, readOnly } = item;
  const etag = `${ref}/${state}` as ItemVersion['etag'];
  return { ref, etag, folder, content, key, meetingId, meeting, readOnly, changedAt: null, notes: [] };
}
