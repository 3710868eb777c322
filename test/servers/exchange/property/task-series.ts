// Recurring tasks: completing one makes a completed copy and moves the master to the next date (reference 49 [doc]).

import { daysOf, patternOf, rangeOf, readRule } from '../calendar/recurrence.ts';
import { refuse } from '../errors.ts';
import { copyOf, createdEvents, itemEvent } from '../operation/items.ts';
import type { Item } from '../store/model.ts';
import { childText, type Element, el } from '../xml/element.ts';
import { type Context, setText, textOf } from './context.ts';

function dayOf(item: Item): Temporal.PlainDate {
  const recurrence = item.fields.Recurrence!;
  return Temporal.PlainDate.from(
    (textOf(item, 'DueDate') ?? textOf(item, 'StartDate') ?? childText(rangeOf(recurrence), 'StartDate') ?? '').slice(0, 10),
  );
}

/** The day after this one by the pattern; a regenerating task counts from the day of completion. */
function nextDay(item: Item, completed: Temporal.PlainDate): Temporal.PlainDate | undefined {
  const recurrence = item.fields.Recurrence!;
  const rule = readRule(recurrence);
  if (patternOf(recurrence).name.endsWith('Regeneration')) {
    const [, second] = daysOf({ ...rule, start: completed, count: undefined, end: undefined }).take(2);
    return second;
  }
  const here = dayOf(item);
  for (const day of daysOf(rule)) if (Temporal.PlainDate.compare(day, here) > 0) return day;
  return undefined;
}

/** Moves the master on; false when this was the last one. */
function moveOn(item: Item, completed: Temporal.PlainDate): boolean {
  const next = nextDay(item, completed);
  if (next === undefined) return false;
  const days = { days: dayOf(item).until(next).days };
  for (const name of ['StartDate', 'DueDate']) {
    const text = textOf(item, name);
    if (text !== undefined) setText(item, name, `${Temporal.PlainDate.from(text.slice(0, 10)).add(days).toString()}T00:00:00Z`);
  }
  if (textOf(item, 'DueDate') === undefined && textOf(item, 'StartDate') === undefined)
    setText(item, 'DueDate', `${next.toString()}T00:00:00Z`);
  item.fields.Recurrence = shortened(item.fields.Recurrence!, next);
  return true;
}

/** The rest of a numbered series. */
function shortened(recurrence: Element, next: Temporal.PlainDate): Element {
  const range = rangeOf(recurrence);
  const count = childText(range, 'NumberOfOccurrences');
  if (count === undefined) return recurrence;
  const rest = el(range.name, [el('StartDate', next.toString()), el('NumberOfOccurrences', Math.max(1, Number(count) - 1))]);
  return el('Recurrence', [patternOf(recurrence), rest]);
}

export function advanceTask(item: Item, before: Item, context: Context) {
  const done = textOf(item, 'Status') === 'Completed' && textOf(before, 'Status') !== 'Completed';
  if (!done || item.fields.Recurrence === undefined) return;
  const { mailbox } = context;
  const copy = copyOf(item);
  delete copy.fields.Recurrence;
  const completed = Temporal.PlainDate.from((textOf(item, 'CompleteDate') ?? '').slice(0, 10));
  if (!moveOn(item, completed)) return;
  mailbox.place(copy, mailbox.folders.get(item.folder)!);
  createdEvents(mailbox, copy);
  setText(item, 'Status', 'NotStarted');
  setText(item, 'PercentComplete', '0');
  delete item.fields.CompleteDate;
  mailbox.touch(item);
}

export function deleteTaskOccurrence(item: Item, context: Context) {
  // The last one cannot be taken out, only the whole task (reference 49 [doc]).
  if (!moveOn(item, dayOf(item))) refuse('ErrorCannotDeleteTaskOccurrence', 'This is the last occurrence of the task.');
  context.mailbox.touch(item);
  itemEvent(context.mailbox, 'Modified', item);
}
