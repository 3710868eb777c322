import { sendCancellations } from '../calendar/invite.ts';
import { deleteOccurrence } from '../calendar/occurrence.ts';
import { type Call, contextOf, findItem, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { deleteTaskOccurrence } from '../property/task-series.ts';
import type { Element } from '../xml/element.ts';
import { disposeItem, itemEvent, itemIds } from './items.ts';

export async function deleteItem(request: Element, call: Call): Promise<Element> {
  const made = await messages('DeleteItemResponseMessage', itemIds(request), async (id) => {
    await deleteOne(id, request, call);
    return successMessage('DeleteItemResponseMessage');
  });
  return responseOf('DeleteItem', made);
}

async function deleteOne(id: Element, request: Element, call: Call) {
  const { mailbox, item } = findItem(call, id);
  const { DeleteType, SendMeetingCancellations, AffectedTaskOccurrences } = request.attributes;
  if (item.kind === 'CalendarItem' && SendMeetingCancellations === undefined) refuse('ErrorSendMeetingCancellationsRequired');
  if (item.kind === 'Task' && AffectedTaskOccurrences === undefined) refuse('ErrorAffectedTaskOccurrencesRequired');
  const context = contextOf(call, mailbox);
  if (item.kind === 'Task' && AffectedTaskOccurrences === 'SpecifiedOccurrenceOnly' && item.fields.Recurrence !== undefined) {
    deleteTaskOccurrence(item, context);
    return;
  }
  if (item.kind === 'CalendarItem') await sendCancellations(item, context, SendMeetingCancellations ?? 'SendToNone');
  if (item.occurrence !== undefined) {
    // Edits the master; nothing goes to Deleted Items (reference 36 [doc]).
    deleteOccurrence(item);
    mailbox.touch(item.occurrence.master);
    itemEvent(mailbox, 'Modified', item.occurrence.master);
    return;
  }
  disposeItem(mailbox, item, DeleteType ?? 'HardDelete');
}
