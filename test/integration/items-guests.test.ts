/** Who is told of a meeting, and when: the application's commands at one end, the mailboxes of the Exchange stand-in at the other. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ItemOffice, openOffice } from './item-office.ts';

const [ORGANIZER, GUEST] = ['anna@example.com', 'bo@example.com'] as const;
let office: ItemOffice;

beforeAll(async () => {
  office = await openOffice([ORGANIZER, GUEST], { appointments: true }, [ORGANIZER]);
});
afterAll(() => office?.close());

const write = (content: object, ...args: string[]) => office.give('appointments', content, ...args);
const pass = () => office.mailroom('sync', ORGANIZER);
const received = () => office.inboxOf(GUEST).map((item) => item.fields.ItemClass?.text);
const titleThere = () => office.itemsOf(ORGANIZER, 'appointments').map((item) => item.fields.Subject?.text);

test('guests hear of a meeting when somebody says so, once for each time, and never otherwise', async () => {
  const year = new Date().getUTCFullYear() + 1;
  const participants = {
    bo: { '@type': 'Participant', name: 'Bo', roles: { attendee: true }, sendTo: { imip: `mailto:${GUEST}` } },
  };
  const when = { start: `${year}-05-06T10:00:00`, duration: 'PT1H', timeZone: 'Europe/Berlin' };
  const { id } = await write({ '@type': 'Event', title: 'Acceptance', ...when, participants }, 'create', '--mailbox', ORGANIZER);
  await pass();
  expect(titleThere()).toEqual(['Acceptance']);
  expect(received()).toEqual([]);

  // Changed and announced in one go: they have not heard of it yet, so it is an invitation.
  await write({ title: 'Acceptance of the pump' }, 'change', id, '--invite');
  await pass();
  expect(titleThere()).toEqual(['Acceptance of the pump']);
  expect(received()).toEqual(['IPM.Schedule.Meeting.Request']);
  await pass();
  expect(received()).toHaveLength(1);

  await write({ title: 'Postponed' }, 'change', id);
  await pass();
  expect(titleThere()).toEqual(['Acceptance of the pump']);
  expect((await office.mailroom('appointments', 'show', id))[0]!.link).toMatchObject({
    state: 'needs-intent',
    reason: expect.stringContaining('nobody said that they may be told'),
  });
  expect(received()).toHaveLength(1);

  await write({}, 'change', id, '--invite');
  await pass();
  expect(titleThere()).toEqual(['Postponed']);
  expect(received()).toHaveLength(2);

  await office.mailroom('appointments', 'delete', id);
  await pass();
  const [waiting] = await office.mailroom('appointments', 'list');
  expect(waiting).toMatchObject({ id, deletedAt: expect.any(String), link: { state: 'needs-intent' } });
  expect([titleThere(), received().length]).toEqual([['Postponed'], 2]);

  await office.mailroom('appointments', 'delete', id, '--invite');
  await pass();
  expect(titleThere()).toEqual([]);
  expect(received().at(-1)).toBe('IPM.Schedule.Meeting.Canceled');
  await pass();
  expect(received()).toHaveLength(3);
  expect(await office.mailroom('appointments', 'list')).toEqual([]);
});
