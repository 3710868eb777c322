/** What is concluded about one recipient from what was said: status, whether for good, reason. The same for reports and for text. */
import type { BounceRecipient } from '../../model/email.ts';
import { cleanLine, cut } from '../clean.ts';
import { reasonOf } from './reason.ts';
import { isVague, replyIn } from './smtp-reply.ts';

const MAX_DIAGNOSTIC = 1000;

export interface Said {
  readonly recipient: string | null;
  readonly originalRecipient: string | null;
  readonly action: BounceRecipient['action'];
  /** The Status field of a report, where there was one. */
  readonly status: string | null;
  /** What the refusing system said. */
  readonly diagnostic: string | null;
  /** What else was told of this recipient; asked only for what the diagnostic leaves open. */
  readonly context: string;
}

/** A vague Status field gives way to the status that the refusing server itself gave. */
function bestStatus(field: string | null, diagnostic: string | null, context: string): string | null {
  const said = diagnostic === null ? null : replyIn(diagnostic).status;
  if (field === null || field.startsWith('2')) return said ?? replyIn(context).status ?? field;
  return isVague(field) && said !== null && !isVague(said) ? said : field;
}

/** Reasons that pass, where no digit tells. */
const PASSING = new Set(['expired', 'mailbox-full', 'system-full', 'rate-limited', 'network-error', 'speeding', 'too-many-conn']);
const SURE =
  /permanent|fatal|failure|will not be retried|giving up|given up|gave up|could not be delivered|failed|undeliverable|unable to deliver/i;

function isPermanent(said: Said, status: string | null, reason: string): boolean | null {
  if (said.action === 'delayed') return false;
  if (said.action !== 'failed') return null;
  if (status !== null) return status.startsWith('5') ? true : status.startsWith('4') ? false : null;
  const code = replyIn(said.diagnostic ?? '').code ?? replyIn(said.context).code;
  if (code !== null) return code.startsWith('5');
  if (PASSING.has(reason)) return false;
  return reason !== 'undefined' || SURE.test(said.context) ? true : null;
}

function reasonFor(said: Said, status: string | null): string {
  if (said.action !== 'failed' && said.action !== 'delayed') return 'delivered';
  const told = reasonOf(said.diagnostic ?? '', status);
  if (told !== 'undefined') return told;
  const around = reasonOf(said.context, status);
  // Google Groups writes in the language of the sender, but always links to the same help.
  if (around === 'undefined' && /groups\.google\.com\/support|google groups/i.test(said.context)) return 'rejected';
  return around === 'undefined' && said.action === 'delayed' ? 'expired' : around;
}

export function conclude(said: Said): BounceRecipient {
  const status = bestStatus(said.status, said.diagnostic, said.context);
  const reason = reasonFor(said, status);
  return {
    recipient: said.recipient === null ? null : cleanLine(said.recipient),
    originalRecipient: said.originalRecipient,
    status,
    action: said.action,
    permanent: isPermanent(said, status, reason),
    reason,
    diagnostic: said.diagnostic === null || said.diagnostic === '' ? null : cut(cleanLine(said.diagnostic), MAX_DIAGNOSTIC),
  };
}
