/** Every pattern with every end and exception, made in the application and made at Exchange, read back. */
import { describe, expect, it } from 'vitest';
import type { ItemVersion } from '../../src/connector/connector.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { occurrences, startOf } from '../servers/exchange/calendar/series.ts';
import { ALICE, type Calendar, calendarWorld, written } from './exchange-calendar-world.ts';
import { otherClient, roundTripTable, zones } from './exchange-round-trip.ts';
import { PASSWORD } from './exchange-world.ts';

const world = await calendarWorld();
const { request, createItem } = otherClient(world);
const table = roundTripTable('pattern x 3 ends x timed, whole days x 5 exceptions', {
  weekdays: 'daily with days of the week is weekly',
  'the last day of the month': 'the 31st is the last day',
  'the 30th or the last day': 'a day that a month lacks is its last',
  'every second year': 'every n-th year is every 12 n-th month',
  'an end on a day': 'at the end of that day',
});

describe('every pattern, end and exception', () => {
  const nday = (day: string, nthOfPeriod?: number) => ({ '@type': 'NDay', day, ...(nthOfPeriod ? { nthOfPeriod } : {}) });
  const days = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];
  /** 4 May 2026 is a Monday, the first of its month. */
  type PatternRow = readonly [name: string, rule: Record<string, Json>, xml: string, start?: string];
  const PATTERNS: readonly PatternRow[] = [
    ['every day', { frequency: 'daily' }, '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>'],
    ['every third day', { frequency: 'daily', interval: 3 }, '<t:DailyRecurrence><t:Interval>3</t:Interval></t:DailyRecurrence>'],
    [
      ...(['weekdays', { frequency: 'weekly', byDay: days.slice(0, 5).map((day) => nday(day)) }] as const),
      '<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday Tuesday Wednesday Thursday Friday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>',
    ],
    [
      ...([
        'every second week from Sunday',
        { frequency: 'weekly', interval: 2, firstDayOfWeek: 'su', byDay: [nday('mo'), nday('su')] },
      ] as const),
      '<t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Monday Sunday</t:DaysOfWeek><t:FirstDayOfWeek>Sunday</t:FirstDayOfWeek></t:WeeklyRecurrence>',
    ],
    [
      ...(['the 4th of the month', { frequency: 'monthly', byMonthDay: [4] }] as const),
      '<t:AbsoluteMonthlyRecurrence><t:Interval>1</t:Interval><t:DayOfMonth>4</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>',
    ],
    [
      ...(['the last day of the month', { frequency: 'monthly', byMonthDay: [-1] }] as const),
      '<t:AbsoluteMonthlyRecurrence><t:Interval>1</t:Interval><t:DayOfMonth>31</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>',
      '2026-05-31',
    ],
    [
      ...(['the 30th or the last day', { frequency: 'monthly', byMonthDay: [30], skip: 'backward' }] as const),
      '<t:AbsoluteMonthlyRecurrence><t:Interval>1</t:Interval><t:DayOfMonth>30</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>',
      '2026-05-30',
    ],
    [
      ...(['the first Monday of every second month', { frequency: 'monthly', interval: 2, byDay: [nday('mo', 1)] }] as const),
      '<t:RelativeMonthlyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>',
    ],
    [
      ...([
        'the last weekday of the month',
        { frequency: 'monthly', byDay: days.slice(0, 5).map((day) => nday(day)), bySetPosition: [-1] },
      ] as const),
      '<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>',
      '2026-05-29',
    ],
    [
      ...(['every 4 May', { frequency: 'yearly', byMonth: ['5'], byMonthDay: [4] }] as const),
      '<t:AbsoluteYearlyRecurrence><t:DayOfMonth>4</t:DayOfMonth><t:Month>May</t:Month></t:AbsoluteYearlyRecurrence>',
    ],
    [
      ...(['the first Monday of May', { frequency: 'yearly', byMonth: ['5'], byDay: [nday('mo', 1)] }] as const),
      '<t:RelativeYearlyRecurrence><t:DaysOfWeek>Monday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex><t:Month>May</t:Month></t:RelativeYearlyRecurrence>',
    ],
    [
      ...(['every second year', { frequency: 'yearly', interval: 2, byMonth: ['5'], byMonthDay: [4] }] as const),
      '<t:AbsoluteMonthlyRecurrence><t:Interval>24</t:Interval><t:DayOfMonth>4</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>',
    ],
  ];
  const ENDS: readonly (readonly [name: string, rule: Record<string, Json>, xml: (start: string) => string])[] = [
    ['never', {}, (start) => `<t:NoEndRecurrence><t:StartDate>${start}</t:StartDate></t:NoEndRecurrence>`],
    [
      ...(['on a day', { until: '2035-01-01T23:59:59' }] as const),
      (start) =>
        `<t:EndDateRecurrence><t:StartDate>${start}</t:StartDate><t:EndDate>2035-01-01</t:EndDate></t:EndDateRecurrence>`,
    ],
    [
      ...(['after five', { count: 5 }] as const),
      (start) =>
        `<t:NumberedRecurrence><t:StartDate>${start}</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence>`,
    ],
  ];
  type Exceptions = readonly ('deleted' | 'moved' | 'changed')[];
  /** Of the second, third and fourth occurrence. */
  const EXCEPTIONS: readonly Exceptions[] = [[], ['deleted'], ['moved'], ['changed'], ['deleted', 'moved', 'changed']];

  const event = (start: string, allDay: boolean, rule: Record<string, Json>): ItemContent =>
    ({
      '@type': 'Event',
      ...{ title: 'Series', freeBusyStatus: 'busy' },
      ...(allDay
        ? { start: `${start}T00:00:00`, duration: 'P1D', timeZone: null, showWithoutTime: true }
        : { start: `${start}T10:00:00`, duration: 'PT1H', timeZone: 'Europe/Berlin' }),
      recurrenceRules: [{ '@type': 'RecurrenceRule', ...rule }],
    }) as ItemContent;

  /** The days, from the stand-in's own expansion. */
  const daysIn = (calendar: Calendar) =>
    occurrences(calendar.itemsIn('calendar')[0]!)
      .take(5)
      .map((one) => Temporal.Instant.fromEpochMilliseconds(startOf(one)).toZonedDateTimeISO('Europe/Berlin').toPlainDateTime())
      .toArray();

  const text = (at: Temporal.PlainDateTime) => at.toString({ smallestUnit: 'second' });

  function patchFor(exception: Exceptions[number], start: Temporal.PlainDateTime, allDay: boolean): Record<string, Json> {
    if (exception === 'deleted') return { excluded: true };
    if (exception === 'changed') return { title: 'Other' };
    return allDay ? { title: 'Moved' } : { title: 'Moved', start: text(start.add({ hours: 3 })), duration: 'PT2H' };
  }

  function overridesFor(exceptions: Exceptions, at: readonly Temporal.PlainDateTime[], allDay: boolean): Record<string, Json> {
    const entries = exceptions.map((exception, n) => {
      const start = at[n + 1]!;
      return [text(start), patchFor(exception, start, allDay)] as const;
    });
    return entries.length === 0 ? {} : { recurrenceOverrides: Object.fromEntries(entries) };
  }

  async function atExchange(master: string, exceptions: Exceptions, at: readonly Temporal.PlainDateTime[], allDay: boolean) {
    for (const [n, exception] of exceptions.entries()) {
      const id = `<t:OccurrenceItemId RecurringMasterId="${master}" InstanceIndex="${n + 2}"/>`;
      if (exception === 'deleted') {
        await request(
          `<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone"><m:ItemIds>${id}</m:ItemIds></m:DeleteItem>`,
        );
        continue;
      }
      const set = (uri: string, xml: string) =>
        `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:CalendarItem>${xml}</t:CalendarItem></t:SetItemField>`;
      const instant = (hours: number) => at[n + 1]!.add({ hours }).toZonedDateTime('Europe/Berlin').toInstant().toString();
      const times = allDay
        ? ''
        : set('calendar:Start', `<t:Start>${instant(3)}</t:Start>`) + set('calendar:End', `<t:End>${instant(5)}</t:End>`);
      const subject = set('item:Subject', `<t:Subject>${exception === 'moved' ? 'Moved' : 'Other'}</t:Subject>`);
      await request(
        `<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange>${id}<t:Updates>${exception === 'moved' ? times : ''}${subject}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
      );
    }
  }

  it.each(PATTERNS.map((row) => [row[0], row] as const))(
    '%s',
    async (_, [name, rule, pattern, start = '2026-05-04']: PatternRow) => {
      for (const [end, range, rangeXml] of ENDS) {
        for (const allDay of [false, true]) {
          for (const exceptions of EXCEPTIONS) {
            world.exchange.addMailbox(ALICE, PASSWORD);
            const calendar = world.of(ALICE);
            const plain = event(start, allDay, { ...rule, ...range });
            const times = allDay
              ? `<t:Start>${start}T00:00:00</t:Start><t:End>${start}T00:00:00</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>`
              : `<t:Start>${start}T10:00:00</t:Start><t:End>${start}T11:00:00</t:End>`;
            const fields = `<t:Subject>Series</t:Subject><t:ReminderIsSet>false</t:ReminderIsSet>${times}<t:Recurrence>${pattern}${rangeXml(start)}</t:Recurrence>`;
            const master = await createItem(fields + zones('W. Europe Standard Time'));
            const at = daysIn(calendar);
            await atExchange(master, exceptions, at, allDay);
            const content = { ...plain, ...overridesFor(exceptions, at, allDay) } as ItemContent;
            const [theirs] = await calendar.all();
            const what = `${name}, ends ${end}, ${allDay ? 'whole day' : 'timed'}, ${exceptions.join(' ') || 'no exception'}`;
            expect(written(content, theirs!.content), `${what}: made at Exchange`).toEqual(content);
            table(name, 'Exchange');
            const ours = await calendar.create(content);
            expect(written(content, ours.content), `${what}: made in the application`).toEqual(content);
            table(name, 'application');
            expect(sameButIds(ours), what).toEqual(sameButIds(theirs!));
          }
        }
      }
    },
  );

  const sameButIds = ({ content: { uid: _, ...content } }: ItemVersion) => content;
});
