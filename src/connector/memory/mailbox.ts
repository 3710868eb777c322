/** A mailbox in memory: folders with numbers that only grow, and a count of changes, as IMAP has with UID and MODSEQ. */
import type { FolderRole } from '../connector.ts';

export interface MemoryMessage {
  readonly uid: number;
  readonly raw: Uint8Array;
  readonly receivedAt: Date;
  flags: readonly string[];
  /** The change that last touched it. */
  change: number;
}

export interface MemoryFolder {
  readonly path: string;
  readonly role: FolderRole | null;
  validity: number;
  nextUid: number;
  change: number;
  messages: MemoryMessage[];
  readonly expunged: { readonly uid: number; readonly change: number }[];
}

export interface MemoryMailbox {
  readonly folders: ReadonlyMap<string, MemoryFolder>;
  readonly sent: { readonly from: string; readonly recipients: readonly string[]; readonly source: Uint8Array }[];
  /** Called after each change and when the connection is cut. */
  readonly listeners: Set<(event: { readonly folder: string } | 'cut') => void>;
  deliver(folder: string, raw: Uint8Array, receivedAt: Date, flags?: readonly string[]): number;
  remove(folder: string, uid: number): void;
  setFlags(folder: string, uid: number, flags: readonly string[]): void;
  renumber(folder: string): void;
  addFolder(path: string): MemoryFolder;
  /** With all that lies in it. */
  dropFolder(path: string): void;
  cut(): void;
}

export function createMemoryMailbox(
  roles: Readonly<Record<string, FolderRole | null>> = { INBOX: 'inbox', Sent: 'sent' },
): MemoryMailbox {
  const folders = new Map(Object.entries(roles).map(([path, role]) => [path, createFolder(path, role)]));
  const listeners: MemoryMailbox['listeners'] = new Set();
  const change = (path: string): [MemoryFolder, number] => {
    const folder = folders.get(path);
    if (!folder) throw new Error(`no folder ${path}`);
    folder.change += 1;
    queueMicrotask(() => tell({ folder: path }));
    return [folder, folder.change];
  };
  const tell = (event: { readonly folder: string } | 'cut') => {
    for (const listener of [...listeners]) listener(event);
  };
  return {
    ...{ folders, listeners, sent: [], cut: () => tell('cut') },
    deliver(path, raw, receivedAt, flags = []) {
      const [folder, at] = change(path);
      folder.messages.push({ uid: folder.nextUid, raw, receivedAt, flags, change: at });
      folder.nextUid += 1;
      return folder.nextUid - 1;
    },
    addFolder(path) {
      const folder = createFolder(path, null);
      folders.set(path, folder);
      return folder;
    },
    dropFolder: (path) => void folders.delete(path),
    remove(path, uid) {
      const [folder, at] = change(path);
      folder.messages = folder.messages.filter((message) => message.uid !== uid);
      folder.expunged.push({ uid, change: at });
    },
    setFlags(path, uid, flags) {
      const [folder, at] = change(path);
      const message = folder.messages.find((one) => one.uid === uid);
      if (message) Object.assign(message, { flags, change: at });
    },
    renumber(path) {
      const [folder] = change(path);
      folder.validity += 1;
      folder.messages = folder.messages.map((message, n) => ({ ...message, uid: n + 1 }));
      folder.nextUid = folder.messages.length + 1;
      folder.expunged.length = 0;
    },
  };
}

const createFolder = (path: string, role: FolderRole | null): MemoryFolder => ({
  ...{ path, role, validity: 1, nextUid: 1, change: 0 },
  ...{ messages: [], expunged: [] },
});
