import { Failure } from '../../model/failure.ts';
import type { EmailMarking, FolderSelector, MarkedEmail, RemoteRef } from '../connector.ts';
import { refOf } from './cursor.ts';
import type { MemoryFolder, MemoryMailbox, MemoryMessage } from './mailbox.ts';

const PREFIX = 'category:';

export function createMarking(mailbox: MemoryMailbox, check: () => void): EmailMarking {
  return {
    async categorize({ folder: path, ref }, { set, clear }) {
      check();
      const message = messageOf(mailbox.folders.get(path), ref);
      if (!message) return null;
      const without = message.flags.filter((flag) => !includes(clear, flag));
      const added = set.filter((name) => !includes(without, name)).map((name) => `${PREFIX}${name}`);
      const flags = [...without, ...added];
      if (flags.join('\n') !== message.flags.join('\n')) mailbox.setFlags(path, message.uid, flags);
      return ref;
    },
    async move(email, to) {
      check();
      return moveTo(mailbox, email, chosen(mailbox, to));
    },
    async moveAside(email, { folder, name }) {
      check();
      const path = folder !== null && mailbox.folders.has(folder) ? folder : name;
      return { folder: path, ref: moveTo(mailbox, email, mailbox.folders.get(path) ?? mailbox.addFolder(path)) };
    },
  };
}

/** A category and a flag that stands for one are the same name without regard to case. */
const bare = (text: string) => (text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text).toLowerCase();
const isCategory = (flag: string) => !flag.startsWith('\\');
const includes = (names: readonly string[], flag: string) =>
  isCategory(flag) && names.some((name) => isCategory(name) && bare(name) === bare(flag));

function chosen({ folders }: MemoryMailbox, to: FolderSelector): MemoryFolder {
  const found = [...folders.values()].find(({ path, role }) =>
    typeof to === 'string' ? path === to : 'role' in to ? role === to.role : path === to.name,
  );
  if (found) return found;
  throw new Failure('missing', `there is no folder ${JSON.stringify(to)}`);
}

const messageOf = (folder: MemoryFolder | undefined, ref: RemoteRef): MemoryMessage | undefined =>
  folder?.messages.find(({ uid }) => refOf(folder.validity, uid) === ref);

function moveTo(mailbox: MemoryMailbox, { folder, ref, messageId }: MarkedEmail, to: MemoryFolder): RemoteRef | null {
  const message = messageOf(mailbox.folders.get(folder), ref);
  if (message && folder === to.path) return ref;
  if (!message) return foundAgain(to, messageId);
  const uid = mailbox.deliver(to.path, message.raw, message.receivedAt, message.flags);
  mailbox.remove(folder, message.uid);
  return refOf(to.validity, uid);
}

function foundAgain(folder: MemoryFolder, messageId: string | null): RemoteRef | null {
  if (messageId === null) return null;
  const id = `<${messageId.replace(/^<|>$/g, '')}>`;
  const found = folder.messages.filter(({ raw }) => Buffer.from(raw).toString('latin1').includes(`Message-ID: ${id}`));
  return found.length === 1 ? refOf(folder.validity, found[0]!.uid) : null;
}
