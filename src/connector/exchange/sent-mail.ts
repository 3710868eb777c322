/** Meeting mail in Sent Items: whether the others of a meeting were told of something. */
import type { Ews } from './ews.ts';
import { findSent } from './operation/find-sent.ts';
import { field, valueAt } from './property.ts';
import type { MeetingMail } from './step.ts';
import { CLEAN_ID, meetingIdOf, WHOLE_ID } from './translate/meeting.ts';

const ITEM_CLASS = field('item:ItemClass');
const SENT_AT = field('item:DateTimeSent');

/** Later than the state of the item upon which it was decided: what was sent with that state was sent before. */
export async function wasSent(ews: Ews, { meeting, since, itemClass }: MeetingMail): Promise<boolean> {
  const clean = Buffer.from(meeting.split('/')[0]!, 'hex').toString('base64');
  const found = await findSent(ews, CLEAN_ID, clean, [CLEAN_ID, WHOLE_ID, ITEM_CLASS, SENT_AT]);
  return found.some(
    (mail) =>
      meetingIdOf(mail) === meeting &&
      valueAt(mail, ITEM_CLASS)?.toLowerCase().startsWith(itemClass.toLowerCase()) === true &&
      Date.parse(valueAt(mail, SENT_AT) ?? '') > Date.parse(since),
  );
}
