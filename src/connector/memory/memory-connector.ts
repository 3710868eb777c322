/**
 * Mailboxes in memory, for contract tests, random histories and trying things out. It has every capability, loses nothing
 * but with the process, and keeps the contract as strictly as a real server does.
 */
import { Failure } from '../../model/failure.ts';
import type {
  Connector,
  EmailDisposal,
  EmailFiling,
  EmailSender,
  Hint,
  PushSource,
  RecipientResult,
  RemoteRef,
} from '../connector.ts';
import { refOf, uidOf } from './cursor.ts';
import { createMemorySource } from './email-source.ts';
import { createMemoryMailbox, type MemoryFolder, type MemoryMailbox } from './mailbox.ts';
import { createMarking } from './marking.ts';

export interface MemorySettings {
  /** The mailbox's name; made when first opened. */
  readonly host: string;
}

export function createMemoryConnector(mailboxes = new Map<string, MemoryMailbox>()): Connector<MemorySettings> {
  const mailboxAt = (name: string): MemoryMailbox => {
    const mailbox = mailboxes.get(name) ?? createMemoryMailbox();
    mailboxes.set(name, mailbox);
    return mailbox;
  };
  return {
    kind: 'memory',
    offers: ['email', 'sender', 'push', 'disposal', 'filing', 'marking'],
    parseSettings(raw) {
      const host = (raw as { host?: unknown } | null)?.host;
      if (typeof host !== 'string' || host === '') throw new Failure('refused', 'a memory mailbox needs a host: its name');
      return { host };
    },
    async open({ host }, { signal }) {
      const mailbox = mailboxAt(host);
      let open = true;
      const check = () => {
        if (!open || signal.aborted) throw new Failure('unreachable', `the session with memory mailbox ${host} has ended`);
      };
      check();
      return {
        email: createMemorySource(mailbox, check),
        sender: createSender(mailbox, check),
        push: createPush(mailbox),
        disposal: createDisposal(mailbox, check),
        filing: createFiling(mailbox, check),
        marking: createMarking(mailbox, check),
        async [Symbol.asyncDispose]() {
          open = false;
        },
      };
    },
    async *diagnose({ host }) {
      yield { step: 'folders', ok: true, detail: [...mailboxAt(host).folders.keys()].join(', ') };
    },
  };
}

/** Addresses that begin with `deferred` or `refused` answer so; everything else is taken. */
function createSender(mailbox: MemoryMailbox, check: () => void): EmailSender {
  return {
    maxBytes: null,
    async send({ from, recipients, source, beforeDot }) {
      check();
      const results = recipients.map(answerFor);
      const accepted = results.filter((one) => one.outcome === 'accepted').map((one) => one.address);
      if (accepted.length === 0) return { outcome: 'not-sent', recipients: results, response: 'no recipient was taken' };
      try {
        await beforeDot();
      } catch (error) {
        const failure = new Failure('unreachable', 'the connection was broken before the final dot', { cause: error });
        return { outcome: 'not-sent', recipients: results, response: failure.message, failure };
      }
      mailbox.sent.push({ from, recipients: accepted, source });
      return { outcome: 'accepted', recipients: results, response: '250 2.0.0 kept' };
    },
  };
}

function answerFor(address: string): RecipientResult {
  if (address.startsWith('deferred')) return { address, outcome: 'deferred', response: '450 4.2.0 later', status: '4.2.0' };
  if (address.startsWith('refused')) return { address, outcome: 'refused', response: '550 5.1.1 nobody', status: '5.1.1' };
  return { address, outcome: 'accepted', response: '250 2.1.5 ok', status: '2.1.5' };
}

function createPush(mailbox: MemoryMailbox): PushSource {
  return {
    async *hints(cursors, signal): AsyncGenerator<Hint> {
      const folders = [...cursors.keys()];
      const waiting = new Set(folders.slice(0, 1));
      let cut = false;
      let wake = () => {};
      const listener = (event: { readonly folder: string } | 'cut') => {
        if (event === 'cut') cut = true;
        else if (folders.includes(event.folder)) waiting.add(event.folder);
        wake();
      };
      mailbox.listeners.add(listener);
      signal.addEventListener('abort', () => wake(), { once: true });
      try {
        while (!signal.aborted) {
          const [folder] = waiting;
          if (cut) throw new Failure('unreachable', 'the push connection broke');
          if (folder !== undefined && waiting.delete(folder)) yield { folder };
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        mailbox.listeners.delete(listener);
      }
    },
  };
}

function createDisposal(mailbox: MemoryMailbox, check: () => void): EmailDisposal {
  const marked = new Set<RemoteRef>();
  return {
    async remove(refs) {
      check();
      for (const ref of refs) marked.add(ref);
    },
    async settle() {
      check();
      const removed = [...marked].filter((ref) => removeRef(mailbox, ref));
      marked.clear();
      return removed;
    },
  };
}

function removeRef(mailbox: MemoryMailbox, ref: RemoteRef): boolean {
  const inbox = mailbox.folders.get('INBOX');
  const message = inbox?.messages.find((one) => refOf(inbox.validity, one.uid) === ref);
  if (message) mailbox.remove('INBOX', uidOf(ref));
  return message !== undefined;
}

function createFiling(mailbox: MemoryMailbox, check: () => void): EmailFiling {
  const folderOf = (role: string) => [...mailbox.folders.values()].find((folder) => folder.role === role) ?? null;
  return {
    async find(role, messageId) {
      check();
      const folder = folderOf(role);
      return folder && findIn(folder, messageId.replace(/^<|>$/g, ''));
    },
    async append(role, source, flags, receivedAt) {
      check();
      const folder = folderOf(role);
      if (!folder) return null;
      const uid = mailbox.deliver(folder.path, source, receivedAt, flags);
      return { folder: folder.path, ref: refOf(folder.validity, uid) };
    },
  };
}

function findIn(folder: MemoryFolder, messageId: string): RemoteRef | null {
  const header = (raw: Uint8Array) =>
    /^message-id:\s*<([^>]*)>/im.exec(Buffer.from(raw).toString('latin1').split('\r\n\r\n')[0]!);
  const message = folder.messages.find((one) => header(one.raw)?.[1] === messageId);
  return message ? refOf(folder.validity, message.uid) : null;
}
