import type { MailboxConfig } from '../config/config.ts';
import type { ReconciledMailbox } from './reconcile-context.ts';

export function reconciledMailbox(mailbox: MailboxConfig): ReconciledMailbox {
  const addresses = [mailbox.address, ...mailbox.aliases].map((address) => address.toLowerCase());
  return { id: mailbox.id, addresses, owner: ownerOf(mailbox) };
}

/** Who owns what comes out of this mailbox, and what is made in it. */
export const ownerOf = (mailbox: MailboxConfig) => mailbox.address.toLowerCase();
