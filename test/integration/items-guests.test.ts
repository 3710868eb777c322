/** Who is told of a meeting, and when: the application's commands at one end, the mailboxes of the Exchange stand-in at the other. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';

const [ORGANIZER, GUEST] = ['anna@example.com', 'bo@example.com'] as const;
let exchange: Exchange;
let server: RunningServer;
let gateway: Gateway;

beforeAll(async () => {
  exchange = new Exchange();
  for (const address of [ORGANIZER, GUEST]) exchange.addMailbox(address, 'secret');
  server = await serve(exchange, { auth: { schemes: ['basic'] } });
  const auth = { username: ORGANIZER, password: { env: 'PASSWORD' } };
  gateway = await createGateway({
    ...{ data: './data', workers: 1, http: false, log: { level: 'error' } },
    servers: { ex: { type: 'exchange', url: server.url, allowClearText: true } },
    mailboxes: [{ address: ORGANIZER, items: { server: 'ex', auth, appointments: true } }],
  });
});
afterAll(async () => {
  await server?.close();
  await gateway?.remove();
});

async function mailroom(...args: string[]): Promise<{ id: string; link: { state: string; reason: string | null } }> {
  const done = await gateway.run([...args, '--json'], { PASSWORD: 'secret' });
  if (done.code !== 0) throw new Error(`mailroom ${args.join(' ')}: ${done.stdout}${done.stderr}`);
  return JSON.parse(done.stdout.toString().split('\n')[0]!);
}

async function write(content: object, ...args: string[]): Promise<{ id: string; link: { state: string } }> {
  const file = join(gateway.folder, 'content.json');
  await writeFile(file, JSON.stringify(content));
  return mailroom('appointments', ...args, '--file', file);
}

const pass = () => mailroom('sync', ORGANIZER);
const received = () => {
  const mailbox = exchange.mailboxOf(GUEST)!;
  return mailbox.itemsIn(mailbox.folderNamed('inbox').key).map((item) => item.fields.ItemClass?.text);
};
const titleThere = () => {
  const mailbox = exchange.mailboxOf(ORGANIZER)!;
  return mailbox.itemsIn(mailbox.folderNamed('calendar').key).map((item) => item.fields.Subject?.text);
};

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
  expect((await mailroom('appointments', 'show', id)).link).toMatchObject({
    state: 'needs-intent',
    reason: expect.stringContaining('nobody said that they may be told'),
  });
  expect(received()).toHaveLength(1);

  await write({}, 'change', id, '--invite');
  await pass();
  expect(titleThere()).toEqual(['Postponed']);
  expect(received()).toHaveLength(2);

  await mailroom('appointments', 'delete', id, '--invite');
  await pass();
  expect(titleThere()).toEqual([]);
  expect(received().at(-1)).toBe('IPM.Schedule.Meeting.Canceled');
  await pass();
  expect(received()).toHaveLength(3);
});
