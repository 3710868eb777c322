// ExchangeImpersonation (reference 56): who acts as whom, and the faults when it may not be.
import type { Call } from '../call.ts';
import { EwsFault, TEXTS } from '../errors.ts';
import type { Account, Exchange } from '../exchange.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Element } from '../xml/element.ts';

function fault(code: string): never {
  throw new EwsFault(code, TEXTS[code] ?? code);
}

export function actingMailbox(exchange: Exchange, account: Account, impersonation: Element | undefined): Call['mailbox'] {
  if (impersonation === undefined) return exchange.mailboxOf(account.address) ?? fault('ErrorMissingEmailAddress');
  const given = impersonation.children[0]?.children[0];
  if (given === undefined || given.text.trim() === '') fault('ErrorInvalidExchangeImpersonationHeaderData');
  const mailbox = impersonated(exchange, given);
  if (!account.mayImpersonate) fault('ErrorImpersonateUserDenied');
  return mailbox;
}

function impersonated(exchange: Exchange, given: Element): Mailbox {
  const name = given.text.trim();
  // A SID here is `S-1-5-21-<guid of the mailbox>`: nobody else gives them out.
  if (given.name === 'SID')
    return exchange.mailboxByGuid(name.replace(/^S-1-5-21-/, '')) ?? fault('ErrorInvalidExchangeImpersonationHeaderData');
  const account = given.name === 'PrincipalName' ? exchange.accountOf(name) : exchange.accounts.get(name.toLowerCase());
  const mailbox = account === undefined ? undefined : exchange.mailboxOf(account.address);
  return mailbox ?? fault('ErrorNonExistentMailbox');
}
