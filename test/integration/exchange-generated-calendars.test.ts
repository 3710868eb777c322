/**
 * Generated series: from one application into Exchange, from there into another one, and whole as ical.js expands the same file.
 */
import fc from 'fast-check';
import ICAL from 'ical.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daysOf } from '../../src/connector/exchange/recurrence-days.ts';
import { seriesOf } from '../../src/connector/exchange/recurrence-rule.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { ALICE, calendarWorld } from '../contract/exchange-calendar-world.ts';
import { occurrences, startOf } from '../servers/exchange/calendar/series.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { wrongInCalendarObject } from '../valid/calendar-object.ts';
import { appointmentsHere, desk } from './appointment-world.ts';
import { generatedCalendar } from './generated-calendar.ts';
import { eventsIn, type ReadEvent } from './icalendar.ts';

const SERIES = 80;
const MOST = 15;
const world = await calendarWorld();
let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());

type Told = Extract<ReadEvent, { component: object }>;
interface Occurrence {
  readonly at: string;
  readonly title: string;
  readonly seconds: number;
}
const inOrder = (all: readonly Occurrence[]) => [...all].sort((one, other) => (one.at < other.at ? -1 : 1));

const momentOf = (wall: string, zone: Json): string =>
  zone === null ? wall.slice(0, 10) : Temporal.PlainDateTime.from(wall).toZonedDateTime(String(zone)).toInstant().toString();

/** As ical.js says, exceptions and deleted days included. */
function expected({ component, exceptions, content }: Told): Occurrence[] {
  const event = new ICAL.Event(component, { exceptions: exceptions.map((one) => new ICAL.Event(one)) } as never);
  const iterator = event.iterator();
  const all: Occurrence[] = [];
  for (let next = iterator.next(); next && all.length < MOST; next = iterator.next()) {
    const { item, startDate } = event.getOccurrenceDetails(next);
    const at = momentOf(
      `${startDate.toString().slice(0, 10)}T${startDate.toString().slice(11) || '00:00:00'}`,
      content.timeZone!,
    );
    all.push({ at, title: item.summary, seconds: item.duration.toSeconds() });
  }
  return inOrder(all);
}

const secondsOf = (duration: Json) =>
  Temporal.Duration.from(String(duration)).total({ unit: 'second', relativeTo: '2026-01-01' });

/** As the content says. */
function told(content: ItemContent, most: number): Occurrence[] {
  const overrides = (content.recurrenceOverrides ?? {}) as Record<string, Record<string, Json>>;
  const time = String(content.start).slice(11);
  const starts = daysOf(seriesOf(content.recurrenceRules, String(content.start))!).map((day) => `${day}T${time}`);
  const left = starts.filter((start) => overrides[start]?.excluded !== true).take(most);
  const all = left.map((start) => {
    const one: Record<string, Json> = { ...content, start, ...overrides[start] };
    return { at: momentOf(String(one.start), content.timeZone!), title: String(one.title), seconds: secondsOf(one.duration!) };
  });
  return inOrder(all.toArray());
}

/** As the stand-in shows the calendar to whoever looks at it. */
function shown(item: Item, content: ItemContent, most: number): string[] {
  const place = content.timeZone === null ? 'Europe/Berlin' : 'UTC';
  const moment = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(place);
  const all = occurrences(item).map((one) => moment(startOf(one)));
  const texts = all.map((one) => (content.timeZone === null ? one.toPlainDate() : one.toInstant()).toString());
  return texts.take(most).toArray().sort();
}

async function application() {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(pg.database, [{ id: 'alice', address: ALICE }]);
  return desk(pg.database, world, 'alice');
}

function differences(event: Told, content: ItemContent, item: Item): string[] {
  const theirs = expected(event);
  // One more than is compared would show a series that does not end.
  const most = Math.max(MOST, theirs.length);
  const [ours, there] = [told(content, most), shown(item, content, most)];
  const invalid = wrongInCalendarObject({ uid: 'generated', updated: '2026-03-02T08:00:00Z', ...content });
  const same = (one: readonly unknown[], another: readonly unknown[]) => JSON.stringify(one) === JSON.stringify(another);
  return [
    ...invalid,
    ...(same(ours, theirs) ? [] : [`told ${JSON.stringify(ours)} but ical.js ${JSON.stringify(theirs)}`]),
    ...(same(
      there,
      theirs.map(({ at }) => at),
    )
      ? []
      : [`shown ${there} but ical.js ${theirs.map(({ at }) => at)}`]),
  ];
}

it(`${SERIES} series around changes of clocks go from one application to another by Exchange, and stay what they are`, async () => {
  const texts = fc
    .sample(generatedCalendar, { numRuns: SERIES, seed: 20_260_329 })
    .map((text, n) => text.replace('SUMMARY:Series', `SUMMARY:Series ${n}`));
  const one = await application();
  for (const text of texts) await one.make((eventsIn(text)[0] as Told).content);
  await one.sync();
  expect(await one.sync()).toMatchObject({ writes: 0, conflicts: 0, trouble: [] });
  expect(one.there()).toHaveLength(SERIES);

  const other = await application();
  await other.sync();
  const here = await appointmentsHere(pg.database);
  expect(here).toHaveLength(SERIES);
  const wrong = texts.flatMap((text, n) => {
    const { content } = here.find((each) => each.content.title === `Series ${n}`)!;
    const item = other.there().find(({ fields }) => fields.Subject?.text === `Series ${n}`)!;
    return differences(eventsIn(text)[0] as Told, content, item).map((each) => `${text}\n${each}`);
  });
  expect(wrong).toEqual([]);
});
