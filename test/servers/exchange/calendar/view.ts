// CalendarView: the expanded view of a calendar (reference 27 [doc]).
import { refuse } from '../errors.ts';
import type { Page } from '../query/paging.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder, Item } from '../store/model.ts';
import type { Element } from '../xml/element.ts';
import { endOf, occurrences, startOf } from './series.ts';
import { readDateTime, UTC, type Zone } from './zone.ts';

const TWO_YEARS = 2 * 366 * 86_400_000;

/** Singles, occurrences and exceptions that touch the window, never a master; by start. */
export function expand(mailbox: Mailbox, folder: number, from: number, to: number): Item[] {
  const found: Item[] = [];
  for (const item of mailbox.itemsIn(folder)) {
    if (item.kind !== 'CalendarItem') continue;
    if (item.fields.Recurrence !== undefined) found.push(...occurrences(item, from, to));
    else if (startOf(item) < to && (endOf(item) > from || startOf(item) >= from)) found.push(item);
  }
  return found.sort((one, other) => startOf(one) - startOf(other));
}

export function calendarView(mailbox: Mailbox, folder: Folder, view: Element, zone: Zone | undefined): Page<Item> {
  if (folder.kind !== 'CalendarFolder') {
    refuse('ErrorCalendarFolderIsInvalidForCalendarView', 'A CalendarView needs a calendar folder.');
  }
  const from = readDateTime(view.attributes.StartDate ?? '', zone ?? UTC);
  const to = readDateTime(view.attributes.EndDate ?? '', zone ?? UTC);
  if (to < from) refuse('ErrorCalendarEndDateIsEarlierThanStartDate');
  if (to - from > TWO_YEARS) refuse('ErrorCalendarViewRangeTooBig', 'The view spans more than two years.');
  const all = expand(mailbox, folder.key, from, to);
  const most = Number(view.attributes.MaxEntriesReturned ?? 1000);
  if (most < 1) refuse('ErrorInvalidPagingMaxRows', 'The maximum must be greater than zero.');
  const things = all.slice(0, most);
  return {
    things,
    attributes: { TotalItemsInView: String(all.length), IncludesLastItemInRange: String(things.length === all.length) },
  };
}
