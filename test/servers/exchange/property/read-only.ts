// What a client may not write (reference 32, 42, 48, 49; MS-OXWSCORE, MS-OXWSMSG, MS-OXWSMTGS, MS-OXWSCONT, MS-OXWSTASK).
import type { ItemKind } from '../store/model.ts';

const EVERYWHERE = new Set(
  `ItemId ParentFolderId Size IsSubmitted IsFromMe IsResend IsUnmodified DateTimeSent DateTimeCreated ResponseObjects DisplayCc
   DisplayTo DisplayBcc HasAttachments EffectiveRights LastModifiedName LastModifiedTime IsAssociated ConversationId InstanceKey
   SearchKey WebClientReadFormQueryString WebClientEditFormQueryString UniqueBody NormalizedBody TextBody Preview StoreEntryId
   InternetMessageHeaders DateTimeReceived IsDraft InternetMessageId ConversationIndex ConversationTopic ReceivedBy ReceivedRepresenting
   SenderSMTPAddress CompleteName HasPicture IsComplete StatusDescription ChangeCount DelegationState Delegator IsTeamTask
   AssignedTime IsAssignmentEditable OriginalStart IsMeeting IsCancelled MeetingRequestWasSent CalendarItemType
   MyResponseType Organizer ConflictingMeetingCount AdjacentMeetingCount ConflictingMeetings AdjacentMeetings Duration TimeZone
   AppointmentReplyTime AppointmentSequenceNumber AppointmentState FirstOccurrence LastOccurrence ModifiedOccurrences
   DeletedOccurrences RecurrenceId StartWallClock EndWallClock IsOrganizer PostedTime`
    .trim()
    .split(/\s+/),
);

export function isReadOnly(kind: ItemKind, element: string): boolean {
  if (element === 'IsRecurring') return true;
  if (element === 'Owner') return kind === 'Task';
  // A meeting message is made by the server; what it says of the meeting cannot be changed.
  if (
    kind.startsWith('Meeting') &&
    ['Start', 'End', 'Location', 'UID', 'ResponseType', 'IsOutOfDate', 'HasBeenProcessed'].includes(element)
  )
    return true;
  return EVERYWHERE.has(element);
}

/** The properties that may be appended to (reference 32 [doc]). */
export const APPENDABLE = new Set([
  'Body',
  'ReplyTo',
  'ToRecipients',
  'CcRecipients',
  'BccRecipients',
  'RequiredAttendees',
  'OptionalAttendees',
  'Resources',
]);
