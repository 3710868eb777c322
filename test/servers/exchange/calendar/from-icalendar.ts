import type { Context } from '../property/context.ts';
import type { Item } from '../store/model.ts';

export function fillFromCalendar(_item: Item, _text: string, _context: Context) {}
