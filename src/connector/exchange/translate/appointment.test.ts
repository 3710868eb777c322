import { describe, expect, it } from 'vitest';
import { findZone } from '../../../../test/servers/exchange/calendar/zone.ts';
import { definitionOf } from '../../../../test/servers/exchange/calendar/zone-definition.ts';
import { writeXml } from '../../../../test/servers/exchange/xml/write.ts';
import type { RemoteRef } from '../../connector.ts';
import type { MoreReading, Reading } from '../item-kind.ts';
import { AnswerReader, type Element } from '../read-answer.ts';
import { createAppointmentKind } from './appointment.ts';

/** An item as an answer brings it. */
function item(xml: string): Element {
  const reader = new AnswerReader({ mimeBytes: 0, textLength: 1e6 });
  const start = '<Envelope><ResponseMessages><M ResponseClass="Success"><Items><CalendarItem>';
  reader.write(Buffer.from(`${start}${xml}</CalendarItem></Items></M></ResponseMessages></Envelope>`));
  return reader.end().messages[0]!.items[0]!;
}
const NOTHING: MoreReading = {
  items: async () => [],
  zone: async () => null,
  attachment: async () => null,
  held: async () => null,
};
const read = (xml: string, more: Partial<MoreReading> = {}): Promise<Reading> =>
  createAppointmentKind().read(item(xml), { ...NOTHING, ...more });

const times = '<Start>2026-07-01T08:00:00Z</Start><End>2026-07-01T09:00:00Z</End>';
const zone = (id: string, content = '') => `<StartTimeZone Id="${id}" Name="Somewhere">${content}</StartTimeZone>`;
const place = (name: string) =>
  `<ExtendedProperty><ExtendedFieldURI PropertySetId="3C9B2F56-8E0F-4E0E-9D5C-6A8F1D27B4E1" PropertyName="MailroomTimeZone" PropertyType="String"/><Value>${name}</Value></ExtendedProperty>`;
const rules = (id: string) =>
  writeXml(definitionOf(findZone(id)!, true), 'TimeZoneDefinitionType', 't').replace(/^<[^>]*>|<[^>]*>$/g, '');
const SEVENTEEN =
  '<Periods><Period Bias="-PT17M" Name="Standard" Id="p"/></Periods><TransitionsGroups><TransitionsGroup Id="0"><Transition><To Kind="Period">p</To></Transition></TransitionsGroup></TransitionsGroups><Transitions><Transition><To Kind="Group">0</To></Transition></Transitions>';
const daily =
  '<Recurrence><DailyRecurrence><Interval>1</Interval></DailyRecurrence><NoEndRecurrence><StartDate>2026-07-01</StartDate></NoEndRecurrence></Recurrence>';

describe('the zone of an appointment', () => {
  it('is the place that was written, as long as the zone of the item agrees', async () => {
    const kept = await read(times + zone('W. Europe Standard Time') + place('Europe/Zurich'));
    expect(kept.content).toMatchObject({ start: '2026-07-01T10:00:00', timeZone: 'Europe/Zurich' });
    const moved = await read(times + zone('Eastern Standard Time') + place('Europe/Zurich'));
    expect(moved.content).toMatchObject({ start: '2026-07-01T04:00:00', timeZone: 'America/New_York' });
    const nonsense = await read(times + zone('W. Europe Standard Time') + place('Middle/Earth'));
    expect(nonsense.content.timeZone).toBe('Europe/Berlin');
  });

  it('is found by the clocks of a custom one that the item explains', async () => {
    const { content, notes } = await read(times + zone('tzone://Microsoft/Custom', rules('Eastern Standard Time')));
    expect(content).toMatchObject({ start: '2026-07-01T04:00:00' });
    expect(notes).toEqual([]);
  });

  it('is asked of the server where the item does not explain it', async () => {
    const asked: string[] = [];
    const ask = async (id: string) => {
      asked.push(id);
      return item(zone(id, rules('India Standard Time'))).children[0]!;
    };
    const { content } = await read(times + zone('Our Own Time'), { zone: ask });
    expect(asked).toEqual(['Our Own Time']);
    expect(content).toMatchObject({ start: '2026-07-01T13:30:00' });
  });

  it('is UTC with a note where no place has such clocks, and a series in it is only read', async () => {
    const single = await read(times + zone('Odd', SEVENTEEN));
    expect(single.content).toMatchObject({
      ...{ start: '2026-07-01T08:00:00', timeZone: 'Etc/UTC', 'mailroom.example:timeZone': { id: 'Odd', name: 'Somewhere' } },
    });
    expect([single.readOnly, single.notes]).toEqual([false, ['the time zone Somewhere is like none of IANA']]);
    expect((await read(times + zone('Odd', SEVENTEEN) + daily)).readOnly).toBe(true);
    expect((await read(times + zone('Never heard of'))).content.timeZone).toBe('Etc/UTC');
  });

  it('is what the program that made the item wrote into it, where all that is told is a description', async () => {
    const name = Buffer.from('W. Europe Standard Time', 'utf16le');
    const blob = Buffer.concat([Buffer.from([2, 1, 54, 0, 2, 0, name.length / 2, 0]), name, Buffer.from([1, 0])]);
    const path = '<ExtendedFieldURI DistinguishedPropertySetId="Appointment" PropertyId="33374" PropertyType="Binary"/>';
    const told = item(`<ExtendedProperty>${path}<Value>${blob.toString('base64')}</Value></ExtendedProperty>`);
    const id = '<ItemId Id="a" ChangeKey="b"/>';
    const items = async () => [{ ref: 'a' as RemoteRef, element: told }];
    const { content, readOnly, notes } = await read(id + times + zone('(UTC+01:00) Amsterdam, Berlin') + daily, { items });
    expect(content).toMatchObject({ start: '2026-07-01T10:00:00', timeZone: 'Europe/Berlin' });
    expect([readOnly, notes]).toEqual([false, []]);
  });

  it('of the end is kept where it is another', async () => {
    const { content } = await read(`${times}${zone('W. Europe Standard Time')}<EndTimeZone Id="Eastern Standard Time"/>`);
    expect(content['mailroom.example:endTimeZone']).toBe('Eastern Standard Time');
    const change = { change: 'create', key: { record: 'r', mailbox: 'm', attempt: 1 }, folder: null, mail: 'none' } as const;
    const [step] = createAppointmentKind().steps({ ...change, content });
    expect(step!.data.item).toContain('<t:EndTimeZone Id="Eastern Standard Time">');
  });
});

it('a whole day is the nearest one where the server has other rules for the zone', async () => {
  const days = '<Start>2026-06-30T23:00:00Z</Start><End>2026-07-02T23:00:00Z</End><IsAllDayEvent>true</IsAllDayEvent>';
  const { content } = await read(days + zone('W. Europe Standard Time'));
  expect(content).toMatchObject({ start: '2026-07-01T00:00:00', duration: 'P2D', timeZone: null, showWithoutTime: true });
});

describe('where an item has no time zone', () => {
  const owner = Temporal.Now.timeZoneId();
  const days = (start: string, end: string) => `<Start>${start}</Start><End>${end}</End><IsAllDayEvent>1</IsAllDayEvent>`;

  it('instants are of UTC, unless the place that was written is there', async () => {
    expect((await read(times)).content).toMatchObject({ start: '2026-07-01T08:00:00', timeZone: 'Etc/UTC' });
    expect((await read(`${times}<StartTimeZone Id=""/>`)).content.timeZone).toBe('Etc/UTC');
    expect((await read(times + place('Europe/Zurich'))).content).toMatchObject({
      ...{ start: '2026-07-01T10:00:00', timeZone: 'Europe/Zurich' },
    });
  });

  it('whole days are those of UTC or of the owner, whose midnight they begin at', async () => {
    expect((await read(days('2026-07-01T00:00:00Z', '2026-07-02T00:00:00Z'))).content.start).toBe('2026-07-01T00:00:00');
    const midnight = Temporal.PlainDateTime.from('2026-07-01').toZonedDateTime(owner).toInstant();
    const own = await read(days(midnight.toString(), midnight.add({ hours: 24 }).toString()));
    expect(own.content).toMatchObject({ start: '2026-07-01T00:00:00', duration: 'P1D' });
  });
});

it('times are read however XML may write them', async () => {
  const berlin = zone('W. Europe Standard Time');
  for (const start of ['2026-07-01T10:00:00', ' 2026-07-01T08:00:00.0000000Z ', '2026-07-01T13:30:00.000+05:30']) {
    const { content } = await read(`<Start>${start}</Start><End>\n2026-07-01T09:00:00+00:00 </End>${berlin}`);
    expect(content).toMatchObject({ start: '2026-07-01T10:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' });
  }
});

it('a zone may be called by its IANA name, and UTC as Exchange calls it', async () => {
  expect((await read(times + zone('Europe/Zurich'))).content).toMatchObject({ timeZone: 'Europe/Zurich' });
  expect((await read(times + zone('tzone://Microsoft/Utc'))).content).toMatchObject({ timeZone: 'Etc/UTC' });
  expect((await read(times + zone('tzone://Microsoft/Utc'))).notes).toEqual([]);
});

it.each([
  ['after the start', '-5', 'PT5M'],
  ['as usual', '1525252321', '-PT15M'],
  ['not at all in minutes', 'soon', '-PT15M'],
])('a reminder that is %s is one', async (_, minutes, offset) => {
  const reminder = `<ReminderIsSet> true </ReminderIsSet><ReminderMinutesBeforeStart>${minutes}</ReminderMinutesBeforeStart>`;
  expect((await read(times + reminder)).content.alerts).toMatchObject({ reminder: { trigger: { offset } } });
});

describe('whose meeting it is', () => {
  const guest =
    '<RequiredAttendees><Attendee><Mailbox><EmailAddress>bob@example.com</EmailAddress></Mailbox></Attendee></RequiredAttendees>';
  const response = (type: string) => `<MyResponseType>${type}</MyResponseType>`;

  it.each([
    ['is told by the answer that is asked for', response('NoResponseReceived') + guest, 'attendee'],
    [
      'is told by the answer that was given, though it is called a meeting',
      `<IsMeeting>true</IsMeeting>${response('Tentative')}`,
      'attendee',
    ],
    ['is told by who organizes', response('Organizer'), 'organizer'],
    ['is told by there being guests', guest, 'organizer'],
    ['is no question without guests and answers', response('Unknown'), undefined],
  ])('%s, where the state is not told', async (_, xml, role) => {
    expect((await read(times + xml)).meeting?.role).toBe(role);
  });

  it.each([
    ['guests count as told where it is not said', guest, true],
    ['they do not where it is said', `<MeetingRequestWasSent>false</MeetingRequestWasSent>${guest}`, false],
    ['and nobody is told where nobody is asked', '<IsMeeting>true</IsMeeting>', false],
  ])('%s', async (_, xml, sent) => {
    expect((await read(`${times}<AppointmentState>1</AppointmentState>${xml}`)).meeting).toMatchObject({
      role: 'organizer',
      sent,
    });
  });
});

it('a time that cannot be read is said, not guessed', async () => {
  await expect(read('<Start>soon</Start>')).rejects.toMatchObject({ code: 'garbled' });
});

describe('the identity of a meeting', () => {
  const binary = (id: string, hex: string) =>
    `<ExtendedProperty><ExtendedFieldURI DistinguishedPropertySetId="Meeting" PropertyId="${id}" PropertyType="Binary"/><Value>${Buffer.from(hex, 'hex').toString('base64')}</Value></ExtendedProperty>`;
  const PREFIX = '040000008200e00074c5b7101a82e008';
  const clean = `${PREFIX}0000000000aabbccddeeff00`;
  const meeting = `${times}<IsMeeting>true</IsMeeting><AppointmentState>3</AppointmentState>`;

  it('is the cleaned id, from wherever it is told', async () => {
    expect((await read(meeting + binary('35', clean))).meetingId).toBe(clean);
    expect((await read(`${meeting}<UID>${clean.toUpperCase()}</UID>`)).meetingId).toBe(clean);
    expect((await read(`${meeting}<UID>somebody@example.com</UID>`)).meetingId).toBeNull();
    expect((await read(times + binary('35', clean))).meetingId).toBeNull();
  });

  it('of one occurrence that somebody was asked to has its date', async () => {
    const dated = `${PREFIX}07ea071500aabbccddeeff00`;
    const { meetingId, meeting: facts } = await read(meeting + binary('35', clean) + binary('3', dated));
    expect(meetingId).toBe(`${clean}/07ea0715`);
    expect(facts).toMatchObject({ role: 'attendee', sent: true });
  });
});

it('an address that only Exchange understands is nobody’s', async () => {
  const box = (address: string) => `<Mailbox><Name>Ann</Name><EmailAddress>${address}</EmailAddress></Mailbox>`;
  const people = `<Organizer>${box('/O=EXAMPLE/OU=X/CN=ann')}</Organizer><RequiredAttendees><Attendee>${box('Bob@Example.com')}<ResponseType>Tentative</ResponseType></Attendee></RequiredAttendees>`;
  const { content, meeting } = await read(`${times}<IsMeeting>true</IsMeeting>${people}`);
  expect(meeting?.organizer).toBeNull();
  expect(content.participants).toEqual({
    bob_40example_2ecom: {
      ...{ '@type': 'Participant', name: 'Ann', email: 'Bob@Example.com', sendTo: { imip: 'mailto:Bob@Example.com' } },
      ...{ kind: 'individual', roles: { attendee: true }, participationStatus: 'tentative' },
    },
  });
});
