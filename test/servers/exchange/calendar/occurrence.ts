// Occurrences by index, by date and by their own ids (reference 28).
import { refuse } from '../errors.ts';
import type { ObjectId } from '../store/ids.ts';
import type { Item } from '../store/model.ts';
import type { Element } from '../xml/element.ts';
import { dayKey, dropOccurrence, isDay, keepException, seriesDays, viewOf } from './series.ts';

/** What an id element names: the item itself, one occurrence of it, or the master of an occurrence. */
export function occurrenceOf(item: Item, element: Element, id: ObjectId): Item {
  if (element.name === 'OccurrenceItemId') {
    if (id.kind !== 'item' || item.fields.Recurrence === undefined || item.kind !== 'CalendarItem') {
      refuse('ErrorCalendarCannotUseIdForOccurrenceId', 'The id is not one of a recurring master.');
    }
    return byIndex(item, Number(element.attributes.InstanceIndex));
  }
  if (element.name === 'RecurringMasterItemId') {
    if (id.kind !== 'occurrence') refuse('ErrorCalendarCannotUseIdForRecurringMasterId', 'The id is not one of an occurrence.');
    return item;
  }
  if (id.kind !== 'occurrence') return item;
  const day = id.day ?? '';
  if (item.fields.Recurrence === undefined || item.exceptions[day]?.deleted || !isDay(item, day)) refuse('ErrorItemNotFound');
  return viewOf(item, day);
}

/**
 * Indexes begin with 1 and count deleted occurrences too. These two codes matter: after any other DavMail asks for the next
 * index for ever (28 [run]).
 */
function byIndex(master: Item, index: number): Item {
  if (index < 1) refuse('ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange');
  let at = 0;
  for (const day of seriesDays(master)) {
    if (++at < index) continue;
    const key = dayKey(day);
    if (master.exceptions[key]?.deleted) refuse('ErrorCalendarOccurrenceIsDeletedFromRecurrence');
    return viewOf(master, key);
  }
  return refuse('ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange');
}

export function storeOccurrence(view: Item, draft: Item) {
  keepException(view, draft);
}

export function deleteOccurrence(view: Item) {
  dropOccurrence(view);
}
