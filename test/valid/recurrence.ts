/** RecurrenceRule (RFC 8984 4.3.3) and the patches of single occurrences (1.4.9, 4.3.5). */
import type { Json } from '../../src/model/item.ts';
import { isObject, type JsonObject } from '../../src/model/json.ts';
import { type Check, form, integer, list, localDateTime, map, object, oneOf, positiveOrNegative } from './grammar.ts';

const FREQUENCIES = ['yearly', 'monthly', 'weekly', 'daily', 'hourly', 'minutely', 'secondly'];
const weekday: Check = form('day of the week', (value) => ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'].includes(value));
const nday = object({
  ...{ type: 'NDay', required: ['day'] },
  properties: { day: weekday, nthOfPeriod: positiveOrNegative(366) },
});

export const recurrenceRule = object({
  ...{ type: 'RecurrenceRule', required: ['frequency'] },
  properties: {
    frequency: form('frequency', (value) => FREQUENCIES.includes(value)),
    interval: integer(1),
    rscale: form('calendar in lower case', (value) => /^[a-z0-9-]+$/.test(value)),
    skip: oneOf('omit', 'backward', 'forward'),
    firstDayOfWeek: weekday,
    byDay: list(nday),
    byMonthDay: list(positiveOrNegative(31)),
    byMonth: list(form('month', (value) => /^([1-9]|1[0-3])L?$/.test(value))),
    byYearDay: list(positiveOrNegative(366)),
    byWeekNo: list(positiveOrNegative(53)),
    ...{ byHour: list(integer(0, 23)), byMinute: list(integer(0, 59)), bySecond: list(integer(0, 60)) },
    bySetPosition: list(positiveOrNegative(366)),
    ...{ count: integer(1), until: localDateTime },
  },
  also: together,
});

/** What may stand in which frequency (RFC 5545 3.3.10, which RFC 8984 takes over). */
function together(rule: JsonObject, at: string): string[] {
  const { frequency, byDay, bySetPosition } = rule;
  const numbered = Array.isArray(byDay) && byDay.some((each) => isObject(each) && each.nthOfPeriod !== undefined);
  const among = (...some: readonly string[]) => some.includes(String(frequency));
  const other = Object.keys(rule).some((name) => name.startsWith('by') && name !== 'bySetPosition');
  const wrong: readonly (readonly [boolean, string])[] = [
    [rule.count !== undefined && rule.until !== undefined, 'count and until'],
    [numbered && (!among('monthly', 'yearly') || rule.byWeekNo !== undefined), 'a numbered day of neither month nor year'],
    [rule.byMonthDay !== undefined && among('weekly'), 'byMonthDay of a week'],
    [rule.byYearDay !== undefined && among('daily', 'weekly', 'monthly'), 'byYearDay of less than a year'],
    [rule.byWeekNo !== undefined && !among('yearly'), 'byWeekNo of less than a year'],
    [bySetPosition !== undefined && !other, 'bySetPosition of no set'],
  ];
  return wrong.flatMap(([is, what]) => (is ? [`${at}: ${what}`] : []));
}

/** 4.3.5: what no occurrence can have of its own. */
const OF_THE_SERIES = new Set([
  ...['@type', 'excludedRecurrenceRules', 'method', 'privacy', 'prodId', 'recurrenceId', 'recurrenceIdTimeZone'],
  ...['recurrenceOverrides', 'recurrenceRules', 'relatedTo', 'replyTo', 'sentBy', 'timeZones', 'uid'],
]);

/** Each occurrence, patched, is checked as a whole by `whole`. */
export function overridesOf(series: JsonObject, at: string, whole: Check): string[] {
  const overrides = series.recurrenceOverrides;
  if (overrides === undefined) return [];
  const wrong = map(localDateTime, (patch, where) => patchOf(series, patch, where, whole))(
    overrides,
    `${at}/recurrenceOverrides`,
  );
  return wrong;
}

function patchOf(series: JsonObject, patch: Json, at: string, whole: Check): string[] {
  if (!isObject(patch)) return [`${at}: no PatchObject`];
  if (patch.excluded !== undefined)
    return Object.keys(patch).length === 1 && patch.excluded === true ? [] : [`${at}: excluded with more`];
  const pointers = Object.keys(patch);
  const wrong = pointers.flatMap((pointer) => pointerOf(series, pointer, pointers, at));
  if (wrong.length > 0) return wrong;
  const { recurrenceRules: _, recurrenceOverrides: __, ...rest } = series;
  const one = pointers.reduce((value, pointer) => patched(value, partsOf(pointer), patch[pointer]!), rest as JsonObject);
  return whole(one as Json, at);
}

const partsOf = (pointer: string) => pointer.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

function pointerOf(series: JsonObject, pointer: string, all: readonly string[], at: string): string[] {
  const parts = partsOf(pointer);
  const parents = parts.slice(0, -1).map((_, n) => parts.slice(0, n + 1));
  const reach = (path: readonly string[]) =>
    path.reduce<Json | undefined>((value, part) => (isObject(value) ? value[part] : undefined), series as Json);
  const wrong: readonly (readonly [boolean, string])[] = [
    [pointer === '' || parts.includes('') || /~(?![01])/.test(pointer), 'is no pointer'],
    [OF_THE_SERIES.has(parts[0]!), 'is of the series alone'],
    [all.some((other) => other !== pointer && pointer.startsWith(`${other}/`)), 'lies below another'],
    [parents.some((path) => !isObject(reach(path))), 'leads through what is not there, or into a list'],
  ];
  return wrong.flatMap(([is, what]) => (is ? [`${at}: ${JSON.stringify(pointer)} ${what}`] : []));
}

function patched(value: JsonObject, [first, ...rest]: readonly string[], to: Json): JsonObject {
  const { [first!]: held, ...others } = value;
  if (rest.length > 0) return { ...others, [first!]: patched(held as JsonObject, rest, to) as Json };
  // Null takes it away.
  return to === null && first !== 'timeZone' ? others : { ...others, [first!]: to };
}
