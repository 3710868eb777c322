/** DavMail of Debian as judge: what it writes by CalDAV is what we read, and what we write is what it hands out. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ItemContent } from '../../src/model/item.ts';
import { type DavMail, davMailInstalled, startDavMail } from '../servers/exchange/check/davmail.ts';
import { calendarWorld, written } from './exchange-calendar-world.ts';

const installed = davMailInstalled();
/** DavMail reads Basic as Latin-1. */
const PASSWORD = 'davpw';
const world = await calendarWorld({}, PASSWORD);
/** It keeps a session for each user: another one for each test. */
let user = '';
let users = 0;
beforeEach(() => {
  users += 1;
  user = `user${users}@example.com`;
  world.exchange.addMailbox(user, PASSWORD);
});
let davmail: DavMail;
beforeAll(async () => {
  if (installed) davmail = await startDavMail(world.server.url);
}, 120_000);
afterAll(() => davmail?.stop());

async function dav(method: string, path: string, body = '', headers: Record<string, string> = {}) {
  const response = await fetch(`${davmail.dav}/users/${user}/calendar/${path}`, {
    method,
    ...(body === '' ? {} : { body }),
    headers: { Authorization: `Basic ${Buffer.from(`${user}:${PASSWORD}`).toString('base64')}`, ...headers },
  });
  return { status: response.status, text: await response.text() };
}

const ZONE = `BEGIN:VTIMEZONE\r\nTZID:Europe/Zurich\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n`;

async function put(name: string, lines: readonly string[]): Promise<number> {
  const event = ['BEGIN:VEVENT', `UID:${name}`, 'DTSTAMP:20260301T100000Z', ...lines, 'END:VEVENT'].join('\r\n');
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n${ZONE}${event}\r\nEND:VCALENDAR\r\n`;
  return (await dav('PUT', `${name}.ics`, text, { 'Content-Type': 'text/calendar; charset=utf-8' })).status;
}
const at = (name: string, time: string) => `${name};TZID=Europe/Zurich:${time}`;
const hour = [at('DTSTART', '20260504T100000'), at('DTEND', '20260504T110000')];

const QUERY =
  '<?xml version="1.0" encoding="utf-8"?><C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>';

/** Everything in the calendar as DavMail hands it out: each event unfolded, without the zones. */
async function handedOut(): Promise<string[]> {
  const { text } = await dav('REPORT', '', QUERY, { 'Content-Type': 'application/xml', Depth: '1' });
  const plain = text
    .replaceAll('&#13;', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\r/g, '');
  return plain.replace(/\n[ \t]/g, '').match(/BEGIN:VEVENT[\s\S]*?END:VEVENT/g) ?? [];
}
const lineOf = (event: string, name: string) =>
  event
    .split('\n')
    .filter((line) => line.startsWith(`${name}:`) || line.startsWith(`${name};`))
    .map((line) => line.slice(line.indexOf(':') + 1))[0];

describe.skipIf(!installed)('DavMail (skipped where it is not installed)', () => {
  it('writes a single event that we read', async () => {
    expect(
      await put('single', [
        ...hour,
        'SUMMARY:One\\; two\\, three',
        'DESCRIPTION:line one\\nline two',
        ...['LOCATION:Room 1', 'CATEGORIES:Red,Blue', 'CLASS:PRIVATE', 'PRIORITY:1', 'X-MICROSOFT-CDO-BUSYSTATUS:OOF'],
        ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:r', 'TRIGGER:-PT10M', 'END:VALARM'],
      ]),
    ).toBe(201);
    const [read] = await world.of(user).all();
    expect(read!.content).toMatchObject({
      ...{ title: 'One; two, three', start: '2026-05-04T10:00:00', duration: 'PT1H' },
      ...{ keywords: { Red: true, Blue: true }, privacy: 'private' },
      locations: { location: { name: 'Room 1' } },
      alerts: { reminder: { trigger: { offset: '-PT10M' } } },
    });
    expect(read!.content.description).toContain('line two');
    // DavMail takes another place of the same clocks out of its own table.
    expect(Temporal.PlainDateTime.from('2026-05-04T10:00').toZonedDateTime(String(read!.content.timeZone)).offset).toBe('+02:00');
    expect(read!.meeting).toBeNull();
  });

  it('writes whole days that we read', async () => {
    await put('days', ['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227', 'SUMMARY:Holidays']);
    const [read] = await world.of(user).all();
    expect(read!.content).toMatchObject({ start: '2026-12-24T00:00:00', duration: 'P3D', timeZone: null, showWithoutTime: true });
  });

  it('writes a series with a day left out that we read', async () => {
    const rule = 'RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=MO';
    await put('series', [...hour, 'SUMMARY:Series', rule]);
    expect((await world.of(user).all())[0]!.content.recurrenceRules).toMatchObject([
      { frequency: 'weekly', byDay: [{ day: 'mo' }], count: 5 },
    ]);
    await put('series', [...hour, 'SUMMARY:Series', rule, 'EXDATE:20260511T080000Z']);
    const [read] = await world.of(user).all();
    expect(read!.content.recurrenceOverrides).toEqual({ '2026-05-11T10:00:00': { excluded: true } });
  });

  const event = (more: Record<string, unknown>): ItemContent =>
    ({
      '@type': 'Event',
      title: 'Ours & theirs',
      start: '2026-05-04T10:00:00',
      duration: 'PT1H30M',
      timeZone: 'Europe/Zurich',
      ...more,
    }) as ItemContent;

  it('hands out a single event that we wrote', async () => {
    const locations = { location: { '@type': 'Location', name: 'Room 2' } };
    await world
      .of(user)
      .create(event({ description: 'some words', descriptionContentType: 'text/plain', locations, privacy: 'private' }));
    const [read] = await handedOut();
    expect(lineOf(read!, 'SUMMARY')).toBe('Ours & theirs');
    expect([lineOf(read!, 'DTSTART'), lineOf(read!, 'DTEND')]).toEqual(['20260504T100000', '20260504T113000']);
    expect([lineOf(read!, 'LOCATION'), lineOf(read!, 'CLASS'), lineOf(read!, 'DESCRIPTION')?.slice(0, 10)]).toEqual([
      'Room 2',
      'PRIVATE',
      'some words',
    ]);
  });

  it('hands out whole days that we wrote', async () => {
    await world.of(user).create(event({ start: '2026-12-24T00:00:00', duration: 'P3D', timeZone: null, showWithoutTime: true }));
    const [read] = await handedOut();
    expect([lineOf(read!, 'DTSTART'), lineOf(read!, 'DTEND')]).toEqual(['20261224', '20261227']);
  });

  it('hands out a series with its exceptions that we wrote', async () => {
    const rule = { '@type': 'RecurrenceRule', frequency: 'weekly', byDay: [{ '@type': 'NDay', day: 'mo' }], count: 5 };
    const recurrenceOverrides = {
      '2026-05-11T10:00:00': { excluded: true },
      '2026-05-18T10:00:00': { title: 'Moved', start: '2026-05-18T15:00:00' },
    };
    await world.of(user).create(event({ recurrenceRules: [rule], recurrenceOverrides }));
    const events = await handedOut();
    const master = events.find((one) => lineOf(one, 'RRULE') !== undefined)!;
    const moved = events.find((one) => lineOf(one, 'RECURRENCE-ID') !== undefined)!;
    expect(lineOf(master, 'RRULE')).toMatch(/FREQ=WEEKLY.*COUNT=5/);
    expect(lineOf(master, 'EXDATE')).toMatch(/^20260511T(100000|080000Z)$/);
    expect([lineOf(moved, 'SUMMARY'), lineOf(moved, 'DTSTART')]).toEqual(['Moved', '20260518T150000']);
    expect(lineOf(moved, 'RECURRENCE-ID')).toMatch(/^20260518T(100000|080000Z)$/);
  });

  it('changes what we wrote, and the key stays', async () => {
    const alice = world.of(user);
    const ours = await alice.create(event({}));
    const { text } = await dav('REPORT', '', QUERY, { 'Content-Type': 'application/xml', Depth: '1' });
    const name = /href>[^<]*\/calendar\/([^/<]+)<\/[^>]*href>/i.exec(text)?.[1];
    expect(name).toBeDefined();
    const lines = [at('DTSTART', '20260505T140000'), at('DTEND', '20260505T150000'), 'SUMMARY:By DavMail'];
    const body = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//x//y',
      ZONE.trimEnd(),
      'BEGIN:VEVENT',
      `UID:${ours.content.uid}`,
      'DTSTAMP:20260301T100000Z',
      ...lines,
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ];
    expect((await dav('PUT', name!, body.join('\r\n'), { 'Content-Type': 'text/calendar; charset=utf-8' })).status).toBe(200);
    const read = await alice.read(ours);
    expect(read.key).toEqual(ours.key);
    expect(written({ title: '', start: '', duration: '' } as never, read.content)).toEqual({
      ...{ title: 'By DavMail', start: '2026-05-05T14:00:00', duration: 'PT1H' },
    });
  });
});
