// Operations that clients call in passing: well-formed answers, no more behaviour than they need (reference 2.10 "nice to answer").
import { type Call, findFolder, findItem, messages, responseOf, successMessage } from '../call.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import { folderModified, itemEvent, itemIds, moveWithin } from './items.ts';

/** Nobody has a photo (reference 2.10: ErrorItemNotFound). */
export function getUserPhoto(): Element {
  const text = el('MessageText', 'The user photo was not found.');
  return el(
    'GetUserPhotoResponse',
    [text, el('ResponseCode', 'ErrorItemNotFound'), el('DescriptiveLinkKey', 0), el('HasChanged', false)],
    { ResponseClass: 'Error' },
  );
}

export function getUserOofSettings(): Element {
  const settings = el('OofSettings', [
    el('OofState', 'Disabled'),
    el('ExternalAudience', 'None'),
    el('InternalReply', [el('Message', '')]),
    el('ExternalReply', [el('Message', '')]),
  ]);
  return el('GetUserOofSettingsResponse', [
    el('ResponseMessage', [el('ResponseCode', 'NoError')], { ResponseClass: 'Success' }),
    settings,
    el('AllowExternalOof', 'All'),
  ]);
}

export function getDelegate(): Element {
  return el('GetDelegateResponse', [el('ResponseCode', 'NoError'), el('DeliverMeetingRequests', 'DelegatesAndMe')], {
    ResponseClass: 'Success',
  });
}

export function getPasswordExpirationDate(_request: Element, call: Call): Element {
  const expires = new Date(call.exchange.clock.now() + 90 * 86_400_000).toISOString().slice(0, 19);
  return el('GetPasswordExpirationDateResponse', [el('ResponseCode', 'NoError'), el('PasswordExpirationDate', `${expires}Z`)], {
    ResponseClass: 'Success',
  });
}

export function getRoomLists(): Element {
  return el('GetRoomListsResponse', [el('ResponseCode', 'NoError'), el('RoomLists')], { ResponseClass: 'Success' });
}

export function getRooms(): Element {
  return el(
    'GetRoomsResponse',
    [
      el('MessageText', 'The room list was not found.'),
      el('ResponseCode', 'ErrorInvalidSmtpAddress'),
      el('DescriptiveLinkKey', 0),
    ],
    {
      ResponseClass: 'Error',
    },
  );
}

export function getServiceConfiguration(request: Element): Element {
  const names = child(request, 'RequestedConfiguration')?.children ?? [];
  const one = names.some((name) => name.text === 'MailTips')
    ? successMessage('ServiceConfigurationResponseMessageType')
    : undefined;
  const content = [el('ResponseCode', 'NoError'), one === undefined ? undefined : el('ResponseMessages', [one])];
  return el('GetServiceConfigurationResponse', content, { ResponseClass: 'Success' });
}

export function getMailTips(request: Element, call: Call): Element {
  const boxes = child(request, 'Recipients')?.children ?? [];
  const made = boxes.map((box) => {
    const address = childText(box, 'EmailAddress') ?? '';
    const known = call.exchange.mailboxOf(address) !== undefined;
    const tips = el('MailTips', [
      el('RecipientAddress', [el('Name', address), el('EmailAddress', address), el('RoutingType', 'SMTP')]),
      el('PendingMailTips', ''),
      el('MailboxFull', false),
      el('TotalMemberCount', 1),
      el('ExternalMemberCount', known ? 0 : 1),
      el('DeliveryRestricted', false),
      el('IsModerated', false),
      el('InvalidRecipient', false),
    ]);
    return successMessage('MailTipsResponseMessageType', [tips]);
  });
  return el('GetMailTipsResponse', [el('ResponseCode', 'NoError'), el('ResponseMessages', made)], { ResponseClass: 'Success' });
}

export async function markAllItemsAsRead(request: Element, call: Call): Promise<Element> {
  const flag = childText(request, 'ReadFlag') === 'true' ? 'true' : 'false';
  const made = await messages('MarkAllItemsAsReadResponseMessage', child(request, 'FolderIds')?.children ?? [], (id) => {
    const { mailbox, folder } = findFolder(call, id);
    for (const item of mailbox.itemsIn(folder.key)) {
      if (item.fields.IsRead === undefined || item.fields.IsRead.text === flag) continue;
      item.fields.IsRead = el('IsRead', flag);
      mailbox.touchRead(item);
      itemEvent(mailbox, 'Modified', item);
    }
    folderModified(mailbox, folder.key);
    return successMessage('MarkAllItemsAsReadResponseMessage');
  });
  return responseOf('MarkAllItemsAsRead', made);
}

export async function markAsJunk(request: Element, call: Call): Promise<Element> {
  const junk = request.attributes.IsJunk === 'true';
  const moves = request.attributes.MoveItem === 'true';
  const made = await messages('MarkAsJunkResponseMessage', itemIds(request), (id) => {
    const { mailbox, item } = findItem(call, id);
    if (!moves) return successMessage('MarkAsJunkResponseMessage');
    const moved = moveWithin(mailbox, item, mailbox.folderNamed(junk ? 'junkemail' : 'inbox'));
    const reference = el('MovedItemId', undefined, { Id: mailbox.itemId(moved), ChangeKey: mailbox.itemKey(moved) });
    return successMessage('MarkAsJunkResponseMessage', [reference]);
  });
  return responseOf('MarkAsJunk', made);
}
