/**
 * JSCalendar's recurrence rules (RFC 8984 4.3.3) and what Exchange can hold of them. What it cannot is refused with a sentence,
 * never bent.
 *
 * Normalised on the way: a rule by its days alone becomes weekly; the first Tuesday is written by nthOfPeriod, a group of days by
 * bySetPosition; `until` is the end of its day; what happens every n-th year is a monthly pattern to Exchange and comes back as
 * yearly; the day of the start is said where the rule left it open.
 */
import { Failure } from '../../model/failure.ts';
import type { Json } from '../../model/item.ts';
import { dayGroup, type Pattern, type Range, type Series } from './recurrence.ts';
import { daysOf } from './recurrence-days.ts';

type Rule = { readonly [property: string]: Json };
const CODES = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const UNHELD = ['byHour', 'byMinute', 'bySecond', 'byWeekNo', 'byYearDay'];

const refused = (why: string) => new Failure('refused', `Exchange cannot hold this recurrence: ${why}`);

/** `start` is the LocalDateTime of the first occurrence. Null: no series. Failure('refused') for what Exchange cannot hold. */
export function seriesOf(rules: Json | undefined, start: string): Series | null {
  if (!Array.isArray(rules) || rules.length === 0) return null;
  if (rules.length > 1) throw refused('more than one rule');
  const rule = rules[0] as Rule;
  checkHeld(rule);
  const series = { pattern: patternOf(rule, Temporal.PlainDate.from(start.slice(0, 10))), range: rangeOf(rule, start) };
  checkLimits(series);
  return series;
}

function checkHeld(rule: Rule): void {
  const found = UNHELD.find((name) => rule[name] !== undefined && numbers(rule, name).length > 0);
  if (found !== undefined) throw refused(found);
  if ((rule.rscale ?? 'gregorian') !== 'gregorian') throw refused(`the calendar ${String(rule.rscale)}`);
  if (rule.skip === 'forward') throw refused('skip forward');
  if (rule.count !== undefined && rule.until !== undefined) throw refused('count together with until');
}

function checkLimits(series: Series): void {
  const { pattern, range } = series;
  const interval = 'interval' in pattern ? pattern.interval : 1;
  const most = pattern.kind === 'daily' ? 999 : 99;
  if (!Number.isInteger(interval) || interval < 1 || interval > most) throw refused(`an interval that is not 1 to ${most}`);
  if (range.count !== null && !(range.count >= 1 && range.count <= 999)) throw refused('a count that is not 1 to 999');
  if (range.until !== null && range.until > '4500-09-01') throw refused('an end after 1 September 4500');
  const [first] = daysOf(series);
  if (first === undefined) throw refused('it has no occurrence');
  // Exchange would move the start to the first day of the pattern.
  if (first.toString() !== range.start) throw refused('its start is not a day of its pattern');
}

function rangeOf(rule: Rule, start: string): Range {
  const date = start.slice(0, 10);
  if (typeof rule.count === 'number') return { start: date, until: null, count: rule.count };
  if (typeof rule.until !== 'string') return { start: date, until: null, count: null };
  // Exchange ends by the day: one that ends before the hour of the series ends the day before.
  const until = Temporal.PlainDate.from(rule.until.slice(0, 10));
  const early = rule.until.length > 10 && rule.until.slice(11) < start.slice(11);
  return { start: date, until: (early ? until.subtract({ days: 1 }) : until).toString(), count: null };
}

function patternOf(rule: Rule, start: Temporal.PlainDate): Pattern {
  const interval = typeof rule.interval === 'number' ? rule.interval : 1;
  if (rule.frequency === 'daily') return daily(rule, interval);
  if (rule.frequency === 'weekly') return weekly(rule, interval, start);
  if (rule.frequency === 'monthly') return monthly(rule, interval, start);
  if (rule.frequency === 'yearly') return yearly(rule, interval, start);
  throw refused(`the frequency ${String(rule.frequency)}`);
}

interface Day {
  readonly day: number;
  readonly nth: number | null;
}

function daysIn(rule: Rule): Day[] {
  const days = Array.isArray(rule.byDay) ? (rule.byDay as readonly Rule[]) : [];
  return days
    .map(({ day, nthOfPeriod }) => ({
      day: CODES.indexOf(String(day)) + 1,
      nth: typeof nthOfPeriod === 'number' ? nthOfPeriod : null,
    }))
    .sort((one, other) => one.day - other.day);
}

function numbers(rule: Rule, name: string): number[] {
  return Array.isArray(rule[name]) ? (rule[name] as readonly Json[]).map(Number) : [];
}

function without(rule: Rule, names: readonly string[]): void {
  const found = names.find((name) => Array.isArray(rule[name]) && rule[name].length > 0);
  if (found !== undefined) throw refused(`${found} in a ${String(rule.frequency)} rule`);
}

function daily(rule: Rule, interval: number): Pattern {
  without(rule, ['byMonthDay', 'byMonth', 'bySetPosition']);
  const days = daysIn(rule);
  if (days.length === 0 || (days.length === 7 && days.every(({ nth }) => nth === null))) return { kind: 'daily', interval };
  if (interval !== 1 || days.some(({ nth }) => nth !== null)) throw refused('byDay in a daily rule with an interval');
  return { kind: 'weekly', interval: 1, days: days.map(({ day }) => day), firstDay: 1 };
}

function weekly(rule: Rule, interval: number, start: Temporal.PlainDate): Pattern {
  without(rule, ['byMonthDay', 'byMonth', 'bySetPosition']);
  const days = daysIn(rule);
  if (days.some(({ nth }) => nth !== null)) throw refused('nthOfPeriod in a weekly rule');
  const firstDay = CODES.indexOf(String(rule.firstDayOfWeek ?? 'mo')) + 1 || 1;
  return { kind: 'weekly', interval, days: days.length === 0 ? [start.dayOfWeek] : days.map(({ day }) => day), firstDay };
}

function monthly(rule: Rule, interval: number, start: Temporal.PlainDate): Pattern {
  without(rule, ['byMonth']);
  const on = dayOn(rule);
  return on === null ? { kind: 'monthly', interval, day: dayOfMonth(rule, start) } : { kind: 'monthly-on', interval, ...on };
}

function yearly(rule: Rule, interval: number, start: Temporal.PlainDate): Pattern {
  const months = numbers(rule, 'byMonth');
  if (months.length > 1) throw refused('several months in a yearly rule');
  const on = dayOn(rule);
  if (on !== null && months.length === 0) throw refused('the n-th day of a year');
  if (months.length === 0 && numbers(rule, 'byMonthDay').length > 0) throw refused('byMonthDay without byMonth in a yearly rule');
  const month = months[0] ?? start.month;
  // AbsoluteYearlyRecurrence and its sister know no interval (MS-OXWSCDATA 2.2.4.3): it goes by months then, up to eight years.
  if (interval > 1 && month !== start.month) throw refused('a start in another month than that of the rule');
  if (on === null) {
    const day = dayOfMonth(rule, start, month);
    return interval > 1 ? { kind: 'monthly', interval: 12 * interval, day } : { kind: 'yearly', month, day };
  }
  return interval > 1 ? { kind: 'monthly-on', interval: 12 * interval, ...on } : { kind: 'yearly-on', month, ...on };
}

/** Days from the 29th on are not in every month: Exchange takes the last day then, which is skip backward (RFC 8984 4.3.3). */
function dayOfMonth(rule: Rule, start: Temporal.PlainDate, month?: number): number {
  const days = numbers(rule, 'byMonthDay');
  if (numbers(rule, 'bySetPosition').length > 0) throw refused('bySetPosition without byDay');
  if (days.length > 1) throw refused('several days of the month');
  const [day = start.day] = days;
  if (day === -1) return 31;
  if (day < 1 || day > 31) throw refused(`the day of the month ${day}`);
  const longest = month === undefined ? 28 : Temporal.PlainDate.from({ year: 2025, month, day: 1 }).daysInMonth;
  if (day > longest && rule.skip !== 'backward') {
    throw refused(`the day ${day} of months that do not have it; skip: backward, or the last day (-1), can be held`);
  }
  return day;
}

function dayOn(rule: Rule): { days: number[]; index: number } | null {
  const days = daysIn(rule);
  if (days.length === 0) return null;
  without(rule, ['byMonthDay']);
  const positions = numbers(rule, 'bySetPosition');
  const nths = new Set(days.map(({ nth }) => nth));
  const index =
    positions.length === 0 && days.length === 1 ? days[0]!.nth : nths.has(null) && nths.size === 1 ? positions[0] : undefined;
  if (index === undefined || index === null || positions.length > 1) throw refused('several days of a month');
  if (index !== -1 && !(index >= 1 && index <= 4)) throw refused(`the day number ${index} of a month`);
  const group = days.map(({ day }) => day);
  if (dayGroup(group) === null) throw refused('a group of days that is neither all, nor Monday to Friday, nor the weekend');
  return { days: group, index };
}

/** The rule for a series as Exchange holds it. `month` is that of its start, for what happens every n-th year. */
export function ruleOf({ pattern, range }: Series): Rule {
  const end: Rule =
    range.count !== null ? { count: range.count } : range.until !== null ? { until: `${range.until}T23:59:59` } : {};
  return { '@type': 'RecurrenceRule', ...patternRule(pattern, Number(range.start.slice(5, 7))), ...end };
}

const every = (interval: number): Rule => (interval === 1 ? {} : { interval });
const nday = (day: number, nth?: number): Rule => ({
  ...{ '@type': 'NDay', day: CODES[day - 1]! },
  ...(nth === undefined ? {} : { nthOfPeriod: nth }),
});

function patternRule(pattern: Pattern, month: number): Rule {
  switch (pattern.kind) {
    case 'daily':
      return { frequency: 'daily', ...every(pattern.interval) };
    case 'weekly': {
      const first: Rule = pattern.firstDay === 1 ? {} : { firstDayOfWeek: CODES[pattern.firstDay - 1]! };
      return { frequency: 'weekly', ...every(pattern.interval), ...first, byDay: pattern.days.map((day) => nday(day)) };
    }
    case 'yearly':
    case 'yearly-on':
      return { frequency: 'yearly', byMonth: [String(pattern.month)], ...within(pattern, pattern.month) };
    default:
      return pattern.interval % 12 === 0
        ? { frequency: 'yearly', ...every(pattern.interval / 12), byMonth: [String(month)], ...within(pattern, month) }
        : { frequency: 'monthly', ...every(pattern.interval), ...within(pattern) };
  }
}

function within(pattern: Exclude<Pattern, { kind: 'daily' | 'weekly' }>, month?: number): Rule {
  if ('day' in pattern) return onDay(pattern.day, month);
  if (pattern.days.length === 1) return { byDay: [nday(pattern.days[0]!, pattern.index)] };
  const days = pattern.days.length === 0 ? EVERY_DAY : pattern.days;
  return { byDay: days.map((day) => nday(day)), bySetPosition: [pattern.index] };
}

function onDay(day: number, month?: number): Rule {
  const longest = month === undefined ? 28 : Temporal.PlainDate.from({ year: 2025, month, day: 1 }).daysInMonth;
  if (day <= longest) return { byMonthDay: [day] };
  return day === 31 ? { byMonthDay: [-1] } : { byMonthDay: [day], skip: 'backward' };
}
