import { sendInvitations } from '../calendar/invite.ts';
import { type Call, contextOf, findFolder, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { sendItemNow } from '../mime/transport.ts';
import { buildItem } from '../property/build.ts';
import { isMeetingMessage, isMessage, ownKind } from '../property/kind.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder, Item, ItemKind } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';
import { createdEvents, itemReference } from './items.ts';
import { isResponseObject, respond } from './respond.ts';

const DEFAULT_FOLDERS: Readonly<Record<string, string>> = {
  CalendarItem: 'calendar',
  Contact: 'contacts',
  DistributionList: 'contacts',
  Task: 'tasks',
  PostItem: 'inbox',
};

/** Which folder takes what (reference 37 [doc]). */
const WRONG_FOLDER: Readonly<Record<string, string>> = {
  CalendarItem: 'ErrorCannotCreateCalendarItemInNonCalendarFolder',
  Contact: 'ErrorCannotCreateContactInNonContactFolder',
  DistributionList: 'ErrorCannotCreateContactInNonContactFolder',
  Task: 'ErrorCannotCreateTaskInNonTaskFolder',
};

export async function createItem(request: Element, call: Call): Promise<Element> {
  const made = await messages('CreateItemResponseMessage', child(request, 'Items')?.children ?? [], async (source) => {
    const items = isResponseObject(source) ? await respond(source, request, call) : [await createOne(source, request, call)];
    const references = items.map((found) => (found === undefined ? undefined : itemReference(found.item, found.mailbox)));
    return successMessage('CreateItemResponseMessage', [el('Items', references)]);
  });
  return responseOf('CreateItem', made);
}

export function checkFolder(kind: ItemKind, folder: Folder) {
  const own = ownKind(folder);
  const wanted = kind === 'DistributionList' ? 'Contact' : kind;
  const code = WRONG_FOLDER[kind];
  if (code !== undefined && own !== wanted && folder.distinguished !== 'deleteditems')
    refuse(code, 'The folder does not take items of this type.');
  if (kind === 'PostItem' && own !== undefined)
    refuse('ErrorCannotCreatePostItemInNonMailFolder', 'The folder does not take items of this type.');
}

export function targetFolder(request: Element, call: Call, kind: ItemKind, sent: boolean): { mailbox: Mailbox; folder: Folder } {
  const saved = child(request, 'SavedItemFolderId')?.children[0];
  if (saved !== undefined) return findFolder(call, saved);
  const name = DEFAULT_FOLDERS[kind] ?? (sent ? 'sentitems' : 'drafts');
  return { mailbox: call.mailbox, folder: call.mailbox.folderNamed(name) };
}

async function createOne(source: Element, request: Element, call: Call): Promise<{ item: Item; mailbox: Mailbox } | undefined> {
  const kind = source.name as ItemKind;
  const disposition = request.attributes.MessageDisposition;
  const invitations = request.attributes.SendMeetingInvitations;
  // Both are needed by the kinds they are about, and by no other (reference 31; MS-OXWSMSG, MS-OXWSMTGS [doc]).
  if ((kind === 'Message' || isMeetingMessage(kind)) && disposition === undefined) refuse('ErrorMessageDispositionRequired');
  if (kind === 'CalendarItem' && invitations === undefined) refuse('ErrorSendMeetingInvitationsRequired');
  const sends = isMessage(kind) && disposition !== 'SaveOnly' && disposition !== undefined;
  const { mailbox, folder } = targetFolder(request, call, kind, sends);
  checkFolder(kind, folder);
  const context = contextOf(call, mailbox);
  const item = await buildItem(source, context);
  if (sends) {
    await sendItemNow(item, context);
    if (disposition === 'SendOnly') return undefined;
  }
  mailbox.place(item, folder);
  createdEvents(mailbox, item);
  if (item.kind === 'CalendarItem') await sendInvitations(item, context, invitations ?? 'SendToNone');
  return { item, mailbox };
}
