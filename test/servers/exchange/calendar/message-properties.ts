// What meeting messages say beyond the meeting itself (MS-OXWSMTGS MeetingMessageType).
import { itemIdElement } from '../property/common.ts';
import { plainReader, type Reader, textOf } from '../property/context.ts';
import { el } from '../xml/element.ts';
import { meetingByUid } from './lookup.ts';

export const MEETING_MESSAGE: Record<string, Reader> = {
  AssociatedCalendarItemId: (item, context) => {
    const meeting = meetingByUid(context.mailbox, textOf(item, 'UID'));
    return meeting === undefined ? undefined : itemIdElement(meeting, context, 'AssociatedCalendarItemId');
  },
  IsDelegated: plainReader('IsDelegated', 'false'),
  // A request is out of date when the calendar knows of a later sequence (reference 45).
  IsOutOfDate: (item, context) => {
    const meeting = meetingByUid(context.mailbox, textOf(item, 'UID'));
    const older =
      Number(textOf(item, 'AppointmentSequenceNumber') ?? '0') <
      Number(meeting === undefined ? '0' : (textOf(meeting, 'AppointmentSequenceNumber') ?? '0'));
    return el('IsOutOfDate', item.kind === 'MeetingRequest' && older);
  },
  HasBeenProcessed: plainReader('HasBeenProcessed', 'true'),
  ResponseType: plainReader('ResponseType', 'Unknown'),
  IntendedFreeBusyStatus: plainReader('IntendedFreeBusyStatus', 'Busy'),
};
