// Brings an item in order after a write: common rules, then those of its kind.
import { settleCalendar } from '../calendar/settle.ts';
import type { Item } from '../store/model.ts';
import type { Context } from './context.ts';
import { settleCommon } from './settle.ts';
import { settleContact } from './settle-contact.ts';
import { settleTask } from './settle-task.ts';

/** `before` is the item before the write, undefined for a new one; `touched` names the elements that were written, in order. */
export function settleItem(item: Item, before: Item | undefined, touched: ReadonlySet<string>, context: Context) {
  settleCommon(item, context);
  if (item.kind === 'CalendarItem') settleCalendar(item, before, touched, context);
  if (item.kind === 'Contact' || item.kind === 'DistributionList') settleContact(item, touched);
  if (item.kind === 'Task') settleTask(item, before, touched, context);
}
