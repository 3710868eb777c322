/** Whether a deletion on one side is one on the other: the matrix, and in words why not. */
import { isSeries } from '../model/appointment-time.ts';
import type { ItemContent, ItemKind } from '../model/item.ts';
import { at, textAt } from '../model/json.ts';
import { ACTIVITY_TYPE } from '../model/task-field.ts';
import type { DeletionCondition, DeletionMatrix, DeletionRow } from './item-policy.ts';
import { isPast } from './past.ts';
import type { PlanInput } from './plan-input.ts';

export function rowOf(kind: ItemKind, content: ItemContent): DeletionRow {
  if (kind !== 'appointment') return kind;
  if (textAt(content, ACTIVITY_TYPE) === 'service') return 'service';
  return isSeries(content) ? 'series' : 'appointment';
}

/** Completed or cancelled in the application. */
export function isClosed(content: ItemContent): boolean {
  const said = [textAt(content, 'status'), textAt(content, 'progress')];
  return said.some((status) => status === 'cancelled' || status === 'completed' || status === 'failed');
}

const HOLDS: Record<DeletionCondition, (input: PlanInput) => boolean> = {
  open: ({ ours }) => ours === null || !isClosed(ours.content),
  'not-past': ({ ours, theirs, now }) => !isPast((ours ?? theirs)!.content, now),
  organizer: ({ theirs }) => theirs?.meeting == null || theirs.meeting.role === 'organizer',
  'not-owner': ({ ours, mailbox }) => ours?.owner !== mailbox,
  'open-there': ({ theirs }) => at(theirs?.content ?? null, 'progress') !== 'completed',
};

const WORDS: Record<DeletionCondition, string> = {
  open: 'it is completed or cancelled in the application',
  'not-past': 'it is over',
  organizer: 'the user of the mailbox is not its organizer',
  'not-owner': 'the user of the mailbox owns it in the application',
  'open-there': 'it is completed in Exchange',
};

const ONLY_UNLINKED: Record<keyof DeletionMatrix, string> = {
  there: 'was deleted in Exchange and is kept in the application',
  here: 'was deleted in the application and is kept in Exchange',
  left: 'belongs to the mailbox no more and is kept in Exchange',
};

/** Null: deleted on the other side too. Otherwise the reason why the two come apart instead. */
export function whyKept(input: PlanInput, column: keyof DeletionMatrix): string | null {
  const content = (input.ours ?? input.theirs)?.content;
  if (content === undefined) return null;
  const row = rowOf(input.kind, content);
  const rule = input.policy.deletions[column][row];
  if (column === 'there' && !input.primary && input.theirs?.meeting?.role === 'attendee') {
    return `The ${row} ${ONLY_UNLINKED[column]}: others have the meeting still.`;
  }
  if (rule === 'unlink') return `The ${row} ${ONLY_UNLINKED[column]}: so it is configured.`;
  const failing = rule.when.filter((condition) => !HOLDS[condition](input));
  if (failing.length === 0) return null;
  return `The ${row} ${ONLY_UNLINKED[column]}: ${failing.map((condition) => WORDS[condition]).join(', and ')}.`;
}
