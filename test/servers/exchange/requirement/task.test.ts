// MS-OXWSTASK: properties of tasks, and the three views of completion.
import { describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, startStandIn, textAt } from '../check/client.ts';
import { child, childrenOf, type Element } from '../xml/element.ts';

const { call } = await startStandIn();

async function create(inner: string): Promise<Element> {
  const made = await call(`<m:CreateItem><m:Items><t:Task><t:Subject>task</t:Subject>${inner}</t:Task></m:Items></m:CreateItem>`);
  expect(codesOf(made)).toEqual(['NoError']);
  return get(idOf(itemsOf(made)[0]).id);
}

async function get(id: string): Promise<Element> {
  const reply = await call(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
  );
  return itemsOf(reply)[0]!;
}

async function set(task: Element, ...changes: [string, string][]): Promise<string[]> {
  const { id, key } = idOf(task);
  const updates = changes.map(
    ([name, value]) =>
      `<t:SetItemField><t:FieldURI FieldURI="task:${name}"/><t:Task><t:${name}>${value}</t:${name}></t:Task></t:SetItemField>`,
  );
  return codesOf(
    await call(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${key}"/><t:Updates>${updates.join('')}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    ),
  );
}

const views = (task: Element) => [
  textAt(task, 'Status'),
  textAt(task, 'PercentComplete'),
  textAt(task, 'IsComplete'),
  textAt(task, 'CompleteDate')?.slice(0, 10),
];

describe('MS-OXWSTASK tasks', () => {
  it.each([
    ['R42', 'ActualWork', '90'],
    ['R44', 'BillingInformation', 'account 7'],
    ['R53', 'DueDate', '2026-12-10T00:00:00Z'],
    ['R58', 'Mileage', '10 km'],
    ['R60', 'PercentComplete', '50'],
    ['R63', 'StartDate', '2026-12-01T00:00:00Z'],
    ['R67', 'TotalWork', '120'],
    ['R102, R65', 'Status', 'Completed'],
    ['R103, R65', 'Status', 'Deferred'],
    ['R104, R65', 'Status', 'InProgress'],
    ['R105, R65', 'Status', 'NotStarted'],
    ['R106, R65', 'Status', 'WaitingOnOthers'],
  ])('%s: %s comes back as %s', async (_number, name, value) => {
    expect(textAt(await create(`<t:${name}>${value}</t:${name}>`), name)).toBe(value);
  });

  it('R47, R49: companies and contacts are lists', async () => {
    const task = await create(
      '<t:Companies><t:String>ACME</t:String></t:Companies><t:Contacts><t:String>Jane</t:String><t:String>Joe</t:String></t:Contacts>',
    );
    expect(childrenOf(child(task, 'Companies'), 'String').map((one) => one.text)).toEqual(['ACME']);
    expect(childrenOf(child(task, 'Contacts'), 'String').map((one) => one.text)).toEqual(['Jane', 'Joe']);
  });

  it.each([
    ['Status', 'Completed'],
    ['PercentComplete', '100'],
    ['CompleteDate', '2026-11-01T10:00:00Z'],
  ])('R67001, R48, R5555: setting %s to %s completes the task', async (name, value) => {
    const task = await create('');
    expect(views(task)).toEqual(['NotStarted', '0', 'false', undefined]);
    expect(await set(task, [name, value])).toEqual(['NoError']);
    const done = views(await get(idOf(task).id));
    expect(done.slice(0, 3)).toEqual(['Completed', '100', 'true']);
    expect(done[3]).toBe(name === 'CompleteDate' ? '2026-11-01' : '2026-11-02');
  });

  it('R67002, R5556: of two in one request the last one decides', async () => {
    const task = await create('');
    await set(task, ['Status', 'Completed'], ['PercentComplete', '40']);
    expect(views(await get(idOf(task).id)).slice(0, 3)).toEqual(['InProgress', '40', 'false']);
    await set(task, ['PercentComplete', '40'], ['Status', 'Completed']);
    expect(views(await get(idOf(task).id)).slice(0, 3)).toEqual(['Completed', '100', 'true']);
  });

  it('R45: ChangeCount counts', async () => {
    const task = await create('');
    expect(textAt(task, 'ChangeCount')).toBe('1');
    await set(task, ['Mileage', '1']);
    expect(textAt(await get(idOf(task).id), 'ChangeCount')).toBe('2');
  });

  it('refuses read-only properties and a start after the due date', async () => {
    const task = await create('<t:DueDate>2026-12-01T00:00:00Z</t:DueDate>');
    expect(await set(task, ['IsComplete', 'true'])).toEqual(['ErrorInvalidPropertySet']);
    expect(await set(task, ['StartDate', '2026-12-05T00:00:00Z'], ['DueDate', '2026-12-01T00:00:00Z'])).toEqual([
      'ErrorInvalidArgument',
    ]);
  });

  const range =
    '<t:NumberedRecurrence><t:StartDate>2026-12-01</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence>';
  const endless = '<t:NoEndRecurrence><t:StartDate>2026-12-01</t:StartDate></t:NoEndRecurrence>';
  it.each([
    [
      'R115',
      'RelativeYearlyRecurrence',
      '<t:DaysOfWeek>Monday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex><t:Month>May</t:Month>',
      range,
    ],
    ['R117', 'AbsoluteYearlyRecurrence', '<t:DayOfMonth>4</t:DayOfMonth><t:Month>May</t:Month>', range],
    [
      'R119',
      'RelativeMonthlyRecurrence',
      '<t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex>',
      range,
    ],
    ['R121', 'AbsoluteMonthlyRecurrence', '<t:Interval>2</t:Interval><t:DayOfMonth>4</t:DayOfMonth>', range],
    ['R123', 'WeeklyRecurrence', '<t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek>', range],
    ['R125', 'DailyRecurrence', '<t:Interval>1</t:Interval>', range],
    ['R127', 'DailyRegeneration', '<t:Interval>3</t:Interval>', endless],
    ['R129', 'WeeklyRegeneration', '<t:Interval>1</t:Interval>', endless],
    ['R131', 'MonthlyRegeneration', '<t:Interval>1</t:Interval>', endless],
    ['R133', 'YearlyRegeneration', '<t:Interval>1</t:Interval>', endless],
  ])('%s, R5666: %s makes a recurring task; completing it makes a copy and moves on', async (_number, pattern, inner, ending) => {
    const task = await create(
      `<t:DueDate>2026-12-01T00:00:00Z</t:DueDate><t:Recurrence><t:${pattern}>${inner}</t:${pattern}>${ending}</t:Recurrence>`,
    );
    expect(textAt(task, 'IsRecurring')).toBe('true');
    expect(child(task, 'Recurrence', pattern)).toBeDefined();
    expect(await set(task, ['Status', 'Completed'])).toEqual(['NoError']);
    const after = await get(idOf(task).id);
    expect(textAt(after, 'Status')).toBe('NotStarted');
    expect(textAt(after, 'DueDate')?.localeCompare(textAt(task, 'DueDate') ?? '')).not.toBe(0);
  });

  it('R174, R175: deleting one occurrence moves the master on, deleting all removes it', async () => {
    const task = await create(
      `<t:DueDate>2026-12-01T00:00:00Z</t:DueDate><t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>${range}</t:Recurrence>`,
    );
    const { id } = idOf(task);
    const remove = (what: string) =>
      call(
        `<m:DeleteItem DeleteType="HardDelete" AffectedTaskOccurrences="${what}"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
      );
    expect(codesOf(await remove('SpecifiedOccurrenceOnly'))).toEqual(['NoError']);
    expect(textAt(await get(id), 'DueDate')).toBe('2026-12-02T00:00:00Z');
    expect(codesOf(await remove('SpecifiedOccurrenceOnly'))).toEqual(['NoError']);
    expect(codesOf(await remove('SpecifiedOccurrenceOnly'))).toEqual(['ErrorCannotDeleteTaskOccurrence']);
    expect(codesOf(await remove('AllOccurrences'))).toEqual(['NoError']);
    expect(await get(id)).toBeUndefined();
  });

  it('R5667: a task without recurrence is none', async () => expect(textAt(await create(''), 'IsRecurring')).toBe('false'));
});
