/** Public calendars, made by many programs: into Exchange and out again as valid JSCalendar, with the occurrences that ical.js says. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { daysOf } from '../../src/connector/exchange/recurrence-days.ts';
import { seriesOf } from '../../src/connector/exchange/recurrence-rule.ts';
import { Failure } from '../../src/model/failure.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { ALICE, calendarWorld } from '../contract/exchange-calendar-world.ts';
import { wrongInCalendarObject } from '../valid/calendar-object.ts';
import { corporaFolder, haveCorpora } from './corpora.ts';
import { eventsIn, expanded, type ReadEvent } from './icalendar.ts';

const MOST = 60;
/** Exchange cuts off what is longer. */
const LONGEST_SUBJECT = 255;

/** The first occurrences of JSCalendar content as instants (or days). */
function occurrencesOf(content: ItemContent): string[] {
  const series = seriesOf(content.recurrenceRules, String(content.start));
  const time = String(content.start).slice(11);
  const starts =
    series === null
      ? [String(content.start)]
      : daysOf(series)
          .take(3 * MOST)
          .map((day) => `${day}T${time}`)
          .toArray();
  const overrides = (content.recurrenceOverrides ?? {}) as Record<string, Record<string, Json>>;
  return starts
    .filter((start) => overrides[start]?.excluded !== true)
    .map((start) => momentOf(String(overrides[start]?.start ?? start), content));
}

function momentOf(start: string, { timeZone }: ItemContent): string {
  if (timeZone === null) return start.slice(0, 10);
  return Temporal.PlainDateTime.from(start).toZonedDateTime(String(timeZone)).toInstant().toString();
}

type Told = Extract<ReadEvent, { component: object }>;

describe.skipIf(!haveCorpora)('calendars of others (skipped where the corpora are not there)', async () => {
  const world = await calendarWorld();
  const counts = { files: 0, events: 0, back: 0, series: 0 };
  const reasons = new Map<string, number>();
  const count = (why: string) => reasons.set(why, (reasons.get(why) ?? 0) + 1);
  afterAll(() => {
    expect(counts.back).toBeGreaterThan(500);
    const lines = [...reasons].sort(([, one], [, other]) => other - one).map(([why, n]) => `\n  ${n} x ${why}`);
    process.stdout.write(`calendars: ${JSON.stringify(counts)}, refused or left out:${lines.join('') || ' none'}\n`);
  });
  const folders = haveCorpora ? readdirSync(corporaFolder).filter((name) => name.startsWith('ics-')) : [];

  it.each(folders)('of %s go in, or are refused with a reason, and come out with the same occurrences', async (folder) => {
    const files = globSync(`${folder}/**/*.ics`, { cwd: corporaFolder }).sort();
    counts.files += files.length;
    const wrong: string[] = [];
    for (const file of files) {
      for (const event of eventsIn(readFileSync(join(corporaFolder, file), 'utf8')).slice(0, 25)) {
        counts.events += 1;
        if (event.content === undefined) count(`left out: ${event.why}`);
        else wrong.push(...(await differences(file, event)));
      }
    }
    expect(wrong).toEqual([]);
  });

  async function differences(file: string, event: Told): Promise<string[]> {
    const { content } = event;
    const name = `${file}: ${String(content.title).slice(0, 40)}`;
    try {
      const read = await world.of(ALICE).create(content);
      counts.back += 1;
      if (content.recurrenceRules) counts.series += 1;
      const ours = occurrencesOf(read.content);
      const theirs = expanded(event, MOST).sort();
      const prefix = JSON.stringify(ours.slice(0, theirs.length)) === JSON.stringify(theirs);
      const same = prefix && (theirs.length === MOST || ours.length === theirs.length);
      const [before, after] = [content, read.content].map(({ title, start, timeZone }) =>
        JSON.stringify([String(title).slice(0, LONGEST_SUBJECT).trim(), start, timeZone]),
      );
      // What an item is called and when it was changed stands beside its content.
      const whole = { uid: read.ref, ...read.content, updated: read.changedAt!.toISOString().replace('.000Z', 'Z') };
      const invalid = wrongInCalendarObject(whole).map((each) => `${name}: ${each}`);
      return [
        ...invalid,
        ...(same ? [] : [`${name}: ${ours} but ${theirs}`]),
        ...(before === after ? [] : [`${name}: ${before} ${after}`]),
      ];
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'refused') throw new Error(name, { cause: error });
      count(error.message.replace(/\d{4}-\d\d-\d\d\S*/g, 'a day').slice(0, 120));
      return [];
    }
  }
});
