// RRULE to an EWS recurrence and back (RFC 5545 3.3.10; MS-OXCICAL 2.1.3.2.2 gives the correspondence).
import { refuse } from '../errors.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import { patternOf, rangeOf, WEEKDAYS } from './recurrence.ts';
import { instantOf, UTC, wallClock, type Zone } from './zone.ts';

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
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
const INDEXES: Readonly<Record<string, string>> = {
  '1': 'First',
  '2': 'Second',
  '3': 'Third',
  '4': 'Fourth',
  '5': 'Last',
  '-1': 'Last',
};

export function recurrenceOf(rule: string, start: Temporal.PlainDate, zone: Zone): Element {
  const parts = Object.fromEntries(rule.split(';').map((part) => part.split('=') as [string, string]));
  return el('Recurrence', [pattern(parts, start), range(parts, start, zone)]);
}

type Parts = Record<string, string | undefined>;

function pattern(parts: Parts, start: Temporal.PlainDate): Element {
  const interval = el('Interval', parts.INTERVAL ?? '1');
  const days = parts.BYDAY?.split(',') ?? [];
  const month = MONTHS[Number(parts.BYMONTH ?? start.month) - 1]!;
  const yearly = parts.FREQ === 'YEARLY';
  if (parts.FREQ === 'DAILY' && days.length === 0) return el('DailyRecurrence', [interval]);
  if (parts.FREQ === 'WEEKLY' || parts.FREQ === 'DAILY') {
    const named =
      days.length > 0 ? days.map((code) => WEEKDAYS[CODES.indexOf(code.slice(-2))]!) : [WEEKDAYS[start.dayOfWeek - 1]!];
    const first = WEEKDAYS[CODES.indexOf(parts.WKST ?? 'MO')]!;
    return el('WeeklyRecurrence', [interval, el('DaysOfWeek', named.join(' ')), el('FirstDayOfWeek', first)]);
  }
  if (parts.FREQ !== 'MONTHLY' && !yearly) refuse('ErrorMimeContentInvalid', 'This recurrence has no counterpart.');
  if (days.length > 0) {
    const index = INDEXES[parts.BYSETPOS ?? days[0]!.slice(0, -2)] ?? 'First';
    const place = [el('DaysOfWeek', dayWord(days.map((code) => code.slice(-2)))), el('DayOfWeekIndex', index)];
    return yearly
      ? el('RelativeYearlyRecurrence', [...place, el('Month', month)])
      : el('RelativeMonthlyRecurrence', [interval, ...place]);
  }
  const day = el('DayOfMonth', parts.BYMONTHDAY === '-1' ? '31' : (parts.BYMONTHDAY ?? String(start.day)));
  return yearly ? el('AbsoluteYearlyRecurrence', [day, el('Month', month)]) : el('AbsoluteMonthlyRecurrence', [interval, day]);
}

function dayWord(codes: string[]): string {
  if (codes.length === 7) return 'Day';
  const working = codes.filter((code) => code !== 'SA' && code !== 'SU').length;
  if (codes.length === 5 && working === 5) return 'Weekday';
  if (codes.length === 2 && working === 0) return 'WeekendDay';
  return WEEKDAYS[CODES.indexOf(codes[0]!)]!;
}

function range(parts: Parts, start: Temporal.PlainDate, zone: Zone): Element {
  const from = el('StartDate', start.toString());
  if (parts.COUNT !== undefined) return el('NumberedRecurrence', [from, el('NumberOfOccurrences', parts.COUNT)]);
  if (parts.UNTIL === undefined) return el('NoEndRecurrence', [from]);
  const [, year, month, day, time] =
    /^(\d{4})(\d\d)(\d\d)(T\d{6}Z)?$/.exec(parts.UNTIL) ?? refuse('ErrorMimeContentInvalid', 'UNTIL is no time.');
  const date = Temporal.PlainDate.from(`${year}-${month}-${day}`);
  const local =
    time === undefined
      ? date
      : wallClock(
          instantOf(date.toPlainDateTime(Temporal.PlainTime.from(`${time.slice(1, 3)}:${time.slice(3, 5)}`)), UTC),
          zone,
        ).toPlainDate();
  return el('EndDateRecurrence', [from, el('EndDate', local.toString())]);
}

function codesOf(pattern: Element): string[] {
  const words = (childText(pattern, 'DaysOfWeek') ?? '').split(/\s+/);
  return words.flatMap((word) =>
    word === 'Day'
      ? CODES
      : word === 'Weekday'
        ? CODES.slice(0, 5)
        : word === 'WeekendDay'
          ? CODES.slice(5)
          : [CODES[WEEKDAYS.indexOf(word)]!],
  );
}

export function ruleText(recurrence: Element, lastStart: (day: string) => string): string {
  const one = patternOf(recurrence);
  const ending = rangeOf(recurrence);
  const interval = childText(one, 'Interval') ?? '1';
  const codes = codesOf(one).filter(Boolean);
  const month = MONTHS.indexOf(childText(one, 'Month') ?? '') + 1;
  const position = Object.keys(INDEXES).find((key) => INDEXES[key] === childText(one, 'DayOfWeekIndex') && key !== '5') ?? '1';
  const place = codes.length === 1 ? `BYDAY=${position}${codes[0]}` : `BYDAY=${codes.join(',')};BYSETPOS=${position}`;
  const forms: Readonly<Record<string, string>> = {
    DailyRecurrence: `FREQ=DAILY;INTERVAL=${interval}`,
    WeeklyRecurrence: `FREQ=WEEKLY;INTERVAL=${interval};BYDAY=${codes.join(',')};WKST=${CODES[WEEKDAYS.indexOf(childText(one, 'FirstDayOfWeek') ?? 'Sunday')]}`,
    AbsoluteMonthlyRecurrence: `FREQ=MONTHLY;INTERVAL=${interval};BYMONTHDAY=${childText(one, 'DayOfMonth')}`,
    RelativeMonthlyRecurrence: `FREQ=MONTHLY;INTERVAL=${interval};${place}`,
    AbsoluteYearlyRecurrence: `FREQ=YEARLY;BYMONTHDAY=${childText(one, 'DayOfMonth')};BYMONTH=${month}`,
    RelativeYearlyRecurrence: `FREQ=YEARLY;${place};BYMONTH=${month}`,
  };
  const count = childText(ending, 'NumberOfOccurrences');
  const end = child(ending, 'EndDate')?.text;
  const range = count !== undefined ? `;COUNT=${count}` : end !== undefined ? `;UNTIL=${lastStart(end)}` : '';
  return `${forms[one.name] ?? ''}${range}`;
}
