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
import { ownersPlace } from '../operation/get-user-configuration.ts';
import type { Setting } from '../property.ts';
import { createItemStep, deleteItemStep, updateItemStep } from '../step.ts';
import { taskMap } from './task-map.ts';

const EMPTY: ItemContent = { '@type': 'Task' };
type TaskMap = ReturnType<typeof taskMap>;
const NAMES = TASK_FIELDS.map(({ name }) => name);

/** One for each session: it learns the zone of the mailbox's owner. */
export function createTaskKind(): Kind {
  let zone: string | null = null;
  const map = taskMap(() => zone);
  return {
    ...{ kind: 'task', home: 'tasks', folder: 'TasksFolder' },
    ...{ elements: ['Task'], hidden: [], properties: pathsOf(map) },
    async prepare(ews) {
      zone = await ownersPlace(ews);
    },
    read: async (item) => ({ content: readFields<TaskFieldName>(TASK_FIELDS, map, item, EMPTY) }),
    steps: (change) => stepsOf(change, map),
  };
}

function stepsOf(change: ItemChange, map: TaskMap): readonly Step[] {
  switch (change.change) {
    case 'create': {
      const { content, folder, key } = change;
      return [createItemStep({ element: 'Task', folder, key, settings: settingsOf(content, NAMES, null, map) })];
    }
    case 'update': {
      const { content, fields, theirs, key } = change;
      const settings = settingsOf(content, fields, theirs.content, map);
      return settings.length === 0 && key === null ? [] : [updateItemStep({ element: 'Task', theirs, key, settings })];
    }
    case 'delete':
      return [deleteItemStep()];
    case 'respond':
      return [];
  }
}

function settingsOf(ours: ItemContent, names: readonly string[], theirs: ItemContent | null, map: TaskMap): readonly Setting[] {
  return writeFields<TaskFieldName>(TASK_FIELDS, map, names, { ours, theirs });
}
