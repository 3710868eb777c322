import type { Item } from '../store/model.ts';
import type { Context } from './context.ts';

export function advanceTask(_item: Item, _before: Item, _context: Context) {}

export function deleteTaskOccurrence(_item: Item, _context: Context) {}
