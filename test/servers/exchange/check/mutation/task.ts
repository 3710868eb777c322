// Tasks switched off, piece by piece (MS-OXWSTASK).
import { each, eachLine, edit, lost, lostWith, type Mutation, taken, unread } from './mutation.ts';

const TEST = 'requirement/task';
const TASK_STATEMENTS = 'MS-OXWSTASK';
const SETTLE = 'property/settle-task.ts';
const lines = (text: string, make: Parameters<typeof eachLine>[3]) => eachLine(TEST, TASK_STATEMENTS, text, make);

export const TASK: readonly Mutation[] = [
  ...lines(
    `R42 ActualWork, R44 BillingInformation, R53 DueDate, R58 Mileage, R60 PercentComplete, R63 StartDate, R67 TotalWork
     R47 Companies, R49 Contacts`,
    lost,
  ),
  ...lines('R65 Status, R48 CompleteDate, R45 ChangeCount', unread),
  ...lines(
    `R115 RelativeYearlyRecurrence, R117 AbsoluteYearlyRecurrence, R119 RelativeMonthlyRecurrence
     R121 AbsoluteMonthlyRecurrence, R123 WeeklyRecurrence, R125 DailyRecurrence, R127 DailyRegeneration, R129 WeeklyRegeneration
     R131 MonthlyRegeneration, R133 YearlyRegeneration`,
    (pattern) => lostWith('Recurrence', pattern),
  ),
  ...each(TEST, TASK_STATEMENTS, {
    R102: taken('Status', 'Completed', 'NotStarted'),
    R103: taken('Status', 'Deferred', 'NotStarted'),
    R104: taken('Status', 'InProgress', 'NotStarted'),
    R105: taken('Status', 'NotStarted', 'Deferred'),
    R106: taken('Status', 'WaitingOnOthers', 'NotStarted'),
    R67001: edit(SETTLE, '? percent === 100 : date !== undefined', '? percent === 100 : false'),
    R67002: edit(SETTLE, 'VIEWS.includes(name)).at(-1)', 'VIEWS.includes(name)).at(0)'),
    R5555: edit('property/task.ts', `=== 'Completed'`, `=== 'nothing'`),
    R5556: edit('property/task.ts', `textOf(item, 'Status') === 'Completed'`, `textOf(item, 'Status') !== ''`),
    R5666: edit('property/task.ts', `el('IsRecurring', item.fields.Recurrence !== undefined)`, `el('IsRecurring', false)`),
    R5667: edit('property/task.ts', `el('IsRecurring', item.fields.Recurrence !== undefined)`, `el('IsRecurring', true)`),
    R174: edit('operation/delete-item.ts', '  disposeItem(', `  if (item.kind !== 'Task') disposeItem(`),
    R175: edit(
      'operation/delete-item.ts',
      `AffectedTaskOccurrences === 'SpecifiedOccurrenceOnly' &&`,
      'item.mime !== undefined &&',
    ),
  }),
];
