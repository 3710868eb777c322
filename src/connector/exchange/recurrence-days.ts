/** The days of a series, in order, by the pattern alone: for instance indexes, and to say whether a day is one of them. */
import type { Pattern, Series } from './recurrence.ts';

/** Exchange ends every series here (ErrorRecurrenceEndDateTooBig). */
const LAST_YEAR = 4500;

export function* daysOf({ pattern, range }: Series): Generator<Temporal.PlainDate> {
  const start = Temporal.PlainDate.from(range.start);
  let given = 0;
  for (const day of candidates(pattern, start)) {
    if (day.year > LAST_YEAR || (range.until !== null && day.toString() > range.until)) return;
    if (Temporal.PlainDate.compare(day, start) < 0) continue;
    if (range.count !== null && given >= range.count) return;
    given += 1;
    yield day;
  }
}

/** From 1, days that were deleted counted (InstanceIndex, MS-OXWSCDATA 2.2.4.40); null: none of the series. */
export function indexOfDay(series: Series, date: string): number | null {
  let index = 0;
  for (const day of daysOf(series)) {
    index += 1;
    const text = day.toString();
    if (text >= date) return text === date ? index : null;
  }
  return null;
}

/** Which of these dates are days of the series. */
export function daysAmong(series: Series, dates: readonly string[]): ReadonlySet<string> {
  const last = dates.toSorted().at(-1) ?? '';
  const wanted = new Set(dates);
  const found = new Set<string>();
  for (const day of daysOf(series)) {
    const text = day.toString();
    if (text > last) break;
    if (wanted.has(text)) found.add(text);
  }
  return found;
}

function candidates(pattern: Pattern, start: Temporal.PlainDate): Generator<Temporal.PlainDate> {
  switch (pattern.kind) {
    case 'daily':
      return days(start, pattern.interval);
    case 'weekly':
      return weeks(pattern, start);
    case 'monthly':
      return months(start, pattern.interval, (month) => clamped(month, pattern.day));
    case 'monthly-on':
      return months(start, pattern.interval, (month) => dayOn(month, pattern.days, pattern.index));
    case 'yearly':
      return months(start.with({ month: pattern.month, day: 1 }), 12, (month) => clamped(month, pattern.day));
    case 'yearly-on':
      return months(start.with({ month: pattern.month, day: 1 }), 12, (month) => dayOn(month, pattern.days, pattern.index));
  }
}

function* days(start: Temporal.PlainDate, interval: number): Generator<Temporal.PlainDate> {
  for (let day = start; day.year <= LAST_YEAR; day = day.add({ days: interval })) yield day;
}

function* weeks(
  { interval, days, firstDay }: Extract<Pattern, { kind: 'weekly' }>,
  start: Temporal.PlainDate,
): Generator<Temporal.PlainDate> {
  const first = start.subtract({ days: (start.dayOfWeek - firstDay + 7) % 7 });
  const offsets = days.map((day) => (day - firstDay + 7) % 7).sort((one, other) => one - other);
  for (let week = first; week.year <= LAST_YEAR; week = week.add({ weeks: interval })) {
    for (const offset of offsets) yield week.add({ days: offset });
  }
}

function* months(
  start: Temporal.PlainDate,
  interval: number,
  dayIn: (month: Temporal.PlainDate) => Temporal.PlainDate,
): Generator<Temporal.PlainDate> {
  for (let month = start.with({ day: 1 }); month.year <= LAST_YEAR; month = month.add({ months: interval })) yield dayIn(month);
}

const clamped = (month: Temporal.PlainDate, day: number) => month.with({ day: Math.min(day, month.daysInMonth) });

function dayOn(month: Temporal.PlainDate, wanted: readonly number[], index: number): Temporal.PlainDate {
  const all = Array.from({ length: month.daysInMonth }, (_, at) => month.add({ days: at }));
  const fitting = all.filter((day) => wanted.includes(day.dayOfWeek));
  return index < 0 ? fitting.at(-1)! : fitting[index - 1]!;
}
