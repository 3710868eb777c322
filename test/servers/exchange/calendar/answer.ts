// Accept, tentatively accept, decline; cancel; remove (reference 45).
import { type Call, contextOf, findItem } from '../call.ts';
import { isoSeconds } from '../clock.ts';
import { refuse } from '../errors.ts';
import { contextFor } from '../mime/transport.ts';
import { disposeItem, itemEvent, moveWithin } from '../operation/items.ts';
import { keptBody } from '../property/body.ts';
import { type Context, setText, textOf } from '../property/context.ts';
import { isMeetingMessage } from '../property/kind.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item } from '../store/model.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import { noteResponse, writeAttendeeCopy } from './follow.ts';
import { sendCancellations } from './invite.ts';
import { meetingByUid } from './lookup.ts';
import { deliverToAttendee, meetingMessage, saveCopy, sendOutside } from './meeting.ts';
import { isMeeting, isOrganizer, organizerAddress } from './properties.ts';
import { readDateTime, UTC } from './zone.ts';

export type Answered = ({ item: Item; mailbox: Mailbox } | undefined)[];

interface Answer {
  response: 'Accept' | 'Tentative' | 'Decline';
  name: string;
  prefix: string;
  suffix: string;
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  AcceptItem: { response: 'Accept', name: 'Accept', prefix: 'Accepted: ', suffix: 'Pos' },
  TentativelyAcceptItem: { response: 'Tentative', name: 'Tentative', prefix: 'Tentative: ', suffix: 'Tent' },
  DeclineItem: { response: 'Decline', name: 'Decline', prefix: 'Declined: ', suffix: 'Neg' },
};

/** A request is out of date when the calendar knows of a later sequence (reference 45). */
export function isOutOfDate(message: Item, mailbox: Mailbox): boolean {
  const item = meetingByUid(mailbox, textOf(message, 'UID'));
  if (item === undefined || message.kind !== 'MeetingRequest') return false;
  return Number(textOf(message, 'AppointmentSequenceNumber') ?? '0') < Number(textOf(item, 'AppointmentSequenceNumber') ?? '0');
}

export async function answerMeeting(source: Element, request: Element, call: Call): Promise<Answered> {
  const answer = ANSWERS[source.name]!;
  const disposition = request.attributes.MessageDisposition ?? refuse('ErrorMessageDispositionRequired');
  const { mailbox, item: named } = findItem(
    call,
    child(source, 'ReferenceItemId') ?? refuse('ErrorInvalidRequest', 'ReferenceItemId is missing.'),
  );
  const context = contextOf(call, mailbox);
  // Where the calendar did not follow the request by itself, answering writes it.
  if (named.kind === 'MeetingRequest' && meetingByUid(mailbox, textOf(named, 'UID')) === undefined)
    writeAttendeeCopy(mailbox, named);
  const meeting = named.kind === 'MeetingRequest' ? meetingByUid(mailbox, textOf(named, 'UID')) : named;
  if (named.kind !== 'MeetingRequest' && named.kind !== 'CalendarItem')
    refuse('ErrorInvalidItemForOperationAcceptItem', 'This item cannot be answered.');
  if (named.kind === 'MeetingRequest' && isOutOfDate(named, mailbox))
    refuse('ErrorCalendarMeetingRequestIsOutOfDate', 'The meeting request is out of date.');
  if (meeting === undefined) refuse('ErrorItemNotFound');
  if (isOrganizer(meeting, context))
    refuse(`ErrorCalendarIsOrganizerFor${answer.name}`, 'The organizer cannot answer the meeting.');
  if (textOf(meeting, 'IsCancelled') === 'true') refuse(`ErrorCalendarIsCancelledFor${answer.name}`, 'The meeting is cancelled.');
  const response = responseMessage(meeting, answer, source, call, context);
  if (disposition !== 'SaveOnly') {
    await sendResponse(meeting, response, context);
    if (disposition === 'SendAndSaveCopy') saveCopy(response, context);
  }
  return settleAnswer(meeting, named, answer, mailbox);
}

function responseMessage(meeting: Item, answer: Answer, source: Element, call: Call, context: Context): Item {
  const extra: Record<string, Element> = { ResponseType: el('ResponseType', answer.response) };
  for (const name of ['ProposedStart', 'ProposedEnd']) {
    const text = childText(source, name);
    if (text !== undefined) extra[name] = el(name, isoSeconds(readDateTime(text, call.zone ?? UTC)));
  }
  const body = child(source, 'Body');
  extra.Body = body === undefined ? el('Body', '', { BodyType: 'Text' }) : keptBody(body, context);
  return meetingMessage(
    meeting,
    {
      kind: 'MeetingResponse',
      itemClass: `IPM.Schedule.Meeting.Resp.${answer.suffix}`,
      subject: answer.prefix + (textOf(meeting, 'Subject') ?? ''),
      from: context.mailbox,
      to: [{ address: organizerAddress(meeting) ?? '', name: '' }],
      extra,
    },
    context,
  );
}

async function sendResponse(meeting: Item, response: Item, context: Context) {
  const address = organizerAddress(meeting) ?? '';
  const organizer = context.exchange.mailboxOf(address);
  if (organizer === undefined) {
    const answered = { ...meeting, fields: { ...meeting.fields, MyResponseType: response.fields.ResponseType! } };
    return sendOutside(answered, response, [address], 'REPLY', context);
  }
  noteResponse(organizer, response, context.mailbox.address);
  deliverToAttendee(organizer, response, contextFor(context.exchange, organizer));
}

function settleAnswer(meeting: Item, named: Item, answer: Answer, mailbox: Mailbox): Answered {
  const owner = meeting.occurrence?.master ?? meeting;
  setText(owner, 'MyResponseType', answer.response);
  setText(owner, 'AppointmentReplyTime', isoSeconds(mailbox.clock.now()));
  const intended = textOf(owner, 'IntendedFreeBusyStatus') ?? 'Busy';
  setText(owner, 'LegacyFreeBusyStatus', answer.response === 'Accept' ? intended : 'Tentative');
  mailbox.touch(owner);
  itemEvent(mailbox, 'Modified', owner);
  const made: Answered = [{ item: owner, mailbox }];
  // Answering moves the request away; declining moves the appointment too.
  if (isMeetingMessage(named.kind)) {
    setText(named, 'ResponseType', answer.response);
    made.push({ item: moveWithin(mailbox, named, mailbox.folderNamed('deleteditems')), mailbox });
  }
  if (answer.response === 'Decline') moveWithin(mailbox, owner, mailbox.folderNamed('deleteditems'));
  return made;
}

export async function cancelMeeting(source: Element, request: Element, call: Call): Promise<Answered> {
  const disposition = request.attributes.MessageDisposition ?? refuse('ErrorMessageDispositionRequired');
  const { mailbox, item } = findItem(
    call,
    child(source, 'ReferenceItemId') ?? refuse('ErrorInvalidRequest', 'ReferenceItemId is missing.'),
  );
  const context = contextOf(call, mailbox);
  if (item.kind !== 'CalendarItem' || !isMeeting(item)) refuse('ErrorCalendarIsNotMeeting', 'The item is no meeting.');
  if (!isOrganizer(item, context)) refuse('ErrorCalendarIsNotOrganizer', 'Only the organizer can cancel.');
  const body = child(source, 'NewBodyContent') ?? child(source, 'Body');
  const note: Record<string, Element> = body === undefined ? {} : { Body: keptBody({ ...body, name: 'Body' }, context) };
  if (disposition !== 'SaveOnly') {
    await sendCancellations(item, context, disposition === 'SendAndSaveCopy' ? 'SendToAllAndSaveCopy' : 'SendOnlyToAll', note);
  }
  setText(item, 'IsCancelled', 'true');
  setText(item, 'Subject', `Canceled: ${textOf(item, 'Subject') ?? ''}`);
  mailbox.touch(item);
  // The organizer's own copy goes to Deleted Items with state 5 (MS-OXWSMTGS R740).
  return [{ item: moveWithin(mailbox, item, mailbox.folderNamed('deleteditems')), mailbox }];
}

/** RemoveItem: takes a cancelled meeting out of the calendar, and the message with it. */
export async function removeMeeting(source: Element, _request: Element, call: Call): Promise<Answered> {
  const { mailbox, item } = findItem(
    call,
    child(source, 'ReferenceItemId') ?? refuse('ErrorInvalidRequest', 'ReferenceItemId is missing.'),
  );
  const meeting = item.kind === 'MeetingCancellation' ? meetingByUid(mailbox, textOf(item, 'UID')) : item;
  if (meeting !== undefined) {
    if (isOrganizer(meeting, contextOf(call, mailbox)))
      refuse('ErrorCalendarIsOrganizerForRemove', 'The organizer cannot remove the meeting.');
    disposeItem(mailbox, meeting, 'MoveToDeletedItems');
  }
  if (item !== meeting) moveWithin(mailbox, item, mailbox.folderNamed('deleteditems'));
  return [];
}
