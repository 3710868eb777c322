/**
 * One person with DavMail (a client that nobody here wrote) and the application, both at one mailbox: what either of them makes,
 * changes and deletes is there for the other after a pass, and nothing else is.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavMail, davMailInstalled, startDavMail } from '../servers/exchange/check/davmail.ts';
import { type ItemOffice, type ListedJson, openOffice, PASSWORD } from './item-office.ts';

const installed = davMailInstalled();
const ANNA = 'anna@example.com';
let office: ItemOffice;
let davmail: DavMail;

beforeAll(async () => {
  if (!installed) return;
  const all = { track: 'everything', deletion: { inExchange: 'delete', inApplication: 'delete' } };
  office = await openOffice([ANNA], { appointments: all, contacts: all, tasks: all });
  davmail = await startDavMail(office.url);
}, 120_000);
afterAll(async () => {
  await davmail?.stop();
  await office?.close();
});

type Kind = 'appointments' | 'contacts' | 'tasks';
const FOLDERS: Readonly<Record<Kind, string>> = { appointments: 'calendar', contacts: 'contacts', tasks: 'calendar' };
const TYPES: Readonly<Record<Kind, string>> = { appointments: 'text/calendar', contacts: 'text/vcard', tasks: 'text/calendar' };

async function dav(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const login = Buffer.from(`${ANNA}:${PASSWORD}`).toString('base64');
  const response = await fetch(`${davmail.dav}/users/${ANNA}/${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { Authorization: `Basic ${login}`, ...headers },
  });
  return { status: response.status, text: await response.text() };
}
const put = async (kind: Kind, name: string, text: string) => {
  const { status } = await dav('PUT', `${FOLDERS[kind]}/${name}`, text, { 'Content-Type': `${TYPES[kind]}; charset=utf-8` });
  expect(status).toBeLessThan(300);
};

const LIST = '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>';
const EVENTS =
  '<?xml version="1.0" encoding="utf-8"?><C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>';

/** What DavMail shows of all that is in a folder, by its name there. Its list of a calendar has the tasks alone. */
async function shown(kind: Kind): Promise<ReadonlyMap<string, string>> {
  const [method, query] = kind === 'appointments' ? ['REPORT', EVENTS] : ['PROPFIND', LIST];
  const { text } = await dav(method!, `${FOLDERS[kind]}/`, query, { Depth: '1', 'Content-Type': 'application/xml' });
  const names = [...text.matchAll(/<(?:\w+:)?href>[^<]*\/([^/<]+\.(?:vcf|ics|EML))<\//gi)].map(([, name]) => name!);
  const read = names.map(async (name) => [name, (await dav('GET', `${FOLDERS[kind]}/${name}`)).text] as const);
  return new Map(await Promise.all(read));
}
async function shownWith(kind: Kind, words: string): Promise<readonly [name: string, text: string] | undefined> {
  return [...(await shown(kind))].find(([, text]) => text.includes(words));
}

async function settled(kind: Kind): Promise<ListedJson[]> {
  expect(await office.mailroom('sync')).toMatchObject([{ ok: true }]);
  return office.mailroom(kind, 'list');
}

const event = (uid: string, title: string, hour: string) =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//y', 'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261101T100000Z'],
    ...[`DTSTART:20270504T${hour}0000Z`, `DTEND:20270504T${hour}3000Z`, `SUMMARY:${title}`, 'LOCATION:Room 1'],
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');
const card = (uid: string, surname: string, phone: string) =>
  [
    ...['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `N:${surname};Jane;;;`, `FN:Jane ${surname}`],
    ...[`TEL;TYPE=cell:${phone}`, 'ORG:ACME', 'END:VCARD', ''],
  ].join('\r\n');
const todo = (uid: string, title: string, percent: number) =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//y', 'BEGIN:VTODO', `UID:${uid}`, 'DTSTAMP:20261101T100000Z'],
    ...[`SUMMARY:${title}`, 'DUE;VALUE=DATE:20270510', `PERCENT-COMPLETE:${percent}`, 'STATUS:IN-PROCESS'],
    ...['END:VTODO', 'END:VCALENDAR', ''],
  ].join('\r\n');

interface Case {
  readonly kind: Kind;
  readonly suffix: string;
  /** As DavMail writes it: before and after the user's edit. */
  readonly theirs: readonly [before: string, after: string];
  /** What the application has of that. */
  readonly told: readonly [before: object, after: object];
  /** A change by the application, and the line in which DavMail shows it; what it had written before has to stay. */
  readonly patch: object;
  readonly shows: RegExp;
  readonly stays: RegExp;
  /** Made by the application, and its words there. */
  readonly ours: object;
  readonly words: string;
}

const mobile = (number: string) => ({ phones: { mobilePhone: { number } } });
const CASES: readonly Case[] = [
  {
    ...{ kind: 'appointments', suffix: 'ics', theirs: [event('e1', 'Visit', '08'), event('e1', 'Visit, longer', '10')] },
    told: [{ title: 'Visit' }, { title: 'Visit, longer' }],
    ...{ patch: { title: 'Visit, ours' }, shows: /SUMMARY[^:]*:Visit\\?, ours/, stays: /LOCATION[^:]*:Room 1/ },
    ours: { '@type': 'Event', title: 'Offer', start: '2027-05-06T10:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' },
    words: ':Offer',
  },
  {
    ...{ kind: 'contacts', suffix: 'vcf', theirs: [card('c1', 'Doe', '+41 1'), card('c1', 'Doe', '+41 2')] },
    ...{ told: [mobile('+41 1'), mobile('+41 2')], patch: mobile('+41 3'), shows: /TEL;TYPE=cell:\+41 3/, stays: /ORG:ACME/ },
    ours: { '@type': 'Card', version: '1.0', name: { '@type': 'Name', full: 'Zoë Tal' } },
    words: 'Zoë Tal',
  },
  {
    ...{ kind: 'tasks', suffix: 'ics', theirs: [todo('t1', 'Report', 20), todo('t1', 'Report', 60)] },
    told: [{ percentComplete: 20 }, { percentComplete: 60 }],
    ...{ patch: { title: 'Report, ours' }, shows: /SUMMARY:Report\\?, ours/, stays: /PERCENT-COMPLETE:60/ },
    ours: { '@type': 'Task', title: 'Letter', due: '2027-05-20T00:00:00' },
    words: 'SUMMARY:Letter',
  },
];

describe.skipIf(!installed).each(CASES)('$kind (skipped where DavMail is not installed)', (one) => {
  const { kind, suffix, theirs, told, patch, shows, stays, ours, words } = one;

  test('what is made and edited in DavMail arrives in the application, whose change DavMail shows', async () => {
    const name = `${kind}1.${suffix}`;
    await put(kind, name, theirs[0]);
    const [first] = await settled(kind);
    expect(first!.content).toMatchObject(told[0]);
    await put(kind, name, theirs[1]);
    const [second, ...more] = await settled(kind);
    expect(more).toEqual([]);
    expect(second).toMatchObject({ id: first!.id, content: told[1] });
    await office.give(kind, patch, 'change', first!.id);
    await settled(kind);
    const texts = [...(await shown(kind)).values()];
    expect(
      texts.filter((text) => shows.test(text) && stays.test(text)),
      texts.join('\n'),
    ).toHaveLength(1);
    // Another pass has nothing to write.
    const before = office.writes();
    await settled(kind);
    expect(office.writes()).toBe(before);
  });

  test('what the application makes is shown by DavMail, and what is deleted on either side is gone on the other', async () => {
    const made = await office.give(kind, ours, 'create', '--mailbox', ANNA);
    await settled(kind);
    const [name] = (await shownWith(kind, words))!;
    expect((await dav('DELETE', `${FOLDERS[kind]}/${name}`)).status).toBeLessThan(300);
    const left = await settled(kind);
    expect(left.map(({ id }) => id)).not.toContain(made.id);
    const again = await office.give(kind, ours, 'create', '--mailbox', ANNA);
    await settled(kind);
    expect(await shownWith(kind, words)).toBeDefined();
    await office.mailroom(kind, 'delete', again.id);
    await settled(kind);
    expect(await shownWith(kind, words)).toBeUndefined();
  });
});
