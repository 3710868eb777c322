/** Where each field of a task stands in Exchange (MS-OXWSTASK 2.2.4). */
import { importanceOf } from '../../../model/copy-field.ts';
import type { ItemContent, Json } from '../../../model/item.ts';
import { at, textAt } from '../../../model/json.ts';
import { recurrence as recurrenceField, type TaskFieldName } from '../../../model/task-field.ts';
import { asText, bodyValue, categories, instantOf, type Mapping, sensitivity, text, textIn } from '../field.ts';
import { field, type Path, type Setting, valueAt } from '../property.ts';
import { childOf, type Element, isTrue, textOf } from '../read-answer.ts';
import { readRecurrence } from '../recurrence.ts';
import { ruleOf } from '../recurrence-rule.ts';
import { regarding } from './regarding.ts';
import { completedDay, plannedDay } from './task-day.ts';

const STATUS = field('task:Status');
const PERCENT = field('task:PercentComplete');
const COMPLETED = field('task:CompleteDate');
/** IANA zone of the mailbox's owner; null until it is known. */
type Zone = () => string | null;
const setting = (path: Path, value: string | null): Setting => ({ path, value });

function day(uri: string, zone: Zone): Mapping {
  const path = field(uri);
  return {
    paths: [path],
    read: (item) => plannedDay(valueAt(item, path), zone()),
    write: (value) => [setting(path, asText(value) === null ? null : `${value}T00:00:00Z`)],
  };
}

/**
 * Status, percent and day of completion are three views of one thing, and what a server processes last wins (MS-OXWSTASK
 * 2.2.4.6): the day says all of a completed task; of one that is there already it goes behind the status, for servers to which it does
 * not; of an open one percent goes first, the status last.
 */
const completion = (zone: Zone): Mapping => ({
  paths: [STATUS, PERCENT, COMPLETED],
  read(item) {
    const status = textIn(item, STATUS)?.trim() ?? 'NotStarted';
    // A hundred would be done; what is nearly done is not.
    const percent = Math.min(99, Math.round(Number(textIn(item, PERCENT) ?? 0)));
    const { progress, also } = READ[status] ?? READ.InProgress!;
    if (progress === 'completed') {
      const done = completedDay(valueAt(item, COMPLETED), zone());
      return { progress, status: null, percentComplete: 100, completedAt: done === null ? null : `${done}T00:00:00Z` };
    }
    if (status === 'NotStarted' && !(percent > 0)) return null;
    return { progress, status: also, percentComplete: percent > 0 ? percent : null, completedAt: null };
  },
  write(value, { theirs }) {
    const progress = textAt(value, 'progress') ?? 'needs-action';
    const also = WAITING[textAt(value, 'status') ?? ''];
    if (OVER.includes(progress)) return completed(textAt(value, 'completedAt'), zone(), theirs !== null && !isRecurring(theirs));
    if (also !== undefined) return [...percentOf(value), setting(STATUS, also)];
    if (progress === 'in-process') return [...percentOf(value), setting(STATUS, 'InProgress')];
    return [setting(STATUS, 'NotStarted')];
  },
});

const READ: Readonly<Record<string, { readonly progress: string; readonly also: string | null }>> = {
  NotStarted: { progress: 'needs-action', also: null },
  InProgress: { progress: 'in-process', also: null },
  Completed: { progress: 'completed', also: null },
  WaitingOnOthers: { progress: 'in-process', also: 'waiting' },
  Deferred: { progress: 'needs-action', also: 'deferred' },
};
const WAITING: Readonly<Record<string, string>> = { waiting: 'WaitingOnOthers', deferred: 'Deferred' };
/** What is given up is over; Exchange has no other word for it. */
const OVER = ['completed', 'cancelled', 'failed'];

/** One that is recurring goes on with its next time: one word that it is over is enough. */
const isRecurring = (task: ItemContent) => recurrenceField.get(task) !== null;

function completed(at: string | null, zone: string | null, sayTwice: boolean): Setting[] {
  const status = at === null || sayTwice ? [setting(STATUS, 'Completed')] : [];
  return [...status, ...(at === null ? [] : [setting(COMPLETED, `${completedDay(at, zone) ?? at.slice(0, 10)}T00:00:00Z`)])];
}

/** A hundred would complete it. */
function percentOf(value: Json): Setting[] {
  const percent = at(value, 'percentComplete');
  return typeof percent === 'number' && percent >= 0 && percent < 100 ? [setting(PERCENT, String(Math.round(percent)))] : [];
}

const BODY = field('item:Body');
const body: Mapping = {
  paths: [BODY],
  read(item) {
    const words = textIn(item, BODY);
    if (words === null) return null;
    return { text: words, type: childOf(item, 'Body')?.attributes.BodyType === 'HTML' ? 'text/html' : 'text/plain' };
  },
  write(value) {
    const isHtml = textAt(value, 'type')?.toLowerCase().startsWith('text/html') === true;
    return [{ path: BODY, value: bodyValue(asText(at(value, 'text')) ?? '', isHtml ? 'HTML' : 'Text') }];
  },
};

const IMPORTANCE = field('item:Importance');
const PRIORITIES: Readonly<Record<string, number>> = { High: 1, Low: 9 };
const importance: Mapping = {
  paths: [IMPORTANCE],
  read: (item) => PRIORITIES[valueAt(item, IMPORTANCE) ?? ''] ?? null,
  write: (value) => [setting(IMPORTANCE, { high: 'High', normal: 'Normal', low: 'Low' }[importanceOf(value)])],
};

const REMINDER_SET = field('item:ReminderIsSet');
const REMINDER = field('item:ReminderDueBy');
const reminder: Mapping = {
  paths: [REMINDER_SET, REMINDER],
  read(item) {
    const at = instantOf(valueAt(item, REMINDER));
    return isTrue(valueAt(item, REMINDER_SET)) && at !== null ? utc(at) : null;
  },
  write(value) {
    const at = instantOf(asText(value) ?? undefined);
    return at === null ? [setting(REMINDER_SET, 'false')] : [setting(REMINDER, utc(at)), setting(REMINDER_SET, 'true')];
  },
};

const utc = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Exchange's own: the next one comes that long after the completion of this (MS-OXWSTASK 2.2.4.1). */
const REGENERATION: Readonly<Record<string, string>> = {
  DailyRegeneration: 'daily',
  WeeklyRegeneration: 'weekly',
  MonthlyRegeneration: 'monthly',
  YearlyRegeneration: 'yearly',
};

const recurrence: Mapping = {
  paths: [field('task:Recurrence')],
  read(item) {
    const found = childOf(item, 'Recurrence');
    if (found === undefined) return null;
    const again = found.children.find(({ name }) => name in REGENERATION);
    return again === undefined ? { rules: [ruleOf(readRecurrence(found))], regeneration: null } : regenerated(again);
  },
  write: () => [],
};

function regenerated(pattern: Element): Json {
  const interval = Number(textOf(pattern, 'Interval') ?? 1);
  return { rules: null, regeneration: { frequency: REGENERATION[pattern.name]!, interval } };
}

const ours: Mapping = { paths: [], read: () => null, write: () => [] };

export const taskMap = (zone: Zone): Readonly<Record<TaskFieldName, Mapping>> => ({
  subject: text(field('item:Subject')),
  body,
  startDate: day('task:StartDate', zone),
  dueDate: day('task:DueDate', zone),
  completion: completion(zone),
  importance,
  categories,
  sensitivity,
  regarding,
  reminder,
  recurrence,
  activityType: ours,
});
