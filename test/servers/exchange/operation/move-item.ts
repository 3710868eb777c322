import { type Call, findFolder, findItem, messages, requireChild, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { childText, type Element, el } from '../xml/element.ts';
import { copyOf, folderModified, itemEvent, itemIds, itemReference, moveWithin } from './items.ts';
import { checkFolder } from './target.ts';

function target(request: Element, call: Call) {
  return findFolder(call, requireChild(request, 'ToFolderId').children[0]!);
}

function answer(name: string, content: Element | undefined, request: Element): Element {
  // ReturnNewItemIds=false asks for none (2010 SP1 on [doc]).
  const shown = childText(request, 'ReturnNewItemIds') === 'false' ? undefined : content;
  return successMessage(name, [el('Items', [shown])]);
}

export async function moveItem(request: Element, call: Call): Promise<Element> {
  const name = 'MoveItemResponseMessage';
  const made = await messages(name, itemIds(request), (id) => {
    const { mailbox, item } = findItem(call, id);
    const to = target(request, call);
    if (item.occurrence !== undefined)
      refuse('ErrorCalendarCannotMoveOrCopyOccurrence', 'An occurrence cannot be moved or copied.');
    checkFolder(item.kind, to.folder);
    if (to.mailbox === mailbox) return answer(name, itemReference(moveWithin(mailbox, item, to.folder), mailbox), request);
    // Between mailboxes no new id comes back (reference 12 [doc]).
    const old = { id: mailbox.itemId(item), folder: item.folder };
    const copy = copyOf(item);
    mailbox.remove(item);
    mailbox.record({ name: 'Deleted', folder: old.folder, item: old.id });
    to.mailbox.place(copy, to.folder);
    itemEvent(to.mailbox, 'Created', copy);
    return answer(name, undefined, request);
  });
  return responseOf('MoveItem', made);
}

export async function copyItem(request: Element, call: Call): Promise<Element> {
  const name = 'CopyItemResponseMessage';
  const made = await messages(name, itemIds(request), (id) => {
    const { mailbox, item } = findItem(call, id);
    const to = target(request, call);
    if (item.occurrence !== undefined)
      refuse('ErrorCalendarCannotMoveOrCopyOccurrence', 'An occurrence cannot be moved or copied.');
    checkFolder(item.kind, to.folder);
    const copy = copyOf(item);
    to.mailbox.place(copy, to.folder);
    copy.created = to.mailbox.clock.now();
    itemEvent(to.mailbox, 'Copied', copy, { id: mailbox.itemId(item), folder: item.folder });
    folderModified(to.mailbox, to.folder.key);
    return answer(name, to.mailbox === mailbox ? itemReference(copy, mailbox) : undefined, request);
  });
  return responseOf('CopyItem', made);
}
