// Properties of tasks (MS-OXWSTASK).

import type { Item } from '../store/model.ts';
import { el } from '../xml/element.ts';
import { plainReader, type Reader, textOf } from './context.ts';

export const isComplete = (item: Item) => textOf(item, 'Status') === 'Completed';

/** What Outlook shows for a status; read-only (reference 49 [doc]). */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  NotStarted: 'Not Started',
  InProgress: 'In Progress',
  Completed: 'Completed',
  WaitingOnOthers: 'Waiting on someone else',
  Deferred: 'Deferred',
};

export const TASK: Record<string, Reader> = {
  Status: plainReader('Status', 'NotStarted'),
  StatusDescription: (item) => el('StatusDescription', DESCRIPTIONS[textOf(item, 'Status') ?? 'NotStarted'] ?? 'Not Started'),
  PercentComplete: plainReader('PercentComplete', '0'),
  IsComplete: (item) => el('IsComplete', isComplete(item)),
  IsRecurring: (item) => el('IsRecurring', item.fields.Recurrence !== undefined),
  IsTeamTask: () => el('IsTeamTask', false),
  IsAssignmentEditable: () => el('IsAssignmentEditable', 0),
  ChangeCount: plainReader('ChangeCount', '1'),
  DelegationState: () => el('DelegationState', 'NoMatch'),
  Owner: (item, context) => item.fields.Owner ?? el('Owner', context.mailbox.name),
};
