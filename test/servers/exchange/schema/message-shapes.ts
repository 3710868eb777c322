// Requests, answers and response messages: which element holds what, in which order.
// The notation is explained in grammar.ts.
export const MESSAGE_SHAPES = `
m:ArrayOfDelegateUserResponseMessageType :: (m:DelegateUserResponseMessageType=m:DelegateUserResponseMessageType+)
m:ArrayOfFreeBusyResponse :: (m:FreeBusyResponse=m:FreeBusyResponseType*)
m:ArrayOfMailTipsResponseMessageType :: (m:MailTipsResponseMessageType=m:MailTipsResponseMessageType+)
m:ArrayOfResponseMessagesType :: (m:CreateItemResponseMessage=m:ItemInfoResponseMessageType|m:DeleteItemResponseMessage=m:DeleteItemResponseMessageType|m:GetItemResponseMessage=m:ItemInfoResponseMessageType|m:UpdateItemResponseMessage=m:UpdateItemResponseMessageType|m:SendItemResponseMessage=m:ResponseMessageType|m:DeleteFolderResponseMessage=m:ResponseMessageType|m:EmptyFolderResponseMessage=m:ResponseMessageType|m:CreateFolderResponseMessage=m:FolderInfoResponseMessageType|m:GetFolderResponseMessage=m:FolderInfoResponseMessageType|m:FindFolderResponseMessage=m:FindFolderResponseMessageType|m:UpdateFolderResponseMessage=m:FolderInfoResponseMessageType|m:MoveFolderResponseMessage=m:FolderInfoResponseMessageType|m:CopyFolderResponseMessage=m:FolderInfoResponseMessageType|m:CreateAttachmentResponseMessage=m:AttachmentInfoResponseMessageType|m:DeleteAttachmentResponseMessage=m:DeleteAttachmentResponseMessageType|m:GetAttachmentResponseMessage=m:AttachmentInfoResponseMessageType|m:MarkAllItemsAsReadResponseMessage=m:ResponseMessageType|m:FindItemResponseMessage=m:FindItemResponseMessageType|m:MoveItemResponseMessage=m:ItemInfoResponseMessageType|m:CopyItemResponseMessage=m:ItemInfoResponseMessageType|m:ResolveNamesResponseMessage=m:ResolveNamesResponseMessageType|m:ExpandDLResponseMessage=m:ExpandDLResponseMessageType|m:GetServerTimeZonesResponseMessage=m:GetServerTimeZonesResponseMessageType|m:GetEventsResponseMessage=m:GetEventsResponseMessageType|m:GetStreamingEventsResponseMessage=m:GetStreamingEventsResponseMessageType|m:SubscribeResponseMessage=m:SubscribeResponseMessageType|m:UnsubscribeResponseMessage=m:ResponseMessageType|m:SendNotificationResponseMessage=m:SendNotificationResponseMessageType|m:SyncFolderHierarchyResponseMessage=m:SyncFolderHierarchyResponseMessageType|m:SyncFolderItemsResponseMessage=m:SyncFolderItemsResponseMessageType|m:ConvertIdResponseMessage=m:ConvertIdResponseMessageType|m:CreateUserConfigurationResponseMessage=m:ResponseMessageType|m:DeleteUserConfigurationResponseMessage=m:ResponseMessageType|m:GetUserConfigurationResponseMessage=m:GetUserConfigurationResponseMessageType|m:UpdateUserConfigurationResponseMessage=m:ResponseMessageType|m:GetUserPhotoResponseMessage=m:GetUserPhotoResponseMessageType|m:MarkAsJunkResponseMessage=m:MarkAsJunkResponseMessageType)*
m:ArrayOfServiceConfigurationResponseMessageType :: (m:ServiceConfigurationResponseMessageType=m:ServiceConfigurationResponseMessageType+)
m:ArrayOfServiceConfigurationType :: (m:ConfigurationName=ServiceConfigurationType)+
m:AttachmentInfoResponseMessageType :: < m:ResponseMessageType (m:Attachments=ArrayOfAttachmentsType)
m:BaseDelegateResponseMessageType :: < m:ResponseMessageType (m:ResponseMessages=m:ArrayOfDelegateUserResponseMessageType?)
m:BaseDelegateType :: < m:BaseRequestType (m:Mailbox=EmailAddressType)
m:BaseMoveCopyFolderType :: < m:BaseRequestType (m:ToFolderId=TargetFolderIdType m:FolderIds=NonEmptyArrayOfBaseFolderIdsType)
m:BaseMoveCopyItemType :: < m:BaseRequestType (m:ToFolderId=TargetFolderIdType m:ItemIds=NonEmptyArrayOfBaseItemIdsType m:ReturnNewItemIds=boolean?)
m:BaseRequestType :: 
m:BaseResponseMessageType :: (m:ResponseMessages=m:ArrayOfResponseMessagesType)
m:ConvertIdResponseMessageType :: < m:ResponseMessageType (m:AlternateId=AlternateIdBaseType?)
m:ConvertIdResponseType :: < m:BaseResponseMessageType
m:ConvertIdType :: < m:BaseRequestType (m:SourceIds=NonEmptyArrayOfAlternateIdsType) @DestinationFormat=IdFormatType!
m:CopyFolderResponseType :: < m:BaseResponseMessageType
m:CopyFolderType :: < m:BaseMoveCopyFolderType
m:CopyItemResponseType :: < m:BaseResponseMessageType
m:CopyItemType :: < m:BaseMoveCopyItemType
m:CreateAttachmentResponseType :: < m:BaseResponseMessageType
m:CreateAttachmentType :: < m:BaseRequestType (m:ParentItemId=ItemIdType m:Attachments=NonEmptyArrayOfAttachmentsType)
m:CreateFolderResponseType :: < m:BaseResponseMessageType
m:CreateFolderType :: < m:BaseRequestType (m:ParentFolderId=TargetFolderIdType m:Folders=NonEmptyArrayOfFoldersType)
m:CreateItemResponseType :: < m:BaseResponseMessageType
m:CreateItemType :: < m:BaseRequestType (m:SavedItemFolderId=TargetFolderIdType? m:Items=NonEmptyArrayOfAllItemsType) @MessageDisposition=MessageDispositionType @SendMeetingInvitations=CalendarItemCreateOrDeleteOperationType
m:CreateUserConfigurationResponseType :: < m:BaseResponseMessageType
m:CreateUserConfigurationType :: < m:BaseRequestType (m:UserConfiguration=UserConfigurationType)
m:DelegateUserResponseMessageType :: < m:ResponseMessageType (m:DelegateUser=DelegateUserType?)
m:DeleteAttachmentResponseMessageType :: < m:ResponseMessageType (m:RootItemId=RootItemIdType?)
m:DeleteAttachmentResponseType :: < m:BaseResponseMessageType
m:DeleteAttachmentType :: < m:BaseRequestType (m:AttachmentIds=NonEmptyArrayOfRequestAttachmentIdsType)
m:DeleteFolderResponseType :: < m:BaseResponseMessageType
m:DeleteFolderType :: < m:BaseRequestType (m:FolderIds=NonEmptyArrayOfBaseFolderIdsType) @DeleteType=DisposalType!
m:DeleteItemResponseMessageType :: < m:ResponseMessageType
m:DeleteItemResponseType :: < m:BaseResponseMessageType
m:DeleteItemType :: < m:BaseRequestType (m:ItemIds=NonEmptyArrayOfBaseItemIdsType) @DeleteType=DisposalType! @SendMeetingCancellations=CalendarItemCreateOrDeleteOperationType @AffectedTaskOccurrences=AffectedTaskOccurrencesType @SuppressReadReceipts=boolean
m:DeleteUserConfigurationResponseType :: < m:BaseResponseMessageType
m:DeleteUserConfigurationType :: < m:BaseRequestType (m:UserConfigurationName=UserConfigurationNameType)
m:EmptyFolderResponseType :: < m:BaseResponseMessageType
m:EmptyFolderType :: < m:BaseRequestType (m:FolderIds=NonEmptyArrayOfBaseFolderIdsType) @DeleteType=DisposalType! @DeleteSubFolders=boolean!
m:ExpandDLResponseMessageType :: < m:ResponseMessageType (m:DLExpansion=ArrayOfDLExpansionType?) @IndexedPagingOffset=int @NumeratorOffset=int @AbsoluteDenominator=int @IncludesLastItemInRange=boolean @TotalItemsInView=int
m:ExpandDLResponseType :: < m:BaseResponseMessageType
m:ExpandDLType :: < m:BaseRequestType (m:Mailbox=EmailAddressType)
m:FindFolderResponseMessageType :: < m:ResponseMessageType (m:RootFolder=FindFolderParentType?)
m:FindFolderResponseType :: < m:BaseResponseMessageType
m:FindFolderType :: < m:BaseRequestType (m:FolderShape=FolderResponseShapeType (m:IndexedPageFolderView=IndexedPageViewType|m:FractionalPageFolderView=FractionalPageViewType)? m:Restriction=RestrictionType? m:ParentFolderIds=NonEmptyArrayOfBaseFolderIdsType) @Traversal=FolderQueryTraversalType!
m:FindItemResponseMessageType :: < m:ResponseMessageType (m:RootFolder=FindItemParentType? m:HighlightTerms=ArrayOfHighlightTermsType?)
m:FindItemResponseType :: < m:BaseResponseMessageType
m:FindItemType :: < m:BaseRequestType (m:ItemShape=ItemResponseShapeType (m:IndexedPageItemView=IndexedPageViewType|m:FractionalPageItemView=FractionalPageViewType|m:SeekToConditionPageItemView=SeekToConditionPageViewType|m:CalendarView=CalendarViewType|m:ContactsView=ContactsViewType)? (m:GroupBy=GroupByType|m:DistinguishedGroupBy=DistinguishedGroupByType)? m:Restriction=RestrictionType? m:SortOrder=NonEmptyArrayOfFieldOrdersType? m:ParentFolderIds=NonEmptyArrayOfBaseFolderIdsType m:QueryString=m:QueryStringType?) @Traversal=ItemQueryTraversalType!
m:FolderInfoResponseMessageType :: < m:ResponseMessageType (m:Folders=ArrayOfFoldersType?)
m:FreeBusyResponseType :: (m:ResponseMessage=m:ResponseMessageType? m:FreeBusyView=FreeBusyView?)
m:GetAttachmentResponseType :: < m:BaseResponseMessageType
m:GetAttachmentType :: < m:BaseRequestType (m:AttachmentShape=AttachmentResponseShapeType? m:AttachmentIds=NonEmptyArrayOfRequestAttachmentIdsType)
m:GetDelegateResponseMessageType :: < m:BaseDelegateResponseMessageType (m:DeliverMeetingRequests=DeliverMeetingRequestsType?)
m:GetDelegateType :: < m:BaseDelegateType (m:UserIds=ArrayOfUserIdType?) @IncludePermissions=boolean!
m:GetEventsResponseMessageType :: < m:ResponseMessageType (m:Notification=NotificationType?)
m:GetEventsResponseType :: < m:BaseResponseMessageType
m:GetEventsType :: < m:BaseRequestType (m:SubscriptionId=SubscriptionIdType m:Watermark=WatermarkType)
m:GetFolderResponseType :: < m:BaseResponseMessageType
m:GetFolderType :: < m:BaseRequestType (m:FolderShape=FolderResponseShapeType m:FolderIds=NonEmptyArrayOfBaseFolderIdsType)
m:GetItemResponseType :: < m:BaseResponseMessageType
m:GetItemType :: < m:BaseRequestType (m:ItemShape=ItemResponseShapeType m:ItemIds=NonEmptyArrayOfBaseItemIdsType)
m:GetMailTipsResponseMessageType :: < m:ResponseMessageType (m:ResponseMessages=m:ArrayOfMailTipsResponseMessageType?)
m:GetMailTipsType :: < m:BaseRequestType (m:SendingAs=EmailAddressType m:Recipients=ArrayOfRecipientsType m:MailTipsRequested=MailTipTypes)
m:GetPasswordExpirationDateResponseMessageType :: < m:ResponseMessageType (m:PasswordExpirationDate=dateTime)
m:GetPasswordExpirationDateType :: < m:BaseRequestType (m:MailboxSmtpAddress=string?)
m:GetRoomListsResponseMessageType :: < m:ResponseMessageType (m:RoomLists=ArrayOfEmailAddressesType?)
m:GetRoomListsType :: < m:BaseRequestType
m:GetRoomsResponseMessageType :: < m:ResponseMessageType (m:Rooms=ArrayOfRoomsType?)
m:GetRoomsType :: < m:BaseRequestType (m:RoomList=EmailAddressType)
m:GetServerTimeZonesResponseMessageType :: < m:ResponseMessageType (m:TimeZoneDefinitions=ArrayOfTimeZoneDefinitionType)
m:GetServerTimeZonesResponseType :: < m:BaseResponseMessageType
m:GetServerTimeZonesType :: < m:BaseRequestType (m:Ids=NonEmptyArrayOfTimeZoneIdType?) @ReturnFullTimeZoneData=boolean
m:GetServiceConfigurationResponseMessageType :: < m:ResponseMessageType (m:ResponseMessages=m:ArrayOfServiceConfigurationResponseMessageType?)
m:GetServiceConfigurationType :: < m:BaseRequestType (m:ActingAs=EmailAddressType? m:RequestedConfiguration=m:ArrayOfServiceConfigurationType m:ConfigurationRequestDetails=ConfigurationRequestDetailsType?)
m:GetStreamingEventsResponseMessageType :: < m:ResponseMessageType (m:Notifications=NonEmptyArrayOfNotificationsType? m:ErrorSubscriptionIds=NonEmptyArrayOfSubscriptionIdsType? m:ConnectionStatus=ConnectionStatusType?)
m:GetStreamingEventsResponseType :: < m:BaseResponseMessageType
m:GetStreamingEventsType :: < m:BaseRequestType (m:SubscriptionIds=NonEmptyArrayOfSubscriptionIdsType m:ConnectionTimeout=StreamingSubscriptionConnectionTimeoutType)
m:GetUserAvailabilityRequestType :: < m:BaseRequestType (TimeZone=SerializableTimeZone? m:MailboxDataArray=ArrayOfMailboxData FreeBusyViewOptions=FreeBusyViewOptionsType? SuggestionsViewOptions=SuggestionsViewOptionsType?)
m:GetUserAvailabilityResponseType :: (m:FreeBusyResponseArray=m:ArrayOfFreeBusyResponse? m:SuggestionsResponse=m:SuggestionsResponseType?)
m:GetUserConfigurationResponseMessageType :: < m:ResponseMessageType (m:UserConfiguration=UserConfigurationType?)
m:GetUserConfigurationResponseType :: < m:BaseResponseMessageType
m:GetUserConfigurationType :: < m:BaseRequestType (m:UserConfigurationName=UserConfigurationNameType m:UserConfigurationProperties=UserConfigurationPropertyType)
m:GetUserOofSettingsRequest :: < m:BaseRequestType (Mailbox=EmailAddress)
m:GetUserOofSettingsResponse :: (m:ResponseMessage=m:ResponseMessageType OofSettings=UserOofSettings? m:AllowExternalOof=ExternalAudience?)
m:GetUserPhotoResponseMessageType :: < m:ResponseMessageType (m:HasChanged=boolean m:PictureData=base64Binary?)
m:GetUserPhotoType :: < m:BaseRequestType (m:Email=string m:SizeRequested=UserPhotoSizeType m:TypeRequested=UserPhotoTypeType?)
m:ItemInfoResponseMessageType :: < m:ResponseMessageType (m:Items=ArrayOfRealItemsType)
m:MailTipsResponseMessageType :: < m:ResponseMessageType (m:MailTips=MailTips?)
m:MarkAllItemsAsReadResponseType :: < m:BaseResponseMessageType
m:MarkAllItemsAsReadType :: < m:BaseRequestType (m:ReadFlag=boolean m:SuppressReadReceipts=boolean m:FolderIds=NonEmptyArrayOfBaseFolderIdsType)
m:MarkAsJunkResponseMessageType :: < m:ResponseMessageType ((m:MovedItemId=ItemIdType?))
m:MarkAsJunkResponseType :: < m:BaseResponseMessageType
m:MarkAsJunkType :: < m:BaseRequestType (m:ItemIds=NonEmptyArrayOfBaseItemIdsType) @IsJunk=boolean! @MoveItem=boolean!
m:MoveFolderResponseType :: < m:BaseResponseMessageType
m:MoveFolderType :: < m:BaseMoveCopyFolderType
m:MoveItemResponseType :: < m:BaseResponseMessageType
m:MoveItemType :: < m:BaseMoveCopyItemType
m:QueryStringType :: text string @ResetCache=boolean @ReturnHighlightTerms=boolean @ReturnDeletedItems=boolean
m:ResolveNamesResponseMessageType :: < m:ResponseMessageType (m:ResolutionSet=ArrayOfResolutionType?)
m:ResolveNamesResponseType :: < m:BaseResponseMessageType
m:ResolveNamesType :: < m:BaseRequestType (m:ParentFolderIds=NonEmptyArrayOfBaseFolderIdsType? m:UnresolvedEntry=NonEmptyStringType) @ReturnFullContactData=boolean! @SearchScope=ResolveNamesSearchScopeType @ContactDataShape=DefaultShapeNamesType
m:ResponseCodeType :: simple of string
m:ResponseMessageType :: (m:MessageText=string? m:ResponseCode=m:ResponseCodeType? m:DescriptiveLinkKey=int? m:MessageXml=m:ResponseMessageType.MessageXml?)? @ResponseClass=ResponseClassType!
m:ResponseMessageType.MessageXml :: any
m:SendItemResponseType :: < m:BaseResponseMessageType
m:SendItemType :: < m:BaseRequestType (m:ItemIds=NonEmptyArrayOfBaseItemIdsType m:SavedItemFolderId=TargetFolderIdType?) @SaveItemToFolder=boolean!
m:SendNotificationResponseMessageType :: < m:ResponseMessageType (m:Notification=NotificationType)
m:ServiceConfigurationResponseMessageType :: < m:ResponseMessageType (m:MailTipsConfiguration=MailTipsServiceConfiguration? m:UnifiedMessagingConfiguration=UnifiedMessageServiceConfiguration? m:ProtectionRulesConfiguration=ProtectionRulesServiceConfiguration? m:PolicyNudgeRulesConfiguration=PolicyNudgeRulesServiceConfiguration? m:SharePointURLsConfiguration=SharePointURLsServiceConfiguration?)
m:SubscribeResponseMessageType :: < m:ResponseMessageType (m:SubscriptionId=SubscriptionIdType? m:Watermark=WatermarkType?)
m:SendNotificationResponseType :: < m:BaseResponseMessageType
m:SubscribeResponseType :: < m:BaseResponseMessageType
m:SubscribeType :: < m:BaseRequestType (m:PullSubscriptionRequest=PullSubscriptionRequestType|m:PushSubscriptionRequest=PushSubscriptionRequestType|m:StreamingSubscriptionRequest=StreamingSubscriptionRequestType)
m:SuggestionsResponseType :: any
m:SyncFolderHierarchyResponseMessageType :: < m:ResponseMessageType (m:SyncState=string? m:IncludesLastFolderInRange=boolean? m:Changes=SyncFolderHierarchyChangesType?)
m:SyncFolderHierarchyResponseType :: < m:BaseResponseMessageType
m:SyncFolderHierarchyType :: < m:BaseRequestType (m:FolderShape=FolderResponseShapeType m:SyncFolderId=TargetFolderIdType? m:SyncState=string?)
m:SyncFolderItemsResponseMessageType :: < m:ResponseMessageType (m:SyncState=string? m:IncludesLastItemInRange=boolean? m:Changes=SyncFolderItemsChangesType?)
m:SyncFolderItemsResponseType :: < m:BaseResponseMessageType
m:SyncFolderItemsType :: < m:BaseRequestType (m:ItemShape=ItemResponseShapeType m:SyncFolderId=TargetFolderIdType m:SyncState=string? m:Ignore=ArrayOfBaseItemIdsType? m:MaxChangesReturned=MaxSyncChangesReturnedType m:SyncScope=SyncFolderItemsScopeType?)
m:UnsubscribeResponseType :: < m:BaseResponseMessageType
m:UnsubscribeType :: < m:BaseRequestType (m:SubscriptionId=SubscriptionIdType)
m:UpdateFolderResponseType :: < m:BaseResponseMessageType
m:UpdateFolderType :: < m:BaseRequestType (m:FolderChanges=NonEmptyArrayOfFolderChangesType)
m:UpdateItemResponseMessageType :: < m:ItemInfoResponseMessageType (m:ConflictResults=ConflictResultsType?)
m:UpdateItemResponseType :: < m:BaseResponseMessageType
m:UpdateItemType :: < m:BaseRequestType (m:SavedItemFolderId=TargetFolderIdType? m:ItemChanges=NonEmptyArrayOfItemChangesType) @ConflictResolution=ConflictResolutionType! @MessageDisposition=MessageDispositionType @SendMeetingInvitationsOrCancellations=CalendarItemUpdateOperationType @SuppressReadReceipts=boolean
m:UpdateUserConfigurationResponseType :: < m:BaseResponseMessageType
m:UpdateUserConfigurationType :: < m:BaseRequestType (m:UserConfiguration=UserConfigurationType)
`;
