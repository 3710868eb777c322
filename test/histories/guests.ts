/** Answering and calling off, as people do it in their own programs: by response objects (MS-OXWSMTGS). */
import { answerMeeting, cancelMeeting } from '../servers/exchange/calendar/answer.ts';
import type { Call } from '../servers/exchange/call.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { type Element, el } from '../servers/exchange/xml/element.ts';
import type { Named } from './action.ts';
import type { Company } from './company.ts';
import { kindThere } from './kind/kinds.ts';
import { addressOf, type MailboxId } from './mailbox-id.ts';
import { noteTraceless } from './people.ts';
import type { Scene } from './scene.ts';
import { isGuests, pick, saysThere, there } from './view.ts';

const OBJECTS = { accepted: 'AcceptItem', tentative: 'TentativelyAcceptItem', declined: 'DeclineItem' } as const;
type Respond = (source: Element, request: Element, call: Call) => Promise<unknown>;

export async function answerThere({ company, post }: Scene, { at, item, response }: Named<'answer there'>): Promise<void> {
  const open = there(company, at).filter((one) => isGuests(one, at) && one.fields.IsCancelled?.text !== 'true');
  const invited = pick(open, item);
  if (invited) await post.byHand(() => respond(company, at, invited, OBJECTS[response], answerMeeting, true));
}

export async function cancelThere(scene: Scene, { at, item, tell }: Named<'cancel there'>): Promise<void> {
  const { company, witness, post } = scene;
  const own = there(company, at).filter((one) => kindThere(one).isMeeting && !isGuests(one, at));
  const meeting = pick(own, item);
  if (!meeting) return;
  await noteTraceless(scene, at, meeting, false);
  witness.deleted(saysThere(meeting));
  await post.byHand(() => respond(company, at, meeting, 'CancelCalendarItem', cancelMeeting, tell));
}

function respond({ exchange }: Company, at: MailboxId, item: Item, object: string, work: Respond, tell: boolean) {
  const mailbox = exchange.mailboxOf(addressOf(at))!;
  const call: Call = {
    ...{ exchange, mailbox, account: exchange.accountOf(addressOf(at))!, headers: {}, backEnd: 0 },
    ...{ version: 'Exchange2013_SP1', zone: undefined },
  };
  const id = { Id: mailbox.itemId(item), ChangeKey: mailbox.itemKey(item) };
  const request = el('CreateItem', undefined, { MessageDisposition: tell ? 'SendAndSaveCopy' : 'SaveOnly' });
  return work(el(object, [el('ReferenceItemId', undefined, id)]), request, call);
}
