// Reads a property by its schema name: computed by its kind's table, or as it is stored.
import { MEETING_MESSAGE } from '../calendar/message-properties.ts';
import { CALENDAR } from '../calendar/properties.ts';
import { writeDateTime } from '../calendar/zone.ts';
import { placesOf } from '../schema/fields.ts';
import type { Item } from '../store/model.ts';
import { type Element, el } from '../xml/element.ts';
import { COMMON } from './common.ts';
import { CONTACT } from './contact.ts';
import type { Context, Reader } from './context.ts';
import { isMessage, SHAPE_OF_KIND } from './kind.ts';
import { MESSAGE } from './message.ts';
import { TASK } from './task.ts';

/** The tables to look into, by kind. */
function tablesOf(item: Item): Record<string, Reader>[] {
  const message = isMessage(item.kind) || item.kind === 'PostItem' ? [MESSAGE] : [];
  if (item.kind === 'CalendarItem') return [CALENDAR];
  if (item.kind === 'Contact' || item.kind === 'DistributionList') return [CONTACT];
  if (item.kind === 'Task') return [TASK];
  return item.kind.startsWith('Meeting') ? [MEETING_MESSAGE, CALENDAR, ...message] : message;
}

function readerOf(item: Item, element: string): Reader | undefined {
  for (const table of tablesOf(item)) if (table[element] !== undefined) return table[element];
  return COMMON[element];
}

export function readField(item: Item, element: string, context: Context): Element | undefined {
  const place = placesOf(SHAPE_OF_KIND[item.kind]).get(element);
  if (place === undefined) return undefined;
  const reader = readerOf(item, element);
  const found = reader === undefined ? item.fields[element] : reader(item, context);
  // A request with a TimeZoneContext gets every time with the offset of that zone (reference 38 [doc]).
  if (found === undefined || context.zone === undefined || place.shape !== 'dateTime' || !found.text.endsWith('Z')) return found;
  return el(found.name, writeDateTime(Date.parse(found.text), context.zone));
}
