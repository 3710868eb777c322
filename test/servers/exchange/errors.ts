// The two ways in which EWS says no: a response message of class Error for one item, or a SOAP fault for the whole request.
import type { Element } from './xml/element.ts';

export class EwsError extends Error {
  code: string;
  /** Content of MessageXml. */
  values: Element[];
  constructor(code: string, message: string, values: Element[] = []) {
    super(message);
    this.code = code;
    this.values = values;
  }
}

export class EwsFault extends Error {
  code: string;
  values: [string, string][];
  violation: { line: number; column: number } | undefined;
  constructor(code: string, message: string, values: [string, string][] = [], violation?: { line: number; column: number }) {
    super(message);
    this.code = code;
    this.values = values;
    this.violation = violation;
  }
}

/** Message texts that clients were seen to compare or to show [wire]; the others are ours. */
export const TEXTS: Readonly<Record<string, string>> = {
  ErrorItemNotFound: 'The specified object was not found in the store.',
  ErrorFolderNotFound: 'The specified folder could not be found in the store.',
  ErrorInvalidIdMalformed: 'Id is malformed.',
  ErrorInvalidIdEmpty: 'Id must be non-empty.',
  ErrorInvalidChangeKey: 'The change key is invalid.',
  ErrorCannotUseItemIdForFolderId: 'The item id cannot be used in place of a folder id.',
  ErrorCannotUseFolderIdForItemId: 'The folder id cannot be used in place of an item id.',
  ErrorChangeKeyRequired: 'The change key is required for this operation.',
  ErrorChangeKeyRequiredForWriteOperations: 'Change key is required for this operation.',
  ErrorIrresolvableConflict:
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  ErrorInvalidSyncStateData: 'Synchronization state data is corrupt or otherwise invalid.',
  ErrorSyncFolderNotFound: 'The folder to be synchronized could not be found.',
  ErrorFolderExists: 'A folder with the specified name already exists.',
  ErrorInvalidPropertyRequest: 'Property is not valid for this object type.',
  ErrorInvalidPropertySet: 'Set action is invalid for property.',
  ErrorInvalidPropertyDelete: 'Delete action is not supported for this property.',
  ErrorInvalidPropertyAppend: 'Append action is invalid for property.',
  ErrorUpdatePropertyMismatch: 'Property for update does not match property in object.',
  ErrorAccessDenied: 'Access is denied. Check credentials and try again.',
  ErrorNonExistentMailbox: 'The SMTP address has no mailbox associated with it.',
  ErrorImpersonateUserDenied: 'The account does not have permission to impersonate the requested user.',
  ErrorDeleteDistinguishedFolder: 'Distinguished folders cannot be deleted.',
  ErrorMoveDistinguishedFolder: 'Distinguished folders cannot be moved.',
  ErrorObjectTypeChanged: 'Object type cannot be changed.',
  ErrorInvalidExtendedProperty: 'The extended property attribute combination is invalid.',
  ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange: 'Occurrence index is out of recurrence range.',
  ErrorCalendarOccurrenceIsDeletedFromRecurrence: 'Occurrence with this index was previously deleted from the recurrence.',
  ErrorCalendarEndDateIsEarlierThanStartDate: 'EndDate is earlier than StartDate.',
  ErrorMessageDispositionRequired: 'Message disposition is required.',
  ErrorSendMeetingInvitationsRequired: 'SendMeetingInvitations attribute is required.',
  ErrorSendMeetingInvitationsOrCancellationsRequired: 'SendMeetingInvitationsOrCancellations attribute is required.',
  ErrorSendMeetingCancellationsRequired: 'SendMeetingCancellations attribute is required.',
  ErrorAffectedTaskOccurrencesRequired: 'AffectedTaskOccurrences attribute is required.',
};

export function refuse(code: string, message?: string): never {
  throw new EwsError(code, message ?? TEXTS[code] ?? `${code}.`);
}
