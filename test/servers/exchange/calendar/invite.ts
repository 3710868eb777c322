import type { Context } from '../property/context.ts';
import type { Item } from '../store/model.ts';

export async function sendInvitations(_item: Item, _context: Context, _mode: string): Promise<void> {}

export async function sendUpdates(_item: Item, _before: Item, _context: Context, _mode: string): Promise<void> {}

export async function sendCancellations(_item: Item, _context: Context, _mode: string): Promise<void> {}
