/** Series as iCalendar files, drawn around the changes of clocks: what Exchange can hold of patterns, ends and exceptions. */
import fc from 'fast-check';
import ICAL from 'ical.js';

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** A zone, and a day on which its clocks change. */
const CHANGES: readonly (readonly [zone: string, day: string])[] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Pacific/Auckland', '2026-04-05'],
  ['Pacific/Auckland', '2026-09-27'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['America/Santiago', '2026-09-06'],
  ['Asia/Kolkata', '2026-03-29'],
];

interface Draft {
  readonly zone: string;
  readonly start: Temporal.PlainDateTime;
  readonly allDay: boolean;
}

const draft: fc.Arbitrary<Draft> = fc
  .record({
    change: fc.constantFrom(...CHANGES),
    before: fc.integer({ min: 1, max: 20 }),
    hour: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 19 })),
    minute: fc.constantFrom(0, 30),
    allDay: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  })
  .map(({ change: [zone, day], before, hour, minute, allDay }) => {
    const date = Temporal.PlainDate.from(day).subtract({ days: before });
    return { zone, allDay, start: date.toPlainDateTime(allDay ? undefined : { hour, minute }) };
  });

const inMonth = (date: Temporal.PlainDateTime): string => {
  const last = date.day + 7 > date.daysInMonth;
  return `${last ? -1 : Math.ceil(date.day / 7)}${DAYS[date.dayOfWeek - 1]}`;
};

/** The pattern, and the first day it has from the drawn one on. */
type Pattern = (
  start: Temporal.PlainDateTime,
  interval: number,
  more: readonly string[],
) => readonly [string, Temporal.PlainDateTime];
const lastDay = (start: Temporal.PlainDateTime) => start.with({ day: start.daysInMonth });
const early = (start: Temporal.PlainDateTime) => start.with({ day: Math.min(start.day, 28) });
const weekday = (start: Temporal.PlainDateTime, step: 1 | -1): Temporal.PlainDateTime =>
  start.dayOfWeek > 5 ? weekday(start.add({ days: step }), step) : start;
const byDay = (start: Temporal.PlainDateTime, more: readonly string[]) => [...new Set([DAYS[start.dayOfWeek - 1]!, ...more])];

const PATTERNS: readonly Pattern[] = [
  (start, interval) => [`FREQ=DAILY;INTERVAL=${interval}`, start],
  (start, interval, more) => [`FREQ=WEEKLY;INTERVAL=${interval};WKST=MO;BYDAY=${byDay(start, more)}`, start],
  (start, interval, more) => [`FREQ=WEEKLY;INTERVAL=${interval};WKST=SU;BYDAY=${byDay(start, more)}`, start],
  (start, interval) => [`FREQ=MONTHLY;INTERVAL=${interval};BYMONTHDAY=${early(start).day}`, early(start)],
  (start, interval) => [`FREQ=MONTHLY;INTERVAL=${interval};BYMONTHDAY=-1`, lastDay(start)],
  (start, interval) => [`FREQ=MONTHLY;INTERVAL=${interval};BYDAY=${inMonth(start)}`, start],
  (start, interval) => [`FREQ=MONTHLY;INTERVAL=${interval};BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1`, weekday(start.with({ day: 1 }), 1)],
  (start, interval) => [`FREQ=MONTHLY;INTERVAL=${interval};BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1`, weekday(lastDay(start), -1)],
  (start, interval) => [`FREQ=YEARLY;INTERVAL=${interval};BYMONTH=${start.month};BYMONTHDAY=${early(start).day}`, early(start)],
  (start) => [`FREQ=YEARLY;BYMONTH=${start.month};BYDAY=${inMonth(start)}`, start],
];

const compact = (at: Temporal.PlainDateTime) => at.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
const at = (name: string, { zone, allDay }: Draft, when: Temporal.PlainDateTime) =>
  allDay ? `${name};VALUE=DATE:${compact(when).slice(0, 8)}` : `${name};TZID=${zone}:${compact(when)}`;

type Exception = { readonly kind: 'deleted' | 'moved' | 'changed'; readonly hours: number };
const exceptions = fc.dictionary(
  fc.integer({ min: 1, max: 8 }).map(String),
  fc.record({
    kind: fc.constantFrom('deleted', 'moved', 'changed') satisfies fc.Arbitrary<Exception['kind']>,
    hours: fc.integer({ min: 1, max: 4 }),
  }),
  { maxKeys: 4 },
);

function endOf(kind: string, times: number, pattern: string, of: Draft): string {
  if (kind === 'never') return '';
  if (kind === 'count') return `;COUNT=${times}`;
  const last = walls(pattern, of.start, times).at(-1)!.with({ hour: 23, minute: 59, second: 59 });
  // Of the zone: without its VTIMEZONE ical.js could not compare one of UTC.
  return `;UNTIL=${compact(last).slice(0, of.allDay ? 8 : 15)}`;
}

/** The first occurrences by the pattern, as ical.js counts them. */
function walls(rule: string, start: Temporal.PlainDateTime, most: number): Temporal.PlainDateTime[] {
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateTimeString(start.toString({ smallestUnit: 'second' })));
  // It is the same object each time.
  const texts = Array.from({ length: most }, () => iterator.next()?.toString());
  return texts.filter((text) => text !== undefined).map((text) => Temporal.PlainDateTime.from(text));
}

function eventText(title: string, of: Draft, start: Temporal.PlainDateTime, hours: number, more: readonly string[]): string {
  const length = of.allDay ? 'P1D' : `PT${hours}H`;
  return [
    'BEGIN:VEVENT',
    'UID:generated',
    `SUMMARY:${title}`,
    at('DTSTART', of, start),
    `DURATION:${length}`,
    ...more,
    'END:VEVENT',
  ].join('\r\n');
}

export const generatedCalendar: fc.Arbitrary<string> = fc
  .record({
    ...{ draft, exceptions, pattern: fc.constantFrom(...PATTERNS), interval: fc.integer({ min: 1, max: 3 }) },
    more: fc.subarray(DAYS),
    ...{ end: fc.constantFrom('never', 'count', 'until'), times: fc.integer({ min: 2, max: 12 }) },
  })
  .map((drawn) => {
    const [rule, start] = drawn.pattern(drawn.draft.start, drawn.interval, drawn.more);
    const of = { ...drawn.draft, start };
    const whole = `${rule}${endOf(drawn.end, drawn.times, rule, of)}`;
    const days = walls(rule, start, drawn.end === 'never' ? 12 : drawn.times);
    const own = Object.entries(drawn.exceptions).filter(([n]) => Number(n) < days.length);
    const deleted = own.filter(([, { kind }]) => kind === 'deleted').map(([n]) => at('EXDATE', of, days[Number(n)]!));
    const others = own.filter(([, { kind }]) => kind !== 'deleted');
    const events = others.map(([n, { kind, hours }]) => {
      const day = days[Number(n)]!;
      const moved = kind === 'moved' && !of.allDay;
      return eventText(`Other ${n}`, of, moved ? day.add({ hours }) : day, moved ? 2 : 1, [at('RECURRENCE-ID', of, day)]);
    });
    const master = eventText('Series', of, start, 1, [`RRULE:${whole}`, ...deleted]);
    return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//generated//', master, ...events, 'END:VCALENDAR', ''].join('\r\n');
  });
