import { sendInvitations } from '../calendar/invite.ts';
import { type Call, contextOf, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { sendItemNow } from '../mime/transport.ts';
import { buildItem } from '../property/build.ts';
import { isMeetingMessage, isMessage } from '../property/kind.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item, ItemKind } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';
import { createdEvents, itemReference } from './items.ts';
import { isResponseObject, respond } from './respond.ts';
import { checkFolder, targetFolder } from './target.ts';

export async function createItem(request: Element, call: Call): Promise<Element> {
  const made = await messages('CreateItemResponseMessage', child(request, 'Items')?.children ?? [], async (source) => {
    const items = isResponseObject(source) ? await respond(source, request, call) : [await createOne(source, request, call)];
    const references = items.map((found) => (found === undefined ? undefined : itemReference(found.item, found.mailbox)));
    return successMessage('CreateItemResponseMessage', [el('Items', references)]);
  });
  return responseOf('CreateItem', made);
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
  }
  if (disposition === 'SendOnly' && sends) return undefined;
  mailbox.place(item, folder);
  createdEvents(mailbox, item);
  if (item.kind === 'CalendarItem') await sendInvitations(item, context, invitations ?? 'SendToNone');
  // What was sent has no id in the answer (MS-OXWSMSG R84, R86).
  return sends ? undefined : { item, mailbox };
}
