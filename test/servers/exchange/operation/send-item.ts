import { type Call, contextOf, findFolder, findItem, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { sendItemNow } from '../mime/transport.ts';
import { isMessage } from '../property/kind.ts';
import { child, type Element } from '../xml/element.ts';
import { disposeItem, itemIds, moveWithin } from './items.ts';

export async function sendItem(request: Element, call: Call): Promise<Element> {
  const saves = request.attributes.SaveItemToFolder === 'true';
  const given = child(request, 'SavedItemFolderId')?.children[0];
  // MS-OXWSMSG: a folder without the wish to save is a contradiction.
  const made = await messages('SendItemResponseMessage', itemIds(request), async (id) => {
    if (!saves && given !== undefined) refuse('ErrorInvalidSendItemSaveSettings', 'SavedItemFolderId needs SaveItemToFolder.');
    const { mailbox, item, changeKey } = findItem(call, id);
    if (!isMessage(item.kind)) refuse('ErrorInvalidItemForOperationSendItem', 'Only messages can be sent.');
    // Sending always needs the current key (reference 33 [doc]).
    if (changeKey === undefined || changeKey === '') refuse('ErrorChangeKeyRequired');
    if (!mailbox.isCurrent(item, changeKey)) refuse('ErrorIrresolvableConflict');
    await sendItemNow(item, contextOf(call, mailbox));
    if (!saves) {
      disposeItem(mailbox, item, 'HardDelete');
      return successMessage('SendItemResponseMessage');
    }
    const folder = given === undefined ? mailbox.folderNamed('sentitems') : findFolder(call, given).folder;
    moveWithin(mailbox, item, folder);
    return successMessage('SendItemResponseMessage');
  });
  return responseOf('SendItem', made);
}
