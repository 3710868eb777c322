import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { daysOf as daysOfStandIn, readRule } from '../../../test/servers/exchange/calendar/recurrence.ts';
import { readXml } from '../../../test/servers/exchange/xml/read.ts';
import { Failure } from '../../model/failure.ts';
import type { Json } from '../../model/item.ts';
import { AnswerReader, childOf } from './read-answer.ts';
import { type Pattern, readRecurrence, type Series, writeRecurrence } from './recurrence.ts';
import { daysOf, indexOfDay } from './recurrence-days.ts';
import { ruleOf, seriesOf } from './recurrence-rule.ts';

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const HEAD = 'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"';

const day = fc.integer({ min: 1, max: 7 });
const days = fc.uniqueArray(day, { minLength: 1, maxLength: 7 }).map((some) => some.sort((one, other) => one - other));
const group = fc.oneof(
  day.map((one) => [one]),
  fc.constantFrom([1, 2, 3, 4, 5], [6, 7], [1, 2, 3, 4, 5, 6, 7]),
);
const index = fc.constantFrom(1, 2, 3, 4, -1);
const interval = fc.integer({ min: 1, max: 11 });
const patterns: fc.Arbitrary<Pattern> = fc.oneof(
  fc.record({ kind: fc.constant('daily' as const), interval }),
  fc.record({ kind: fc.constant('weekly' as const), interval, days, firstDay: day }),
  fc.record({ kind: fc.constant('monthly' as const), interval, day: fc.integer({ min: 1, max: 31 }) }),
  fc.record({ kind: fc.constant('monthly-on' as const), interval, days: group, index }),
  fc.record({
    kind: fc.constant('monthly' as const),
    interval: fc.constantFrom(24, 36, 96),
    day: fc.integer({ min: 1, max: 31 }),
  }),
  fc.record({
    kind: fc.constant('yearly' as const),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
  }),
  fc.record({ kind: fc.constant('yearly-on' as const), month: fc.integer({ min: 1, max: 12 }), days: group, index }),
);
const ends = fc.oneof(
  fc.constant({ until: null, count: null }),
  fc.integer({ min: 1, max: 30 }).map((count) => ({ until: null, count })),
  fc.integer({ min: 0, max: 2000 }).map((length) => ({ until: length, count: null })),
);
/** A series that begins on a day of its pattern, as Exchange keeps it. */
const series: fc.Arbitrary<Series> = fc.tuple(patterns, ends, fc.integer({ min: 0, max: 1500 })).map(([pattern, end, shift]) => {
  const from = Temporal.PlainDate.from('2024-01-01').add({ days: shift }).toString();
  const first = daysOf({ pattern, range: { start: from, until: null, count: null } }).next().value as Temporal.PlainDate;
  const until = end.until === null ? null : first.add({ days: end.until }).toString();
  return { pattern, range: { start: first.toString(), until, count: end.count } };
});

const parsed = (xml: string) => {
  const reader = new AnswerReader({ mimeBytes: 0, textLength: 1e6 });
  reader.write(
    Buffer.from(
      `<Envelope><ResponseMessages><M ResponseClass="Success"><Items><I ${HEAD}>${xml}</I></Items></M></ResponseMessages></Envelope>`,
    ),
  );
  return childOf(reader.end().messages[0]!.items[0]!, 'Recurrence')!;
};
const firstDays = (one: Series) => daysOf(one).take(25).map(String).toArray();

/** ical.js knows no SKIP, and its BYSETPOS goes wrong over days of the month: the 29th and 30th are left to the stand-in. */
const saidToIcal = ({ pattern }: Series) => !('day' in pattern) || ![29, 30].includes(pattern.day);

function asIcal({ pattern, range }: Series): string[] {
  const codes = (some: readonly number[]) => some.map((one) => CODES[one - 1]).join();
  const monthDay = (one: number) => `BYMONTHDAY=${one === 31 ? -1 : one}`;
  const rule = {
    daily: (one: Pattern & { kind: 'daily' }) => `DAILY;INTERVAL=${one.interval}`,
    weekly: (one: Pattern & { kind: 'weekly' }) =>
      `WEEKLY;INTERVAL=${one.interval};BYDAY=${codes(one.days)};WKST=${CODES[one.firstDay - 1]}`,
    monthly: (one: Pattern & { kind: 'monthly' }) => `MONTHLY;INTERVAL=${one.interval};${monthDay(one.day)}`,
    'monthly-on': (one: Pattern & { kind: 'monthly-on' }) =>
      `MONTHLY;INTERVAL=${one.interval};BYDAY=${codes(one.days)};BYSETPOS=${one.index}`,
    yearly: (one: Pattern & { kind: 'yearly' }) => `YEARLY;BYMONTH=${one.month};${monthDay(one.day)}`,
    'yearly-on': (one: Pattern & { kind: 'yearly-on' }) =>
      `YEARLY;BYMONTH=${one.month};BYDAY=${codes(one.days)};BYSETPOS=${one.index}`,
  }[pattern.kind](pattern as never);
  const end =
    range.count !== null ? `;COUNT=${range.count}` : range.until !== null ? `;UNTIL=${range.until.replaceAll('-', '')}` : '';
  const iterator = ICAL.Recur.fromString(`FREQ=${rule}${end}`).iterator(ICAL.Time.fromDateString(range.start));
  const found: string[] = [];
  for (let next = iterator.next(); next && found.length < 25; next = iterator.next()) found.push(next.toString().slice(0, 10));
  return found;
}

describe('a series', () => {
  it('comes back from its JSCalendar rule with the same days', () => {
    fc.assert(
      fc.property(series, (one) => {
        const again = seriesOf([ruleOf(one)] as Json, `${one.range.start}T10:00:00`)!;
        expect(firstDays(again)).toEqual(firstDays(one));
        expect(ruleOf(again)).toEqual(ruleOf(one));
      }),
    );
  });

  it('comes back from the wire as it was', () => {
    fc.assert(fc.property(series, (one) => void expect(readRecurrence(parsed(writeRecurrence(one)))).toEqual(one)));
  });

  it('has the days that ical.js says', () => {
    fc.assert(fc.property(series.filter(saidToIcal), (one) => void expect(firstDays(one)).toEqual(asIcal(one))));
  });

  it('has the days that Exchange’s stand-in says', () => {
    fc.assert(
      fc.property(series, (one) => {
        const theirs = daysOfStandIn(readRule(readXml(writeRecurrence(one).replace('<t:Recurrence', `<t:Recurrence ${HEAD}`))));
        expect(firstDays(one)).toEqual(theirs.take(25).map(String).toArray());
      }),
    );
  });

  it('finds an occurrence by its day, and none on a day between', () => {
    const one: Series = { pattern: { kind: 'daily', interval: 2 }, range: { start: '2026-11-02', until: null, count: 3 } };
    expect(['2026-11-02', '2026-11-06', '2026-11-03', '2026-11-08', '2026-11-01'].map((date) => indexOfDay(one, date))).toEqual([
      ...[1, 3, null, null, null],
    ]);
  });
});

const START = '2026-11-02T10:00:00'; // a Monday
const tuesday = { '@type': 'NDay', day: 'tu' };
const monday = { '@type': 'NDay', day: 'mo' };

describe('rules that other words say', () => {
  it.each([
    [
      'Monday to Friday, daily',
      { frequency: 'daily', byDay: CODES.slice(0, 5).map((code) => ({ day: code.toLowerCase() })) },
      'weekly',
    ],
    ['weekly on the day of its start', { frequency: 'weekly' }, 'weekly'],
    ['monthly on the day of its start', { frequency: 'monthly' }, 'monthly'],
    ['yearly on the day of its start', { frequency: 'yearly' }, 'yearly'],
    ['the first Monday by position', { frequency: 'monthly', byDay: [monday], bySetPosition: [1] }, 'monthly-on'],
  ])('%s', (_, rule, kind) => expect(seriesOf([rule] as Json, START)?.pattern.kind).toBe(kind));

  it('an end before the hour of the series ends it the day before', () => {
    const until = (text: string) => seriesOf([{ frequency: 'daily', until: text }], START)?.range.until;
    expect([until('2026-11-05T09:59:59'), until('2026-11-05T10:00:00'), until('2026-11-05')]).toEqual([
      ...['2026-11-04', '2026-11-05', '2026-11-05'],
    ]);
  });

  it('no rule is no series', () => expect([seriesOf(undefined, START), seriesOf([], START)]).toEqual([null, null]));
});

describe('a recurrence that Exchange cannot hold is refused', () => {
  it.each<[string, Json]>([
    ['two rules', [{ frequency: 'daily' }, { frequency: 'weekly' }]],
    ['hourly', [{ frequency: 'hourly' }]],
    ['several hours a day', [{ frequency: 'daily', byHour: [9, 15] }]],
    ['weeks of the year', [{ frequency: 'yearly', byWeekNo: [1] }]],
    ['another calendar', [{ frequency: 'yearly', rscale: 'hebrew' }]],
    ['the fifth Monday', [{ frequency: 'monthly', byDay: [{ day: 'mo', nthOfPeriod: 5 }] }]],
    [
      'two weekdays of a month',
      [
        {
          frequency: 'monthly',
          byDay: [
            { ...monday, nthOfPeriod: 1 },
            { ...tuesday, nthOfPeriod: 1 },
          ],
        },
      ],
    ],
    ['a group that has no name', [{ frequency: 'monthly', byDay: [monday, tuesday], bySetPosition: [1] }]],
    ['two days of the month', [{ frequency: 'monthly', byMonthDay: [2, 15] }]],
    ['the last day but one', [{ frequency: 'monthly', byMonthDay: [-2] }]],
    ['months without a 31st left out', [{ frequency: 'monthly', byMonthDay: [31] }]],
    ['the 20th Monday of the year', [{ frequency: 'yearly', byDay: [{ day: 'mo', nthOfPeriod: 20 }] }]],
    ['two months', [{ frequency: 'yearly', byMonth: ['3', '11'] }]],
    ['some months only', [{ frequency: 'monthly', byMonth: ['11'] }]],
    ['every second weekday', [{ frequency: 'daily', interval: 2, byDay: [monday] }]],
    ['1000 times', [{ frequency: 'daily', count: 1000 }]],
    ['every 100 weeks', [{ frequency: 'weekly', interval: 100 }]],
    ['every nine years', [{ frequency: 'yearly', interval: 9 }]],
    ['a start off its pattern', [{ frequency: 'weekly', byDay: [tuesday] }]],
    ['an end before its start', [{ frequency: 'daily', until: '2026-11-01T00:00:00' }]],
  ])('%s', (_, rules) => {
    expect(() => seriesOf(rules, START)).toThrow(Failure);
    expect(() => seriesOf(rules, START)).toThrow(/Exchange cannot hold this recurrence/);
  });
});

it.each([
  ['RelativeMonthlyRecurrence', '<Interval>1</Interval><DaysOfWeek>Feastday</DaysOfWeek><DayOfWeekIndex>First</DayOfWeekIndex>'],
  ['RelativeMonthlyRecurrence', '<Interval>1</Interval><DaysOfWeek>Monday</DaysOfWeek><DayOfWeekIndex>Fifth</DayOfWeekIndex>'],
  ['RelativeYearlyRecurrence', '<DaysOfWeek></DaysOfWeek><DayOfWeekIndex>Last</DayOfWeekIndex><Month>May</Month>'],
  ['AbsoluteYearlyRecurrence', '<DayOfMonth>1</DayOfMonth><Month>Sol</Month>'],
  ['AbsoluteMonthlyRecurrence', '<Interval>1</Interval><DayOfMonth>32</DayOfMonth>'],
  ['WeeklyRecurrence', '<Interval>1</Interval>'],
  ['HourlyRecurrence', '<Interval>1</Interval>'],
])('a pattern that cannot be understood is said, not guessed: %s %s', (name, content) => {
  const range = '<NoEndRecurrence><StartDate>2026-11-02</StartDate></NoEndRecurrence>';
  const reader = new AnswerReader({ mimeBytes: 0, textLength: 1e6 });
  const item = `<CalendarItem><Recurrence><${name}>${content}</${name}>${range}</Recurrence></CalendarItem>`;
  reader.write(
    Buffer.from(
      `<Envelope><ResponseMessages><M ResponseClass="Success"><Items>${item}</Items></M></ResponseMessages></Envelope>`,
    ),
  );
  const recurrence = childOf(reader.end().messages[0]!.items[0], 'Recurrence')!;
  expect(() => readRecurrence(recurrence)).toThrow(Failure);
});
