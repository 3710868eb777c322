// Shapes of the types namespace, F to M.
// The notation is explained in grammar.ts.
export const TYPE_SHAPES_B = `
FieldOrderType :: ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType)) @Order=SortDirectionType!
FieldURIOrConstantType :: ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType)|Constant=ConstantValueType)
FileAsMappingType :: simple of string enum None,LastCommaFirst,FirstSpaceLast,Company,LastCommaFirstCompany,CompanyLastFirst,LastFirst,LastFirstCompany,CompanyLastCommaFirst,LastFirstSuffix,LastSpaceFirstCompany,CompanyLastSpaceFirst,LastSpaceFirst,DisplayName,FirstName,LastFirstMiddleSuffix,LastName,Empty
FileAttachmentType :: < AttachmentType (IsContactPhoto=boolean? Content=base64Binary?)
FindFolderParentType :: (Folders=ArrayOfFoldersType?) @IndexedPagingOffset=int @NumeratorOffset=int @AbsoluteDenominator=int @IncludesLastItemInRange=boolean @TotalItemsInView=int
FindItemParentType :: (Items=ArrayOfRealItemsType|Groups=ArrayOfGroupedItemsType) @IndexedPagingOffset=int @NumeratorOffset=int @AbsoluteDenominator=int @IncludesLastItemInRange=boolean @TotalItemsInView=int
FlagStatusType :: simple of string enum NotFlagged,Flagged,Complete
FlagType :: (FlagStatus=FlagStatusType StartDate=dateTime? DueDate=dateTime? CompleteDate=dateTime?)
FolderChangeDescriptionType :: < ChangeDescriptionType
FolderChangeType :: ((FolderId=FolderIdType|DistinguishedFolderId=DistinguishedFolderIdType) Updates=NonEmptyArrayOfFolderChangeDescriptionsType)
FolderIdType :: < BaseFolderIdType @Id=string! @ChangeKey=string
FolderQueryTraversalType :: simple of string enum Shallow,Deep,SoftDeleted
FolderResponseShapeType :: (BaseShape=DefaultShapeNamesType AdditionalProperties=NonEmptyArrayOfPathsToElementType?)
FolderType :: < BaseFolderType (PermissionSet=PermissionSetType? UnreadCount=int?)
ForwardItemType :: < SmartResponseType
FractionalPageViewType :: < BasePagingType @Numerator=int! @Denominator=int!
FreeBusyView :: (FreeBusyViewType=FreeBusyViewType MergedFreeBusy=string? CalendarEventArray=ArrayOfCalendarEvent? WorkingHours=WorkingHours?)
FreeBusyViewOptionsType :: (TimeWindow=Duration MergedFreeBusyIntervalInMinutes=int? RequestedView=FreeBusyViewType?)
FreeBusyViewType :: simple list FreeBusyViewType.item
FreeBusyViewType.item :: simple of string enum None,MergedOnly,FreeBusy,FreeBusyMerged,Detailed,DetailedMerged
GroupByType :: < BaseGroupByType ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType) AggregateOn=AggregateOnType UseCollapsibleGroups=boolean? ItemsPerGroup=nonNegativeInteger? MaxItemsPerGroup=nonNegativeInteger? GroupsToExpand=ArrayOfGroupIdType?)
GuidType :: simple of string pattern [0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}
IconIndexType :: simple of string enum Default,PostItem,MailRead,MailUnread,MailReplied,MailForwarded,MailEncrypted,MailSmimeSigned,MailEncryptedReplied,MailSmimeSignedReplied,MailEncryptedForwarded,MailSmimeSignedForwarded,MailEncryptedRead,MailSmimeSignedRead,MailIrm,MailIrmForwarded,MailIrmReplied,SmsSubmitted,SmsRoutedToDeliveryPoint,SmsRoutedToExternalMessagingSystem,SmsDelivered,OutlookDefaultForContacts,AppointmentItem,AppointmentRecur,AppointmentMeet,AppointmentMeetRecur,AppointmentMeetNY,AppointmentMeetYes,AppointmentMeetNo,AppointmentMeetMaybe,AppointmentMeetCancel,AppointmentMeetInfo,TaskItem,TaskRecur,TaskOwned,TaskDelegated
IdFormatType :: simple of string enum EwsLegacyId,EwsId,EntryId,HexEntryId,StoreId,OwaId
ImAddressDictionaryEntryType :: text string @Key=ImAddressKeyType!
ImAddressDictionaryType :: (Entry=ImAddressDictionaryEntryType+)
ImAddressKeyType :: simple of string enum ImAddress1,ImAddress2,ImAddress3
ImportanceChoicesType :: simple of string enum Low,Normal,High
IndexBasePointType :: simple of string enum Beginning,End
IndexedPageViewType :: < BasePagingType @Offset=int! @BasePoint=IndexBasePointType!
InferenceClassificationType :: simple of string enum Focused,Other
InternetHeaderType :: text string @HeaderName=string!
IntervalRecurrencePatternBaseType :: < RecurrencePatternBaseType (Interval=int)
IsEqualToType :: < TwoOperandExpressionType
IsGreaterThanOrEqualToType :: < TwoOperandExpressionType
IsGreaterThanType :: < TwoOperandExpressionType
IsLessThanOrEqualToType :: < TwoOperandExpressionType
IsLessThanType :: < TwoOperandExpressionType
IsNotEqualToType :: < TwoOperandExpressionType
ItemAttachmentType :: < AttachmentType (Item=ItemType|Message=MessageType|SharingMessage=SharingMessageType|CalendarItem=CalendarItemType|Contact=ContactItemType|MeetingMessage=MeetingMessageType|MeetingRequest=MeetingRequestMessageType|MeetingResponse=MeetingResponseMessageType|MeetingCancellation=MeetingCancellationMessageType|Task=TaskType|PostItem=PostItemType|RoleMember=RoleMemberItemType|Network=NetworkItemType|Person=AbchPersonItemType)?
ItemChangeDescriptionType :: < ChangeDescriptionType
ItemChangeType :: ((ItemId=ItemIdType|OccurrenceItemId=OccurrenceItemIdType|RecurringMasterItemId=RecurringMasterItemIdType) Updates=NonEmptyArrayOfItemChangeDescriptionsType CalendarActivityData=CalendarActivityDataType?)
ItemClassType :: simple of string
ItemIdType :: < BaseItemIdType @Id=string! @ChangeKey=string
ItemQueryTraversalType :: simple of string enum Shallow,SoftDeleted,Associated
ItemResponseShapeType :: (BaseShape=DefaultShapeNamesType IncludeMimeContent=boolean? BodyType=BodyTypeResponseType? UniqueBodyType=BodyTypeResponseType? NormalizedBodyType=BodyTypeResponseType? FilterHtmlContent=boolean? ConvertHtmlCodePageToUTF8=boolean? InlineImageUrlTemplate=string? BlockExternalImages=boolean? AddBlankTargetToLinks=boolean? MaximumBodySize=int? AdditionalProperties=NonEmptyArrayOfPathsToElementType?)
ItemType :: (MimeContent=MimeContentType? ItemId=ItemIdType? ParentFolderId=FolderIdType? ItemClass=ItemClassType? Subject=string? Sensitivity=SensitivityChoicesType? Body=BodyType? Attachments=NonEmptyArrayOfAttachmentsType? DateTimeReceived=dateTime? Size=int? Categories=ArrayOfStringsType? Importance=ImportanceChoicesType? InReplyTo=string? IsSubmitted=boolean? IsDraft=boolean? IsFromMe=boolean? IsResend=boolean? IsUnmodified=boolean? InternetMessageHeaders=NonEmptyArrayOfInternetHeadersType? DateTimeSent=dateTime? DateTimeCreated=dateTime? ResponseObjects=NonEmptyArrayOfResponseObjectsType? ReminderDueBy=dateTime? ReminderIsSet=boolean? ReminderNextTime=dateTime? ReminderMinutesBeforeStart=ReminderMinutesBeforeStartType? DisplayCc=string? DisplayTo=string? DisplayBcc=string? HasAttachments=boolean? ExtendedProperty=ExtendedPropertyType* Culture=language? EffectiveRights=EffectiveRightsType? LastModifiedName=string? LastModifiedTime=dateTime? IsAssociated=boolean? WebClientReadFormQueryString=string? WebClientEditFormQueryString=string? ConversationId=ItemIdType? UniqueBody=BodyType? Flag=FlagType? StoreEntryId=base64Binary? InstanceKey=base64Binary? NormalizedBody=BodyType? EntityExtractionResult=EntityExtractionResultType? PolicyTag=RetentionTagType? ArchiveTag=RetentionTagType? RetentionDate=dateTime? Preview=string? RightsManagementLicenseData=RightsManagementLicenseDataType? PredictedActionReasons=NonEmptyArrayOfPredictedActionReasonType? IsClutter=boolean? BlockStatus=boolean? HasBlockedImages=boolean? TextBody=BodyType? IconIndex=IconIndexType? SearchKey=base64Binary? SortKey=long? Hashtags=ArrayOfStringsType? Mentions=ArrayOfRecipientsType? MentionedMe=boolean? MentionsPreview=MentionsPreviewType? MentionsEx=NonEmptyArrayOfMentionActionsType? AppliedHashtags=NonEmptyArrayOfAppliedHashtagType? AppliedHashtagsPreview=AppliedHashtagsPreviewType? Likes=NonEmptyArrayOfLikeType? LikesPreview=LikesPreviewType? PendingSocialActivityTagIds=ArrayOfStringsType? AtAllMention=boolean? CanDelete=boolean? InferenceClassification=InferenceClassificationType?)
LegacyFreeBusyType :: simple of string enum Free,Tentative,Busy,OOF,WorkingElsewhere,NoData
LikesPreviewType :: any
MailTipTypes :: simple list MailTipTypes.item
MailTipTypes.item :: simple of string enum All,OutOfOfficeMessage,MailboxFullStatus,CustomMailTip,ExternalMemberCount,TotalMemberCount,MaxMessageSize,DeliveryRestriction,ModerationStatus,InvalidRecipient,Scope,RecipientSuggestions,PreferAccessibleContent
MailTips :: (RecipientAddress=EmailAddressType PendingMailTips=MailTipTypes OutOfOffice=OutOfOfficeMailTip? MailboxFull=boolean? CustomMailTip=string? TotalMemberCount=int? ExternalMemberCount=int? MaxMessageSize=int? DeliveryRestricted=boolean? IsModerated=boolean? InvalidRecipient=boolean? Scope=int? RecipientSuggestions=ArrayOfRecipientSuggestionsType? PreferAccessibleContent=boolean?)
MailTipsServiceConfiguration :: any
MailboxCultureType :: text language
MailboxData :: (Email=EmailAddress AttendeeType=MeetingAttendeeType ExcludeConflicts=boolean?)
MailboxTypeType :: simple of string enum Unknown,OneOff,Mailbox,PublicDL,PrivateDL,Contact,PublicFolder,GroupMailbox,ImplicitContact
ManagedFolderInformationType :: any
MapiPropertyTypeType :: simple of string enum ApplicationTime,ApplicationTimeArray,Binary,BinaryArray,Boolean,CLSID,CLSIDArray,Currency,CurrencyArray,Double,DoubleArray,Error,Float,FloatArray,Integer,IntegerArray,Long,LongArray,Null,Object,ObjectArray,Short,ShortArray,SystemTime,SystemTimeArray,String,StringArray
MaxSyncChangesReturnedType :: simple of int minInclusive 1 maxInclusive 512
MeetingAttendeeType :: simple of string enum Organizer,Required,Optional,Room,Resource
MeetingCancellationMessageType :: < MeetingMessageType (Start=dateTime? End=dateTime? Location=string? Recurrence=RecurrenceType? CalendarItemType=string? EnhancedLocation=EnhancedLocationType? DoNotForwardMeeting=boolean?)
MeetingMessageType :: < MessageType (AssociatedCalendarItemId=ItemIdType? IsDelegated=boolean? IsOutOfDate=boolean? HasBeenProcessed=boolean? ResponseType=ResponseTypeType? UID=string? RecurrenceId=dateTime? DateTimeStamp=dateTime? IsOrganizer=boolean?)
MeetingRegistrationResponseObjectType :: < WellKnownResponseObjectType (ProposedStart=dateTime? ProposedEnd=dateTime?)
MeetingRequestMessageType :: < MeetingMessageType (MeetingRequestType=MeetingRequestTypeType? IntendedFreeBusyStatus=LegacyFreeBusyType? Start=dateTime? End=dateTime? OriginalStart=dateTime? IsAllDayEvent=boolean? LegacyFreeBusyStatus=LegacyFreeBusyType? Location=string? When=string? IsMeeting=boolean? IsCancelled=boolean? IsRecurring=boolean? MeetingRequestWasSent=boolean? CalendarItemType=CalendarItemTypeType? MyResponseType=ResponseTypeType? Organizer=SingleRecipientType? RequiredAttendees=NonEmptyArrayOfAttendeesType? OptionalAttendees=NonEmptyArrayOfAttendeesType? Resources=NonEmptyArrayOfAttendeesType? ConflictingMeetingCount=int? AdjacentMeetingCount=int? ConflictingMeetings=NonEmptyArrayOfAllItemsType? AdjacentMeetings=NonEmptyArrayOfAllItemsType? Duration=string? TimeZone=string? AppointmentReplyTime=dateTime? AppointmentSequenceNumber=int? AppointmentState=int? Recurrence=RecurrenceType? FirstOccurrence=OccurrenceInfoType? LastOccurrence=OccurrenceInfoType? ModifiedOccurrences=NonEmptyArrayOfOccurrenceInfoType? DeletedOccurrences=NonEmptyArrayOfDeletedOccurrencesType? MeetingTimeZone=TimeZoneType? StartTimeZone=TimeZoneDefinitionType? EndTimeZone=TimeZoneDefinitionType? ConferenceType=int? AllowNewTimeProposal=boolean? IsOnlineMeeting=boolean? MeetingWorkspaceUrl=string? NetShowUrl=string? EnhancedLocation=EnhancedLocationType? ChangeHighlights=ChangeHighlightsType? StartWallClock=dateTime? EndWallClock=dateTime? StartTimeZoneId=string? EndTimeZoneId=string? DoNotForwardMeeting=boolean?)
MeetingRequestTypeType :: simple of string enum None,FullUpdate,InformationalUpdate,NewMeetingRequest,Outdated,SilentUpdate,PrincipalWantsCopy
MeetingResponseMessageType :: < MeetingMessageType (Start=dateTime? End=dateTime? Location=string? Recurrence=RecurrenceType? CalendarItemType=string? ProposedStart=dateTime? ProposedEnd=dateTime? EnhancedLocation=EnhancedLocationType?)
MemberStatusType :: simple of string enum Unrecognized,Normal,Demoted
MemberType :: (Mailbox=EmailAddressType? Status=MemberStatusType?) @Key=string
MembersListType :: (Member=MemberType*)
MentionsPreviewType :: any
MessageDispositionType :: simple of string enum SaveOnly,SendOnly,SendAndSaveCopy
MessageSafetyType :: any
MessageType :: < ItemType (Sender=SingleRecipientType? ToRecipients=ArrayOfRecipientsType? CcRecipients=ArrayOfRecipientsType? BccRecipients=ArrayOfRecipientsType? IsReadReceiptRequested=boolean? IsDeliveryReceiptRequested=boolean? ConversationIndex=base64Binary? ConversationTopic=string? From=SingleRecipientType? InternetMessageId=string? IsRead=boolean? IsResponseRequested=boolean? References=string? ReplyTo=ArrayOfRecipientsType? ReceivedBy=SingleRecipientType? ReceivedRepresenting=SingleRecipientType? ApprovalRequestData=ApprovalRequestDataType? VotingInformation=VotingInformationType? ReminderMessageData=ReminderMessageDataType? MessageSafety=MessageSafetyType? SenderSMTPAddress=SmtpAddressType? MailboxGuids=MessageType.MailboxGuids? PublishedCalendarItemIcs=string? PublishedCalendarItemName=string?)
MessageType.MailboxGuids :: (MailboxGuid=GuidType+)
MimeContentType :: text string @CharacterSet=string
ModifiedEventType :: < BaseObjectChangedEventType (UnreadCount=int?)
MonthNamesType :: simple of string enum January,February,March,April,May,June,July,August,September,October,November,December
MonthlyRegeneratingPatternType :: < RegeneratingPatternBaseType
MovedCopiedEventType :: < BaseObjectChangedEventType ((OldFolderId=FolderIdType|OldItemId=ItemIdType) OldParentFolderId=FolderIdType)
MultipleOperandBooleanExpressionType :: < SearchExpressionType ((SearchExpression=SearchExpressionType|Exists=ExistsType|Excludes=ExcludesType|IsEqualTo=IsEqualToType|IsNotEqualTo=IsNotEqualToType|IsGreaterThan=IsGreaterThanType|IsGreaterThanOrEqualTo=IsGreaterThanOrEqualToType|IsLessThan=IsLessThanType|IsLessThanOrEqualTo=IsLessThanOrEqualToType|Contains=ContainsExpressionType|Not=NotType|And=AndType|Or=OrType|Near=NearType)+)
`;
