/**
 * iCalendar files as JSCalendar, for tests: read by ical.js, zones by their IANA or Windows names. What the
 * test leaves out (zones of a file's own, RDATE) is told as a reason instead.
 */
import ICAL from 'ical.js';
import { isPlace, placeOf } from '../../src/connector/exchange/zone.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';

export type ReadEvent =
  | {
      readonly content: ItemContent;
      readonly component: ICAL.Component;
      readonly exceptions: readonly ICAL.Component[];
      readonly why?: undefined;
    }
  | { readonly why: string; readonly content?: undefined };

/** Every event of a file with its exceptions; a file that ical.js cannot read has none. */
export function eventsIn(text: string): readonly ReadEvent[] {
  let calendars: ICAL.Component[];
  try {
    const parsed = ICAL.parse(text) as unknown[];
    calendars = (Array.isArray(parsed[0]) ? parsed : [parsed]).map((one) => new ICAL.Component(one as never));
  } catch {
    return [];
  }
  return calendars.flatMap((calendar) => eventsOf(calendar));
}

function eventsOf(calendar: ICAL.Component): ReadEvent[] {
  const all = calendar.getAllSubcomponents('vevent');
  const masters = all.filter((event) => !event.hasProperty('recurrence-id'));
  return masters.map((component): ReadEvent => {
    const uid = component.getFirstPropertyValue('uid');
    const exceptions = all.filter((event) => event.hasProperty('recurrence-id') && event.getFirstPropertyValue('uid') === uid);
    try {
      return { content: contentOf(component, exceptions), component, exceptions };
    } catch (error) {
      return { why: (error as Error).message };
    }
  });
}

class Left extends Error {}
const left = (why: string): never => {
  throw new Left(why);
};

function contentOf(event: ICAL.Component, exceptions: readonly ICAL.Component[]): ItemContent {
  const when = whenOf(event);
  const rules = event.getAllProperties('rrule');
  if (event.hasProperty('rdate')) left('RDATE');
  if (event.hasProperty('exrule')) left('EXRULE');
  if (rules.length > 1) left('several rules');
  const rule = rules.length === 0 ? {} : { recurrenceRules: [ruleOf(rules[0]!.getFirstValue() as ICAL.Recur, when)] };
  const overrides = rules.length === 0 ? {} : overridesOf(event, exceptions, when);
  return {
    ...{ '@type': 'Event', title: textOf(event, 'summary'), ...when, freeBusyStatus: 'busy', ...rule },
    ...(Object.keys(overrides).length === 0 ? {} : { recurrenceOverrides: overrides }),
  } as ItemContent;
}

/** Subjects lose control characters and white space around them on the way (see the stand-in's README). */
const textOf = (event: ICAL.Component, name: string) =>
  String(event.getFirstPropertyValue(name) ?? '')
    .replace(/[\x00-\x1f\x7f]+/g, ' ')
    .trim();

interface When {
  readonly start: string;
  readonly duration: string;
  readonly timeZone: string | null;
  readonly showWithoutTime?: true;
}

function placeFor(property: ICAL.Property, time: ICAL.Time): string {
  const id = property.getFirstParameter('tzid');
  // A floating time is in the zone of whoever reads it.
  if (!id) return time.zone === ICAL.Timezone.utcTimezone ? 'Etc/UTC' : 'Europe/Zurich';
  const name = id.replace(/^\/[^/]*\/(?:[^/]*\/)?(?=[A-Z][A-Za-z]+\/)/, '');
  if (isPlace(name)) return name;
  return placeOf(name) ?? left('a zone of its own');
}

const wall = (time: ICAL.Time): string =>
  `${[time.year, time.month, time.day].map((part, n) => String(part).padStart(n === 0 ? 4 : 2, '0')).join('-')}T${[time.hour, time.minute, time.second].map((part) => String(part).padStart(2, '0')).join(':')}`;

function whenOf(event: ICAL.Component): When {
  const property = event.getFirstProperty('dtstart') ?? left('no start');
  const start = property.getFirstValue() as ICAL.Time;
  if (!start || !Number.isInteger(start.year) || start.year < 1900 || start.year > 2400) left('no start that can be read');
  if (
    event.hasProperty('rrule') &&
    event.hasProperty('dtend') &&
    property.getFirstParameter('tzid') !== event.getFirstProperty('dtend')!.getFirstParameter('tzid')
  )
    left('two zones');
  const { startDate, endDate } = new ICAL.Event(event);
  if (start.isDate) {
    const days = Math.max(1, Math.round(endDate.subtractDateTz(startDate).toSeconds() / 86_400));
    return { start: `${wall(start).slice(0, 10)}T00:00:00`, duration: `P${days}D`, timeZone: null, showWithoutTime: true };
  }
  const timeZone = placeFor(property, start);
  const minutes = Math.floor(lengthOf(event, property) / 60);
  if (minutes < 0 || minutes > 5 * 365 * 1440) left('an end before its start, or years after it');
  const rest = minutes % 60;
  const duration = minutes === 0 ? 'PT0S' : `PT${minutes >= 60 ? `${Math.floor(minutes / 60)}H` : ''}${rest ? `${rest}M` : ''}`;
  return { start: wall(start), duration, timeZone };
}

/** Seconds between two moments, each in the zone it names. */
function lengthOf(event: ICAL.Component, start: ICAL.Property): number {
  const end = event.getFirstProperty('dtend');
  if (!end) return new ICAL.Event(event).duration.toSeconds();
  const at = (property: ICAL.Property) => {
    const time = property.getFirstValue() as ICAL.Time;
    return Temporal.PlainDateTime.from(wall(time)).toZonedDateTime(placeFor(property, time)).epochMilliseconds / 1000;
  };
  return at(end) - at(start);
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ BYMONTH: 'byMonth', BYMONTHDAY: 'byMonthDay', BYSETPOS: 'bySetPosition', BYWEEKNO: 'byWeekNo', BYYEARDAY: 'byYearDay' },
  ...{ BYHOUR: 'byHour', BYMINUTE: 'byMinute', BYSECOND: 'bySecond' },
};
const WEEKDAYS = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];

function ruleOf(rule: ICAL.Recur, when: When): Record<string, Json> {
  const parts = rule.parts as Record<string, readonly (string | number)[]>;
  const made: Record<string, Json> = { '@type': 'RecurrenceRule', frequency: rule.freq.toLowerCase() };
  if (rule.interval > 1) made.interval = rule.interval;
  if (rule.count) made.count = rule.count;
  if (rule.until) made.until = untilOf(rule.until, when);
  if (rule.wkst && rule.wkst !== ICAL.Time.MONDAY) made.firstDayOfWeek = WEEKDAYS[rule.wkst - 1]!;
  for (const [name, values] of Object.entries(parts)) {
    if (name === 'BYDAY') made.byDay = values.map((value) => ndayOf(String(value)));
    else if (NAMES[name]) made[NAMES[name]] = values.map((value) => (name === 'BYMONTH' ? String(value) : Number(value)));
  }
  return made;
}

function ndayOf(text: string): Json {
  const [, nth = '', day = ''] = /^([+-]?\d+)?([A-Z]{2})$/.exec(text) ?? [];
  return { '@type': 'NDay', day: day.toLowerCase(), ...(nth === '' ? {} : { nthOfPeriod: Number(nth) }) };
}

/** An end in UTC is one in the zone of the series. */
function untilOf(until: ICAL.Time, { timeZone }: When): string {
  if (until.isDate) return `${wall(until).slice(0, 10)}T23:59:59`;
  if (timeZone === null || until.zone !== ICAL.Timezone.utcTimezone) return wall(until);
  return Temporal.Instant.from(`${wall(until)}Z`)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' });
}

function localOf(property: ICAL.Property, time: ICAL.Time, { timeZone, start }: When): string {
  if (time.isDate) return `${wall(time).slice(0, 10)}T${start.slice(11)}`;
  if (timeZone === null) return `${wall(time).slice(0, 10)}T00:00:00`;
  const place = placeFor(property, time);
  return Temporal.PlainDateTime.from(wall(time))
    .toZonedDateTime(place)
    .withTimeZone(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' });
}

function overridesOf(event: ICAL.Component, exceptions: readonly ICAL.Component[], when: When): Record<string, Json> {
  const overrides: Record<string, Json> = {};
  for (const property of event.getAllProperties('exdate'))
    for (const time of property.getValues() as ICAL.Time[]) overrides[localOf(property, time, when)] = { excluded: true };
  for (const exception of exceptions) {
    const property = exception.getFirstProperty('recurrence-id')!;
    if (property.getFirstParameter('range')) left('RANGE');
    const key = localOf(property, property.getFirstValue() as ICAL.Time, when);
    const own = whenOf(exception);
    if ((own.timeZone === null) !== (when.timeZone === null)) left('a whole day among hours');
    const start =
      own.timeZone === null
        ? own.start
        : Temporal.PlainDateTime.from(own.start)
            .toZonedDateTime(own.timeZone)
            .withTimeZone(when.timeZone!)
            .toPlainDateTime()
            .toString({ smallestUnit: 'second' });
    const title = textOf(exception, 'summary');
    overrides[key] = {
      ...(title === textOf(event, 'summary') ? {} : { title }),
      ...(start === key ? {} : { start }),
      ...(own.duration === when.duration ? {} : { duration: own.duration }),
    };
  }
  return overrides;
}

/** The first occurrences as ical.js counts them, exceptions in their new places, as instants (or days) in order. */
export function expanded(
  { content, component, exceptions }: Extract<ReadEvent, { component: ICAL.Component }>,
  most: number,
): string[] {
  const moments: string[] = [];
  const event = new ICAL.Event(component, { exceptions: [], strictExceptions: true } as never);
  const when = whenOf(component);
  const keyOf = (one: ICAL.Component) => {
    const property = one.getFirstProperty('recurrence-id')!;
    return localOf(property, property.getFirstValue() as ICAL.Time, when);
  };
  const moved = new Map(exceptions.map((one) => [keyOf(one), one]));
  const iterator = event.iterator();
  for (let next = iterator.next(), n = 0; next && n < most; next = iterator.next(), n += 1) {
    const exception = moved.get(next.isDate ? `${wall(next).slice(0, 10)}T00:00:00` : wall(next));
    moments.push(momentOf(exception ?? null, next, content));
  }
  return moments;
}

function momentOf(exception: ICAL.Component | null, next: ICAL.Time, content: ItemContent): string {
  const when = exception === null ? { start: wall(next), timeZone: content.timeZone as string | null } : whenOf(exception);
  if (when.timeZone === null) return when.start.slice(0, 10);
  return Temporal.PlainDateTime.from(when.start).toZonedDateTime(when.timeZone).toInstant().toString();
}
