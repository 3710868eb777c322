/** The pattern of a series with all its exceptions, never split: a date moved means nothing under another pattern. */
import { valueField } from './field.ts';
import type { ItemContent, Json } from './item.ts';
import { at, isObject, put, sorted, textAt } from './json.ts';

export const recurrenceField = valueField({
  name: 'recurrence',
  directions: ['both'],
  get: (content) => {
    const rules = at(content, 'recurrenceRules');
    if (!Array.isArray(rules) || rules.length === 0) return null;
    return { rules, overrides: at(content, 'recurrenceOverrides') ?? {} };
  },
  set: (content, value) => {
    const overrides = at(value, 'overrides');
    const some = isObject(overrides) && Object.keys(overrides).length > 0;
    return put(put(content, ['recurrenceRules'], at(value, 'rules')), ['recurrenceOverrides'], some ? overrides : null);
  },
  canonical: (value, content) => {
    if (!isObject(value) || !Array.isArray(value.rules)) return null;
    return {
      rules: value.rules.map((rule: Json) => canonicalRule(rule, content)),
      overrides: canonicalOverrides(value.overrides ?? {}),
    };
  },
});

/** What a rule says without saying it (RFC 8984 4.3.3), left out. */
function canonicalRule(rule: Json, content: ItemContent): Json {
  if (!isObject(rule)) return rule;
  const { '@type': _, rscale: __, skip: ___, until, interval, byDay, firstDayOfWeek, ...rest } = rule;
  const everySeveralWeeks = rule.frequency === 'weekly' && typeof interval === 'number' && interval > 1;
  return sorted({
    ...rest,
    ...(interval === undefined || interval === 1 ? {} : { interval }),
    ...(everySeveralWeeks && firstDayOfWeek !== undefined && firstDayOfWeek !== 'mo' ? { firstDayOfWeek } : {}),
    ...(Array.isArray(byDay) ? { byDay: canonicalDays(byDay) } : {}),
    ...(typeof until === 'string' ? { until: lastDay(until, textAt(content, 'start') ?? '') } : {}),
  });
}

function canonicalDays(byDay: readonly Json[]): readonly Json[] {
  const days = byDay.map((day) => ({ day: at(day, 'day'), nth: at(day, 'nthOfPeriod') }));
  return days.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Exchange keeps the last day alone (MS-OXOCAL 2.2.1.44.1): the day before, where `until` is earlier in the day than the start. */
function lastDay(until: string, start: string): string {
  const [day = '', time = ''] = until.split('T');
  if (time === '' || time >= (start.split('T')[1] ?? '')) return day;
  return Temporal.PlainDate.from(day).subtract({ days: 1 }).toString();
}

function canonicalOverrides(overrides: Json): Json {
  if (!isObject(overrides)) return {};
  const changed = Object.entries(overrides).filter(([, patch]) => isObject(patch) && Object.keys(patch).length > 0);
  return sorted(
    Object.fromEntries(changed.map(([date, patch]) => [date, at(patch, 'excluded') === true ? { excluded: true } : patch])),
  );
}
