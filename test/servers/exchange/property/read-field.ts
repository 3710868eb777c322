// Reads a property by its schema name: computed by its kind's table, or as it is stored.
import { CALENDAR } from '../calendar/properties.ts';
import type { Item } from '../store/model.ts';
import type { Element } from '../xml/element.ts';
import { COMMON } from './common.ts';
import { CONTACT } from './contact.ts';
import type { Context, Reader } from './context.ts';
import { hasField, isMessage } from './kind.ts';
import { MESSAGE } from './message.ts';
import { TASK } from './task.ts';

export function readerOf(item: Item, element: string): Reader | undefined {
  const own =
    item.kind === 'CalendarItem' ||
    item.kind === 'MeetingRequest' ||
    item.kind === 'MeetingCancellation' ||
    item.kind === 'MeetingResponse'
      ? CALENDAR[element]
      : item.kind === 'Contact' || item.kind === 'DistributionList'
        ? CONTACT[element]
        : item.kind === 'Task'
          ? TASK[element]
          : undefined;
  return own ?? (isMessage(item.kind) || item.kind === 'PostItem' ? MESSAGE[element] : undefined) ?? COMMON[element];
}

export function readField(item: Item, element: string, context: Context): Element | undefined {
  if (!hasField(item.kind, element)) return undefined;
  const reader = readerOf(item, element);
  return reader === undefined ? item.fields[element] : reader(item, context);
}
