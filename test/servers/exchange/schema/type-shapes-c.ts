// Shapes of the types namespace, N to Z.
// The notation is explained in grammar.ts.
export const TYPE_SHAPES_C = `
NearType :: < MultipleOperandBooleanExpressionType (Distance=unsignedInt Ordered=boolean)
NetworkItemType :: any
NoEndRecurrenceRangeType :: < RecurrenceRangeBaseType
NonEmptyArrayOfAllItemsType :: ((Item=ItemType|Message=MessageType|SharingMessage=SharingMessageType|CalendarItem=CalendarItemType|Contact=ContactItemType|DistributionList=DistributionListType|MeetingMessage=MeetingMessageType|MeetingRequest=MeetingRequestMessageType|MeetingResponse=MeetingResponseMessageType|MeetingCancellation=MeetingCancellationMessageType|Task=TaskType|PostItem=PostItemType|ReplyToItem=ReplyToItemType|ForwardItem=ForwardItemType|ReplyAllToItem=ReplyAllToItemType|AcceptItem=AcceptItemType|TentativelyAcceptItem=TentativelyAcceptItemType|DeclineItem=DeclineItemType|CancelCalendarItem=CancelCalendarItemType|RemoveItem=RemoveItemType|SuppressReadReceipt=SuppressReadReceiptType|PostReplyItem=PostReplyItemType|AcceptSharingInvitation=AcceptSharingInvitationType|RoleMember=RoleMemberItemType|Network=NetworkItemType|Person=AbchPersonItemType)+)
NonEmptyArrayOfAlternateIdsType :: (AlternateId=AlternateIdType|AlternatePublicFolderId=AlternatePublicFolderIdType|AlternatePublicFolderItemId=AlternatePublicFolderItemIdType)+
NonEmptyArrayOfAppliedHashtagType :: any
NonEmptyArrayOfAttachmentsType :: (ItemAttachment=ItemAttachmentType|FileAttachment=FileAttachmentType|ReferenceAttachment=ReferenceAttachmentType)+
NonEmptyArrayOfAttendeesType :: (Attendee=AttendeeType+)
NonEmptyArrayOfBaseFolderIdsType :: (FolderId=FolderIdType|DistinguishedFolderId=DistinguishedFolderIdType)+
NonEmptyArrayOfBaseItemIdsType :: (ItemId=ItemIdType|OccurrenceItemId=OccurrenceItemIdType|RecurringMasterItemId=RecurringMasterItemIdType|RecurringMasterItemIdRanges=RecurringMasterItemIdRangesType)+
NonEmptyArrayOfDeletedOccurrencesType :: (DeletedOccurrence=DeletedOccurrenceInfoType+)
NonEmptyArrayOfFieldOrdersType :: (FieldOrder=FieldOrderType+)
NonEmptyArrayOfFolderChangeDescriptionsType :: (AppendToFolderField=AppendToFolderFieldType|SetFolderField=SetFolderFieldType|DeleteFolderField=DeleteFolderFieldType)+
NonEmptyArrayOfFolderChangesType :: (FolderChange=FolderChangeType+)
NonEmptyArrayOfFoldersType :: (Folder=FolderType|CalendarFolder=CalendarFolderType|ContactsFolder=ContactsFolderType|SearchFolder=SearchFolderType|TasksFolder=TasksFolderType)+
NonEmptyArrayOfInternetHeadersType :: (InternetMessageHeader=InternetHeaderType+)
NonEmptyArrayOfItemChangeDescriptionsType :: (AppendToItemField=AppendToItemFieldType|SetItemField=SetItemFieldType|DeleteItemField=DeleteItemFieldType)+
NonEmptyArrayOfItemChangesType :: (ItemChange=ItemChangeType+)
NonEmptyArrayOfLikeType :: any
NonEmptyArrayOfMentionActionsType :: any
NonEmptyArrayOfNotificationEventTypesType :: (EventType=NotificationEventTypeType)+
NonEmptyArrayOfNotificationsType :: (Notification=NotificationType*)
NonEmptyArrayOfOccurrenceInfoType :: (Occurrence=OccurrenceInfoType+)
NonEmptyArrayOfPathsToElementType :: ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType))+
NonEmptyArrayOfPeriodsType :: (Period=PeriodType+)
NonEmptyArrayOfPredictedActionReasonType :: any
NonEmptyArrayOfPropertyValuesType :: (Value=string+)
NonEmptyArrayOfRequestAttachmentIdsType :: (AttachmentId=RequestAttachmentIdType)+
NonEmptyArrayOfResponseObjectsType :: (AcceptItem=AcceptItemType|TentativelyAcceptItem=TentativelyAcceptItemType|DeclineItem=DeclineItemType|ReplyToItem=ReplyToItemType|ForwardItem=ForwardItemType|ReplyAllToItem=ReplyAllToItemType|CancelCalendarItem=CancelCalendarItemType|RemoveItem=RemoveItemType|SuppressReadReceipt=SuppressReadReceiptType|PostReplyItem=PostReplyItemType|AcceptSharingInvitation=AcceptSharingInvitationType|AddItemToMyCalendar=AddItemToMyCalendarType|ProposeNewTime=ProposeNewTimeType)*
NonEmptyArrayOfSubscriptionIdsType :: (SubscriptionId=SubscriptionIdType+)
NonEmptyArrayOfTimeZoneIdType :: (Id=string+)
NonEmptyStringType :: simple of string minLength 1
NotType :: < SearchExpressionType ((SearchExpression=SearchExpressionType|Exists=ExistsType|Excludes=ExcludesType|IsEqualTo=IsEqualToType|IsNotEqualTo=IsNotEqualToType|IsGreaterThan=IsGreaterThanType|IsGreaterThanOrEqualTo=IsGreaterThanOrEqualToType|IsLessThan=IsLessThanType|IsLessThanOrEqualTo=IsLessThanOrEqualToType|Contains=ContainsExpressionType|Not=NotType|And=AndType|Or=OrType|Near=NearType))
NotificationEventTypeType :: simple of string enum CopiedEvent,CreatedEvent,DeletedEvent,ModifiedEvent,MovedEvent,NewMailEvent,FreeBusyChangedEvent
NotificationType :: (SubscriptionId=SubscriptionIdType PreviousWatermark=WatermarkType? MoreEvents=boolean? (CopiedEvent=MovedCopiedEventType|CreatedEvent=BaseObjectChangedEventType|DeletedEvent=BaseObjectChangedEventType|ModifiedEvent=ModifiedEventType|MovedEvent=MovedCopiedEventType|NewMailEvent=BaseObjectChangedEventType|StatusEvent=BaseNotificationEventType|FreeBusyChangedEvent=BaseObjectChangedEventType)+)
NumberedRecurrenceRangeType :: < RecurrenceRangeBaseType (NumberOfOccurrences=int)
OccurrenceInfoType :: (ItemId=ItemIdType Start=dateTime End=dateTime OriginalStart=dateTime)
OccurrenceItemIdType :: < BaseItemIdType @RecurringMasterId=DerivedItemIdType! @ChangeKey=string @InstanceIndex=int!
OccurrencesRangeType :: @Start=dateTime @End=dateTime @Count=int @CompareOriginalStartTime=boolean
OnlineMeetingSettingsType :: any
OofState :: simple of string enum Disabled,Enabled,Scheduled
OrType :: < MultipleOperandBooleanExpressionType
OutOfOfficeMailTip :: (ReplyBody=ReplyBody Duration=Duration?)
PathToExtendedFieldType :: < BasePathToElementType @DistinguishedPropertySetId=DistinguishedPropertySetType @PropertySetId=GuidType @PropertyTag=PropertyTagType @PropertyName=string @PropertyId=int @PropertyType=MapiPropertyTypeType!
PathToIndexedFieldType :: < BasePathToElementType @FieldURI=DictionaryURIType! @FieldIndex=string!
PathToUnindexedFieldType :: < BasePathToElementType @FieldURI=UnindexedFieldURIType!
PeriodType :: @Bias=duration @Name=string @Id=string
PermissionActionType :: simple of string enum None,Owned,All
PermissionLevelType :: simple of string enum None,Owner,PublishingEditor,Editor,PublishingAuthor,Author,NoneditingAuthor,Reviewer,Contributor,Custom
PermissionReadAccessType :: simple of string enum None,FullDetails
PermissionSetType :: (Permissions=ArrayOfPermissionsType UnknownEntries=ArrayOfUnknownEntriesType?)
PermissionType :: < BasePermissionType (ReadItems=PermissionReadAccessType? PermissionLevel=PermissionLevelType)
PersonaPostalAddressType :: any
PhoneNumberDictionaryEntryType :: text string @Key=PhoneNumberKeyType!
PhoneNumberDictionaryType :: (Entry=PhoneNumberDictionaryEntryType+)
PhoneNumberKeyType :: simple of string enum AssistantPhone,BusinessFax,BusinessPhone,BusinessPhone2,Callback,CarPhone,CompanyMainPhone,HomeFax,HomePhone,HomePhone2,Isdn,MobilePhone,OtherFax,OtherTelephone,Pager,PrimaryPhone,RadioPhone,Telex,TtyTddPhone,BusinessMobile,IPPhone,Mms,Msn
PhysicalAddressDictionaryEntryType :: (Street=string? City=string? State=string? CountryOrRegion=string? PostalCode=string?) @Key=PhysicalAddressKeyType!
PhysicalAddressDictionaryType :: (Entry=PhysicalAddressDictionaryEntryType+)
PhysicalAddressIndexType :: simple of string enum None,Home,Business,Other
PhysicalAddressKeyType :: simple of string enum Home,Business,Other
PolicyNudgeRulesServiceConfiguration :: any
PostItemType :: < ItemType (ConversationIndex=base64Binary? ConversationTopic=string? From=SingleRecipientType? InternetMessageId=string? IsRead=boolean? PostedTime=dateTime? References=string? Sender=SingleRecipientType?)
PostReplyItemBaseType :: <= ResponseObjectType (Subject=string? Body=BodyType? ReferenceItemId=ItemIdType?) @ObjectName=string
PostReplyItemType :: < PostReplyItemBaseType (NewBodyContent=BodyType?)
PrimarySmtpAddressType :: text NonEmptyStringType
PrincipalNameType :: text NonEmptyStringType
PropertyTagType :: simple union unsignedShort PropertyTagType.u0
PropertyTagType.u0 :: simple of string pattern (0x|0X)[0-9A-Fa-f]{1,4}
ProposeNewTimeType :: any
ProtectionRulesServiceConfiguration :: any
PullSubscriptionRequestType :: < BaseSubscriptionRequestType (Timeout=SubscriptionTimeoutType)
PushSubscriptionRequestType :: < BaseSubscriptionRequestType (StatusFrequency=SubscriptionStatusFrequencyType URL=string CallerData=string?)
RecipientSuggestionType :: (DisplayName=string EmailAddress=string)
RecurrencePatternBaseType :: 
RecurrenceRangeBaseType :: (StartDate=date)
RecurrenceType :: (((RelativeYearlyRecurrence=RelativeYearlyRecurrencePatternType|AbsoluteYearlyRecurrence=AbsoluteYearlyRecurrencePatternType|RelativeMonthlyRecurrence=RelativeMonthlyRecurrencePatternType|AbsoluteMonthlyRecurrence=AbsoluteMonthlyRecurrencePatternType|WeeklyRecurrence=WeeklyRecurrencePatternType|DailyRecurrence=DailyRecurrencePatternType)) ((NoEndRecurrence=NoEndRecurrenceRangeType|EndDateRecurrence=EndDateRecurrenceRangeType|NumberedRecurrence=NumberedRecurrenceRangeType)))
RecurringDateTransitionType :: < RecurringTimeTransitionType (Day=int)
RecurringDayTransitionType :: < RecurringTimeTransitionType (DayOfWeek=DayOfWeekType Occurrence=int)
RecurringMasterItemIdRangesType :: < ItemIdType (Ranges=ArrayOfOccurrenceRangesType?)
RecurringMasterItemIdType :: < BaseItemIdType @OccurrenceId=DerivedItemIdType! @ChangeKey=string
RecurringTimeTransitionType :: < TransitionType (TimeOffset=duration Month=int)
ReferenceAttachmentType :: < AttachmentType (AttachLongPathName=string? ProviderType=string? ProviderEndpointUrl=string? AttachmentThumbnailUrl=string? AttachmentPreviewUrl=string? PermissionType=int? OriginalPermissionType=int? AttachmentIsFolder=boolean?)
ReferenceItemResponseType :: <= ResponseObjectType (ReferenceItemId=ItemIdType?) @ObjectName=string
RegeneratingPatternBaseType :: < IntervalRecurrencePatternBaseType
RelativeMonthlyRecurrencePatternType :: < IntervalRecurrencePatternBaseType (DaysOfWeek=DayOfWeekType DayOfWeekIndex=DayOfWeekIndexType)
RelativeYearlyRecurrencePatternType :: < RecurrencePatternBaseType (DaysOfWeek=DayOfWeekType DayOfWeekIndex=DayOfWeekIndexType Month=MonthNamesType)
ReminderMessageDataType :: any
ReminderMinutesBeforeStartType :: simple union ReminderMinutesBeforeStartType.u0 ReminderMinutesBeforeStartType.u1
ReminderMinutesBeforeStartType.u0 :: simple of int minInclusive 0 maxInclusive 2629800
ReminderMinutesBeforeStartType.u1 :: simple of int minInclusive 1525252321 maxInclusive 1525252321
RemoveItemType :: < ResponseObjectType
ReplyAllToItemType :: < SmartResponseType (IsSpecificMessageReply=boolean?)
ReplyBody :: (Message=string?)
ReplyToItemType :: < SmartResponseType
RequestAttachmentIdType :: < BaseItemIdType @Id=string!
ResolutionType :: (Mailbox=EmailAddressType Contact=ContactItemType?)
ResolveNamesSearchScopeType :: simple of string enum ActiveDirectory,ActiveDirectoryContacts,Contacts,ContactsActiveDirectory
ResponseClassType :: simple of string enum Success,Warning,Error
ResponseObjectCoreType :: < MessageType (ReferenceItemId=ItemIdType?)
ResponseObjectType :: < ResponseObjectCoreType @ObjectName=string
ResponseTypeType :: simple of string enum Unknown,Organizer,Tentative,Accept,Decline,NoResponseReceived
RestrictionType :: ((SearchExpression=SearchExpressionType|Exists=ExistsType|Excludes=ExcludesType|IsEqualTo=IsEqualToType|IsNotEqualTo=IsNotEqualToType|IsGreaterThan=IsGreaterThanType|IsGreaterThanOrEqualTo=IsGreaterThanOrEqualToType|IsLessThan=IsLessThanType|IsLessThanOrEqualTo=IsLessThanOrEqualToType|Contains=ContainsExpressionType|Not=NotType|And=AndType|Or=OrType|Near=NearType))
RetentionTagType :: text GuidType @IsExplicit=boolean!
RightsManagementLicenseDataType :: any
RoleMemberItemType :: any
RoomType :: < DirectoryEntryType
RootItemIdType :: < BaseItemIdType @RootItemId=string! @RootItemChangeKey=string!
SIDType :: text NonEmptyStringType
SearchExpressionType :: 
SearchFolderTraversalType :: simple of string enum Shallow,Deep
SearchFolderType :: < FolderType (SearchParameters=SearchParametersType?)
SearchParametersType :: (Restriction=RestrictionType BaseFolderIds=NonEmptyArrayOfBaseFolderIdsType) @Traversal=SearchFolderTraversalType
SeekToConditionPageViewType :: < BasePagingType (Condition=RestrictionType) @BasePoint=IndexBasePointType!
SendPromptType :: simple of string enum None,Send,VotingOption
SensitivityChoicesType :: simple of string enum Normal,Personal,Private,Confidential
SerializableTimeZone :: (Bias=int StandardTime=SerializableTimeZoneTime DaylightTime=SerializableTimeZoneTime)
SerializableTimeZoneTime :: (Bias=int Time=string DayOrder=short Month=short DayOfWeek=DayOfWeekType Year=string?)
ServiceConfiguration :: 
ServiceConfigurationType :: simple list ServiceConfigurationType.item
ServiceConfigurationType.item :: simple of string enum MailTips,UnifiedMessagingConfiguration,ProtectionRules,PolicyNudges,SharePointURLs,OfficeIntegrationConfiguration
SetFolderFieldType :: < FolderChangeDescriptionType (Folder=FolderType|CalendarFolder=CalendarFolderType|ContactsFolder=ContactsFolderType|SearchFolder=SearchFolderType|TasksFolder=TasksFolderType)
SetItemFieldType :: < ItemChangeDescriptionType (Item=ItemType|Message=MessageType|SharingMessage=SharingMessageType|CalendarItem=CalendarItemType|Contact=ContactItemType|DistributionList=DistributionListType|MeetingMessage=MeetingMessageType|MeetingRequest=MeetingRequestMessageType|MeetingResponse=MeetingResponseMessageType|MeetingCancellation=MeetingCancellationMessageType|Task=TaskType|PostItem=PostItemType|RoleMember=RoleMemberItemType|Network=NetworkItemType|Person=AbchPersonItemType)
SharePointURLsServiceConfiguration :: < ServiceConfiguration (InternalSPMySiteHostURL=string ExternalSPMySiteHostURL=string)
SharingMessageType :: any
SingleRecipientType :: (Mailbox=EmailAddressType)
SmartResponseBaseType :: <= ResponseObjectType (Subject=string? Body=BodyType? ToRecipients=ArrayOfRecipientsType? CcRecipients=ArrayOfRecipientsType? BccRecipients=ArrayOfRecipientsType? IsReadReceiptRequested=boolean? IsDeliveryReceiptRequested=boolean? From=SingleRecipientType? ReferenceItemId=ItemIdType?) @ObjectName=string
SmartResponseType :: < SmartResponseBaseType (NewBodyContent=BodyType?)
SmtpAddressType :: text NonEmptyStringType
SortDirectionType :: simple of string enum Ascending,Descending
StandardGroupByType :: simple of string enum ConversationTopic
StreamingSubscriptionConnectionTimeoutType :: simple of int minInclusive 1 maxInclusive 30
StreamingSubscriptionRequestType :: (FolderIds=NonEmptyArrayOfBaseFolderIdsType? EventTypes=NonEmptyArrayOfNotificationEventTypesType) @SubscribeToAllFolders=boolean
SubscriptionIdType :: simple of NonEmptyStringType
SubscriptionStatusFrequencyType :: simple of int minInclusive 1 maxInclusive 1440
SubscriptionTimeoutType :: simple of int minInclusive 1 maxInclusive 1440
SuggestionsViewOptionsType :: any
SuppressReadReceiptType :: < ReferenceItemResponseType
SyncFolderHierarchyChangesType :: ((Create=SyncFolderHierarchyCreateOrUpdateType|Update=SyncFolderHierarchyCreateOrUpdateType|Delete=SyncFolderHierarchyDeleteType)*)
SyncFolderHierarchyCreateOrUpdateType :: (Folder=FolderType|CalendarFolder=CalendarFolderType|ContactsFolder=ContactsFolderType|SearchFolder=SearchFolderType|TasksFolder=TasksFolderType)
SyncFolderHierarchyDeleteType :: (FolderId=FolderIdType)
SyncFolderItemsChangesType :: ((Create=SyncFolderItemsCreateOrUpdateType|Update=SyncFolderItemsCreateOrUpdateType|Delete=SyncFolderItemsDeleteType|ReadFlagChange=SyncFolderItemsReadFlagType)*)
SyncFolderItemsCreateOrUpdateType :: (Item=ItemType|Message=MessageType|SharingMessage=SharingMessageType|CalendarItem=CalendarItemType|Contact=ContactItemType|DistributionList=DistributionListType|MeetingMessage=MeetingMessageType|MeetingRequest=MeetingRequestMessageType|MeetingResponse=MeetingResponseMessageType|MeetingCancellation=MeetingCancellationMessageType|Task=TaskType|PostItem=PostItemType|RoleMember=RoleMemberItemType|Network=NetworkItemType|Person=AbchPersonItemType)
SyncFolderItemsDeleteType :: (ItemId=ItemIdType)
SyncFolderItemsReadFlagType :: (ItemId=ItemIdType IsRead=boolean)
SyncFolderItemsScopeType :: simple of string enum NormalItems,NormalAndAssociatedItems
TargetFolderIdType :: (FolderId=FolderIdType|DistinguishedFolderId=DistinguishedFolderIdType|AddressListId=AddressListIdType)
TaskDelegateStateType :: simple of string enum NoMatch,OwnNew,Owned,Accepted,Declined,Max
TaskRecurrenceType :: (((RelativeYearlyRecurrence=RelativeYearlyRecurrencePatternType|AbsoluteYearlyRecurrence=AbsoluteYearlyRecurrencePatternType|RelativeMonthlyRecurrence=RelativeMonthlyRecurrencePatternType|AbsoluteMonthlyRecurrence=AbsoluteMonthlyRecurrencePatternType|WeeklyRecurrence=WeeklyRecurrencePatternType|DailyRecurrence=DailyRecurrencePatternType|DailyRegeneration=DailyRegeneratingPatternType|WeeklyRegeneration=WeeklyRegeneratingPatternType|MonthlyRegeneration=MonthlyRegeneratingPatternType|YearlyRegeneration=YearlyRegeneratingPatternType)) ((NoEndRecurrence=NoEndRecurrenceRangeType|EndDateRecurrence=EndDateRecurrenceRangeType|NumberedRecurrence=NumberedRecurrenceRangeType)))
TaskStatusType :: simple of string enum NotStarted,InProgress,Completed,WaitingOnOthers,Deferred
TaskType :: < ItemType (ActualWork=int? AssignedTime=dateTime? BillingInformation=string? ChangeCount=int? Companies=ArrayOfStringsType? CompleteDate=dateTime? Contacts=ArrayOfStringsType? DelegationState=TaskDelegateStateType? Delegator=string? DueDate=dateTime? IsAssignmentEditable=int? IsComplete=boolean? IsRecurring=boolean? IsTeamTask=boolean? Mileage=string? Owner=string? PercentComplete=double? Recurrence=TaskRecurrenceType? StartDate=dateTime? Status=TaskStatusType? StatusDescription=string? TotalWork=int?)
TasksFolderType :: < FolderType
TentativelyAcceptItemType :: < MeetingRegistrationResponseObjectType
TimeChangeType :: (Offset=duration ((RelativeYearlyRecurrence=RelativeYearlyRecurrencePatternType|AbsoluteDate=date))? Time=time) @TimeZoneName=string
TimeZoneContextType :: (TimeZoneDefinition=TimeZoneDefinitionType)
TimeZoneDefinitionType :: (Periods=NonEmptyArrayOfPeriodsType TransitionsGroups=ArrayOfTransitionsGroupsType? Transitions=ArrayOfTransitionsType?)? @Id=string @Name=string
TimeZoneType :: (BaseOffset=duration (Standard=TimeChangeType Daylight=TimeChangeType)?)? @TimeZoneName=string
TransitionTargetKindType :: simple of string enum Period,Group
TransitionTargetType :: text string @Kind=TransitionTargetKindType!
TransitionType :: (To=TransitionTargetType)
TwoOperandExpressionType :: < SearchExpressionType ((FieldURI=PathToUnindexedFieldType|IndexedFieldURI=PathToIndexedFieldType|ExtendedFieldURI=PathToExtendedFieldType) FieldURIOrConstant=FieldURIOrConstantType)
UnifiedMessageServiceConfiguration :: any
UnindexedFieldURIType :: simple field
UserConfigurationDictionaryEntryType :: (DictionaryKey=UserConfigurationDictionaryObjectType DictionaryValue=UserConfigurationDictionaryObjectType)
UserConfigurationDictionaryObjectType :: (Type=UserConfigurationDictionaryObjectTypesType Value=string+)
UserConfigurationDictionaryObjectTypesType :: simple of string enum DateTime,Boolean,Byte,String,Integer32,UnsignedInteger32,Integer64,UnsignedInteger64,StringArray,ByteArray
UserConfigurationDictionaryType :: (DictionaryEntry=UserConfigurationDictionaryEntryType*)
UserConfigurationNameType :: < TargetFolderIdType @Name=NonEmptyStringType!
UserConfigurationPropertyType :: simple list UserConfigurationPropertyType.item
UserConfigurationPropertyType.item :: simple of string enum Id,Dictionary,XmlData,BinaryData,All
UserConfigurationType :: (UserConfigurationName=UserConfigurationNameType ItemId=ItemIdType? Dictionary=UserConfigurationDictionaryType? XmlData=base64Binary? BinaryData=base64Binary?)
UserIdType :: (SID=string? PrimarySmtpAddress=string? DisplayName=string? DistinguishedUser=DistinguishedUserType? ExternalUserIdentity=string?)
UserOofSettings :: (OofState=OofState ExternalAudience=ExternalAudience Duration=Duration? InternalReply=ReplyBody? ExternalReply=ReplyBody? DeclineMeetingReply=ReplyBody? DeclineEventsForScheduledOOF=boolean? DeclineAllEventsForScheduledOOF=boolean? CreateOOFEvent=boolean? OOFEventSubject=string? AutoDeclineFutureRequestsWhenOOF=boolean? OOFEventID=string? EventsToDeleteIDs=ArrayOfEventIDType?)
UserPhotoSizeType :: simple of string enum HR48x48,HR64x64,HR96x96,HR120x120,HR240x240,HR360x360,HR432x432,HR504x504,HR648x648,HR1024xN,HR1920xN
UserPhotoTypeType :: simple of string enum UserPhoto,ProfileHeaderPhoto
VotingInformationType :: (UserOptions=ArrayOfVotingOptionDataType? VotingResponse=string?)
VotingOptionDataType :: (DisplayName=string? SendPrompt=SendPromptType?)
WatermarkType :: simple of NonEmptyStringType
WeeklyRecurrencePatternType :: < IntervalRecurrencePatternBaseType (DaysOfWeek=DaysOfWeekType FirstDayOfWeek=DayOfWeekType?)
WeeklyRegeneratingPatternType :: < RegeneratingPatternBaseType
WellKnownResponseObjectType :: <= ResponseObjectType (ItemClass=ItemClassType? Sensitivity=SensitivityChoicesType? Body=BodyType? Attachments=NonEmptyArrayOfAttachmentsType? InternetMessageHeaders=NonEmptyArrayOfInternetHeadersType? Sender=SingleRecipientType? ToRecipients=ArrayOfRecipientsType? CcRecipients=ArrayOfRecipientsType? BccRecipients=ArrayOfRecipientsType? IsReadReceiptRequested=boolean? IsDeliveryReceiptRequested=boolean? From=SingleRecipientType? ReferenceItemId=ItemIdType?) @ObjectName=string
WorkingHours :: (TimeZone=SerializableTimeZone WorkingPeriodArray=ArrayOfWorkingPeriod)
WorkingPeriod :: (DayOfWeek=DaysOfWeekType StartTimeInMinutes=int EndTimeInMinutes=int)
YearlyRegeneratingPatternType :: < RegeneratingPatternBaseType
`;
