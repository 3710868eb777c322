/**
 * Tasks: JSCalendar (RFC 8984) and Exchange's Task (MS-OXWSTASK), field by field as `task-map.ts` says. Phone calls, letters and
 * faxes are tasks there; which one it is stays on our side.
 *
 * A recurring task is one item that moves on when it is completed, while a completed copy stays behind, our key and all: the same
 * record and attempt twice. Its rule is read and kept, and never written.
 */
import type { ItemContent } from '../../../model/item.ts';
import { TASK_FIELDS, type TaskFieldName } from '../../../model/task-field.ts';
import type { ItemChange, Step } from '../../connector.ts';
import { pathsOf, readFields, writeFields } from '../field.ts';
import type { Kind } from '../item-kind.ts';
import type { Setting } from '../property.ts';
import { createItemStep, deleteItemStep, updateItemStep } from '../step.ts';
import { TASK_MAP } from './task-map.ts';

const EMPTY: ItemContent = { '@type': 'Task' };
const NAMES = TASK_FIELDS.map(({ name }) => name);

export const taskKind: Kind = {
  ...{ kind: 'task', home: 'tasks', folder: 'TasksFolder', bodyType: 'Best' },
  ...{ elements: ['Task'], hidden: [], properties: pathsOf(TASK_MAP) },
  read: async (item) => ({ content: readFields<TaskFieldName>(TASK_FIELDS, TASK_MAP, item, EMPTY) }),
  steps: stepsOf,
};

function stepsOf(change: ItemChange): readonly Step[] {
  switch (change.change) {
    case 'create': {
      const { content, folder, key } = change;
      return [createItemStep({ element: 'Task', folder, key, settings: settingsOf(content, NAMES, null) })];
    }
    case 'update': {
      const { content, fields, theirs, key } = change;
      const settings = settingsOf(content, fields, theirs.content);
      return settings.length === 0 && key === null ? [] : [updateItemStep({ element: 'Task', theirs, key, settings })];
    }
    case 'delete':
      return [deleteItemStep()];
    case 'respond':
      return [];
  }
}

const settingsOf = (ours: ItemContent, names: readonly string[], theirs: ItemContent | null): readonly Setting[] =>
  writeFields<TaskFieldName>(TASK_FIELDS, TASK_MAP, names, { ours, theirs });
