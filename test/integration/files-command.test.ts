/** Files of appointments as an operator switches them on, and as they come in and go out by the command line. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ItemContent } from '../../src/model/item.ts';
import { attachedTo, file, filesIn, handOf } from '../contract/exchange-files.ts';
import { type ItemOffice, openOffice } from './item-office.ts';

const ANNA = 'anna@example.com';
let office: ItemOffice;
beforeAll(async () => {
  const fields = { attachments: 'both' };
  office = await openOffice([ANNA], { appointments: { track: 'everything', fields, attachmentBytes: '1 kB' } });
});
afterAll(() => office?.close());

test('files go into the calendar and come out of it, and one that is too large is told of', async () => {
  const links = { a: file('plan.txt', 'the plan'), b: file('huge.txt', 'x'.repeat(1001)) };
  const content = { '@type': 'Event', title: 'Talk', start: '2027-05-04T10:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' };
  const { id } = await office.give('appointments', { ...content, links }, 'create', '--mailbox', ANNA);
  await office.mailroom('sync');
  const [there] = office.itemsOf(ANNA, 'appointments');
  expect(attachedTo(there!)).toEqual(['plan.txt: the plan']);
  handOf(office.exchange, ANNA).attach(there!, 'news.txt', 'news');
  await office.mailroom('sync');
  const [shown] = await office.mailroom('appointments', 'show', id);
  expect(filesIn(shown!.content as ItemContent).map((one) => one.slice(0, 20))).toEqual([
    'huge.txt: xxxxxxxxxx',
    'news.txt: news',
    'plan.txt: the plan',
  ]);
  expect(shown!.link.reason).toMatch(/^attachments not applied: huge\.txt is too large/);
});
