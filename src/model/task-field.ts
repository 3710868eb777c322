/** The fields of a task: a JSCalendar Task (RFC 8984). Phone calls, letters and faxes are tasks too, told apart on our side alone. */
import { body, subject } from './activity-field.ts';
import { categories, importance, sensitivity } from './copy-field.ts';
import { type Field, fixed, type Named, valueField } from './field.ts';
import { type Json, VENDOR } from './item.ts';
import { at, isObject, put, sorted, textAt } from './json.ts';
import { regarding } from './regarding-field.ts';
import { alertAt } from './reminder.ts';

/** Exchange keeps days alone; a time of day that the application gave stays while the day does. */
function day<const Name extends string>(name: Name, property: string): Named<Name> {
  const dayOf = (text: string | null) => text?.slice(0, 10) ?? null;
  return valueField({
    name,
    get: (content) => dayOf(textAt(content, property)),
    set: (content, value) => {
      if (value === dayOf(textAt(content, property))) return content;
      return put(content, [property], typeof value === 'string' ? `${value}T00:00:00` : null);
    },
  });
}

const STATUS = `${VENDOR}taskStatus`;

/**
 * Progress, percent and the day of completion, never split: a server sets each by the others. `status` says what RFC 8984 5.2.5
 * cannot: waiting, deferred.
 */
const completion = valueField({
  name: 'completion',
  directions: ['both', 'to-exchange', 'from-exchange', 'none'],
  get: (content) => {
    const value = {
      progress: textAt(content, 'progress'),
      status: textAt(content, STATUS),
      percentComplete: at(content, 'percentComplete'),
      completedAt: textAt(content, 'progressUpdated'),
    };
    return Object.values(value).every((part) => part === null) ? null : value;
  },
  set: (content, value) => {
    const parts = isObject(value) ? value : {};
    const progress = put(put(content, ['progress'], parts.progress ?? null), [STATUS], parts.status ?? null);
    return put(put(progress, ['percentComplete'], parts.percentComplete ?? null), ['progressUpdated'], parts.completedAt ?? null);
  },
  canonical: completed,
});

function completed(value: Json): Json {
  const progress = textAt(value, 'progress') ?? 'needs-action';
  const done = progress === 'completed';
  const percent = at(value, 'percentComplete');
  return {
    progress,
    status: done ? null : textAt(value, 'status'),
    percentComplete: done ? 100 : typeof percent === 'number' ? percent : 0,
    completed: done ? (textAt(value, 'completedAt')?.slice(0, 10) ?? null) : null,
  };
}

/** The moment, in UTC. */
const reminder = valueField({
  name: 'reminder',
  scope: 'copy',
  get: (content) => textAt(content, 'alerts', 'reminder', 'trigger', 'when'),
  set: (content, value) => alertAt(content, typeof value === 'string' ? { '@type': 'AbsoluteTrigger', when: value } : null),
  canonical: (value) => (typeof value === 'string' ? new Date(value).toJSON() : null),
});

/** Read and kept, with Exchange's own regenerating patterns; never written. */
export const recurrence = valueField({
  name: 'recurrence',
  ...fixed('from-exchange'),
  get: (content) => {
    const value = { rules: at(content, 'recurrenceRules'), regeneration: at(content, `${VENDOR}regeneration`) };
    return value.rules === null && value.regeneration === null ? null : value;
  },
  set: (content, value) =>
    put(put(content, ['recurrenceRules'], at(value, 'rules')), [`${VENDOR}regeneration`], at(value, 'regeneration')),
  canonical: sorted,
});

export const ACTIVITY_TYPE = `${VENDOR}activityType`;
/** task, phonecall, letter, fax; null: task. Exchange has no word for it. */
const activityType = valueField({
  name: 'activityType',
  ...fixed('none'),
  get: (content) => textAt(content, ACTIVITY_TYPE),
  set: (content, value) => put(content, [ACTIVITY_TYPE], value),
});

export const TASK_FIELDS = [
  subject,
  body,
  day('startDate', 'start'),
  day('dueDate', 'due'),
  completion,
  importance,
  categories,
  sensitivity,
  regarding,
  reminder,
  recurrence,
  activityType,
] as const satisfies readonly Field[];

export type TaskFieldName = (typeof TASK_FIELDS)[number]['name'];
