// The days of a series (MS-OXWSCDATA recurrence patterns and ranges).
import { refuse } from '../errors.ts';
import { child, childText, type Element } from '../xml/element.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const INDEXES = ['First', 'Second', 'Third', 'Fourth', 'Last'];
/** Nothing recurs after this day (reference 43 [doc]). */
const LAST_DAY = '4500-09-01';

export interface Rule {
  kind: string;
  interval: number;
  days: Set<number>;
  firstDay: number;
  dayOfMonth: number;
  month: number;
  index: number;
  start: Temporal.PlainDate;
  end: Temporal.PlainDate | undefined;
  count: number | undefined;
}

export function patternOf(recurrence: Element): Element {
  return recurrence.children.find((one) => !isRange(one)) ?? refuse('ErrorInvalidRequest', 'A recurrence needs a pattern.');
}

export function rangeOf(recurrence: Element): Element {
  return recurrence.children.find(isRange) ?? refuse('ErrorInvalidRequest', 'A recurrence needs a range.');
}

const isRange = (element: Element) => ['NoEndRecurrence', 'EndDateRecurrence', 'NumberedRecurrence'].includes(element.name);

/** Dates of a range may carry a zone; only the day counts. */
export const dayText = (text: string) => text.trim().slice(0, 10);

function daysOfWeek(text: string): Set<number> {
  const found = new Set<number>();
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (word === 'Day') for (let day = 1; day <= 7; day++) found.add(day);
    else if (word === 'Weekday') for (let day = 1; day <= 5; day++) found.add(day);
    else if (word === 'WeekendDay') for (const day of [6, 7]) found.add(day);
    else found.add(WEEKDAYS.indexOf(word) + 1);
  }
  return found;
}

export function readRule(recurrence: Element): Rule {
  const pattern = patternOf(recurrence);
  const range = rangeOf(recurrence);
  const start = Temporal.PlainDate.from(dayText(childText(range, 'StartDate') ?? ''));
  const endText = childText(range, 'EndDate');
  const count = childText(range, 'NumberOfOccurrences');
  return {
    kind: pattern.name,
    interval: Math.max(1, Number(childText(pattern, 'Interval') ?? 1)),
    days: daysOfWeek(childText(pattern, 'DaysOfWeek') ?? ''),
    firstDay: WEEKDAYS.indexOf(childText(pattern, 'FirstDayOfWeek') ?? 'Sunday') + 1,
    dayOfMonth: Number(childText(pattern, 'DayOfMonth') ?? 1),
    month: MONTHS.indexOf(childText(pattern, 'Month') ?? 'January') + 1,
    index: INDEXES.indexOf(childText(pattern, 'DayOfWeekIndex') ?? 'First'),
    start,
    end: endText === undefined ? undefined : Temporal.PlainDate.from(dayText(endText)),
    count: count === undefined ? undefined : Number(count),
  };
}

/** What makes a recurrence impossible (reference 43 [doc]). */
export function checkRecurrence(recurrence: Element) {
  const pattern = patternOf(recurrence);
  const days = childText(pattern, 'DaysOfWeek') ?? '';
  if (pattern.name === 'WeeklyRecurrence' && /\b(Day|Weekday|WeekendDay)\b/.test(days)) {
    refuse('ErrorCalendarInvalidDayForWeeklyRecurrence', 'A weekly recurrence names single days.');
  }
  const interval = Number(childText(pattern, 'Interval') ?? 1);
  const most = pattern.name.startsWith('Daily') ? 999 : 99;
  if (interval < 1 || interval > most) refuse('ErrorInvalidRecurrence', 'The interval of the recurrence is out of range.');
  const range = child(recurrence, 'EndDateRecurrence');
  const end = childText(range, 'EndDate');
  if (end !== undefined && dayText(end) > LAST_DAY) refuse('ErrorRecurrenceEndDateTooBig', 'The recurrence ends too late.');
  if (end !== undefined && dayText(end) < dayText(childText(range, 'StartDate') ?? '')) {
    refuse('ErrorCalendarEndDateIsEarlierThanStartDate');
  }
  const count = Number(childText(child(recurrence, 'NumberedRecurrence'), 'NumberOfOccurrences') ?? 1);
  if (count < 1 || count > 999) refuse('ErrorInvalidRecurrence', 'The number of occurrences is out of range.');
  if (daysOf(readRule(recurrence)).next().done) refuse('ErrorRecurrenceHasNoOccurrence', 'The recurrence has no occurrence.');
}

/** The days of the pattern in order, deleted ones included. */
export function* daysOf(rule: Rule): Generator<Temporal.PlainDate> {
  let given = 0;
  for (const day of candidates(rule)) {
    if (Temporal.PlainDate.compare(day, rule.start) < 0) continue;
    if (rule.end !== undefined && Temporal.PlainDate.compare(day, rule.end) > 0) return;
    if (rule.count !== undefined && given >= rule.count) return;
    if (day.year > 4500) return;
    given++;
    yield day;
  }
}

function* candidates(rule: Rule): Generator<Temporal.PlainDate> {
  if (rule.kind === 'DailyRecurrence' || rule.kind === 'DailyRegeneration') {
    for (let day = rule.start; ; day = day.add({ days: rule.interval })) yield day;
  }
  if (rule.kind === 'WeeklyRegeneration') for (let day = rule.start; ; day = day.add({ weeks: rule.interval })) yield day;
  if (rule.kind === 'MonthlyRegeneration')
    for (let number = 0; ; number++) yield rule.start.add({ months: number * rule.interval });
  if (rule.kind === 'YearlyRegeneration')
    for (let number = 0; ; number++) yield rule.start.add({ years: number * rule.interval });
  if (rule.kind === 'WeeklyRecurrence') yield* weeks(rule);
  const yearly = rule.kind.includes('Yearly');
  const first = yearly ? rule.start.with({ month: rule.month, day: 1 }) : rule.start.with({ day: 1 });
  const step = yearly ? { years: 1 } : { months: rule.interval };
  // A pattern that never fits (30 February) must end some time.
  for (let month = first; month.year <= 4500; month = month.add(step)) {
    const day = rule.kind.startsWith('Absolute') ? absoluteDay(month, rule.dayOfMonth) : relativeDay(month, rule);
    if (day !== undefined) yield day;
  }
}

function* weeks(rule: Rule): Generator<Temporal.PlainDate> {
  const back = (rule.start.dayOfWeek - rule.firstDay + 7) % 7;
  for (let week = rule.start.subtract({ days: back }); ; week = week.add({ weeks: rule.interval })) {
    for (let offset = 0; offset < 7; offset++) {
      const day = week.add({ days: offset });
      if (rule.days.has(day.dayOfWeek)) yield day;
    }
  }
}

/** The 31st of a short month is its last day [doc: DayOfMonth]. */
function absoluteDay(month: Temporal.PlainDate, day: number): Temporal.PlainDate {
  return month.with({ day: Math.min(day, month.daysInMonth) });
}

function relativeDay(month: Temporal.PlainDate, rule: Rule): Temporal.PlainDate | undefined {
  const fitting: Temporal.PlainDate[] = [];
  for (let day = 1; day <= month.daysInMonth; day++) {
    const one = month.with({ day });
    if (rule.days.has(one.dayOfWeek)) fitting.push(one);
  }
  return rule.index === 4 ? fitting.at(-1) : fitting[rule.index];
}
