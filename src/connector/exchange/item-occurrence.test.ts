import { expect, it } from 'vitest';
import type { Etag, RemoteRef } from '../connector.ts';
import type { Ews } from './ews.ts';
import { findOccurrence } from './item-occurrence.ts';
import { AnswerReader } from './read-answer.ts';

const SERIES = { ref: 'series' as RemoteRef, etag: 'one' as Etag };
const day = (n: number) => `2026-05-${String(n).padStart(2, '0')}T08:00:00Z`;

/** A server that gives these days of May by number; what it has no day for is past the end. */
function server(days: readonly number[], asked: number[] = []): Ews {
  const success = (item: string) => `<M ResponseClass="Success"><ResponseCode>NoError</ResponseCode><Items>${item}</Items></M>`;
  const call = async (body: string) => {
    const number = Number(/InstanceIndex="(\d+)"/.exec(body)![1]);
    asked.push(number);
    const found = days[number - 1];
    const occurrence =
      found === undefined
        ? '<M ResponseClass="Error"><ResponseCode>ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange</ResponseCode><Items/></M>'
        : success(
            `<CalendarItem><ItemId Id="day ${found}" ChangeKey="two"/><OriginalStart>${day(found)}</OriginalStart></CalendarItem>`,
          );
    const master = success('<CalendarItem><ItemId Id="series" ChangeKey="two"/></CalendarItem>');
    const reader = new AnswerReader({ mimeBytes: 0, textLength: 1e6 });
    reader.write(Buffer.from(`<Envelope><ResponseMessages>${master}${occurrence}</ResponseMessages></Envelope>`));
    return reader.end();
  };
  return { where: 'here', delegateOf: null, serverVersion: () => null, call } as unknown as Ews;
}

it('an occurrence is found by its number', async () => {
  const asked: number[] = [];
  const found = await findOccurrence(server([4, 5, 6, 7], asked), SERIES, { number: 3, originalStart: day(6) });
  expect(found?.occurrence).toMatchObject({ id: { ref: 'day 6' } });
  expect(found?.series).toEqual({ ref: 'series', etag: 'two' });
  expect(asked).toEqual([3]);
});

it('a server that does not count deleted ones has the right day changed all the same', async () => {
  const found = await findOccurrence(server([4, 6, 7]), SERIES, { number: 3, originalStart: day(6) });
  expect(found?.occurrence).toMatchObject({ id: { ref: 'day 6' } });
});

it('no other day is taken for one that the server does not have', async () => {
  const wanted = { number: 3, originalStart: day(20) };
  expect(await findOccurrence(server([4, 5, 6, 7]), SERIES, wanted)).toMatchObject({
    occurrence: 'nowhere',
    series: { etag: 'two' },
  });
});
