/**
 * What Exchange's response codes mean here (reference: MS-OXWSCDATA 2.2.5.24): what passes by itself, what needs a person, what
 * concerns the one item. Codes that are not listed concern the one item (`refused`).
 */
import type { FailureCode } from '../../model/failure.ts';

export type Verdict = readonly [FailureCode, remedy?: string];

export const LATER: Verdict = ['unreachable', 'Exchange has trouble of its own; it is tried again.'];
export const BUSY: Verdict = [
  'throttled',
  'Allow fewer connections or poll less often, or give the login a wider throttling policy.',
];
const GRANT =
  'Grant it: New-ManagementRoleAssignment -Name Mailroom -Role ApplicationImpersonation -User <login> (takes effect within some minutes).';
// About one mailbox, not about the login: counted as a refused login it would stop all that share it.
const IMPERSONATION: Verdict = ['refused', `The login may not act as this mailbox. ${GRANT}`];
export const ACCOUNT: Verdict = [
  'auth-rejected',
  'The account is disabled, locked or must change its password: see to it in Active Directory.',
];
export const NO_MAILBOX: Verdict = [
  'missing',
  'There is no mailbox of this address here: check the address, and whether it was moved away.',
];
export const MOVED: Verdict = [
  'unreachable',
  'The mailbox is being moved or has moved: it is tried again; if that lasts, check the url.',
];
const DISABLED: Verdict = [
  'refused',
  'The account of this mailbox is disabled: have it enabled, or take the mailbox out of the config.',
];
const UNCONVERTED: Verdict = ['refused', 'Exchange cannot convert this item: let its administrator look at it.'];
const ACCESS: Verdict = [
  'refused',
  'The login may not open this. Grant it: Add-MailboxPermission <mailbox> -User <login> -AccessRights FullAccess, or use access: impersonate.',
];
const FULL: Verdict = [
  'refused',
  'The mailbox is full: let its owner make room, or raise its quota (Set-Mailbox -ProhibitSendReceiveQuota).',
];
/** An id of before the mailbox was made anew or moved to a server that writes ids otherwise. */
const NO_SUCH_ID: Verdict = ['missing'];
const WRONG_ADDRESS: Verdict = ['refused', 'The address of the mailbox is none that Exchange knows: check it in the config.'];
const NO_OWN_MAILBOX: Verdict = ['missing', 'The login has no mailbox of its own: use access: impersonate, or give it one.'];
const NOT_THIS_ADDRESS: Verdict = ['missing', 'Write the primary address of the mailbox.'];
const GARBLED: Verdict = ['garbled'];
const CONFLICT: Verdict = ['conflict'];

const OF_ALL: readonly Verdict[] = [IMPERSONATION, DISABLED, NO_MAILBOX, WRONG_ADDRESS, NOT_THIS_ADDRESS, NO_OWN_MAILBOX];

const listed = (verdict: Verdict, ...codes: readonly string[]) => Object.fromEntries(codes.map((code) => [code, verdict]));

export const RESPONSE_CODES: Readonly<Record<string, Verdict>> = {
  ...listed(BUSY, 'ErrorServerBusy', 'ErrorExceededConnectionCount', 'ErrorExceededFindCountLimit'),
  ErrorSubmissionQuotaExceeded: ['throttled', 'The mailbox has sent as much as it may for now; it is tried again.'],
  ...listed(
    LATER,
    ...['ErrorTimeoutExpired', 'ErrorInternalServerError', 'ErrorInternalServerTransientError', 'ErrorMailboxStoreUnavailable'],
    ...['ErrorMailboxFailover', 'ErrorConnectionFailed', 'ErrorInsufficientResources', 'ErrorNotEnoughMemory'],
    ...['ErrorTooManyObjectsOpened', 'ErrorADUnavailable', 'ErrorADOperation', 'ErrorADSessionFilter', 'ErrorServiceUnavailable'],
    ...['ErrorMailboxLogonFailed', 'ErrorBatchProcessingStopped', 'ErrorRequestAborted', 'ErrorClientDisconnected'],
    ...['ErrorNoRespondingCASInDestinationSite', 'ErrorNoApplicableProxyCASServersAvailable', 'ErrorProxyCallFailed'],
    ...['ErrorProxyRequestProcessingFailed', 'ErrorProxyServiceDiscoveryFailed', 'ErrorProxyTokenExpired'],
    ...['ErrorServiceDiscoveryFailed', 'ErrorLogonAsNetworkServiceFailed', 'ErrorWebRequestInInvalidState'],
  ),
  ...listed(
    MOVED,
    ...['ErrorMailboxMoveInProgress', 'ErrorCrossSiteRequest', 'ErrorProxyRequestNotAllowed'],
    ...['ErrorProxiedSubscriptionCallFailure', 'ErrorWrongServerVersion', 'ErrorNoDestinationCASDueToVersionMismatch'],
  ),
  ...listed(
    IMPERSONATION,
    ...['ErrorImpersonateUserDenied', 'ErrorImpersonationDenied', 'ErrorImpersonationFailed'],
    'ErrorInvalidExchangeImpersonationHeaderData',
  ),
  ErrorAccountDisabled: DISABLED,
  ...listed(ACCOUNT, 'ErrorPasswordExpired', 'ErrorPasswordChangeRequired', 'ErrorCallerIsInvalidADAccount'),
  ErrorNonExistentMailbox: NO_MAILBOX,
  ErrorCannotFindUser: NO_MAILBOX,
  ErrorMissingEmailAddress: NO_OWN_MAILBOX,
  ErrorNonPrimarySmtpAddress: NOT_THIS_ADDRESS,
  ...listed(
    WRONG_ADDRESS,
    'ErrorInvalidSmtpAddress',
    'ErrorInvalidMailbox',
    'ErrorInvalidUserInfo',
    'ErrorInvalidUserPrincipalName',
  ),
  ...listed(
    ACCESS,
    ...['ErrorAccessDenied', 'ErrorCreateItemAccessDenied', 'ErrorCreateSubfolderAccessDenied', 'ErrorNotDelegate'],
  ),
  ErrorSendAsDenied: ['refused', 'The login may not send as this mailbox: grant it Send As, or use access: impersonate.'],
  ...listed(FULL, 'ErrorQuotaExceeded', 'ErrorMessagePerFolderCountReceiveQuotaExceeded'),
  ErrorInvalidSyncStateData: ['cursor-lost'],
  ErrorSyncFolderNotFound: ['missing', 'The folder is gone: check the folders of the mailbox.'],
  ErrorFolderNotFound: ['missing', 'Check the name of the folder; `mailroom test` lists those there are.'],
  ...listed(['missing'], 'ErrorItemNotFound', 'ErrorParentFolderNotFound', 'ErrorVirusMessageDeleted', 'ErrorInvalidFolderId'),
  ...listed(
    NO_SUCH_ID,
    ...['ErrorInvalidId', 'ErrorInvalidIdEmpty', 'ErrorInvalidIdMalformed', 'ErrorInvalidIdMalformedEwsLegacyIdFormat'],
    ...['ErrorInvalidIdMonikerTooLong', 'ErrorInvalidIdStoreObjectIdTooLong', 'ErrorInvalidAttachmentId'],
  ),
  ...listed(
    UNCONVERTED,
    ...['ErrorMimeContentConversionFailed', 'ErrorContentConversionFailed', 'ErrorUnsupportedMimeConversion'],
    ...['ErrorItemCorrupt', 'ErrorCorruptData', 'ErrorItemPropertyRequestFailed'],
  ),
  ErrorVirusDetected: ['refused', 'The virus scanner of the server withholds this item.'],
  ...listed(
    CONFLICT,
    ...['ErrorIrresolvableConflict', 'ErrorStaleObject', 'ErrorChangeKeyRequired', 'ErrorChangeKeyRequiredForWriteOperations'],
    'ErrorInvalidChangeKey',
  ),
  ErrorInvalidServerVersion: ['garbled', 'The server is older than Exchange 2010 SP2.'],
  // The last is of the server's own answer: one item of the batch may be to blame.
  ...listed(
    GARBLED,
    ...['ErrorSchemaValidation', 'ErrorInvalidRequest', 'ErrorIncorrectSchemaVersion', 'ErrorResponseSchemaValidation'],
  ),
};

/** Refused or missing, and not because of the item that was asked for. */
export const OF_THE_MAILBOX: ReadonlySet<string> = new Set(
  Object.entries(RESPONSE_CODES).flatMap(([code, verdict]) => (OF_ALL.includes(verdict) ? [code] : [])),
);
