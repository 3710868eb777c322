/** Which series Exchange can hold (MS-OXOCAL 2.2.1.44.1): what it cannot is refused at the door, before anybody believes in it. */
import { type Json, VENDOR } from './item.ts';
import { at, isObject, type JsonObject } from './json.ts';

export interface Unholdable {
  /** Property names from the rule or override on. */
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/** Null: it can. `overrides` as in RFC 8984 4.3.5. */
export function holdable(rules: Json, overrides: Json): Unholdable | null {
  if (rules === null)
    return isObject(overrides) && Object.keys(overrides).length > 0 ? addition(Object.keys(overrides)[0]!) : null;
  if (!Array.isArray(rules) || rules.length === 0) return no([], 'a series has exactly one rule in Exchange, and this has none');
  if (rules.length > 1) return no([], 'a series has exactly one rule in Exchange, and this has several');
  const rule: Json = rules[0]!;
  if (!isObject(rule)) return no([0], 'a rule is an object');
  const found = wrongRule(rule);
  if (found !== null) return { path: [0, ...found.path], reason: found.reason };
  return wrongOverride(overrides);
}

const no = (path: readonly (string | number)[], reason: string): Unholdable => ({ path, reason });
const addition = (date: string) => no([date], 'Exchange has no single dates added to a series: make an appointment of its own');

/** What a rule of each frequency may say besides interval, count or until. */
const ALLOWED: { readonly [frequency: string]: readonly string[] } = {
  daily: [],
  weekly: ['byDay', 'firstDayOfWeek'],
  monthly: ['byDay', 'byMonthDay', 'bySetPosition'],
  yearly: ['byDay', 'byMonthDay', 'byMonth', 'bySetPosition'],
};
const ALWAYS = ['@type', 'frequency', 'interval', 'count', 'until', 'skip', 'rscale', 'firstDayOfWeek'];
const DAYS = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];
const LONGEST = 999;
/** What happens every n-th year is a monthly pattern there. */
const MOST_YEARS = 8;

function wrongRule(rule: JsonObject): Unholdable | null {
  const allowed = ALLOWED[String(rule.frequency)];
  if (allowed === undefined)
    return no(['frequency'], `Exchange repeats daily, weekly, monthly or yearly, not ${String(rule.frequency)}`);
  const other = Object.keys(rule).find((name) => !ALWAYS.includes(name) && !allowed.includes(name));
  if (other !== undefined) return no([other], `a ${String(rule.frequency)} series in Exchange has no ${other}`);
  return wrongExtent(rule) ?? wrongDays(rule) ?? wrongPattern(rule);
}

function wrongExtent(rule: JsonObject): Unholdable | null {
  const whole = (name: string) => rule[name] === undefined || (Number.isInteger(rule[name]) && (rule[name] as number) >= 1);
  if (!whole('interval')) return no(['interval'], 'an interval is a whole number from 1');
  if (!whole('count')) return no(['count'], 'a count is a whole number from 1');
  if (typeof rule.count === 'number' && rule.count > LONGEST)
    return no(['count'], `Exchange counts up to ${LONGEST} occurrences`);
  if (rule.count !== undefined && rule.until !== undefined)
    return no(['until'], 'a series ends after a count or on a day, not both');
  if (rule.frequency === 'yearly' && Number(rule.interval ?? 1) > MOST_YEARS)
    return no(['interval'], `Exchange counts up to ninety-nine months, which are ${MOST_YEARS} years`);
  if (rule.rscale !== undefined && rule.rscale !== 'gregorian')
    return no(['rscale'], 'only the Gregorian calendar is kept in step');
  // It takes the last day where a month lacks one.
  return rule.skip === undefined || rule.skip === 'omit' || rule.skip === 'backward'
    ? null
    : no(['skip'], 'Exchange goes to the last day of a month that lacks one, never to the next month');
}

function wrongDays(rule: JsonObject): Unholdable | null {
  if (rule.firstDayOfWeek !== undefined && !DAYS.includes(String(rule.firstDayOfWeek)))
    return no(['firstDayOfWeek'], 'not a day of the week');
  if (rule.byDay === undefined) return null;
  if (!Array.isArray(rule.byDay) || rule.byDay.length === 0) return no(['byDay'], 'a list of days is expected');
  const wrong = rule.byDay.findIndex((day: Json) => !DAYS.includes(String(at(day, 'day'))));
  if (wrong >= 0) return no(['byDay', wrong, 'day'], 'not a day of the week');
  const numbered = rule.byDay.findIndex((day: Json) => at(day, 'nthOfPeriod') !== null);
  return rule.frequency === 'weekly' && numbered >= 0 ? no(['byDay', numbered, 'nthOfPeriod'], 'a week has each day once') : null;
}

/** Monthly and yearly: on a day of the month, or on the nth of some days of the week. */
function wrongPattern(rule: JsonObject): Unholdable | null {
  if (rule.frequency !== 'monthly' && rule.frequency !== 'yearly') return null;
  const several = ['byMonthDay', 'byMonth', 'bySetPosition'].find((name) => rule[name] !== undefined && !isOne(rule[name]!));
  if (several !== undefined) return no([several], 'Exchange takes one');
  if (rule.byDay !== undefined && rule.byMonthDay !== undefined)
    return no(['byMonthDay'], 'either a day of the month or a day of the week');
  if (rule.byDay !== undefined)
    return rule.frequency === 'yearly' && rule.byMonth === undefined ? no(['byMonth'], 'which month is missing') : wrongNth(rule);
  if (rule.bySetPosition !== undefined) return no(['bySetPosition'], 'goes with days of the week only');
  const [day] = (rule.byMonthDay as readonly number[] | undefined) ?? [1];
  const isOneOf = Number.isInteger(day) && day! >= 1 && day! <= 31;
  return isOneOf || day === -1 ? null : no(['byMonthDay', 0], 'a day of the month from 1 to 31, or the last (-1)');
}

const isOne = (list: Json) => Array.isArray(list) && list.length === 1;

/** First to fourth, or last, of one day, of all days, of the working days or of the weekend (t:DayOfWeekType). */
function wrongNth(rule: JsonObject): Unholdable | null {
  const days = rule.byDay as readonly JsonObject[];
  const position = rule.bySetPosition === undefined ? undefined : (rule.bySetPosition as readonly Json[])[0];
  const nths = days.map((day) => day.nthOfPeriod);
  const isNth = (nth: Json | undefined) => nth === -1 || (Number.isInteger(nth) && (nth as number) >= 1 && (nth as number) <= 4);
  if (position === undefined) {
    if (days.length !== 1) return no(['byDay'], 'several days of the week need bySetPosition');
    return isNth(nths[0]) ? null : no(['byDay', 0, 'nthOfPeriod'], 'the first to fourth, or the last (-1)');
  }
  if (nths.some((nth) => nth !== undefined)) return no(['bySetPosition'], 'either nthOfPeriod or bySetPosition');
  if (!isNth(position)) return no(['bySetPosition', 0], 'the first to fourth, or the last (-1)');
  const named = DAYS.filter((day) => days.some((one) => one.day === day)).join();
  const known = days.length === 1 || ['mo,tu,we,th,fr', 'sa,su', DAYS.join()].includes(named);
  return known ? null : no(['byDay'], 'one day, all seven, the working days or the weekend');
}

/** What one occurrence can have of its own; the rest belongs to the series. */
const OF_ONE = new Set([
  ...['start', 'duration', 'timeZone', 'showWithoutTime', 'title', 'description', 'descriptionContentType', 'locations'],
  ...['priority', 'freeBusyStatus', 'alerts', `${VENDOR}showAs`],
]);

/** Which dates the rule has is not known here: what only adds nothing and changes nothing can only be meant as a date added. */
function wrongOverride(overrides: Json): Unholdable | null {
  if (!isObject(overrides)) return null;
  for (const [date, patch] of Object.entries(overrides)) {
    if (!isObject(patch) || Object.keys(patch).length === 0) return addition(date);
    if (patch.excluded === true) continue;
    const other = Object.keys(patch).find((path) => !OF_ONE.has(path.split('/')[0]!));
    if (other !== undefined) return no([date, other], whyNotOne(other));
  }
  return null;
}

function whyNotOne(path: string): string {
  if (path === 'excluded') return 'an occurrence that takes place has no such property: leave it out';
  if (/^(participants|replyTo)(\/|$)/.test(path)) {
    return 'the guests of a series are those of all its occurrences: exclude the day, and make an appointment of its own for it';
  }
  return `one occurrence of a series cannot have ${path.split('/')[0]} of its own`;
}
