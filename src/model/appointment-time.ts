/** Start, duration, zone and all-day of an appointment, never split (RFC 8984 1.4.4, 4.7.1, 5.1). */
import { type Named, valueField } from './field.ts';
import type { ItemContent, Json } from './item.ts';
import { at, isObject, put, textAt } from './json.ts';
import { isZone, zoneRules } from './zone-rules.ts';

const ALL_DAY = 'P1D';

export const timeField: Named<'time'> = valueField({
  name: 'time',
  directions: ['both'],
  get: (content) => {
    const start = textAt(content, 'start');
    if (start === null) return null;
    const allDay = at(content, 'showWithoutTime') === true;
    const duration = textAt(content, 'duration') ?? (allDay ? ALL_DAY : 'PT0S');
    return { start, duration, timeZone: allDay ? null : textAt(content, 'timeZone'), showWithoutTime: allDay };
  },
  set: (content, value) => {
    const time = isObject(value) ? value : {};
    const written = ['start', 'duration', 'timeZone'].reduce((held, name) => put(held, [name], time[name] ?? null), content);
    return put(written, ['showWithoutTime'], time.showWithoutTime === true ? true : null);
  },
  canonical: (value, content) => (isObject(value) ? canonical(value, isSeries(content)) : null),
  adopt: (ours, theirs) => keepingZone(timeField.get(ours), timeField.get(theirs)),
});

export function isSeries(content: ItemContent): boolean {
  const rules = at(content, 'recurrenceRules');
  return Array.isArray(rules) && rules.length > 0;
}

/** A single one is the moments it takes; a series goes by the clock on the wall and what the zone does with it. */
function canonical(time: { readonly [part: string]: Json }, series: boolean): Json {
  const { start, duration, timeZone } = time as { start: string; duration: string; timeZone: string | null };
  try {
    const wall = Temporal.PlainDateTime.from(start);
    const length = Temporal.Duration.from(duration);
    if (time.showWithoutTime === true) return { day: wall.toPlainDate().toString(), days: days(wall, length) };
    if (timeZone === null || !isZone(timeZone))
      return { start: wall.toString(), end: wall.add(length).toString(), zone: timeZone };
    if (series) return { start: wall.toString(), end: wall.add(length).toString(), rules: zoneRules(timeZone, wall.year) };
    const begins = wall.toZonedDateTime(timeZone);
    return { start: begins.toInstant().toString(), end: begins.add(length).toInstant().toString() };
  } catch (error) {
    // A server's nonsense is compared as it stands; the door lets none of ours in.
    if (error instanceof RangeError) return time;
    throw error;
  }
}

const days = (from: Temporal.PlainDateTime, length: Temporal.Duration) =>
  Math.max(1, from.toPlainDate().until(from.add(length).toPlainDate(), { largestUnit: 'day' }).days);

/** Their zone is only Windows' name for ours when both clocks do the same. */
function keepingZone(ours: Json, theirs: Json): Json {
  const [mine, other] = [textAt(ours, 'timeZone'), textAt(theirs, 'timeZone')];
  if (mine === null || other === null || !isObject(theirs)) return theirs;
  const year = Number((textAt(theirs, 'start') ?? '').slice(0, 4)) || 2020;
  const rules = zoneRules(mine, year);
  return rules !== null && rules === zoneRules(other, year) ? { ...theirs, timeZone: mine } : theirs;
}
