// Takes a mailbox to another server, as an administrator does.
import type { Exchange } from './exchange.ts';
import type { Mailbox } from './store/mailbox.ts';

/** What the other server begins with: ids stay, SyncStates only when the switch says so (59 [exp]). */
export function moveTo(from: Exchange, address: string, to: Exchange): Mailbox {
  const mailbox = from.mailboxOf(address)!;
  const account = from.accountOf(address)!;
  const data = structuredClone(mailbox.toData());
  if (to.switches.moveLosesSyncStates) data.epoch = (data.epoch ?? 0) + 1;
  return to.addMailbox(account.address, account.password, {
    name: account.name,
    mayImpersonate: account.mayImpersonate,
    data,
  });
}
