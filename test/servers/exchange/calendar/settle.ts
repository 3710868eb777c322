import type { Context } from '../property/context.ts';
import type { Item } from '../store/model.ts';

export function settleCalendar(_item: Item, _before: Item | undefined, _touched: ReadonlySet<string>, _context: Context) {}
