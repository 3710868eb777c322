import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { APPOINTMENT_FIELDS } from '../../src/model/appointment-field.ts';
import { valuesOf } from '../../src/model/field.ts';
import type { ItemContent } from '../../src/model/item.ts';
import { el } from '../servers/exchange/xml/element.ts';
import { ALICE, calendarWorld, written } from './exchange-calendar-world.ts';
import { PASSWORD } from './exchange-world.ts';

const world = await calendarWorld();
const alice = world.of(ALICE);

const event = (more: Record<string, unknown> = {}): ItemContent =>
  ({
    '@type': 'Event',
    ...{ title: 'Talk & <tea>', start: '2026-05-04T10:00:00', duration: 'PT1H30M', timeZone: 'Europe/Zurich' },
    ...more,
  }) as ItemContent;

describe('a single appointment', () => {
  it('comes back with all its fields as it was written', async () => {
    const content = event({
      ...{ description: 'Line one\r\nLine two', descriptionContentType: 'text/plain' },
      locations: { location: { '@type': 'Location', name: 'Room "1" & 2' } },
      ...{ priority: 1, freeBusyStatus: 'busy', 'mailroom.example:showAs': 'oof' },
      ...{ privacy: 'private', 'mailroom.example:sensitivity': 'personal', keywords: { Rot: true, 'Blau & Weiß': true } },
      alerts: {
        reminder: { '@type': 'Alert', action: 'display', trigger: { '@type': 'OffsetTrigger', offset: '-PT45M' } },
      },
    });
    const read = await alice.create(content);
    expect(written(content, read.content)).toEqual(content);
    expect(read).toMatchObject({ meeting: null, meetingId: null, readOnly: false, notes: [] });
    expect(await alice.all()).toEqual([read]);
  });

  it('loses what is taken away', async () => {
    const full = event({
      ...{ description: '<p>x</p>', descriptionContentType: 'text/html', priority: 9, keywords: { Red: true } },
      locations: { location: { '@type': 'Location', name: 'Room' } },
      ...{ freeBusyStatus: 'free', privacy: 'secret' },
    });
    const theirs = await alice.create(full);
    expect(theirs.content).toMatchObject({ priority: 9, privacy: 'secret', freeBusyStatus: 'free' });
    const fields = ['body', 'location', 'importance', 'categories', 'showAs', 'sensitivity', 'reminder'];
    const read = await alice.change(theirs, event(), fields);
    const { uid: _, freeBusyStatus, ...rest } = read.content;
    expect(rest).toEqual(event());
    expect(freeBusyStatus).toBe('busy');
  });

  it('writes what was asked for and nothing else', async () => {
    const theirs = await alice.create(event({ priority: 1 }));
    const steps = alice.store.steps({
      ...{
        change: 'update',
        theirs,
        content: event({ title: 'Other', priority: 9 }),
        fields: ['subject'],
        key: null,
        mail: 'none',
      },
    });
    expect(steps.map(({ name, mails }) => [name, mails])).toEqual([['UpdateItem with 1 property', false]]);
    const read = await alice.change(theirs, event({ title: 'Other', priority: 9 }), ['subject']);
    expect(read.content).toMatchObject({ title: 'Other', priority: 1 });
  });

  it('moves with its zone', async () => {
    const theirs = await alice.create(event());
    const content = event({ start: '2026-05-05T09:00:00', duration: 'PT30M', timeZone: 'America/New_York' });
    expect(written(content, (await alice.change(theirs, content, ['time'])).content)).toEqual(content);
  });

  it('keeps its place while another client moves it in its zone, and takes that of another zone', async () => {
    const theirs = await alice.create(event());
    const [item] = alice.itemsIn('calendar');
    const save = (name: string, element: ReturnType<typeof el>) => {
      item!.fields[name] = element;
      world.exchange.mailboxOf(ALICE)!.touch(item!);
    };
    save('Start', el('Start', '2026-05-04T09:00:00Z'));
    expect((await alice.read(theirs)).content).toMatchObject({ start: '2026-05-04T11:00:00', timeZone: 'Europe/Zurich' });
    save('StartTimeZone', el('StartTimeZone', undefined, { Id: 'Romance Standard Time' }));
    expect((await alice.read(theirs)).content).toMatchObject({ start: '2026-05-04T11:00:00', timeZone: 'Europe/Paris' });
  });

  it.each([
    ['one day', 'P1D'],
    ['three days', 'P3D'],
    ['over the end of summer time', 'P2D'],
  ])('takes whole days: %s', async (_, duration) => {
    const content = event({ start: '2026-10-24T00:00:00', duration, timeZone: null, showWithoutTime: true });
    expect(written(content, (await alice.create(content)).content)).toEqual(content);
  });

  it('becomes a whole day, and a timed one again', async () => {
    const theirs = await alice.create(event());
    const day = event({ start: '2026-05-06T00:00:00', duration: 'P1D', timeZone: null, showWithoutTime: true });
    const whole = await alice.change(theirs, day, ['time']);
    expect(written(day, whole.content)).toEqual(day);
    const timed = await alice.change(whole, event(), ['time']);
    expect(written(event(), timed.content)).toEqual(event());
    expect(timed.content.showWithoutTime).toBeUndefined();
  });
});

const weekly = { '@type': 'RecurrenceRule', frequency: 'weekly', byDay: [{ '@type': 'NDay', day: 'mo' }], count: 8 };
const series = (recurrenceOverrides: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  event({
    recurrenceRules: [weekly],
    ...(Object.keys(recurrenceOverrides).length === 0 ? {} : { recurrenceOverrides }),
    ...more,
  });

describe('a series', () => {
  it('comes back with its exceptions, however many steps that takes', async () => {
    const content = series({
      '2026-05-11T10:00:00': { excluded: true },
      '2026-05-18T10:00:00': { title: 'Other', start: '2026-05-19T11:00:00', duration: 'PT15M' },
      '2026-05-25T10:00:00': {
        ...{ description: 'other words', descriptionContentType: 'text/plain', freeBusyStatus: 'free' },
        locations: { location: { '@type': 'Location', name: 'Elsewhere' } },
      },
    });
    const read = await alice.create({ ...content, freeBusyStatus: 'busy' });
    expect(written(content, read.content)).toEqual(content);
    expect(alice.itemsIn('calendar')).toHaveLength(1);
  });

  it('changes one occurrence without touching the series', async () => {
    const theirs = await alice.create(series({}, { freeBusyStatus: 'busy' }));
    const content = series({ '2026-06-01T10:00:00': { title: 'Only this' } }, { freeBusyStatus: 'busy' });
    const change = { change: 'update', theirs, content, fields: ['recurrence'], key: null, mail: 'none' } as const;
    expect(alice.store.steps(change)).toHaveLength(1);
    const read = await alice.read(await alice.apply(change));
    expect(read.content).toEqual({ ...theirs.content, recurrenceOverrides: content.recurrenceOverrides });
    const back = await alice.change(read, theirs.content, ['recurrence']);
    expect(back.content).toEqual(theirs.content);
  });

  it('keeps its exceptions when its hour and its pattern change', async () => {
    const theirs = await alice.create(
      series({ '2026-05-11T10:00:00': { title: 'Own' }, '2026-05-18T10:00:00': { excluded: true } }),
    );
    const content = series(
      { '2026-05-11T14:00:00': { title: 'Own' }, '2026-05-18T14:00:00': { excluded: true } },
      { start: '2026-05-04T14:00:00', recurrenceRules: [{ ...weekly, count: 6 }] },
    );
    const read = await alice.change(theirs, content, ['time', 'recurrence']);
    expect(written(content, read.content)).toEqual(content);
  });

  it('becomes single, and a series again', async () => {
    const theirs = await alice.create(series({ '2026-05-11T10:00:00': { excluded: true } }));
    const single = await alice.change(theirs, event(), ['recurrence']);
    expect(single.content.recurrenceRules).toBeUndefined();
    const again = await alice.change(single, series(), ['recurrence']);
    expect(again.content).toMatchObject({ recurrenceRules: [weekly] });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['an occurrence off its pattern', { '2026-05-12T10:00:00': { title: 'x' } }, /no day of its pattern/],
    ['an added day', { '2026-05-12T10:00:00': {} }, /no day of its pattern/],
    ['guests of one occurrence', { '2026-05-11T10:00:00': { participants: {} } }, /participants of one occurrence/],
  ])('refuses %s', async (_, overrides, why) => {
    const change = { change: 'create', key: { record: 'r', mailbox: 'm', attempt: 1 }, folder: null, mail: 'none' } as const;
    expect(() => alice.store.steps({ ...change, content: series(overrides) })).toThrow(why);
  });

  it('refuses to bring back what was deleted', async () => {
    const theirs = await alice.create(series({ '2026-05-11T10:00:00': { excluded: true } }));
    await expect(alice.change(theirs, series(), ['recurrence'])).rejects.toThrow(/cannot bring back/);
  });

  it('takes whole days', async () => {
    const content = series(
      { '2026-10-26T00:00:00': { title: 'After the clocks' }, '2026-11-02T00:00:00': { excluded: true } },
      { start: '2026-10-19T00:00:00', duration: 'P1D', timeZone: null, showWithoutTime: true },
    );
    expect(written(content, (await alice.create(content)).content)).toEqual(content);
  });
});

describe('what is read', () => {
  it('says the same in every field as what was written', async () => {
    const content = series(
      { '2026-05-11T10:00:00': { title: 'Other' }, '2026-05-18T10:00:00': { excluded: true } },
      {
        ...{
          description: '<p>Some <b>words</b> & a <a href="https://example.com/a?b=c&amp;d">link</a></p>',
          descriptionContentType: 'text/html',
        },
        ...{ priority: 9, freeBusyStatus: 'free', privacy: 'secret', keywords: { Red: true, blue: true } },
        locations: { location: { '@type': 'Location', name: 'Room' } },
        alerts: { reminder: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT1H' } } },
        participants: {
          'Bob@Example.com': {
            '@type': 'Participant',
            name: 'Bob',
            roles: { attendee: true },
            sendTo: { imip: 'mailto:Bob@Example.com' },
          },
        },
      },
    );
    const read = await alice.create(content);
    const shared = APPOINTMENT_FIELDS.filter(({ name }) => name !== 'organizer');
    expect(valuesOf(shared, read.content)).toEqual(valuesOf(shared, content));
  });

  it('is a series with whatever exceptions it was given', async () => {
    const exception = fc.oneof(
      fc.constant({ excluded: true }),
      fc.record(
        { title: fc.constantFrom('Other', 'Ä & <b>'), freeBusyStatus: fc.constantFrom('free', 'busy') },
        { requiredKeys: ['title'] },
      ),
      fc.integer({ min: 1, max: 9 }).map((hours) => ({ moved: hours })),
    );
    const exceptions = fc.dictionary(fc.integer({ min: 1, max: 11 }).map(String), exception, { maxKeys: 6, minKeys: 1 });
    const changed = { frequency: 'daily', interval: 2 };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom({ frequency: 'daily' }, changed), exceptions, exceptions, async (rule, first, second) => {
        world.exchange.addMailbox(ALICE, PASSWORD);
        const step = rule === changed ? 2 : 1;
        const content = (given: Record<string, object>) => {
          const overrides = Object.entries(given).map(([n, patch]) => {
            const start = Temporal.PlainDateTime.from('2026-05-04T10:00:00').add({ days: Number(n) * step });
            const text = (at: Temporal.PlainDateTime) => at.toString({ smallestUnit: 'second' });
            const moved = 'moved' in patch ? { start: text(start.add({ hours: patch.moved as number })) } : patch;
            const { freeBusyStatus, ...rest } = moved as Record<string, unknown>;
            return [text(start), freeBusyStatus === 'free' ? moved : rest] as const;
          });
          return event({
            freeBusyStatus: 'busy',
            recurrenceRules: [{ '@type': 'RecurrenceRule', ...rule, count: 12 }],
            recurrenceOverrides: Object.fromEntries(overrides.sort(([one], [other]) => (one < other ? -1 : 1))),
          });
        };
        const made = await alice.create(content(first));
        expect(written(content(first), made.content)).toEqual(content(first));
        // What was deleted stays so: all else may become anything.
        const deleted = Object.entries(first).filter(([, patch]) => 'excluded' in patch);
        const next = content({ ...second, ...Object.fromEntries(deleted) });
        expect(written(next, (await alice.change(made, next, ['recurrence'])).content)).toEqual(next);
      }),
      { numRuns: 40 },
    );
  });
});
