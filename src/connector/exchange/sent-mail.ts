/** Meeting mail in Sent Items: whether the others of a meeting were told of something. */
import type { Ews } from './ews.ts';
import { findSent } from './operation/find-sent.ts';
import { field, valueAt } from './property.ts';
import type { Element } from './read-answer.ts';
import type { MeetingMail } from './step.ts';
import { CLEAN_ID, meetingIdOf, WHOLE_ID } from './translate/meeting.ts';

const ITEM_CLASS = field('item:ItemClass');
const SENT_AT = field('item:DateTimeSent');

/**
 * Later than the state of the item upon which it was decided: what was sent with that state was sent before. Null: there is a mail
 * that does not say enough of itself, so nobody can tell.
 */
export async function wasSent(ews: Ews, mail: MeetingMail): Promise<boolean | null> {
  const clean = Buffer.from(mail.meeting.split('/')[0]!, 'hex').toString('base64');
  const found = await findSent(ews, CLEAN_ID, clean, [CLEAN_ID, WHOLE_ID, ITEM_CLASS, SENT_AT]);
  const answers = found.map((one) => isIt(one, mail));
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

function isIt(mail: Element, { meeting, since, itemClass }: MeetingMail): boolean | null {
  const [id, kind, sent] = [meetingIdOf(mail), valueAt(mail, ITEM_CLASS), Date.parse(valueAt(mail, SENT_AT) ?? '')];
  if (id !== null && id !== meeting) return false;
  if (kind !== undefined && !kind.trim().toLowerCase().startsWith(itemClass.toLowerCase())) return false;
  if (sent <= Date.parse(since)) return false;
  return id === null || kind === undefined || Number.isNaN(sent) ? null : true;
}
