import type { Config, MailboxConfig } from '../config/config.ts';
import { UsageError } from './command.ts';

/** A mailbox by its id, address or alias. */
export function findMailbox(config: Config, word: string): MailboxConfig {
  const wanted = word.toLowerCase();
  const found = config.mailboxes.find(
    ({ id, address, aliases }) =>
      id === word || address.toLowerCase() === wanted || aliases.some((alias) => alias.toLowerCase() === wanted),
  );
  if (found) return found;
  const near = config.mailboxes.find(({ address }) => address.toLowerCase().startsWith(wanted.split('@')[0]!));
  throw new UsageError(`there is no mailbox "${word}" in ${config.file}${near ? `; did you mean ${near.address}?` : ''}`);
}
