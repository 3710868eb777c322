/**
 * What Exchange can hold of a series: one of six patterns, and how long it goes on (MS-OXWSCDATA 2.2.4.60 to 2.2.4.66). It stands
 * between JSCalendar's rules (`recurrence-rule.ts`) and the days (`recurrence-days.ts`); here is its form on the wire.
 */
import { Failure } from '../../model/failure.ts';
import { type Element, textOf } from './read-answer.ts';

export interface Series {
  readonly pattern: Pattern;
  readonly range: Range;
}

/** Days are 1 (Monday) to 7; `index` is 1 to 4, or -1 for the last. A day that a month does not have is its last one. */
export type Pattern =
  | { readonly kind: 'daily'; readonly interval: number }
  | { readonly kind: 'weekly'; readonly interval: number; readonly days: readonly number[]; readonly firstDay: number }
  | { readonly kind: 'monthly'; readonly interval: number; readonly day: number }
  | { readonly kind: 'monthly-on'; readonly interval: number; readonly days: readonly number[]; readonly index: number }
  | { readonly kind: 'yearly'; readonly month: number; readonly day: number }
  | { readonly kind: 'yearly-on'; readonly month: number; readonly days: readonly number[]; readonly index: number };

/** Dates as yyyy-MM-dd, both included; without `until` and `count` it never ends. */
export interface Range {
  readonly start: string;
  readonly until: string | null;
  readonly count: number | null;
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const INDEXES = ['First', 'Second', 'Third', 'Fourth', 'Last'];
const GROUPS: Readonly<Record<string, readonly number[]>> = {
  Day: [1, 2, 3, 4, 5, 6, 7],
  Weekday: [1, 2, 3, 4, 5],
  WeekendDay: [6, 7],
};

/** Days of the week in one word of Exchange; null: there is none for these. */
export function dayGroup(days: readonly number[]): string | null {
  if (days.length === 1) return DAYS[days[0]! - 1] ?? null;
  return Object.keys(GROUPS).find((name) => GROUPS[name]!.join() === days.join()) ?? null;
}

export function writeRecurrence({ pattern, range }: Series): string {
  return `<t:Recurrence>${writePattern(pattern)}${writeRange(range)}</t:Recurrence>`;
}

const tag = (name: string, value: string | number) => `<t:${name}>${value}</t:${name}>`;
const indexName = (index: number) => INDEXES[index < 0 ? 4 : index - 1]!;

function writePattern(pattern: Pattern): string {
  const on = (days: readonly number[], index: number) =>
    tag('DaysOfWeek', dayGroup(days) ?? '') + tag('DayOfWeekIndex', indexName(index));
  switch (pattern.kind) {
    case 'daily':
      return tag('DailyRecurrence', tag('Interval', pattern.interval));
    case 'weekly': {
      const days = pattern.days.map((day) => DAYS[day - 1]).join(' ');
      const first = tag('FirstDayOfWeek', DAYS[pattern.firstDay - 1]!);
      return tag('WeeklyRecurrence', tag('Interval', pattern.interval) + tag('DaysOfWeek', days) + first);
    }
    case 'monthly':
      return tag('AbsoluteMonthlyRecurrence', tag('Interval', pattern.interval) + tag('DayOfMonth', pattern.day));
    case 'monthly-on':
      return tag('RelativeMonthlyRecurrence', tag('Interval', pattern.interval) + on(pattern.days, pattern.index));
    case 'yearly':
      return tag('AbsoluteYearlyRecurrence', tag('DayOfMonth', pattern.day) + tag('Month', MONTHS[pattern.month - 1]!));
    case 'yearly-on':
      return tag('RelativeYearlyRecurrence', on(pattern.days, pattern.index) + tag('Month', MONTHS[pattern.month - 1]!));
  }
}

function writeRange({ start, until, count }: Range): string {
  const from = tag('StartDate', start);
  if (until !== null) return tag('EndDateRecurrence', from + tag('EndDate', until));
  if (count !== null) return tag('NumberedRecurrence', from + tag('NumberOfOccurrences', count));
  return tag('NoEndRecurrence', from);
}

/** Failure('garbled') for a pattern that is none of the six (a task may regenerate instead: see `translate/task.ts`). */
export function readRecurrence(recurrence: Element): Series {
  return { pattern: readPattern(recurrence), range: readRange(recurrence) };
}

function readPattern(recurrence: Element): Pattern {
  const part = recurrence.children.find(({ name }) => name in READERS);
  if (part === undefined) throw new Failure('garbled', 'the recurrence has no pattern that is known');
  return READERS[part.name]!(part);
}

const READERS: Readonly<Record<string, (part: Element) => Pattern>> = {
  DailyRecurrence: (part) => ({ kind: 'daily', interval: intervalOf(part) }),
  WeeklyRecurrence: (part) => ({
    ...{ kind: 'weekly', interval: intervalOf(part), days: daysOf(part) },
    // MS-OXWSCDATA 2.2.4.78: Sunday where it is left out.
    firstDay: DAYS.indexOf(textOf(part, 'FirstDayOfWeek')?.trim() ?? 'Sunday') + 1 || 7,
  }),
  AbsoluteMonthlyRecurrence: (part) => ({ kind: 'monthly', interval: intervalOf(part), day: number(part, 'DayOfMonth') }),
  RelativeMonthlyRecurrence: (part) => ({
    ...{ kind: 'monthly-on', interval: intervalOf(part), days: daysOf(part), index: indexOf(part) },
  }),
  AbsoluteYearlyRecurrence: (part) => ({ kind: 'yearly', month: monthOf(part), day: number(part, 'DayOfMonth') }),
  RelativeYearlyRecurrence: (part) => ({
    ...{ kind: 'yearly-on', month: monthOf(part), days: daysOf(part), index: indexOf(part) },
  }),
};

const intervalOf = (part: Element) => Math.max(1, Number(textOf(part, 'Interval') ?? 1) || 1);
const monthOf = (part: Element) => known(MONTHS.indexOf(wordIn(part, 'Month')) + 1, 'its month');
const wordIn = (part: Element, name: string) => textOf(part, name)?.trim() ?? '';

/** A pattern of which a part cannot be understood has no days that anybody knows. */
function known(value: number, what: string): number {
  if (!(value > 0)) throw new Failure('garbled', `of the recurrence ${what} cannot be understood`);
  return value;
}

function number(part: Element, name: string): number {
  const value = Number(textOf(part, name));
  return known(Number.isInteger(value) && value <= 31 ? value : 0, 'its day');
}

function indexOf(part: Element): number {
  const index = known(INDEXES.indexOf(wordIn(part, 'DayOfWeekIndex')) + 1, 'which of the days');
  return index === 5 ? -1 : index;
}

function daysOf(part: Element): number[] {
  const words = wordIn(part, 'DaysOfWeek').split(/\s+/).filter(Boolean);
  const days = words.flatMap((word) => GROUPS[word] ?? [known(DAYS.indexOf(word) + 1, 'its days of the week')]);
  known(days.length, 'its days of the week');
  return [...new Set(days)].sort((one, other) => one - other);
}

/** Dates may come with a zone (`2026-11-02Z`, `2026-11-02+01:00`): only the day counts. */
function readRange(recurrence: Element): Range {
  const range = recurrence.children.find(({ name }) => /^(NoEnd|EndDate|Numbered)Recurrence$/.test(name));
  const date = (name: string) => textOf(range, name)?.trim().slice(0, 10) ?? null;
  const count = Number(textOf(range, 'NumberOfOccurrences') ?? 0) || null;
  return { start: date('StartDate') ?? '', until: date('EndDate'), count };
}
