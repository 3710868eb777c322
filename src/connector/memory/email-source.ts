import { Failure } from '../../model/failure.ts';
import type {
  ArrivedEmail,
  Cursor,
  EmailPage,
  EmailSource,
  Folder,
  FolderSelector,
  KnownRefs,
  PageBounds,
} from '../connector.ts';
import { type MemoryCursor, readCursor, refOf, writeCursor } from './cursor.ts';
import type { MemoryFolder, MemoryMailbox, MemoryMessage } from './mailbox.ts';

export function createMemorySource(mailbox: MemoryMailbox, check: () => void): EmailSource {
  const folderAt = (path: string): MemoryFolder => {
    check();
    const folder = mailbox.folders.get(path);
    if (!folder) throw new Failure('missing', `the mailbox has no folder ${path}`);
    return folder;
  };
  return {
    async probe(selectors, cursors) {
      check();
      const found = new Map(selectors.map((selector) => select(mailbox, selector)).map((folder) => [folder.path, folder]));
      return [...found.values()].map((folder) => describe(folder, cursors.get(folder.path)));
    },
    async preview(path, { since, messageBytes }) {
      const wanted = folderAt(path).messages.filter((message) => since === null || message.receivedAt >= since);
      const bytes = wanted.reduce((sum, message) => sum + message.raw.length, 0);
      return { messages: wanted.length, bytes, oversized: wanted.filter((one) => one.raw.length > messageBytes).length };
    },
    changes: (path, after, known, bounds) => pass(folderAt(path), after && readCursor(after), known, bounds, check),
  };
}

function select(mailbox: MemoryMailbox, selector: FolderSelector): MemoryFolder {
  const wanted = (folder: MemoryFolder) =>
    typeof selector === 'string'
      ? folder.path === selector
      : 'role' in selector
        ? folder.role === selector.role
        : folder.path === selector.name;
  const folder = [...mailbox.folders.values()].find(wanted);
  if (!folder) throw new Failure('missing', `the mailbox has no folder ${JSON.stringify(selector)}`);
  return folder;
}

function describe(folder: MemoryFolder, text: Cursor | undefined): Folder {
  const cursor = text === undefined ? null : readCursor(text);
  const same = cursor !== null && cursor.validity === folder.validity && cursor.change === folder.change;
  return { path: folder.path, role: folder.role, mayHaveChanged: !same, messages: folder.messages.length };
}

async function* pass(
  folder: MemoryFolder,
  after: MemoryCursor | null,
  known: KnownRefs,
  bounds: PageBounds,
  check: () => void,
): AsyncGenerator<EmailPage> {
  const reset = after !== null && after.validity !== folder.validity;
  const fresh = { validity: folder.validity, lastUid: 0, change: 0, sinceBelow: folder.nextUid };
  let cursor: MemoryCursor = after === null || reset ? fresh : after;
  const [until, change] = [folder.nextUid, folder.change];
  const ref = (uid: number) => refOf(folder.validity, uid);
  const touched = folder.messages.filter((message) => message.uid <= cursor.lastUid && message.change > cursor.change);
  const flagged = touched.map((message) => ({ ref: ref(message.uid), flags: message.flags }));
  const left = folder.expunged.filter((one) => one.change > cursor.change).map((one) => ref(one.uid));
  const gone = [...(await known.has(left))];
  const told = { flagged: flagged.length > 0 ? await onlyKnown(flagged, known) : [], gone };
  const queue = folder.messages.filter((message) => wanted(message, cursor, until, bounds));
  const expected = queue.length;
  let first = true;
  do {
    check();
    const taken = takePage(queue, bounds);
    // It may have been removed while the caller committed the page before.
    const arrived = taken.filter((message) => folder.messages.includes(message)).map((one) => arrive(one, ref(one.uid), bounds));
    const complete = queue.length === 0;
    cursor = { ...cursor, lastUid: complete ? until - 1 : taken.at(-1)!.uid, change: complete ? change : cursor.change };
    const deltas = first ? told : { flagged: [], gone: [] };
    yield { reset: first && reset, arrived, ...deltas, cursor: writeCursor(cursor), complete, expected };
    first = false;
  } while (queue.length > 0);
}

async function onlyKnown(flagged: EmailPage['flagged'], known: KnownRefs): Promise<EmailPage['flagged']> {
  const present = await known.has(flagged.map((one) => one.ref));
  return flagged.filter((one) => present.has(one.ref));
}

const wanted = (message: MemoryMessage, cursor: MemoryCursor, until: number, { since }: PageBounds): boolean =>
  message.uid > cursor.lastUid &&
  message.uid < until &&
  (since === null || message.uid >= cursor.sinceBelow || message.receivedAt >= since);

function takePage(queue: MemoryMessage[], bounds: PageBounds): MemoryMessage[] {
  const taken: MemoryMessage[] = [];
  let bytes = 0;
  while (queue.length > 0 && taken.length < bounds.messages) {
    const size = Math.min(queue[0]!.raw.length, bounds.messageBytes);
    if (taken.length > 0 && bytes + size > bounds.bytes) break;
    bytes += size;
    taken.push(queue.shift()!);
  }
  return taken;
}

function arrive(message: MemoryMessage, ref: ArrivedEmail['ref'], { messageBytes }: PageBounds): ArrivedEmail {
  const headersOnly = message.raw.length > messageBytes;
  const end = Buffer.from(message.raw).indexOf('\r\n\r\n');
  return {
    ...{ ref, headersOnly, sizeBytes: message.raw.length, receivedAt: message.receivedAt, flags: message.flags },
    source: headersOnly && end >= 0 ? message.raw.subarray(0, end + 4) : message.raw,
  };
}
