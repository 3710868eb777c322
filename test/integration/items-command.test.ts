/** A company of three on the Exchange stand-in, as an operator has it: config, commands, and what stands in each calendar. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { participantId } from '../../src/model/participant-id.ts';
import { finished } from '../gateway/gateway.ts';
import { wrongInCalendarObject } from '../valid/calendar-object.ts';
import { type ItemOffice, type ListedJson, openOffice } from './item-office.ts';

const PEOPLE = ['anna', 'bo', 'cleo'].map((name) => `${name}@example.com`) as [string, string, string];
const [ANNA, BO] = PEOPLE;
let office: ItemOffice;

beforeAll(async () => {
  office = await openOffice(PEOPLE, { appointments: { track: 'everything', filters: [], conflicts: { location: 'ask' } } });
});
afterAll(() => office?.close());

const mailroom = (...args: string[]): Promise<ListedJson[]> => office.mailroom(...args);
const withFile = (content: object, ...args: string[]) => office.give('appointments', content, ...args);
const calendarOf = (address: string) => office.itemsOf(address, 'appointments');
const subjects = (address: string) => calendarOf(address).map(({ fields }) => fields.Subject?.text);
const edit = (address: string, property: string, text: string) =>
  office.edit(address, calendarOf(address)[0]!, { [property]: text });

let id: string;

test('an appointment made in the application with --invite is in both calendars and is one activity', async () => {
  const start = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  const made = await withFile(
    {
      ...{ '@type': 'Event', title: 'Offer', start: `${start}T09:00:00`, duration: 'PT1H', timeZone: 'Europe/Berlin' },
      participants: { [BO]: { '@type': 'Participant', sendTo: { imip: `mailto:${BO}` }, roles: { attendee: true } } },
    },
    ...['create', '--mailbox', ANNA, '--invite'],
  );
  id = made.id;
  expect(made).toMatchObject({
    kind: 'appointment',
    version: 1,
    mailboxes: [ANNA],
    link: { state: 'linked', lastAgreedAt: null },
  });
  await mailroom('sync');
  await mailroom('sync');
  expect([subjects(ANNA), subjects(BO)]).toEqual([['Offer'], ['Offer']]);
  expect(await mailroom('appointments', 'list')).toMatchObject([
    { id, mailboxes: [ANNA, BO], link: { state: 'linked', lastAgreedAt: expect.stringMatching(/^20/) } },
  ]);
  const before = office.writes();
  await mailroom('sync');
  expect(office.writes()).toBe(before);
});

test('a change in the calendar comes back', async () => {
  edit(ANNA, 'Subject', 'Offer, second part');
  await mailroom('sync', ANNA);
  expect(await mailroom('appointments', 'list')).toMatchObject([{ id, content: { title: 'Offer, second part' } }]);
});

test('a change of a meeting that guests know waits until somebody says that they may be told', async () => {
  const changed = await withFile({ title: 'Offer, third part' }, 'change', id);
  expect(changed).toMatchObject({ content: { title: 'Offer, third part' } });
  await mailroom('sync', ANNA);
  expect(subjects(ANNA)).toEqual(['Offer, second part']);
  expect(await mailroom('appointments', 'list')).toMatchObject([
    { link: { state: 'needs-intent', reason: expect.stringMatching(/nobody said/) } },
  ]);
  await withFile({}, 'change', id, '--invite');
  await mailroom('sync');
  expect([subjects(ANNA), subjects(BO)]).toEqual([['Offer, third part'], ['Offer, third part']]);
  expect(await mailroom('appointments', 'list')).toMatchObject([{ link: { state: 'linked', reason: null } }]);
});

test('the guest accepts in the application, and the organizer sees it', async () => {
  await mailroom('appointments', 'respond', id, 'accepted', '--mailbox', BO);
  await mailroom('sync', BO);
  await mailroom('sync', ANNA);
  expect(calendarOf(BO)[0]!.fields.MyResponseType?.text).toBe('Accept');
  const [item] = await mailroom('appointments', 'show', id);
  expect(item!.content.participants).toMatchObject({ [participantId(BO)]: { participationStatus: 'accepted' } });
  expect(wrongInCalendarObject(item!.content)).toEqual([]);
  const before = office.writes();
  await mailroom('sync');
  expect(office.writes()).toBe(before);
});

test('a field that both changed is shown as a conflict, chosen, and written', async () => {
  edit(ANNA, 'Location', 'Room 1');
  await withFile({ locations: { location: { '@type': 'Location', name: 'Room 2' } } }, 'change', id, '--invite');
  await mailroom('sync', ANNA);
  const [conflict] = (await mailroom('conflicts', 'list')) as unknown as {
    id: string;
    field: string;
    ours: string;
    theirs: string;
  }[];
  expect(conflict).toMatchObject({ field: 'location', ours: 'Room 2', theirs: 'Room 1', state: 'open' });
  await mailroom('conflicts', 'choose', conflict!.id, 'application');
  await mailroom('sync');
  expect(calendarOf(ANNA)[0]!.fields.Location?.text).toBe('Room 2');
  expect(await mailroom('conflicts', 'list')).toEqual([]);
});

test('deleted with --invite it is called off, and gone from the organizer’s calendar', async () => {
  expect(await mailroom('appointments', 'delete', id, '--invite')).toMatchObject([{ id, deletedAt: expect.any(String) }]);
  await mailroom('sync');
  expect(subjects(ANNA)).toEqual([]);
  expect(await mailroom('appointments', 'list')).toEqual([]);
  const before = office.writes();
  await mailroom('sync');
  expect(office.writes()).toBe(before);
});

test('what is not there, and what is wrong, is told with its exit code', async () => {
  const missing = await office.gateway.run(['appointments', 'delete', '0198c0de-0000-7000-8000-000000000001']);
  expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining('there is no item')]);
  const verb = await office.gateway.run(['contacts', 'respond', 'x', 'accepted']);
  expect([verb.code, verb.stderr]).toEqual([2, expect.stringContaining('there is no "contacts respond"')]);
});

test('beside a running server a change is carried over at once, and sync tells what the server did', async () => {
  const child = office.gateway.start(['run'], { PASSWORD: 'secret' });
  const end = finished(child);
  try {
    const report = await mailroom('sync', ANNA); // waits for the server, whichever of the two was first
    expect(report).toMatchObject([{ ok: true, items: { appointment: { parked: 0 } } }]);
    const { id: made } = await withFile(
      { '@type': 'Event', title: 'Alone', start: '2027-03-01T09:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' },
      'create',
      '--mailbox',
      ANNA,
    );
    const again = await mailroom('sync', ANNA);
    expect(again).toMatchObject([{ ok: true }]);
    expect(subjects(ANNA)).toEqual(['Alone']);
    expect(await mailroom('appointments', 'show', made)).toMatchObject([{ link: { state: 'linked' } }]);
  } finally {
    child.kill('SIGTERM');
    await end;
  }
});
