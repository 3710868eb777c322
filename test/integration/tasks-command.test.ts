/** Tasks, phone calls, letters and faxes by the commands of an operator at one end, and the task list of Outlook at the other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contextFor } from '../servers/exchange/mime/transport.ts';
import { disposeItem } from '../servers/exchange/operation/items.ts';
import { settleItem } from '../servers/exchange/property/settle-item.ts';
import { advanceTask } from '../servers/exchange/property/task-series.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { type Element, el } from '../servers/exchange/xml/element.ts';
import { type ItemOffice, type ListedJson, openOffice } from './item-office.ts';

const [ANNA, BO] = ['anna@example.com', 'bo@example.com'] as const;
let office: ItemOffice;

beforeAll(async () => {
  const tasks = { track: 'everything', deletion: { inExchange: 'delete', inApplication: 'delete' } };
  office = await openOffice([ANNA, BO], { tasks });
});
afterAll(() => office?.close());

const titled = (tasks: readonly ListedJson[], title: string) => tasks.filter(({ content }) => content.title === title);
const list = () => office.mailroom('tasks', 'list');
const there = (title: string, address: string = ANNA) =>
  office.itemsOf(address, 'tasks').filter(({ fields }) => fields.Subject?.text === title);
const views = (item: Item | undefined) =>
  ['Status', 'PercentComplete', 'CompleteDate'].map((name) => item?.fields[name]?.text ?? null);
const make = (content: object) => office.give('tasks', { '@type': 'Task', ...content }, 'create', '--mailbox', ANNA);
const change = (task: ListedJson, patch: object) => office.give('tasks', patch, 'change', task.id);

/** Everything is carried over, and another pass writes nothing. Answers what the application then has. */
async function settled(): Promise<ListedJson[]> {
  await office.mailroom('sync');
  const before = office.writes();
  expect(await office.mailroom('sync')).toMatchObject([{ ok: true }, { ok: true }]);
  expect(office.writes()).toBe(before);
  return list();
}

/** As Outlook writes: what follows from it is the server's. */
function outlook(title: string, properties: Readonly<Record<string, string | Element>>): void {
  const item = there(title).find(({ fields }) => fields.Status?.text !== 'Completed');
  const mailbox = office.exchange.mailboxOf(ANNA)!;
  const before = structuredClone(item!);
  const context = contextFor(office.exchange, mailbox);
  office.edit(ANNA, item!, properties);
  settleItem(item!, before, new Set(Object.keys(properties)), context);
  advanceTask(item!, before, context);
}

const KINDS = ['phonecall', 'letter', 'fax'] as const;
const pattern = (...parts: Element[]) => ({ Recurrence: el('Recurrence', parts) });
const weekly = pattern(
  el('WeeklyRecurrence', [el('Interval', '1'), el('DaysOfWeek', 'Monday')]),
  el('NumberedRecurrence', [el('StartDate', '2027-01-04'), el('NumberOfOccurrences', '4')]),
);
const regenerating = pattern(
  el('MonthlyRegeneration', [el('Interval', '2')]),
  el('NoEndRecurrence', [el('StartDate', '2027-01-04')]),
);

describe('tasks in step', () => {
  let tasks: ListedJson[];
  const one = (title: string) => titled(tasks, title)[0]!;

  test('made on either side they are on both, in the mailbox they are for and nowhere else', async () => {
    const made = await make({
      ...{ title: 'Offer', start: '2027-02-01T00:00:00', due: '2027-02-05T00:00:00', priority: 1, keywords: { Roof: true } },
      ...{ description: 'with the photos', descriptionContentType: 'text/plain' },
    });
    expect(made).toMatchObject({ kind: 'task', version: 1, mailboxes: [ANNA], link: { state: 'linked', lastAgreedAt: null } });
    for (const kind of KINDS) await make({ title: `A ${kind}`, 'mailroom.example:activityType': kind });
    const StartDate = '2027-03-01T00:00:00Z';
    office.place(ANNA, 'tasks', { Subject: 'Call back', StartDate, Status: 'Deferred', PercentComplete: '20' });
    office.place(ANNA, 'tasks', { Subject: 'Order' });
    const DueDate = '2027-01-04T00:00:00Z';
    office.place(ANNA, 'tasks', { Subject: 'Report', DueDate, ...weekly });
    office.place(ANNA, 'tasks', { Subject: 'Filter', DueDate, ...regenerating });

    tasks = await settled();
    expect(there('Offer')[0]!.fields).toMatchObject({
      ...{ StartDate: { text: '2027-02-01T00:00:00Z' }, DueDate: { text: '2027-02-05T00:00:00Z' } },
      ...{ Importance: { text: 'High' }, Body: { text: expect.stringContaining('with the photos') } },
    });
    expect(office.itemsOf(BO, 'tasks')).toEqual([]);
    expect(tasks).toHaveLength(8);
    expect(one('Offer')).toMatchObject({ link: { state: 'linked', lastAgreedAt: expect.stringMatching(/^20/) } });
    expect(one('Call back')).toMatchObject({
      ...{ mailboxes: [ANNA], owner: ANNA },
      content: { start: '2027-03-01T00:00:00', percentComplete: 20, 'mailroom.example:taskStatus': 'deferred' },
    });
    expect(one('Report').content.recurrenceRules).toMatchObject([{ frequency: 'weekly', byDay: [{ day: 'mo' }], count: 4 }]);
    expect(one('Filter').content).toMatchObject({ 'mailroom.example:regeneration': { frequency: 'monthly', interval: 2 } });
  });

  test('changed on either side, or on both at once, they say the same', async () => {
    await change(one('Offer'), { due: '2027-02-09T00:00:00' });
    outlook('Offer', { Importance: 'Low', PercentComplete: '50' });
    await change(one('Call back'), { 'mailroom.example:taskStatus': 'waiting', progress: 'in-process' });
    await change(one('Order'), { title: 'Order tiles' });
    outlook('Order', { Status: 'Completed' });
    await change(one('Report'), { priority: 1 });

    tasks = await settled();
    expect(there('Offer')[0]!.fields.DueDate!.text).toBe('2027-02-09T00:00:00Z');
    const half = { due: '2027-02-09T00:00:00', priority: 9, progress: 'in-process', percentComplete: 50 };
    expect(one('Offer').content).toMatchObject(half);
    expect(views(there('Call back')[0])).toEqual(['WaitingOnOthers', '20', null]);
    expect(one('Order tiles').content).toMatchObject({ progress: 'completed', percentComplete: 100 });
    expect(views(there('Order tiles')[0]).slice(0, 2)).toEqual(['Completed', '100']);
    expect(there('Report')[0]!.fields).toMatchObject({ Importance: { text: 'High' }, ...weekly });
  });

  test('completed on either side: status, percent and the day travel as one; a recurring one goes on with its next time', async () => {
    await change(one('Offer'), { progress: 'completed', progressUpdated: '2026-03-02T15:00:00Z' });
    outlook('Call back', { CompleteDate: '2026-03-03T00:00:00Z' });
    for (const kind of KINDS) outlook(`A ${kind}`, { Status: 'Completed' });
    outlook('Report', { CompleteDate: '2026-11-02T00:00:00Z' });

    tasks = await settled();
    expect(views(there('Offer')[0])).toEqual(['Completed', '100', '2026-03-02T00:00:00Z']);
    expect(one('Call back').content).toMatchObject({
      ...{ progress: 'completed', percentComplete: 100, progressUpdated: expect.stringMatching(/^2026-03-03/) },
    });
    for (const kind of KINDS) {
      expect(one(`A ${kind}`).content).toMatchObject({ 'mailroom.example:activityType': kind, progress: 'completed' });
    }
    expect(reports()).toEqual(['2027-01-04 completed', '2027-01-11 open']);
  });

  const reports = () =>
    titled(tasks, 'Report')
      .map(({ content: { due, progress } }) => `${String(due).slice(0, 10)} ${progress === 'completed' ? progress : 'open'}`)
      .sort();

  test('a recurring one that the application completes goes on as well, and one that is taken up again is open', async () => {
    const open = titled(tasks, 'Report').find(({ content }) => content.progress !== 'completed')!;
    await change(open, { progress: 'completed', progressUpdated: '2026-11-03T00:00:00Z' });
    await change(one('Call back'), { progress: 'in-process', percentComplete: 80 });
    await office.mailroom('sync');
    tasks = await settled();
    expect(reports()).toEqual(['2027-01-04 completed', '2027-01-11 completed', '2027-01-18 open']);
    expect(tasks.find(({ id }) => id === open.id)).toMatchObject({
      content: { due: '2027-01-18T00:00:00' },
      link: { reason: null },
    });
    expect(there('Report')).toHaveLength(3);
    expect(views(there('Call back')[0])).toEqual(['InProgress', '80', null]);
  });

  test('deleted on either side they are gone on both', async () => {
    expect(await office.mailroom('tasks', 'delete', one('Offer').id)).toMatchObject([{ deletedAt: expect.any(String) }]);
    await office.mailroom('tasks', 'delete', one('A letter').id);
    for (const title of ['Call back', 'A fax']) {
      disposeItem(office.exchange.mailboxOf(ANNA)!, there(title)[0]!, 'MoveToDeletedItems');
    }
    tasks = await settled();
    for (const title of ['Offer', 'A letter', 'Call back', 'A fax'])
      expect([titled(tasks, title), there(title)]).toEqual([[], []]);
    expect(there('A phonecall')).toHaveLength(1);
  });

  test('what nobody could write, or nobody knows, is refused at the door', async () => {
    const rules = { recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'weekly' }] };
    await expect(make({ title: 'Again', due: '2027-01-04T00:00:00', ...rules })).rejects.toThrow(/recurrence of a task/);
    await expect(change(one('Filter'), rules)).rejects.toThrow(/recurrence of a task/);
    await expect(make({ title: 'Pigeon', 'mailroom.example:activityType': 'pigeon' })).rejects.toThrow(/activityType/);
    await change(one('Filter'), { title: 'Filter of the pump' });
  });
});
