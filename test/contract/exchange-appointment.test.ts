import { describe, expect, it } from 'vitest';
import type { ItemContent } from '../../src/model/item.ts';
import { ALICE, calendarWorld, written } from './exchange-calendar-world.ts';

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
