/** Every time zone over both changes of clocks, made in the application and made at Exchange, read back. */
import { beforeEach, describe, expect, it } from 'vitest';
import { changesOfPlace } from '../../src/connector/exchange/clock-changes.ts';
import { placeOf, WINDOWS_ZONES } from '../../src/connector/exchange/zone.ts';
import type { ItemContent } from '../../src/model/item.ts';
import { occurrences, startOf } from '../servers/exchange/calendar/series.ts';
import { ALICE, type Calendar, calendarWorld, written } from './exchange-calendar-world.ts';
import { otherClient, roundTripTable, zones } from './exchange-round-trip.ts';

const world = await calendarWorld();
const { createItem } = otherClient(world);
const table = roundTripTable(`${WINDOWS_ZONES.length} Windows zones x changes of clock in 2026`, {
  zones: 'a zone is the place that CLDR calls its default',
  'timed, over a change': 'none',
  'whole days, over a change': "days of no zone, midnights of the owner's zone there",
  'weekly, over a change': 'the hour stands still in its zone',
});

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const ROWS: Readonly<Record<string, string>> = {
  Timed: 'timed, over a change',
  Whole: 'whole days, over a change',
  Series: 'weekly, over a change',
};

describe('C48: every Windows zone, in spring and in autumn', () => {
  /** Four hours around each change of clocks of the year; where there is none, around two that others have. */
  function windows(place: string): { readonly name: string; readonly start: Temporal.PlainDateTime }[] {
    const year = changesOfPlace(place, 2026).changes.filter(({ minute }) => minute < Date.UTC(2027, 0, 1) / 60_000);
    const minutes =
      year.length > 0 ? year.map(({ minute }) => minute) : [Date.UTC(2026, 2, 29, 1) / 60_000, Date.UTC(2026, 9, 25, 1) / 60_000];
    return minutes.map((minute) => {
      const before = Temporal.Instant.fromEpochMilliseconds((minute - 120) * 60_000).toZonedDateTimeISO(place);
      return { name: before.toPlainDate().toString(), start: before.toPlainDateTime().with({ second: 0, millisecond: 0 }) };
    });
  }
  const text = (at: Temporal.PlainDateTime) => at.toString({ smallestUnit: 'second' });
  let calendar: Calendar;
  beforeEach(() => {
    calendar = world.of(ALICE);
  });

  it.each(WINDOWS_ZONES)('%s', async (id) => {
    const place = placeOf(id)!;
    Object.assign(world.exchange, { zone: id }); // the owner's zone: whole days are days there
    for (const { name, start } of windows(place)) {
      const day = start.toPlainDate();
      const timed = { '@type': 'Event', title: 'Timed', start: text(start), duration: 'PT4H', timeZone: place } as ItemContent;
      const whole = {
        ...{ '@type': 'Event', title: 'Whole', start: `${day}T00:00:00`, duration: 'P3D', timeZone: null, showWithoutTime: true },
      } as ItemContent;
      const weekly = {
        ...timed,
        ...{ title: 'Series', duration: 'PT1H', start: text(start.subtract({ weeks: 2 })) },
        recurrenceRules: [
          { '@type': 'RecurrenceRule', frequency: 'weekly', byDay: [{ '@type': 'NDay', day: dayName(day) }], count: 5 },
        ],
      } as ItemContent;
      for (const content of [timed, whole, weekly]) {
        const ours = await calendar.create(content);
        expect(written(content, ours.content), `${name} by the application`).toEqual(content);
        table(ROWS[String(content.title)]!, 'application');
      }
      const [madeTimed, madeWhole, madeSeries] = calendar.itemsIn('calendar').slice(-3);
      expect(madeTimed!.fields.StartTimeZone?.attributes.Id).toBe(id);
      expect(madeTimed!.fields.EndTimeZone?.attributes.Id).toBe(id);
      expect(madeWhole!.fields.IsAllDayEvent?.text).toBe('true');
      // The hour of a series stands still in its zone, whatever the clocks do.
      const hours = occurrences(madeSeries!)
        .map((one) => startOf(one))
        .toArray();
      const expected = [0, 1, 2, 3, 4].map(
        (week) =>
          start
            .add({ weeks: week - 2 })
            .toZonedDateTime(place)
            .toInstant().epochMilliseconds,
      );
      expect(hours).toEqual(expected);
      await elsewhere(id, place, start, day);
    }
    table('zones', 'application');
    table('zones', 'Exchange');
  });

  const dayName = (day: Temporal.PlainDate) => ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'][day.dayOfWeek - 1]!;

  async function elsewhere(id: string, place: string, start: Temporal.PlainDateTime, day: Temporal.PlainDate) {
    const from = start.toZonedDateTime(place).toInstant();
    const utc = (at: Temporal.Instant) => at.toString({ smallestUnit: 'second' });
    const subject = (name: string) => `<t:Subject>${name}</t:Subject>`;
    await createItem(`${subject('a')}<t:Start>${utc(from)}</t:Start><t:End>${utc(from.add({ hours: 4 }))}</t:End>${zones(id)}`);
    await createItem(
      `${subject('b')}<t:Start>${day}T00:00:00</t:Start><t:End>${day.add({ days: 3 })}T00:00:00</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>${zones(id)}`,
    );
    const first = start.subtract({ weeks: 2 });
    const wall = `<t:Start>${text(first)}</t:Start><t:End>${text(first.add({ hours: 1 }))}</t:End>`;
    const pattern = `<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>${DAYS[day.dayOfWeek - 1]}</t:DaysOfWeek></t:WeeklyRecurrence>`;
    const range = `<t:NumberedRecurrence><t:StartDate>${first.toPlainDate()}</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence>`;
    await createItem(`${subject('c')}${wall}<t:Recurrence>${pattern}${range}</t:Recurrence>${zones(id)}`);
    const read = await calendar.all();
    const series = read.findLast(({ content }) => content.title === 'c' && content.start === text(first));
    expect(series?.content, `${id} ${first}`).toMatchObject({
      ...{ duration: 'PT1H', timeZone: place },
      recurrenceRules: [{ frequency: 'weekly', byDay: [{ day: dayName(day) }], count: 5 }],
    });
    table(ROWS.Series!, 'Exchange');
    const found = (name: string) =>
      read.findLast(({ content }) => content.title === name && content.start?.toString().startsWith(String(day)));
    expect(found('a')?.content, `${id} ${start}`).toMatchObject({ start: text(start), duration: 'PT4H', timeZone: place });
    expect(found('b')?.content, `${id} ${day}`).toMatchObject({
      start: `${day}T00:00:00`,
      duration: 'P3D',
      timeZone: null,
      showWithoutTime: true,
    });
    table(ROWS.Timed!, 'Exchange');
    table(ROWS.Whole!, 'Exchange');
  }
});
