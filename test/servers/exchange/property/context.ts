// What reading and writing a property needs to know besides the item.
import type { Zone } from '../calendar/zone.ts';
import type { Exchange } from '../exchange.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item } from '../store/model.ts';
import { type Element, el } from '../xml/element.ts';

export interface Context {
  exchange: Exchange;
  mailbox: Mailbox;
  /** The request's TimeZoneContext. */
  zone: Zone | undefined;
  bodyType: 'Best' | 'HTML' | 'Text';
  /** Exchange2007 requests carry MeetingTimeZone instead of StartTimeZone (reference 38 [doc]). */
  legacy: boolean;
}

export type Reader = (item: Item, context: Context) => Element | undefined;

export function textOf(item: Item, element: string): string | undefined {
  return item.fields[element]?.text;
}

export function setText(item: Item, element: string, text: string | undefined) {
  if (text === undefined) delete item.fields[element];
  else item.fields[element] = el(element, text);
}

/** A text of the item, or the default. */
export const plainReader =
  (element: string, otherwise: string): Reader =>
  (item) =>
    item.fields[element] ?? el(element, otherwise);
