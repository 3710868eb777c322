// The field names a request may use as FieldURI, by group (MS-OXWSCDATA UnindexedFieldURIType).
export const FIELD_GROUPS: Readonly<Record<string, string>> = {
  folder: `
    FolderId ParentFolderId DisplayName UnreadCount TotalCount ChildFolderCount FolderClass SearchParameters
    ManagedFolderInformation PermissionSet EffectiveRights SharingEffectiveRights DistinguishedFolderId PolicyTag
    ArchiveTag ReplicaList`,
  item: `
    ItemId ParentFolderId ItemClass MimeContent Attachments Subject DateTimeReceived Size Categories HasAttachments
    Importance InReplyTo InternetMessageHeaders IsAssociated IsDraft IsFromMe IsResend IsSubmitted IsUnmodified
    DateTimeSent DateTimeCreated Body ResponseObjects Sensitivity ReminderDueBy ReminderIsSet ReminderNextTime
    ReminderMinutesBeforeStart DisplayTo DisplayCc DisplayBcc Culture EffectiveRights LastModifiedName LastModifiedTime
    ConversationId UniqueBody Flag StoreEntryId InstanceKey NormalizedBody EntityExtractionResult PolicyTag ArchiveTag
    RetentionDate Preview PredictedActionReasons IsClutter RightsManagementLicenseData BlockStatus HasBlockedImages
    WebClientReadFormQueryString WebClientEditFormQueryString TextBody IconIndex MimeContentUTF8 Mentions MentionedMe
    MentionsPreview MentionsEx Hashtags AppliedHashtags AppliedHashtagsPreview Likes LikesPreview
    PendingSocialActivityTagIds AtAllMention CanDelete InferenceClassification FirstBody`,
  message: `
    ConversationIndex ConversationTopic InternetMessageId IsRead IsResponseRequested IsReadReceiptRequested
    IsDeliveryReceiptRequested ReceivedBy ReceivedRepresenting References ReplyTo From Sender ToRecipients CcRecipients
    BccRecipients ApprovalRequestData VotingInformation ReminderMessageData PublishedCalendarItemIcs
    PublishedCalendarItemName MessageSafety`,
  meeting: `
    AssociatedCalendarItemId IsDelegated IsOutOfDate HasBeenProcessed ResponseType ProposedStart ProposedEnd
    DoNotForwardMeeting`,
  meetingRequest: `
    MeetingRequestType IntendedFreeBusyStatus ChangeHighlights`,
  calendar: `
    Start End OriginalStart StartWallClock EndWallClock StartTimeZoneId EndTimeZoneId IsAllDayEvent
    LegacyFreeBusyStatus Location EnhancedLocation When IsMeeting IsCancelled IsRecurring MeetingRequestWasSent
    IsResponseRequested CalendarItemType MyResponseType Organizer RequiredAttendees OptionalAttendees Resources
    ConflictingMeetingCount AdjacentMeetingCount ConflictingMeetings AdjacentMeetings InboxReminders Duration TimeZone
    AppointmentReplyTime AppointmentSequenceNumber AppointmentState Recurrence FirstOccurrence LastOccurrence
    ModifiedOccurrences DeletedOccurrences MeetingTimeZone ConferenceType AllowNewTimeProposal IsOnlineMeeting
    MeetingWorkspaceUrl NetShowUrl UID RecurrenceId DateTimeStamp StartTimeZone EndTimeZone JoinOnlineMeetingUrl
    OnlineMeetingSettings IsOrganizer CalendarActivityData DoNotForwardMeeting`,
  contacts: `
    Alias AssistantName Birthday BusinessHomePage Children Companies CompanyName CompleteName ContactSource Culture
    Department DisplayName DirectoryId DirectReports EmailAddresses AbchEmailAddresses FileAs FileAsMapping Generation
    GivenName ImAddresses Initials JobTitle Manager ManagerMailbox MiddleName Mileage MSExchangeCertificate Nickname
    Notes OfficeLocation PhoneNumbers PhoneticFullName PhoneticFirstName PhoneticLastName Photo PhysicalAddresses
    PostalAddressIndex Profession SpouseName Surname WeddingAnniversary UserSMIMECertificate HasPicture AccountName
    IsAutoUpdateDisabled IsMessengerEnabled Comment ContactShortId ContactType CreatedBy Gender IsHidden ObjectId
    PassportId IsPrivate SourceId TrustLevel Urls Cid SkypeAuthCertificate SkypeContext SkypeId XboxLiveTag
    SkypeRelationship YomiNickname InviteFree HidePresenceAndProfile IsPendingOutbound SupportGroupFeeds UserTileHash
    UnifiedInbox Mris Wlid AbchContactId NotInBirthdayCalendar ShellContactType ImMri PresenceTrustLevel OtherMri
    ProfileLastChanged MobileIMEnabled PartnerNetworkProfilePhotoUrl PartnerNetworkThumbnailPhotoUrl PersonId
    ConversationGuid`,
  distributionlist: `
    Members`,
  task: `
    ActualWork AssignedTime BillingInformation ChangeCount Companies CompleteDate Contacts DelegationState Delegator
    DueDate IsAssignmentEditable IsComplete IsRecurring IsTeamTask Mileage Owner PercentComplete Recurrence StartDate
    Status StatusDescription TotalWork`,
  postitem: `
    PostedTime`,
  conversation: `
    ConversationId ConversationTopic UniqueRecipients GlobalUniqueRecipients UniqueUnreadSenders
    GlobalUniqueUnreadSenders UniqueSenders GlobalUniqueSenders LastDeliveryTime GlobalLastDeliveryTime Categories
    GlobalCategories FlagStatus GlobalFlagStatus HasAttachments GlobalHasAttachments HasIrm GlobalHasIrm MessageCount
    GlobalMessageCount UnreadCount GlobalUnreadCount Size GlobalSize ItemClasses GlobalItemClasses Importance
    GlobalImportance ItemIds GlobalItemIds LastModifiedTime InstanceKey Preview IconIndex GlobalIconIndex DraftItemIds
    HasClutter MentionedMe GlobalMentionedMe AtAllMention GlobalAtAllMention`,
};

/** Groups whose fields no item of this stand-in has; a request may name them all the same. */
export const OTHER_GROUPS: readonly string[] = [
  'sharingMessage',
  'person',
  'persona',
  'rolemember',
  'network',
  'abchperson',
  'booking',
  'insight',
];
