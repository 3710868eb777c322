// Shapes of the types namespace, A to E.
// The notation is explained in grammar.ts.
export const TYPE_SHAPES_A = `
#.RequestServerVersion :: @Version=ExchangeVersionType!
#.ServerVersionInfo :: @MajorVersion=int @MinorVersion=int @MajorBuildNumber=int @MinorBuildNumber=int @Version=string
AbchEmailAddressDictionaryType :: any
AbchPersonItemType :: any
AbsoluteDateTransitionType :: < TransitionType (DateTime=dateTime)
AbsoluteMonthlyRecurrencePatternType :: < IntervalRecurrencePatternBaseType (DayOfMonth=int)
AbsoluteYearlyRecurrencePatternType :: < RecurrencePatternBaseType (DayOfMonth=int Month=MonthNamesType)
AcceptItemType :: < MeetingRegistrationResponseObjectType
AcceptSharingInvitationType :: any
AddItemToMyCalendarType :: < ResponseObjectType
AddressListIdType :: < BaseFolderIdType @Id=string!
AffectedTaskOccurrencesType :: simple of string enum AllOccurrences,SpecifiedOccurrenceOnly
AggregateOnType :: (FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType) @Aggregate=AggregateType!
AggregateType :: simple of string enum Minimum,Maximum
AlternateIdBaseType :: @Format=IdFormatType!
AlternateIdType :: < AlternateIdBaseType @Id=string! @Mailbox=NonEmptyStringType! @IsArchive=boolean
AlternatePublicFolderIdType :: < AlternateIdBaseType @FolderId=string!
AlternatePublicFolderItemIdType :: < AlternatePublicFolderIdType @ItemId=string!
AndType :: < MultipleOperandBooleanExpressionType
AppendToFolderFieldType :: < FolderChangeDescriptionType ((Folder=FolderType|CalendarFolder=CalendarFolderType|ContactsFolder=ContactsFolderType|SearchFolder=SearchFolderType|TasksFolder=TasksFolderType))
AppendToItemFieldType :: < ItemChangeDescriptionType (Item=ItemType|Message=MessageType|SharingMessage=SharingMessageType|CalendarItem=CalendarItemType|Contact=ContactItemType|DistributionList=DistributionListType|MeetingMessage=MeetingMessageType|MeetingRequest=MeetingRequestMessageType|MeetingResponse=MeetingResponseMessageType|MeetingCancellation=MeetingCancellationMessageType|Task=TaskType|PostItem=PostItemType|RoleMember=RoleMemberItemType|Network=NetworkItemType|Person=AbchPersonItemType)
AppliedHashtagsPreviewType :: any
ApprovalRequestDataType :: any
ArrayOfAttachmentsType :: (ItemAttachment=ItemAttachmentType|FileAttachment=FileAttachmentType|ReferenceAttachment=ReferenceAttachmentType)*
ArrayOfBaseItemIdsType :: (ItemId=ItemIdType)*
ArrayOfBinaryType :: (Base64Binary=base64Binary*)
ArrayOfCalendarEvent :: (CalendarEvent=CalendarEvent*)
ArrayOfCalendarPermissionsType :: (CalendarPermission=CalendarPermissionType)*
ArrayOfDLExpansionType :: (Mailbox=EmailAddressType*) @IndexedPagingOffset=int @NumeratorOffset=int @AbsoluteDenominator=int @IncludesLastItemInRange=boolean @TotalItemsInView=int
ArrayOfEmailAddressesType :: (Address=EmailAddressType*)
ArrayOfEventIDType :: (EventToDeleteID=string)*
ArrayOfFoldersType :: (Folder=FolderType|CalendarFolder=CalendarFolderType|ContactsFolder=ContactsFolderType|SearchFolder=SearchFolderType|TasksFolder=TasksFolderType)*
ArrayOfGroupIdType :: (GroupId=base64Binary)*
ArrayOfGroupedItemsType :: any
ArrayOfHighlightTermsType :: any
ArrayOfInboxReminderType :: any
ArrayOfMailboxData :: (MailboxData=MailboxData*)
ArrayOfOccurrenceRangesType :: (Range=OccurrencesRangeType+)
ArrayOfPermissionsType :: (Permission=PermissionType)*
ArrayOfRealItemsType :: ((Item=ItemType|Message=MessageType|SharingMessage=SharingMessageType|CalendarItem=CalendarItemType|Contact=ContactItemType|DistributionList=DistributionListType|MeetingMessage=MeetingMessageType|MeetingRequest=MeetingRequestMessageType|MeetingResponse=MeetingResponseMessageType|MeetingCancellation=MeetingCancellationMessageType|Task=TaskType|PostItem=PostItemType|RoleMember=RoleMemberItemType|Network=NetworkItemType|Person=AbchPersonItemType)*)
ArrayOfRecipientSuggestionsType :: (RecipientSuggestion=RecipientSuggestionType{0,3})
ArrayOfRecipientsType :: (Mailbox=EmailAddressType)*
ArrayOfResolutionType :: (Resolution=ResolutionType{0,100}) @IndexedPagingOffset=int @NumeratorOffset=int @AbsoluteDenominator=int @IncludesLastItemInRange=boolean @TotalItemsInView=int
ArrayOfRoomsType :: (Room=RoomType*)
ArrayOfStringsType :: (String=string*)
ArrayOfTimeZoneDefinitionType :: (TimeZoneDefinition=TimeZoneDefinitionType)*
ArrayOfTransitionsGroupsType :: (TransitionsGroup=ArrayOfTransitionsType+)
ArrayOfTransitionsType :: ((Transition=TransitionType|AbsoluteDateTransition=AbsoluteDateTransitionType|RecurringDayTransition=RecurringDayTransitionType|RecurringDateTransition=RecurringDateTransitionType)+) @Id=string
ArrayOfUnknownEntriesType :: any
ArrayOfUserIdType :: (UserId=UserIdType+)
ArrayOfVotingOptionDataType :: (VotingOptionData=VotingOptionDataType*)
ArrayOfWorkingPeriod :: (WorkingPeriod=WorkingPeriod*)
AttachmentIdType :: < RequestAttachmentIdType @RootItemId=string @RootItemChangeKey=string
AttachmentResponseShapeType :: (IncludeMimeContent=boolean? BodyType=BodyTypeResponseType? FilterHtmlContent=boolean? AdditionalProperties=NonEmptyArrayOfPathsToElementType?)
AttachmentType :: (AttachmentId=AttachmentIdType? Name=string? ContentType=string? ContentId=string? ContentLocation=string? AttachmentOriginalUrl=string? Size=int? LastModifiedTime=dateTime? IsInline=boolean?)
AttendeeType :: (Mailbox=EmailAddressType ResponseType=ResponseTypeType? LastResponseTime=dateTime? ProposedStart=dateTime? ProposedEnd=dateTime?)
BaseEmailAddressType :: 
BaseFolderIdType :: 
BaseFolderType :: (FolderId=FolderIdType? ParentFolderId=FolderIdType? FolderClass=string? DisplayName=string? TotalCount=int? ChildFolderCount=int? ExtendedProperty=ExtendedPropertyType* ManagedFolderInformation=ManagedFolderInformationType? EffectiveRights=EffectiveRightsType? DistinguishedFolderId=DistinguishedFolderIdNameType? PolicyTag=RetentionTagType? ArchiveTag=RetentionTagType? ReplicaList=ArrayOfStringsType?)
BaseGroupByType :: @Order=SortDirectionType!
BaseItemIdType :: 
BaseNotificationEventType :: (Watermark=WatermarkType?)
BaseObjectChangedEventType :: < BaseNotificationEventType (TimeStamp=dateTime (FolderId=FolderIdType|ItemId=ItemIdType) ParentFolderId=FolderIdType)
BasePagingType :: @MaxEntriesReturned=int
BasePathToElementType :: 
BasePermissionType :: (UserId=UserIdType CanCreateItems=boolean? CanCreateSubFolders=boolean? IsFolderOwner=boolean? IsFolderVisible=boolean? IsFolderContact=boolean? EditItems=PermissionActionType? DeleteItems=PermissionActionType?)
BaseSubscriptionRequestType :: (FolderIds=NonEmptyArrayOfBaseFolderIdsType? EventTypes=NonEmptyArrayOfNotificationEventTypesType Watermark=WatermarkType?) @SubscribeToAllFolders=boolean
BodyType :: text string @BodyType=BodyTypeType! @IsTruncated=boolean
BodyTypeResponseType :: simple of string enum Best,HTML,Text
BodyTypeType :: simple of string enum HTML,Text
CalendarActivityDataType :: any
CalendarEvent :: (StartTime=dateTime EndTime=dateTime BusyType=LegacyFreeBusyType CalendarEventDetails=CalendarEventDetails?)
CalendarEventDetails :: (ID=string? Subject=string? Location=string? IsMeeting=boolean IsRecurring=boolean IsException=boolean IsReminderSet=boolean IsPrivate=boolean)
CalendarFolderType :: < BaseFolderType (SharingEffectiveRights=CalendarPermissionReadAccessType? PermissionSet=CalendarPermissionSetType?)
CalendarItemCreateOrDeleteOperationType :: simple of string enum SendToNone,SendOnlyToAll,SendToAllAndSaveCopy
CalendarItemType :: < ItemType (UID=string? RecurrenceId=dateTime? DateTimeStamp=dateTime? Start=dateTime? End=dateTime? OriginalStart=dateTime? IsAllDayEvent=boolean? LegacyFreeBusyStatus=LegacyFreeBusyType? Location=string? When=string? IsMeeting=boolean? IsCancelled=boolean? IsRecurring=boolean? MeetingRequestWasSent=boolean? IsResponseRequested=boolean? CalendarItemType=CalendarItemTypeType? MyResponseType=ResponseTypeType? Organizer=SingleRecipientType? RequiredAttendees=NonEmptyArrayOfAttendeesType? OptionalAttendees=NonEmptyArrayOfAttendeesType? Resources=NonEmptyArrayOfAttendeesType? InboxReminders=ArrayOfInboxReminderType? ConflictingMeetingCount=int? AdjacentMeetingCount=int? ConflictingMeetings=NonEmptyArrayOfAllItemsType? AdjacentMeetings=NonEmptyArrayOfAllItemsType? Duration=string? TimeZone=string? AppointmentReplyTime=dateTime? AppointmentSequenceNumber=int? AppointmentState=int? Recurrence=RecurrenceType? FirstOccurrence=OccurrenceInfoType? LastOccurrence=OccurrenceInfoType? ModifiedOccurrences=NonEmptyArrayOfOccurrenceInfoType? DeletedOccurrences=NonEmptyArrayOfDeletedOccurrencesType? MeetingTimeZone=TimeZoneType? StartTimeZone=TimeZoneDefinitionType? EndTimeZone=TimeZoneDefinitionType? ConferenceType=int? AllowNewTimeProposal=boolean? IsOnlineMeeting=boolean? MeetingWorkspaceUrl=string? NetShowUrl=string? EnhancedLocation=EnhancedLocationType? StartWallClock=dateTime? EndWallClock=dateTime? StartTimeZoneId=string? EndTimeZoneId=string? IntendedFreeBusyStatus=LegacyFreeBusyType? JoinOnlineMeetingUrl=string? OnlineMeetingSettings=OnlineMeetingSettingsType? IsOrganizer=boolean? CalendarActivityData=CalendarActivityDataType? DoNotForwardMeeting=boolean?)
CalendarItemTypeType :: simple of string enum Single,Occurrence,Exception,RecurringMaster
CalendarItemUpdateOperationType :: simple of string enum SendToNone,SendOnlyToAll,SendOnlyToChanged,SendToAllAndSaveCopy,SendToChangedAndSaveCopy
CalendarPermissionLevelType :: simple of string enum None,Owner,PublishingEditor,Editor,PublishingAuthor,Author,NoneditingAuthor,Reviewer,Contributor,FreeBusyTimeOnly,FreeBusyTimeAndSubjectAndLocation,Custom
CalendarPermissionReadAccessType :: simple of string enum None,TimeOnly,TimeAndSubjectAndLocation,FullDetails
CalendarPermissionSetType :: (CalendarPermissions=ArrayOfCalendarPermissionsType UnknownEntries=ArrayOfUnknownEntriesType?)
CalendarPermissionType :: < BasePermissionType (ReadItems=CalendarPermissionReadAccessType? CalendarPermissionLevel=CalendarPermissionLevelType)
CalendarViewType :: < BasePagingType @StartDate=dateTime! @EndDate=dateTime!
CancelCalendarItemType :: < SmartResponseType
ChangeDescriptionType :: ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType))
ChangeHighlightsType :: (HasLocationChanged=boolean? Location=string? HasStartTimeChanged=boolean? Start=dateTime? HasEndTimeChanged=boolean? End=dateTime?)
CompleteNameType :: (Title=string? FirstName=string? MiddleName=string? LastName=string? Suffix=string? Initials=string? FullName=string? Nickname=string? YomiFirstName=string? YomiLastName=string?)
ConfigurationRequestDetailsType :: any
ConflictResolutionType :: simple of string enum NeverOverwrite,AutoResolve,AlwaysOverwrite
ConflictResultsType :: (Count=int)
ConnectingSIDType :: (PrincipalName=PrincipalNameType|SID=SIDType|PrimarySmtpAddress=PrimarySmtpAddressType|SmtpAddress=SmtpAddressType)
ConnectionStatusType :: simple of string enum OK,Closed
ConstantValueType :: @Value=string!
ContactItemType :: < ItemType (FileAs=string? FileAsMapping=FileAsMappingType? DisplayName=string? GivenName=string? Initials=string? MiddleName=string? Nickname=string? CompleteName=CompleteNameType? CompanyName=string? EmailAddresses=EmailAddressDictionaryType? AbchEmailAddresses=AbchEmailAddressDictionaryType? PhysicalAddresses=PhysicalAddressDictionaryType? PhoneNumbers=PhoneNumberDictionaryType? AssistantName=string? Birthday=dateTime? BusinessHomePage=anyURI? Children=ArrayOfStringsType? Companies=ArrayOfStringsType? ContactSource=ContactSourceType? Department=string? Generation=string? ImAddresses=ImAddressDictionaryType? JobTitle=string? Manager=string? Mileage=string? OfficeLocation=string? PostalAddressIndex=PhysicalAddressIndexType? Profession=string? SpouseName=string? Surname=string? WeddingAnniversary=dateTime? HasPicture=boolean? PhoneticFullName=string? PhoneticFirstName=string? PhoneticLastName=string? Alias=string? Notes=string? Photo=base64Binary? UserSMIMECertificate=ArrayOfBinaryType? MSExchangeCertificate=ArrayOfBinaryType? DirectoryId=string? ManagerMailbox=SingleRecipientType? DirectReports=ArrayOfRecipientsType? AccountName=string? IsAutoUpdateDisabled=boolean? IsMessengerEnabled=boolean? Comment=string? ContactShortId=int? ContactType=string? Gender=string? IsHidden=boolean? ObjectId=string? PassportId=long? IsPrivate=boolean? SourceId=string? TrustLevel=int? CreatedBy=string? Urls=ContactUrlDictionaryType? Cid=long? SkypeAuthCertificate=string? SkypeContext=string? SkypeId=string? SkypeRelationship=string? YomiNickname=string? XboxLiveTag=string? InviteFree=boolean? HidePresenceAndProfile=boolean? IsPendingOutbound=boolean? SupportGroupFeeds=boolean? UserTileHash=string? UnifiedInbox=boolean? Mris=ArrayOfStringsType? Wlid=string? AbchContactId=GuidType? NotInBirthdayCalendar=boolean? ShellContactType=string? ImMri=string? PresenceTrustLevel=int? OtherMri=string? ProfileLastChanged=string? MobileIMEnabled=boolean? PartnerNetworkProfilePhotoUrl=string? PartnerNetworkThumbnailPhotoUrl=string? PersonId=string? ConversationGuid=GuidType?)
ContactSourceType :: simple of string enum ActiveDirectory,Store
ContactUrlDictionaryType :: any
ContactsFolderType :: < BaseFolderType (SharingEffectiveRights=PermissionReadAccessType? PermissionSet=PermissionSetType? SourceId=string? AccountName=string?)
ContactsViewType :: < BasePagingType @InitialName=string @FinalName=string
ContainmentComparisonType :: simple of string enum Exact,IgnoreCase,IgnoreNonSpacingCharacters,Loose,IgnoreCaseAndNonSpacingCharacters,LooseAndIgnoreCase,LooseAndIgnoreNonSpace,LooseAndIgnoreCaseAndIgnoreNonSpace
ContainmentModeType :: simple of string enum FullString,Prefixed,Substring,PrefixOnWords,ExactPhrase
ContainsExpressionType :: < SearchExpressionType ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType) Constant=ConstantValueType) @ContainmentMode=ContainmentModeType @ContainmentComparison=ContainmentComparisonType
DailyRecurrencePatternType :: < IntervalRecurrencePatternBaseType
DailyRegeneratingPatternType :: < RegeneratingPatternBaseType
DateTimePrecisionType :: simple of string enum Seconds,Milliseconds
DayOfWeekIndexType :: simple of string enum First,Second,Third,Fourth,Last
DayOfWeekType :: simple of string enum Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Day,Weekday,WeekendDay
DaysOfWeekType :: simple list DayOfWeekType
DeclineItemType :: < MeetingRegistrationResponseObjectType
DefaultShapeNamesType :: simple of string enum IdOnly,Default,AllProperties,PcxPeopleSearch
DelegateFolderPermissionLevelType :: simple of string enum None,Editor,Reviewer,Author,Custom
DelegatePermissionsType :: (CalendarFolderPermissionLevel=DelegateFolderPermissionLevelType? TasksFolderPermissionLevel=DelegateFolderPermissionLevelType? InboxFolderPermissionLevel=DelegateFolderPermissionLevelType? ContactsFolderPermissionLevel=DelegateFolderPermissionLevelType? NotesFolderPermissionLevel=DelegateFolderPermissionLevelType? JournalFolderPermissionLevel=DelegateFolderPermissionLevelType?)
DelegateUserType :: (UserId=UserIdType DelegatePermissions=DelegatePermissionsType? ReceiveCopiesOfMeetingMessages=boolean? ViewPrivateItems=boolean?)
DeleteFolderFieldType :: < FolderChangeDescriptionType
DeleteItemFieldType :: < ItemChangeDescriptionType
DeletedOccurrenceInfoType :: (Start=dateTime)
DeliverMeetingRequestsType :: simple of string enum DelegatesOnly,DelegatesAndMe,DelegatesAndSendInformationToMe,NoForward
DerivedItemIdType :: simple of string
DictionaryURIType :: simple of string enum item:InternetMessageHeader,contacts:ImAddress,contacts:PhysicalAddress:Street,contacts:PhysicalAddress:City,contacts:PhysicalAddress:State,contacts:PhysicalAddress:CountryOrRegion,contacts:PhysicalAddress:PostalCode,contacts:PhoneNumber,contacts:EmailAddress,distributionlist:Members:Member
DirectoryEntryType :: (Id=EmailAddressType?)
DisposalType :: simple of string enum HardDelete,SoftDelete,MoveToDeletedItems
DistinguishedFolderIdNameType :: simple of string enum calendar,contacts,deleteditems,drafts,inbox,journal,notes,outbox,sentitems,tasks,msgfolderroot,publicfoldersroot,root,junkemail,searchfolders,voicemail,recoverableitemsroot,recoverableitemsdeletions,recoverableitemsversions,recoverableitemspurges,recoverableitemsdiscoveryholds,archiveroot,archivemsgfolderroot,archivedeleteditems,archiveinbox,archiverecoverableitemsroot,archiverecoverableitemsdeletions,archiverecoverableitemsversions,archiverecoverableitemspurges,archiverecoverableitemsdiscoveryholds,syncissues,conflicts,localfailures,serverfailures,recipientcache,quickcontacts,conversationhistory,adminauditlogs,todosearch,mycontacts,directory,imcontactlist,peopleconnect,favorites,mecontact,personmetadata,teamspaceactivity,teamspacemessaging,teamspaceworkitems,scheduled,orionnotes,tagitems,alltaggeditems,externalcontacts,teamchat,teamchathistory,yammerroot,yammerinbound,yammeroutbound,yammerfeeds,onedriveroot,onedriverecylebin,onedrivesystem,onedrivevolume,important,starred,archive
DistinguishedFolderIdType :: < BaseFolderIdType (Mailbox=EmailAddressType?) @Id=DistinguishedFolderIdNameType! @ChangeKey=string
DistinguishedGroupByType :: < BaseGroupByType (StandardGroupBy=StandardGroupByType)
DistinguishedPropertySetType :: simple of string enum Meeting,Appointment,Common,PublicStrings,Address,InternetHeaders,CalendarAssistant,UnifiedMessaging,Task,Sharing
DistinguishedUserType :: simple of string enum Default,Anonymous
DistributionListType :: < ItemType (DisplayName=string? FileAs=string? ContactSource=ContactSourceType? Members=MembersListType?)
Duration :: (StartTime=dateTime EndTime=dateTime)
EffectiveRightsType :: (CreateAssociated=boolean CreateContents=boolean CreateHierarchy=boolean Delete=boolean Modify=boolean Read=boolean ViewPrivateItems=boolean?)
EmailAddress :: (Name=string? Address=string RoutingType=string?)
EmailAddressDictionaryEntryType :: text string @Key=EmailAddressKeyType! @Name=string @RoutingType=string @MailboxType=MailboxTypeType
EmailAddressDictionaryType :: (Entry=EmailAddressDictionaryEntryType+)
EmailAddressKeyType :: simple of string enum EmailAddress1,EmailAddress2,EmailAddress3
EmailAddressType :: < BaseEmailAddressType (Name=string? EmailAddress=NonEmptyStringType? RoutingType=NonEmptyStringType? MailboxType=MailboxTypeType? ItemId=ItemIdType? OriginalDisplayName=string?)
EndDateRecurrenceRangeType :: < RecurrenceRangeBaseType (EndDate=date)
EnhancedLocationType :: (DisplayName=string Annotation=string? PostalAddress=PersonaPostalAddressType?)
EntityExtractionResultType :: any
ExchangeImpersonationType :: (ConnectingSID=ConnectingSIDType)
ExchangeVersionType :: simple of string enum Exchange2007,Exchange2007_SP1,Exchange2009,Exchange2010,Exchange2010_SP1,Exchange2010_SP2,Exchange2012,Exchange2013,Exchange2013_SP1,Exchange2015,Exchange2016,V2015_10_05,V2016_01_06,V2016_04_13,V2016_07_13,V2016_10_10,V2017_01_07,V2017_04_14,V2017_07_11
ExcludesAttributeType :: simple of string pattern ((0x|0X)[0-9A-Fa-f]*)|([0-9]*)
ExcludesType :: < SearchExpressionType ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType) Bitmask=ExcludesValueType)
ExcludesValueType :: @Value=ExcludesAttributeType!
ExistsType :: < SearchExpressionType ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType))
ExtendedPropertyType :: (ExtendedFieldURI=PathToExtendedFieldType (Value=string|Values=NonEmptyArrayOfPropertyValuesType))
ExternalAudience :: simple of string enum None,Known,All
`;
