/** Nobody's guests get mail by accident: what a write there tells them, or that it must wait. */
import type { ItemContent, MailIntent } from '../model/item.ts';
import { hasGuests } from '../model/participant-field.ts';
import { isPast } from './past.ts';
import type { PlanInput, TheirSide } from './plan-input.ts';

export type MailVerdict =
  | { readonly goes: true; readonly mail: MailIntent; readonly intent: 'kept' | 'used' | 'void' }
  /** `intent`: somebody has to say so. `budget`: too many went out lately. */
  | { readonly goes: false; readonly waitsFor: 'intent' | 'budget'; readonly reason: string };

const silently = (intent: 'kept' | 'void'): MailVerdict => ({ goes: true, mail: 'none', intent });

const NO_INTENT: MailVerdict = {
  goes: false,
  waitsFor: 'intent',
  reason:
    'Guests have been told of this meeting, and nobody said that they may be told of its change: it is not written to Exchange.',
};
const NO_BUDGET: MailVerdict = {
  goes: false,
  waitsFor: 'budget',
  reason: 'This mailbox has sent as many mails to guests as it may for now: the change waits.',
};

/** `told`: something changes, or has changed already, that guests see. */
export function mailOfWrite(input: PlanInput, target: ItemContent, told: boolean): MailVerdict {
  if (input.kind !== 'appointment') return silently('void');
  const asked = input.intent === 'invite' || input.intent === 'update';
  const sent = isSent(input.theirs);
  if (isOver(input, target) || !(hasGuests(target) || sent) || (sent && !told)) return silently(asked ? 'void' : 'kept');
  if (!sent && input.intent !== 'invite') return silently(asked ? 'void' : 'kept');
  return asked ? paid(input, sent ? 'update' : 'invite') : NO_INTENT;
}

const isSent = (theirs: TheirSide | null) => theirs?.meeting?.sent === true && theirs.meeting.role === 'organizer';

function paid({ mailBudget }: PlanInput, mail: MailIntent): MailVerdict {
  return mailBudget < 1 ? NO_BUDGET : { goes: true, mail, intent: 'used' };
}

/** Told guests learn that a coming meeting moved into the past; one that was over stays so in silence. */
function isOver({ theirs, now }: PlanInput, target: ItemContent): boolean {
  return isPast(target, now) && (theirs === null || !isSent(theirs) || isPast(theirs.content, now));
}

export function mailOfDeletion(input: PlanInput): MailVerdict {
  const { intent, theirs, now } = input;
  const told = theirs !== null && isSent(theirs) && theirs.meeting?.cancelled !== true && hasGuests(theirs.content);
  if (!told || isPast(theirs.content, now)) return silently(intent === 'none' ? 'kept' : 'void');
  return intent === 'cancel' ? paid(input, 'cancel') : NO_INTENT;
}
