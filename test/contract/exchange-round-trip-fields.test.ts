/**
 * Every field of an appointment that is kept in step, made at Exchange by another client and made in the application, read back and
 * compared. Contacts and tasks have theirs beside their translators (`translate/contact.test.ts`, `translate/task.test.ts`).
 */
import { expect, it } from 'vitest';
import { APPOINTMENT_FIELDS, type AppointmentFieldName } from '../../src/model/appointment-field.ts';
import { valuesOf } from '../../src/model/field.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { participantId } from '../../src/model/participant-id.ts';
import { ALICE, BOB, calendarWorld, written } from './exchange-calendar-world.ts';
import { otherClient, regardingXml, roundTripTable, zones } from './exchange-round-trip.ts';

const world = await calendarWorld();
const { createItem } = otherClient(world);
const table = roundTripTable('field of an appointment', {
  subject: 'cut off after 255 characters, white space around it goes',
  body: 'an empty one is none',
  reminder: 'the first of several, in minutes before the start',
  showAs: 'none is busy',
  importance: 'of 1 to 9 only high, normal and low are left',
  time: 'whole days are days of no zone; a place stays while its Windows zone agrees',
  organizer: 'only of a meeting; Exchange decides',
  recurrence: 'below: patterns, ends and exceptions',
  attachments: 'exchange-files.test.ts',
  response: 'Exchange alone says it: exchange-meeting.test.ts',
  responses: 'Exchange alone says them: exchange-meeting.test.ts',
  status: 'Exchange alone says it: exchange-meeting.test.ts',
  onlineMeeting: 'Exchange alone says it: exchange-appointment.test.ts',
});

type Row = readonly [field: AppointmentFieldName, what: string, content: Record<string, Json>, xml: string];
const guest = (roles: Record<string, true>, kind = 'individual') => ({
  participants: {
    [participantId(ALICE)]: {
      ...{ '@type': 'Participant', name: 'Alice', email: ALICE, sendTo: { imip: `mailto:${ALICE}` } },
      ...{ kind: 'individual', roles: { owner: true }, participationStatus: 'accepted' },
    },
    [participantId(BOB)]: {
      ...{ '@type': 'Participant', name: 'Bob', email: BOB, sendTo: { imip: `mailto:${BOB}` } },
      ...{ kind, roles, participationStatus: 'needs-action' },
    },
  },
});
const list = (name: string) =>
  `<t:${name}><t:Attendee><t:Mailbox><t:Name>Bob</t:Name><t:EmailAddress>${BOB}</t:EmailAddress></t:Mailbox></t:Attendee></t:${name}>`;
const showAs = (name: string, freeBusyStatus: string, own?: string): Row => [
  ...(['showAs', name, { freeBusyStatus, ...(own ? { 'mailroom.example:showAs': own } : {}) }] as const),
  `<t:LegacyFreeBusyStatus>${name}</t:LegacyFreeBusyStatus>`,
];
const reminder = (offset: string) => ({
  alerts: { reminder: { '@type': 'Alert', action: 'display', trigger: { '@type': 'OffsetTrigger', offset } } },
});
const minutes = (n: number) =>
  `<t:ReminderIsSet>true</t:ReminderIsSet><t:ReminderMinutesBeforeStart>${n}</t:ReminderMinutesBeforeStart>`;

const RECORD = { type: 'lead', id: '4711', name: 'Zoë & <Söhne>' };
const ROWS: readonly Row[] = [
  ['subject', 'text', { title: 'Zoë & <Söhne>' }, '<t:Subject>Zoë &amp; &lt;Söhne&gt;</t:Subject>'],
  [
    ...(['body', 'plain', { description: 'a\r\n<b>', descriptionContentType: 'text/plain' }] as const),
    '<t:Body BodyType="Text">a&#13;&#10;&lt;b&gt;</t:Body>',
  ],
  ['body', 'none', {}, ''],
  [
    ...(['location', 'a room', { locations: { location: { '@type': 'Location', name: 'Room "1"' } } }] as const),
    '<t:Location>Room "1"</t:Location>',
  ],
  ['importance', 'high', { priority: 1 }, '<t:Importance>High</t:Importance>'],
  ['importance', 'low', { priority: 9 }, '<t:Importance>Low</t:Importance>'],
  showAs('Free', 'free'),
  showAs('Busy', 'busy'),
  showAs('Tentative', 'busy', 'tentative'),
  showAs('OOF', 'busy', 'oof'),
  showAs('WorkingElsewhere', 'free', 'workingElsewhere'),
  ['sensitivity', 'private', { privacy: 'private' }, '<t:Sensitivity>Private</t:Sensitivity>'],
  ['sensitivity', 'confidential', { privacy: 'secret' }, '<t:Sensitivity>Confidential</t:Sensitivity>'],
  [
    ...(['sensitivity', 'personal', { privacy: 'private', 'mailroom.example:sensitivity': 'personal' }] as const),
    '<t:Sensitivity>Personal</t:Sensitivity>',
  ],
  [
    ...(['categories', 'two', { keywords: { 'A & B': true, Rot: true } }] as const),
    '<t:Categories><t:String>A &amp; B</t:String><t:String>Rot</t:String></t:Categories>',
  ],
  [...(['regarding', 'a record', { 'mailroom.example:regarding': RECORD }] as const), regardingXml(RECORD)],
  ['reminder', 'at the start', reminder('PT0S'), minutes(0)],
  ['reminder', 'a day before', reminder('-PT1440M'), minutes(1440)],
  ['requiredAttendees', 'one', guest({ attendee: true }), list('RequiredAttendees')],
  ['optionalAttendees', 'one', guest({ attendee: true, optional: true }), list('OptionalAttendees')],
  ['resources', 'one', guest({ attendee: true }, 'resource'), list('Resources')],
  ['organizer', 'the owner', { replyTo: { imip: `mailto:${ALICE}` }, ...guest({ attendee: true }) }, list('RequiredAttendees')],
  ['time', 'an hour', {}, ''],
];

/** As the schema orders them. */
const ORDER = ['Subject', 'Sensitivity', 'Body', 'Categories', 'Importance', 'Reminder', 'Start'];
const BASE = { start: '2026-05-04T10:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' };
const TIMES = '<t:Start>2026-05-04T10:00:00</t:Start><t:End>2026-05-04T11:00:00</t:End>';

function xmlOf(xml: string): string {
  const isBefore = ORDER.slice(0, -1).some((name) => xml.startsWith(`<t:${name}`));
  const silent = xml.includes('ReminderIsSet') ? '' : '<t:ReminderIsSet>false</t:ReminderIsSet>';
  const isExtended = xml.startsWith('<t:Extended');
  const parts = isExtended ? [silent, xml, TIMES] : isBefore ? [xml, silent, TIMES] : [silent, TIMES, xml];
  return parts.join('') + zones('W. Europe Standard Time');
}

it.each(ROWS)('%s: %s', async (name, _what, more, xml) => {
  const alice = world.of(ALICE);
  const content = { '@type': 'Event', ...BASE, ...more } as ItemContent;
  await createItem(xmlOf(xml));
  const [theirs] = await alice.all();
  expect(written(content, theirs!.content), 'made at Exchange').toEqual(content);
  table(name, 'Exchange');
  const ours = await alice.create(content);
  expect(written(content, ours.content), 'made in the application').toEqual(content);
  table(name, 'application');
  expect(valuesOf(APPOINTMENT_FIELDS, ours.content)).toEqual(valuesOf(APPOINTMENT_FIELDS, theirs!.content));
});

it('every field of an appointment that can be written is among them', () => {
  const tried = new Set<string>(ROWS.map(([name]) => name));
  const missing = APPOINTMENT_FIELDS.map(({ name }) => name).filter((name) => !tried.has(name));
  // A series has a file of its own; the rest Exchange alone says, or is not built.
  expect(missing.sort()).toEqual(['attachments', 'onlineMeeting', 'recurrence', 'response', 'responses', 'status']);
});
