/** A server's rewriting is no edit, but for one: what it makes of a recurring task that is completed. */
import type { ItemContent, ItemKind } from '../model/item.ts';
import { textAt } from '../model/json.ts';
import { recurrence } from '../model/task-field.ts';

/**
 * Exchange keeps what was completed as a task of its own and takes the recurring one on to its next time, open again: that is news
 * to us, and not our value in its words. `written`: the fields that we wrote.
 */
export function wentOn(kind: ItemKind, written: readonly string[], readBack: ItemContent): boolean {
  if (kind !== 'task' || !written.includes('completion') || recurrence.get(readBack) === null) return false;
  return textAt(readBack, 'progress') !== 'completed';
}
