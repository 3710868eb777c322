// MimeContent of an item: kept bytes, or made from its properties (reference 29).
import { calendarText } from '../calendar/to-icalendar.ts';
import type { Context } from '../property/context.ts';
import { isMessage } from '../property/kind.ts';
import type { Item } from '../store/model.ts';
import { type Element, el } from '../xml/element.ts';
import { cardText } from './card.ts';
import { composeMime } from './compose.ts';

export async function mimeOf(item: Item, context: Context): Promise<Element | undefined> {
  const bytes = await mimeBytes(item, context);
  return el('MimeContent', bytes.toString('base64'), { CharacterSet: 'UTF-8' });
}

export async function mimeBytes(item: Item, context: Context): Promise<Buffer> {
  const keeps = item.mime !== undefined && !context.exchange.switches.regenerateMime;
  if (keeps && item.kind !== 'CalendarItem') return Buffer.from(item.mime!, 'base64');
  if (isMessage(item.kind) || item.kind === 'PostItem') return composeMime(item, context, { bcc: true });
  if (item.kind === 'CalendarItem') return Buffer.from(calendarText(item));
  // From 2010 SP3 on the others can be read too, though not set (MS-OXWSCORE R23091, R2012).
  return item.kind === 'Contact' ? Buffer.from(cardText(item)) : composeMime(item, context);
}
