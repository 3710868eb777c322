/** Tasks: made, changed, completed and deleted on either side. */
import { changeItem, createItemIn, deleteItem } from '../../src/mailbox/items.ts';
import type { Json } from '../../src/model/item.ts';
import { disposeItem } from '../servers/exchange/operation/items.ts';
import {
  BOX,
  configOf,
  differences,
  editTheirs,
  findTheirs,
  type ItemLedger,
  type ItemsPlace,
  listOurs,
  mailboxOf,
  placeTheirs,
  row,
  textIn,
  theirsIn,
} from './item-ledger.ts';

const DONE = { progress: 'completed', percentComplete: 100, progressUpdated: '2026-03-02T00:00:00Z' };
const DONE_THERE = { Status: 'Completed', PercentComplete: '100', CompleteDate: '2026-03-02T00:00:00Z' };

export const taskLedger: ItemLedger = {
  async begin(place) {
    for (const Subject of ['m0', 'm1', 'm2', 'm3']) placeTheirs(place, 'tasks', { Subject });
    for (const name of ['c0', 'c1', 'c2', 'c3']) await create(place, name);
  },

  async edit(place) {
    const { database } = place;
    const ids = new Map((await listOurs(place, 'task')).map(({ id, content }) => [content.title, id]));
    const change = (name: string, patch: Readonly<Record<string, Json>>) => changeItem(database, ids.get(name)!, patch);
    await change('c0', DONE);
    await deleteItem(database, ids.get('c1')!);
    await change('c2', { due: '2027-02-01T00:00:00' });
    await change('m3', { progress: 'in-process', percentComplete: 40 });
    await create(place, 'cN', { 'mailroom.example:activityType': 'phonecall' });
    const find = (subject: string) => findTheirs(place, 'tasks', 'Subject', subject);
    editTheirs(place, find('m0'), DONE_THERE);
    disposeItem(mailboxOf(place), find('m1'), 'HardDelete');
    editTheirs(place, find('c2'), { Status: 'InProgress', PercentComplete: '70' });
    editTheirs(place, find('c3'), { DueDate: '2027-03-01T00:00:00Z' });
    placeTheirs(place, 'tasks', { Subject: 'mN', Status: 'WaitingOnOthers' });
  },

  async compare(place) {
    const theirs = theirsIn(place, 'tasks').map((item) =>
      row(
        textIn(item, 'Subject'),
        textIn(item, 'Status') ?? 'NotStarted',
        textIn(item, 'PercentComplete') ?? '0',
        textIn(item, 'CompleteDate')?.slice(0, 10),
        textIn(item, 'DueDate')?.slice(0, 10),
      ),
    );
    const ours = (await listOurs(place, 'task')).map(({ content }) =>
      row(
        String(content.title),
        STATUS[`${content['mailroom.example:taskStatus'] ?? content.progress ?? 'needs-action'}`],
        String(content.percentComplete ?? 0),
        content.progress === 'completed' ? String(content.progressUpdated).slice(0, 10) : null,
        content.due === undefined ? null : String(content.due).slice(0, 10),
      ),
    );
    return [...differences('the task list', theirs, EXPECTED), ...differences('the application, of tasks,', ours, EXPECTED)];
  },
};

const STATUS: Readonly<Record<string, string>> = {
  ...{ 'needs-action': 'NotStarted', 'in-process': 'InProgress', completed: 'Completed', waiting: 'WaitingOnOthers' },
};

const EXPECTED = [
  row('c0', 'Completed', '100', '2026-03-02', null),
  row('c2', 'InProgress', '70', null, '2027-02-01'),
  row('c3', 'NotStarted', '0', null, '2027-03-01'),
  row('cN', 'NotStarted', '0', null, null),
  row('m0', 'Completed', '100', '2026-03-02', null),
  row('m2', 'NotStarted', '0', null, null),
  row('m3', 'InProgress', '40', null, null),
  row('mN', 'WaitingOnOthers', '0', null, null),
];

async function create({ database }: ItemsPlace, title: string, more: Readonly<Record<string, Json>> = {}): Promise<void> {
  await createItemIn(database, configOf(BOX), 'task', { '@type': 'Task', title, ...more });
}
