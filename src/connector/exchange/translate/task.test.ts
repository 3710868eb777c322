/** Every field of a task, there and back: as Exchange's own clients would write it, and as we write it. */
import { afterEach, describe, expect, test } from 'vitest';
import { ADDRESS, fieldsWorld, KEY } from '../../../../test/contract/exchange-fields.ts';
import { regardingXml, roundTripTable } from '../../../../test/contract/exchange-round-trip.ts';
import { itemsOf, readItem, stored } from '../../../../test/contract/exchange-store.ts';
import type { Json } from '../../../model/item.ts';
import { TASK_FIELDS, type TaskFieldName } from '../../../model/task-field.ts';
import type { ItemVersion } from '../../connector.ts';
import { createTaskKind } from './task.ts';

const world = await fieldsWorld<TaskFieldName>(createTaskKind(), TASK_FIELDS, { '@type': 'Task' });
const { standIn, fieldOf, item, content: task, create, change, first } = world;
const table = roundTripTable('field of a task', {
  startDate: 'any midnight is its day',
  dueDate: 'any midnight is its day',
  completion: 'status, percent and day are one; given up is completed; a day without an hour',
  importance: 'of 1 to 9 only high, normal and low are left',
  reminder: 'the first of several',
  recurrence: 'Exchange alone says it: read, and never written',
  activityType: 'the application alone has it',
});
const _items = () => itemsOf(standIn.exchange, ADDRESS, 'tasks');
const valueIn = (name: TaskFieldName, { content }: ItemVersion) => fieldOf(name).get(content);

async function byHand(xml: string): Promise<ItemVersion> {
  await world.byHand(xml);
  return await first();
}

const done = (day: string) => ({ progress: 'completed', status: null, percentComplete: 100, completedAt: `${day}T00:00:00Z` });
const open = (progress: string, percentComplete: number | null, status: string | null = null) => ({
  ...{ progress, status, percentComplete, completedAt: null },
});

/** [what the field is worth, what another client writes for it] */
const TABLE: readonly (readonly [TaskFieldName, Json, string])[] = [
  ['subject', 'Call Zoë & Söhne <now>', '<t:Subject>Call Zoë &amp; Söhne &lt;now&gt;</t:Subject>'],
  [
    'body',
    { text: 'First\n\n<b> & third', type: 'text/plain' },
    '<t:Body BodyType="Text">First&#10;&#10;&lt;b&gt; &amp; third</t:Body>',
  ],
  ['startDate', '2026-12-01', '<t:StartDate>2026-12-01T00:00:00Z</t:StartDate>'],
  ['dueDate', '2026-12-31', '<t:DueDate>2026-12-31T00:00:00Z</t:DueDate>'],
  ['completion', done('2026-10-30'), '<t:CompleteDate>2026-10-30T00:00:00Z</t:CompleteDate>'],
  ['completion', open('in-process', 30), '<t:PercentComplete>30</t:PercentComplete><t:Status>InProgress</t:Status>'],
  ['completion', open('in-process', null), '<t:Status>InProgress</t:Status>'],
  [
    'completion',
    open('in-process', 60, 'waiting'),
    '<t:PercentComplete>60</t:PercentComplete><t:Status>WaitingOnOthers</t:Status>',
  ],
  ['completion', open('needs-action', null, 'deferred'), '<t:Status>Deferred</t:Status>'],
  ['importance', 1, '<t:Importance>High</t:Importance>'],
  ['importance', 9, '<t:Importance>Low</t:Importance>'],
  [
    'categories',
    ['Blue & red', 'VIP'],
    '<t:Categories><t:String>Blue &amp; red</t:String><t:String>VIP</t:String></t:Categories>',
  ],
  ['sensitivity', 'private', '<t:Sensitivity>Private</t:Sensitivity>'],
  ['sensitivity', 'personal', '<t:Sensitivity>Personal</t:Sensitivity>'],
  [
    'regarding',
    { type: 'lead', id: '4711', name: 'Zoë & <Söhne>' },
    regardingXml({ type: 'lead', id: '4711', name: 'Zoë & <Söhne>' }),
  ],
  [
    ...(['reminder', '2026-12-01T08:30:00Z'] as const),
    '<t:ReminderDueBy>2026-12-01T08:30:00Z</t:ReminderDueBy><t:ReminderIsSet>true</t:ReminderIsSet>',
  ],
];

/** What every new task of ours says besides. */
const EMPTY = {
  ...{ Importance: { text: 'Normal' }, Sensitivity: { text: 'Normal' } },
  ...{ ReminderIsSet: { text: 'false' }, Status: { text: 'NotStarted' }, PercentComplete: { text: '0' } },
};

describe.each(TABLE)('%s %j', (name, value, xml) => {
  const wanted = task({ [name]: value });

  test('written by another client it is read, and what we write for it is the same', async () => {
    const theirs = await byHand(xml);
    expect(valueIn(name, theirs)).toEqual(value);
    table(name, 'Exchange');
    const expected = { ...EMPTY, ...stored(item()) };
    await create(wanted);
    expect(stored(item(1))).toEqual(expected);
    table(name, 'application');
  });

  test('it is set, changed back to nothing, and the other fields stay', async () => {
    const others = { subject: 'other', dueDate: '2026-12-20', categories: ['Red'], [name]: null };
    const target = await create(task(others));
    const bare = stored(item());
    const set = await change(target, task({ ...others, [name]: value }), [name]);
    expect(fieldOf(name).canonical((await first()).content)).toEqual(fieldOf(name).canonical(wanted));
    await change(set, task(others), [name]);
    // A reminder that is switched off keeps its time, and a due date brings no start with it.
    const { ReminderDueBy: _, ...rest } = stored(item());
    expect(rest).toEqual(bare);
  });
});

test('the table has every field that is written', () => {
  const missing = TASK_FIELDS.map(({ name }) => name).filter((name) => !TABLE.some(([tested]) => tested === name));
  expect(missing).toEqual(['recurrence', 'activityType']);
});

describe('completion', () => {
  const states = () => ['Status', 'PercentComplete', 'CompleteDate'].map((name) => item().fields[name]?.text);

  test.each([
    [{ progress: 'completed' }, ['Completed', '100', '2026-11-02T00:00:00Z'], 'without a day is of today'],
    [{ progress: 'cancelled' }, ['Completed', '100', '2026-11-02T00:00:00Z'], 'what is given up is over'],
    [{ progress: 'in-process', percentComplete: 100 }, ['InProgress', '0', undefined], 'an open task is not at a hundred'],
    [{ progress: 'needs-action', percentComplete: 20 }, ['NotStarted', '0', undefined], 'what is not begun is at nothing'],
  ] as const)('%j: %j, %s', async (value, expected, _why) => {
    await create(task({ completion: value }));
    expect(states()).toEqual(expected);
  });

  test('a completed task can be opened again, and waits', async () => {
    const target = await create(task({ subject: 'a', completion: done('2026-10-30') }));
    await change(target, task({ subject: 'a', completion: open('in-process', 50, 'waiting') }), ['completion']);
    expect(states()).toEqual(['WaitingOnOthers', '50', undefined]);
  });

  test('what is nearly done is not done, and what is told of it in other words is the same', async () => {
    await byHand('<t:Subject>a</t:Subject><t:PercentComplete>50</t:PercentComplete>');
    for (const [told, percent] of [
      ['99.5', 99],
      ['100', 99],
      [' 12.4 ', 12],
      ['NaN', null],
    ] as const) {
      item().fields.PercentComplete!.text = told;
      item().fields.Status!.text = 'InProgress';
      expect(valueIn('completion', await first())).toMatchObject({ progress: 'in-process', percentComplete: percent });
    }
  });

  test('a day that is the midnight of another zone is that day', async () => {
    const theirs = await byHand('<t:DueDate>2026-12-10T00:00:00Z</t:DueDate>');
    expect(valueIn('dueDate', theirs)).toBe('2026-12-10');
    for (const told of ['2026-12-09T23:00:00Z', '2026-12-10T05:00:00Z', '2026-12-10T00:00:00+01:00']) {
      item().fields.DueDate!.text = told;
      expect(valueIn('dueDate', await first())).toBe('2026-12-10');
    }
  });
});

describe('the moment of completion', () => {
  const { zone: usual } = standIn.exchange;
  afterEach(() => {
    Object.assign(standIn.exchange, { zone: usual });
  });

  test.each([
    ['W. Europe Standard Time', '2026-12-10'],
    ['Eastern Standard Time', '2026-12-10'],
    ['New Zealand Standard Time', '2026-12-11'],
  ])('is of the day it was to an owner in %s', async (zone, day) => {
    Object.assign(standIn.exchange, { zone });
    world.use(createTaskKind());
    await byHand('<t:CompleteDate>2026-10-30T00:00:00Z</t:CompleteDate>');
    item().fields.CompleteDate!.text = '2026-12-10T15:30:00Z';
    expect(valueIn('completion', await first())).toEqual(done(day));
  });

  test.each([
    ['Pacific Standard Time', '2026-03-06T01:00:00Z', '2026-03-05'],
    ['Tokyo Standard Time', '2026-03-05T16:00:00Z', '2026-03-06'],
    ['Pacific Standard Time', '2026-03-06T00:00:00Z', '2026-03-06'],
  ])('given by the application to an owner in %s, %s is the day %s', async (zone, completedAt, day) => {
    Object.assign(standIn.exchange, { zone });
    world.use(createTaskKind());
    await world.store().read([]);
    await create(task({ completion: { ...done('2026-03-05'), completedAt } }));
    expect(item().fields.CompleteDate!.text).toBe(`${day}T00:00:00Z`);
  });
});

describe('a recurring task', () => {
  const weekly =
    '<t:Recurrence><t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek></t:WeeklyRecurrence><t:NoEndRecurrence><t:StartDate>2026-11-03</t:StartDate></t:NoEndRecurrence></t:Recurrence>';
  const due = '<t:DueDate>2026-11-03T00:00:00Z</t:DueDate>';

  test('is read with its rule, which a change of ours leaves alone', async () => {
    const theirs = await byHand(`<t:Subject>water</t:Subject>${due}${weekly}`);
    expect(valueIn('recurrence', theirs)).toMatchObject({ rules: [{ frequency: 'weekly', interval: 2 }], regeneration: null });
    await change(theirs, fieldOf('subject').set(theirs.content, 'water plants'), ['subject']);
    expect(valueIn('recurrence', await first())).toEqual(valueIn('recurrence', theirs));
  });

  test('that regenerates says so', async () => {
    const pattern =
      '<t:Recurrence><t:MonthlyRegeneration><t:Interval>3</t:Interval></t:MonthlyRegeneration><t:NoEndRecurrence><t:StartDate>2026-11-03</t:StartDate></t:NoEndRecurrence></t:Recurrence>';
    const theirs = await byHand(`${due}${pattern}`);
    expect(valueIn('recurrence', theirs)).toEqual({ rules: null, regeneration: { frequency: 'monthly', interval: 3 } });
  });

  test('moves on when it is completed, and a completed copy with the same key stays behind', async () => {
    const made = await create(task({ subject: 'water', dueDate: '2026-11-03' }));
    const keyed = item();
    await byHand(`<t:Subject>water</t:Subject>${due}${weekly}`);
    Object.assign(keyed.fields, { Recurrence: item(1).fields.Recurrence });
    standIn.exchange.mailboxOf(ADDRESS)!.touch(keyed);
    await change(made, task({ subject: 'water', dueDate: '2026-11-03', completion: { progress: 'completed' } }), ['completion']);
    const found = await Promise.all((await world.store().find('r')).map(({ ref }) => readItem(world.store(), ref)));
    const told = found.map((each) => [valueIn('dueDate', each), fieldOf('completion').canonical(each.content), each.key]);
    expect(told).toEqual(
      expect.arrayContaining([
        ['2026-11-17', expect.objectContaining({ progress: 'needs-action' }), KEY],
        ['2026-11-03', expect.objectContaining({ progress: 'completed', completed: '2026-11-02' }), KEY],
      ]),
    );
    expect(told).toHaveLength(2);
  });
});

test('an HTML body stays one', async () => {
  const target = await create(task({ body: { text: '<p>Hello <b>you</b></p>', type: 'text/html' } }));
  const body = valueIn('body', await readItem(world.store(), target.ref!)) as { text: string; type: string };
  expect([body.type, body.text.includes('<p>Hello <b>you</b></p>')]).toEqual(['text/html', true]);
});
