// Tasks: Status, PercentComplete and CompleteDate are three views of one thing; the last one written in a request wins
// (reference 49 [doc], MS-OXWSTASK R67001).
import { isoSeconds } from '../clock.ts';
import { refuse } from '../errors.ts';
import type { Item } from '../store/model.ts';
import { el } from '../xml/element.ts';
import { type Context, setText, textOf } from './context.ts';

const VIEWS = ['Status', 'PercentComplete', 'CompleteDate'];

export function settleTask(item: Item, before: Item | undefined, touched: ReadonlySet<string>, context: Context) {
  const last = [...touched].filter((name) => VIEWS.includes(name)).at(-1);
  if (last !== undefined) settleCompletion(item, last, before, context);
  for (const name of ['StartDate', 'DueDate']) {
    const text = textOf(item, name);
    // Dates are kept as midnight UTC of the day that was written (49 [doc]).
    if (text !== undefined) setText(item, name, `${text.slice(0, 10)}T00:00:00Z`);
  }
  const [start, due] = [textOf(item, 'StartDate'), textOf(item, 'DueDate')];
  if (start !== undefined && due !== undefined && start > due) {
    if (touched.has('StartDate') && !touched.has('DueDate')) setText(item, 'DueDate', start);
    else if (touched.has('DueDate') && !touched.has('StartDate')) setText(item, 'StartDate', due);
    else refuse('ErrorInvalidArgument', 'The start date of a task is later than its due date.');
  }
  const count = Number(textOf(item, 'ChangeCount') ?? '0') + 1;
  item.fields.ChangeCount = el('ChangeCount', count);
}

function settleCompletion(item: Item, last: string, before: Item | undefined, context: Context) {
  const percent = Number(textOf(item, 'PercentComplete') ?? '0');
  if (percent < 0 || percent > 100) refuse('ErrorInvalidPercentCompleteValue', 'PercentComplete must be between 0 and 100.');
  const status = textOf(item, 'Status') ?? 'NotStarted';
  const date = textOf(item, 'CompleteDate');
  const wasComplete = before !== undefined && textOf(before, 'Status') === 'Completed';
  const done = last === 'Status' ? status === 'Completed' : last === 'PercentComplete' ? percent === 100 : date !== undefined;
  if (done) {
    if (last === 'CompleteDate' && Date.parse(date!) > context.mailbox.clock.now() + 86_400_000) {
      refuse('ErrorInvalidCompleteDate', 'CompleteDate is in the future.');
    }
    setText(item, 'Status', 'Completed');
    setText(item, 'PercentComplete', '100');
    setText(item, 'CompleteDate', `${(date ?? isoSeconds(context.mailbox.clock.now())).slice(0, 10)}T00:00:00Z`);
    return;
  }
  delete item.fields.CompleteDate;
  if (last === 'Status')
    setText(item, 'PercentComplete', status === 'NotStarted' ? '0' : percent === 100 ? '0' : String(percent));
  else if (last === 'PercentComplete') {
    const open = status === 'Completed' || status === 'NotStarted' || status === 'InProgress';
    if (open) setText(item, 'Status', percent > 0 ? 'InProgress' : 'NotStarted');
  } else if (wasComplete || status === 'Completed') {
    setText(item, 'Status', 'NotStarted');
    setText(item, 'PercentComplete', '0');
  }
}
