// MS-OXWSMTGS: calendar items, series, exceptions, times and zones.
import { describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, messagesOf, startStandIn, textAt } from '../check/client.ts';
import { child, childrenOf, type Element } from '../xml/element.ts';

const { call } = await startStandIn();

async function create(inner: string, options: { zone?: string; code?: string } = {}): Promise<Element> {
  const made = await call(
    `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>${inner}</t:CalendarItem></m:Items></m:CreateItem>`,
    options.zone === undefined ? {} : { zone: options.zone },
  );
  expect(codesOf(made)).toEqual([options.code ?? 'NoError']);
  return options.code === undefined ? get(`<t:ItemId Id="${idOf(itemsOf(made)[0]).id}"/>`) : itemsOf(made)[0]!;
}

async function get(id: string, zone?: string): Promise<Element> {
  const reply = await call(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds>${id}</m:ItemIds></m:GetItem>`,
    zone === undefined ? {} : { zone },
  );
  expect(codesOf(reply)).toEqual(['NoError']);
  return itemsOf(reply)[0]!;
}

const byId = (item: Element) => `<t:ItemId Id="${idOf(item).id}"/>`;
const occurrence = (master: Element, index: number) =>
  `<t:OccurrenceItemId RecurringMasterId="${idOf(master).id}" InstanceIndex="${index}"/>`;
const change = async (id: string, ...fields: [string, string][]) =>
  codesOf(
    await call(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange>${id}<t:Updates>${fields.map(([uri, inner]) => `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:CalendarItem>${inner}</t:CalendarItem></t:SetItemField>`).join('')}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    ),
  );
const remove = async (id: string) =>
  codesOf(
    await call(
      `<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone"><m:ItemIds>${id}</m:ItemIds></m:DeleteItem>`,
    ),
  );
const read = async (id: string) =>
  codesOf(
    await call(`<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>${id}</m:ItemIds></m:GetItem>`),
  );

const times = (start: string, end: string, more = '') => `<t:Start>${start}</t:Start><t:End>${end}</t:End>${more}`;
const weekly = (count: number, days = 'Tuesday') =>
  `<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>${days}</t:DaysOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2026-12-01</t:StartDate><t:NumberOfOccurrences>${count}</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>`;
const zone = (id: string) => `<t:StartTimeZone Id="${id}"/>`;
const series = () =>
  create(
    `<t:Subject>series</t:Subject>${times('2026-12-01T10:00:00', '2026-12-01T11:00:00', weekly(4) + zone('W. Europe Standard Time'))}`,
  );

describe('MS-OXWSMTGS calendar items', () => {
  it.each([
    ['R157', 'Start', '2026-12-01T10:00:00Z', ''],
    ['R159', 'End', '2026-12-01T11:00:00Z', ''],
    ['R167', 'Location', 'Room 1', ''],
    ['R233', 'MeetingWorkspaceUrl', 'http://space.example/', ''],
    ['R235', 'NetShowUrl', 'http://show.example/', ''],
    ['R151', 'UID', 'my-uid-1', ''],
    ['R516, R227', 'ConferenceType', '0', ''],
  ])('%s: %s comes back', async (_number, name, value) => {
    const parts: Record<string, string> = {
      UID: '<t:UID>my-uid-1</t:UID>',
      Start: '<t:Start>2026-12-01T10:00:00Z</t:Start>',
      End: '<t:End>2026-12-01T11:00:00Z</t:End>',
    };
    const after: Record<string, string> = { [name]: parts[name] === undefined ? `<t:${name}>${value}</t:${name}>` : '' };
    expect(textAt(await create(`${name === 'UID' ? parts.UID : ''}${parts.Start}${parts.End}${after[name] ?? ''}`), name)).toBe(
      value,
    );
  });

  it('R185, R187, R189, R191, R137, R139: people come back in their lists', async () => {
    const person = (address: string) =>
      `<t:Attendee><t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:Attendee>`;
    const item = await create(
      `<t:RequiredAttendees>${person('bob@example.com')}</t:RequiredAttendees><t:OptionalAttendees>${person('x@example.net')}</t:OptionalAttendees><t:Resources>${person('room@example.com')}</t:Resources>`,
    );
    const address = (list: string) =>
      childrenOf(child(item, list), 'Attendee').map((one) => textAt(one, 'Mailbox', 'EmailAddress'));
    expect([address('RequiredAttendees'), address('OptionalAttendees'), address('Resources')]).toEqual([
      ['bob@example.com'],
      ['x@example.net'],
      ['room@example.com'],
    ]);
    expect(textAt(item, 'Organizer', 'Mailbox', 'EmailAddress')).toBe('alice@example.com');
    expect(textAt(childrenOf(child(item, 'RequiredAttendees'), 'Attendee')[0], 'Mailbox', 'Name')).toBe('Bob');
    expect(textAt(childrenOf(child(item, 'RequiredAttendees'), 'Attendee')[0], 'ResponseType')).toBe('Unknown');
  });

  it('R514, R209, R53: an appointment has state 0 and is single', async () => {
    const item = await create('');
    expect([textAt(item, 'AppointmentState'), textAt(item, 'CalendarItemType')]).toEqual(['0', 'Single']);
  });

  it('R193, R195: counts what conflicts and what is adjacent', async () => {
    await create(times('2027-03-01T10:00:00Z', '2027-03-01T11:00:00Z'));
    await create(times('2027-03-01T11:30:00Z', '2027-03-01T12:00:00Z'));
    const item = await create(times('2027-03-01T10:30:00Z', '2027-03-01T11:30:00Z'));
    expect([textAt(item, 'ConflictingMeetingCount'), textAt(item, 'AdjacentMeetingCount')]).toEqual(['1', '1']);
  });

  it('refuses an end before the start, more than five years, an unknown zone', async () => {
    await create(times('2026-12-01T10:00:00Z', '2026-12-01T09:00:00Z'), { code: 'ErrorCalendarEndDateIsEarlierThanStartDate' });
    await create(times('2026-12-01T10:00:00Z', '2033-12-01T09:00:00Z'), { code: 'ErrorCalendarDurationIsTooLong' });
    await create(times('2026-12-01T10:00:00', '2026-12-01T11:00:00', zone('Nowhere Standard Time')), {
      code: 'ErrorCalendarInvalidTimeZone',
    });
  });
});

describe('times and zones (reference 38-40)', () => {
  it('reads wall clock by item zone, by TimeZoneContext, else as UTC', async () => {
    const wall = times('2026-07-01T10:00:00', '2026-07-01T11:00:00');
    expect(textAt(await create(wall + zone('Tokyo Standard Time'), { zone: 'Eastern Standard Time' }), 'Start')).toBe(
      '2026-07-01T01:00:00Z',
    );
    expect(textAt(await create(wall, { zone: 'Eastern Standard Time' }), 'Start')).toBe('2026-07-01T14:00:00Z');
    expect(textAt(await create(wall), 'Start')).toBe('2026-07-01T10:00:00Z');
  });

  it('writes the offset of the TimeZoneContext', async () => {
    const item = await create(times('2026-07-01T10:00:00Z', '2026-07-01T11:00:00Z'));
    expect(textAt(await get(byId(item), 'W. Europe Standard Time'), 'Start')).toBe('2026-07-01T12:00:00+02:00');
  });

  it('keeps the wall clock when only the zone changes', async () => {
    const item = await create(times('2026-07-01T10:00:00', '2026-07-01T11:00:00', zone('W. Europe Standard Time')));
    expect(await change(byId(item), ['calendar:StartTimeZone', zone('Eastern Standard Time')])).toEqual(['NoError']);
    const after = await get(byId(item));
    expect([textAt(after, 'Start'), textAt(after, 'End')]).toEqual(['2026-07-01T14:00:00Z', '2026-07-01T15:00:00Z']);
  });

  it('rounds all-day items to midnight of their zone', async () => {
    const item = await create(
      times(
        '2024-03-15T09:00:00',
        '2024-03-15T17:00:00',
        `<t:IsAllDayEvent>true</t:IsAllDayEvent>${zone('W. Europe Standard Time')}`,
      ),
    );
    expect([textAt(item, 'Start'), textAt(item, 'End')]).toEqual(['2024-03-14T23:00:00Z', '2024-03-15T23:00:00Z']);
  });
});

describe('MS-OXWSMTGS series', () => {
  it('R56, R213, R215, R390, R391: a master knows its first and last occurrence', async () => {
    const master = await series();
    expect(textAt(master, 'CalendarItemType')).toBe('RecurringMaster');
    expect(textAt(master, 'FirstOccurrence', 'Start')).toBe('2026-12-01T09:00:00Z');
    expect(textAt(master, 'LastOccurrence', 'Start')).toBe('2026-12-22T09:00:00Z');
    expect(child(master, 'Recurrence', 'WeeklyRecurrence')).toBeDefined();
    expect(textAt(master, 'Recurrence', 'NumberedRecurrence', 'NumberOfOccurrences')).toBe('4');
  });

  it('R54, R161: an occurrence by index', async () => {
    const third = await get(occurrence(await series(), 3));
    expect([textAt(third, 'CalendarItemType'), textAt(third, 'Start'), textAt(third, 'OriginalStart')]).toEqual([
      'Occurrence',
      '2026-12-15T09:00:00Z',
      '2026-12-15T09:00:00Z',
    ]);
    expect(child(third, 'Recurrence')).toBeUndefined();
    expect(textAt(await get(byId(third)), 'Start')).toBe('2026-12-15T09:00:00Z');
  });

  it('R55, R217, R377, R381, R383, R385, R387: a changed occurrence is an exception', async () => {
    const master = await series();
    expect(
      await change(
        occurrence(master, 2),
        ['calendar:Start', '<t:Start>2026-12-09T10:00:00Z</t:Start>'],
        ['calendar:End', '<t:End>2026-12-09T11:00:00Z</t:End>'],
      ),
    ).toEqual(['NoError']);
    const after = await get(byId(master));
    const modified = child(after, 'ModifiedOccurrences', 'Occurrence');
    expect(['Start', 'End', 'OriginalStart'].map((name) => textAt(modified, name))).toEqual([
      '2026-12-09T10:00:00Z',
      '2026-12-09T11:00:00Z',
      '2026-12-08T09:00:00Z',
    ]);
    expect(textAt(await get(`<t:ItemId Id="${idOf(modified).id}"/>`), 'CalendarItemType')).toBe('Exception');
    expect(idOf(after).key).not.toBe(idOf(master).key);
  });

  it('R219, R373: a deleted occurrence is told by its start, and its index by its own code', async () => {
    const master = await series();
    expect(await remove(occurrence(master, 2))).toEqual(['NoError']);
    expect(textAt(await get(byId(master)), 'DeletedOccurrences', 'DeletedOccurrence', 'Start')).toBe('2026-12-08T09:00:00Z');
    expect(await read(occurrence(master, 2))).toEqual(['ErrorCalendarOccurrenceIsDeletedFromRecurrence']);
    expect(await read(occurrence(master, 5))).toEqual(['ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange']);
  });

  it('lets no occurrence pass or overlap its neighbours', async () => {
    const master = await create(
      times('2026-12-01T10:00:00Z', '2026-12-01T11:00:00Z', weekly(6, 'Monday Tuesday Wednesday Thursday Friday')),
    );
    const move = (start: string, end: string) =>
      change(occurrence(master, 2), ['calendar:Start', `<t:Start>${start}</t:Start>`], ['calendar:End', `<t:End>${end}</t:End>`]);
    expect(await move('2026-12-03T12:00:00Z', '2026-12-03T13:00:00Z')).toEqual(['ErrorOccurrenceCrossingBoundary']);
    expect(await move('2026-12-02T12:00:00Z', '2026-12-03T13:00:00Z')).toEqual(['ErrorOccurrenceTimeSpanTooBig']);
  });

  it.each([
    ['DailyRecurrence', '<t:Interval>2</t:Interval>', ['2026-12-01', '2026-12-03', '2026-12-05']],
    [
      'WeeklyRecurrence',
      '<t:Interval>2</t:Interval><t:DaysOfWeek>Tuesday Friday</t:DaysOfWeek>',
      ['2026-12-01', '2026-12-04', '2026-12-15'],
    ],
    [
      'AbsoluteMonthlyRecurrence',
      '<t:Interval>1</t:Interval><t:DayOfMonth>31</t:DayOfMonth>',
      ['2026-12-31', '2027-01-31', '2027-02-28'],
    ],
    [
      'RelativeMonthlyRecurrence',
      '<t:Interval>1</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex>',
      ['2026-12-31', '2027-01-29', '2027-02-26'],
    ],
    [
      'AbsoluteYearlyRecurrence',
      '<t:DayOfMonth>24</t:DayOfMonth><t:Month>December</t:Month>',
      ['2026-12-24', '2027-12-24', '2028-12-24'],
    ],
    [
      'RelativeYearlyRecurrence',
      '<t:DaysOfWeek>Monday</t:DaysOfWeek><t:DayOfWeekIndex>Second</t:DayOfWeekIndex><t:Month>March</t:Month>',
      ['2027-03-08', '2028-03-13', '2029-03-12'],
    ],
  ])('expands %s', async (pattern, inner, days) => {
    const master = await create(
      times(
        '2026-12-01T10:00:00Z',
        '2026-12-01T11:00:00Z',
        `<t:Recurrence><t:${pattern}>${inner}</t:${pattern}><t:NoEndRecurrence><t:StartDate>2026-12-01</t:StartDate></t:NoEndRecurrence></t:Recurrence>`,
      ),
    );
    const starts = await Promise.all(
      [1, 2, 3].map(async (index) => textAt(await get(occurrence(master, index)), 'Start')?.slice(0, 10)),
    );
    expect(starts).toEqual(days);
  });

  it('shows occurrences, never masters, in a CalendarView', async () => {
    const view = (start: string, end: string) =>
      call(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="calendar:CalendarItemType"/></t:AdditionalProperties></m:ItemShape><m:CalendarView StartDate="${start}" EndDate="${end}"/><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>`,
      );
    const kinds = itemsOf(await view('2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z')).map((one) =>
      textAt(one, 'CalendarItemType'),
    );
    expect(kinds).toContain('Occurrence');
    expect(kinds).not.toContain('RecurringMaster');
    expect(codesOf(await view('2026-12-01T00:00:00Z', '2029-01-01T00:00:00Z'))).toEqual(['ErrorCalendarViewRangeTooBig']);
  });

  it('gives full definitions of all zones', async () => {
    const reply = await call('<m:GetServerTimeZones ReturnFullTimeZoneData="true"/>');
    const zones = child(messagesOf(reply)[0], 'TimeZoneDefinitions')?.children ?? [];
    expect(zones.length).toBeGreaterThan(135);
    for (const one of zones)
      expect(one.children.map((part) => part.name)).toEqual(['Periods', 'TransitionsGroups', 'Transitions']);
    const berlin = zones.find((one) => one.attributes.Id === 'W. Europe Standard Time');
    expect(
      childrenOf(child(berlin, 'TransitionsGroups', 'TransitionsGroup'), 'RecurringDayTransition').map(
        (one) => `${textAt(one, 'Month')} ${textAt(one, 'DayOfWeek')} ${textAt(one, 'Occurrence')} ${textAt(one, 'TimeOffset')}`,
      ),
    ).toEqual(['3 Sunday -1 PT2H', '10 Sunday -1 PT3H']);
  });
});
