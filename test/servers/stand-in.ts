/**
 * Mailboxes by IMAP and POP3 where no Dovecot can be had, for the demo: it is labelled as what it is, and no test takes it
 * for a real server. Mail lies in memory; only implicit TLS is spoken.
 */
import { authority } from './certificates.ts';
import { type Admit, type Kept, KeptFolder } from './kept-mail.ts';
import type { Delivery } from './maildir.ts';
import { HOST } from './ports.ts';
import { startScripted } from './scripted.ts';
import { serveImap } from './stand-in-imap.ts';
import { servePop3 } from './stand-in-pop3.ts';

export interface StandIn {
  readonly host: string;
  readonly imapsPort: number;
  readonly pop3sPort: number;
  readonly caPem: string;
  deliver(user: string, folder: string, raw: Uint8Array | string, delivery?: Delivery): Promise<void>;
  stop(): Promise<void>;
}

export async function startStandIn(options: { readonly users: Readonly<Record<string, string>> }): Promise<StandIn> {
  const all = new Map(Object.keys(options.users).map((user) => [user, emptyMailbox()]));
  const admit: Admit = (user, password) => (options.users[user] === password ? (all.get(user) ?? null) : null);
  const tls = { implicitTls: 'good' } as const;
  const [imap, pop3] = await Promise.all([startScripted(serveImap(admit), tls), startScripted(servePop3(admit), tls)]);
  return {
    ...{ host: HOST, imapsPort: imap.port, pop3sPort: pop3.port, caPem: (await authority()).caPem },
    async deliver(user, name, raw, delivery = {}) {
      const folders = all.get(user.toLowerCase());
      if (folders === undefined) throw new Error(`the stand-in has no mailbox ${user}`);
      const folder = folders.get(name) ?? new KeptFolder();
      folders.set(name, folder);
      folder.add(Buffer.from(raw as Uint8Array), delivery);
    },
    async stop() {
      await Promise.all([imap.stop(), pop3.stop()]);
    },
  };
}

const emptyMailbox = (): Kept => new Map(['INBOX', 'Sent', 'Drafts', 'Trash'].map((name) => [name, new KeptFolder()]));
