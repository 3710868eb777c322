/** A user of its own on a real Dovecot for each test of the IMAP connector. */
import { ImapFlow } from 'imapflow';
import { createImapConnector } from '../../src/connector/imap/imap-connector.ts';
import type { ImapSettings } from '../../src/connector/imap/settings.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { contextFor } from './context.ts';
import type { Delivered, EmailWorld } from './email-source.ts';
import type { FilingWorld } from './filing.ts';
import type { PushWorld } from './push.ts';

export const PASSWORD = 'pässwörd "1\\';
let users = 0;

/** Enough of them for one file of tests. */
export const USERS: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 200 }, (_, n) => [`user${n + 1}`, PASSWORD]),
);

export const settingsFor = (dovecot: Dovecot, changes: Partial<ImapSettings> = {}): ImapSettings => ({
  ...{ host: dovecot.host, port: dovecot.imapsPort, tls: 'implicit', allowClearText: false },
  ...{ ca: dovecot.caPem, serverName: null, timeoutMs: 10_000 },
  ...changes,
});

export function imapWorld(dovecot: Dovecot): EmailWorld & PushWorld & FilingWorld & { readonly user: string } {
  users += 1;
  const user = `user${users}`;
  const connector = createImapConnector();
  const find = (raw: string) => {
    const found = dovecot.messages(user).find((message) => message.raw.toString() === raw);
    if (!found) throw new Error('no such message in the store');
    return found;
  };
  return {
    ...{ user, folder: 'INBOX' },
    open: (signal?: AbortSignal) =>
      connector.open(
        settingsFor(dovecot),
        contextFor({ method: 'password', username: user, password: PASSWORD }, signal ? { signal } : {}),
      ),
    deliver: (raw: string, delivered: Delivered = {}) => dovecot.deliver(user, 'INBOX', raw, delivered),
    remove: (raw) => change(dovecot, user, raw, (client, uid) => client.messageDelete(uid, { uid: true })),
    setFlags: (raw, flags) => change(dovecot, user, raw, (client, uid) => client.messageFlagsSet(uid, [...flags], { uid: true })),
    flagsOf: async (raw) => find(raw).flags,
    renumber: async () => {
      await dovecot.doveadm(
        'mailbox',
        'update',
        '-u',
        user,
        '--uid-validity',
        String(Math.floor(Math.random() * 2 ** 31)),
        'INBOX',
      );
    },
    cut: async () => {
      await dovecot.doveadm('kick', user);
    },
    // Dovecot stores CRLF as LF.
    sent: async () =>
      dovecot.messages(user, 'Sent').map(({ raw, flags }) => ({ raw: raw.toString().replace(/\r?\n/g, '\r\n'), flags })),
  };
}

export const rawClient = (dovecot: Dovecot, user: string): ImapFlow =>
  new ImapFlow({
    ...{ host: dovecot.host, port: dovecot.imapsPort, secure: true, logger: false, disableAutoIdle: true },
    ...{ auth: { user, pass: PASSWORD }, tls: { ca: dovecot.caPem } },
  });

/** By another client, as the user would. */
async function change(dovecot: Dovecot, user: string, raw: string, how: (client: ImapFlow, uid: string) => Promise<unknown>) {
  const client = rawClient(dovecot, user);
  await client.connect();
  await client.mailboxOpen('INBOX');
  const all = await client.fetchAll('1:*', { uid: true, source: true });
  const message = all.find((row) => row.source?.toString() === raw);
  if (!message) throw new Error('no such message on the server');
  await how(client, String(message.uid));
  await client.logout();
}
