/**
 * Meetings of somebody outside that stand in several mailboxes, each of which has heard of another update: one activity, which says
 * what the latest update said, whoever was read first. It is read and never written; what belongs to each copy stays with it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeItem, respondToItem } from '../../src/mailbox/items.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { REGARDING } from '../../src/model/regarding-field.ts';
import { listConflicts } from '../../src/store/conflicts.ts';
import type { ListedItem } from '../../src/store/items.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { calendarWorld } from '../contract/exchange-calendar-world.ts';
import { deliver } from '../servers/exchange/mime/transport.ts';
import { disposeItem } from '../servers/exchange/operation/items.ts';
import { el } from '../servers/exchange/xml/element.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import {
  appointmentsHere,
  type Desk,
  desk,
  PEOPLE,
  type PersonId,
  quiet as quietDesks,
  regardingThere,
} from './appointment-world.ts';

const JANE = 'jane@example.net';
const world = await calendarWorld();
let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());

const IDS = Object.keys(PEOPLE) as PersonId[];
let desks: Record<PersonId, Desk>;
beforeEach(async () => {
  await pg.database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(
    pg.database,
    IDS.map((id) => ({ id, address: PEOPLE[id] })),
  );
  desks = Object.fromEntries(IDS.map((id) => [id, desk(pg.database, world, id)])) as Record<PersonId, Desk>;
});

/** Jane's invitation, or its update of that number, reaches one of those who are invited. */
async function hears(id: PersonId, sequence: number, method: 'REQUEST' | 'CANCEL' = 'REQUEST'): Promise<void> {
  const calendar = [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//y', `METHOD:${method}`, 'BEGIN:VEVENT', 'UID:visit@example.net'],
    ...['DTSTAMP:20260301T100000Z', `DTSTART:2026051${sequence}T100000Z`, `DTEND:2026051${sequence}T110000Z`],
    ...[`SEQUENCE:${sequence}`, `SUMMARY:Visit ${sequence}`, `LOCATION:Room ${sequence}`, `ORGANIZER;CN=Jane:mailto:${JANE}`],
    ...IDS.map((each) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${PEOPLE[each]}`),
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ];
  const mail = [
    ...[`From: ${JANE}`, `To: ${PEOPLE[id]}`, `Subject: Visit ${sequence}`, `Message-ID: <${id}.${sequence}@example.net>`],
    ...[`Content-Type: text/calendar; charset=utf-8; method=${method}`, '', ...calendar],
  ];
  await deliver(world.exchange, world.exchange.mailboxOf(PEOPLE[id])!, Buffer.from(mail.join('\r\n')));
}

function marks(id: PersonId, category: string): void {
  const [item] = desks[id].there();
  item!.fields.Categories = el('Categories', [el('String', category)]);
  world.exchange.mailboxOf(PEOPLE[id])!.touch(item!);
}

const categoriesThere = (id: PersonId) => desks[id].there()[0]!.fields.Categories?.children.map(({ text }) => text);

/** One activity that says what update `sequence` said, nothing contested, nothing written but our key, and no mail to anybody. */
async function says(sequence: number, by: PersonId): Promise<ListedItem> {
  const here = await appointmentsHere(pg.database);
  expect(here).toHaveLength(1);
  expect(here[0]!.content).toMatchObject({
    ...{ title: `Visit ${sequence}`, start: `2026-05-1${sequence}T10:00:00` },
    locations: { location: { name: `Room ${sequence}` } },
  });
  expect(here[0]!.links.filter(({ isPrimary }) => isPrimary).map(({ mailboxId }) => mailboxId)).toEqual([by]);
  expect(await listConflicts(pg.database)).toEqual([]);
  expect(world.exchange.outside).toEqual([]);
  return here[0]!;
}

const quiet = (...ids: readonly PersonId[]) => quietDesks(...ids.map((id) => desks[id]));

/** All orders in which they are read. */
const orders = (all: readonly PersonId[]): readonly PersonId[][] =>
  all.length < 2 ? [[...all]] : all.flatMap((one) => orders(all.filter((other) => other !== one)).map((rest) => [one, ...rest]));

const HEARD: readonly (readonly [sequences: Partial<Record<PersonId, number>>, latest: PersonId])[] = [
  [{ alice: 0, bob: 1 }, 'bob'],
  [{ alice: 2, bob: 1 }, 'alice'],
  [{ alice: 0, bob: 1, carol: 2 }, 'carol'],
  [{ alice: 3, bob: 1, carol: 2 }, 'alice'],
];

describe.each(HEARD)('%o', (heard, latest) => {
  const ids = Object.keys(heard) as PersonId[];

  test.each(orders(ids).map((order) => [order.join(', '), order] as const))('read as %s', async (_, order) => {
    for (const id of ids) await hears(id, heard[id]!);
    for (const id of ids) marks(id, `of ${id}`);
    for (const id of order) await desks[id].sync();
    await quiet(...order);
    const item = await says(heard[latest]!, latest);
    expect(item.links.map(({ mailboxId, state }) => `${mailboxId} ${state}`).sort()).toEqual(ids.map((id) => `${id} linked`));
    for (const id of ids) expect(categoriesThere(id)).toEqual([`of ${id}`]);
    expect(item.content.keywords).toEqual({ [`of ${latest}`]: true });
    for (const { mailboxId, values, isPrimary } of item.links) {
      if (!isPrimary) expect(values).toMatchObject({ categories: [`of ${mailboxId}`] });
    }
  });
});

test('it follows the update wherever that arrives first, and the others when they have heard of it', async () => {
  for (const id of IDS) await hears(id, 0);
  await quiet(...IDS);
  await says(0, 'alice');
  await hears('carol', 1);
  await quiet(...IDS);
  await says(1, 'carol');
  await hears('alice', 1);
  await quiet(...IDS);
  await says(1, 'carol');
  await hears('bob', 2);
  await quiet('bob', 'alice', 'carol');
  await says(2, 'bob');
});

test('it is read-only: a change of what all see is refused, and what belongs to the copy goes to the one that speaks for it', async () => {
  for (const id of IDS) await hears(id, 1);
  await quiet(...IDS);
  const item = await says(1, 'alice');
  const change = (patch: Json) => changeItem(pg.database, item.id, patch);
  await expect(change({ title: 'Ours', start: '2026-05-12T10:00:00' })).rejects.toThrow(/subject, time .* jane@example.net/);
  await change({ keywords: { Mine: true } });
  await quiet(...IDS);
  await says(1, 'alice');
  expect(IDS.map(categoriesThere)).toEqual([['Mine'], undefined, undefined]);
});

test('what it is regarding the application says, in the copy that speaks for it, and that goes on when another one does', async () => {
  for (const id of IDS) await hears(id, 1);
  await quiet(...IDS);
  const { id } = await says(1, 'alice');
  const lead = { type: 'lead', id: '4711', name: 'Ten pallets' };
  await changeItem(pg.database, id, { [REGARDING]: lead });
  await quiet(...IDS);
  expect(IDS.map((each) => regardingThere(desks[each]))).toEqual([[JSON.stringify(lead)], [], []]);
  await hears('bob', 2);
  await quiet('bob', 'alice', 'carol');
  expect((await says(2, 'bob')).content[REGARDING]).toEqual(lead);
  expect(regardingThere(desks.bob)).toEqual([JSON.stringify(lead)]);
  await changeItem(pg.database, id, { [REGARDING]: null });
  await quiet('bob', 'alice', 'carol');
  expect((await says(2, 'bob')).content[REGARDING]).toBeUndefined();
  expect(regardingThere(desks.bob)).toEqual([]);
});

test('each answers in its own name, and shows its own answer', async () => {
  for (const id of IDS) await hears(id, 1);
  await quiet(...IDS);
  const { id } = await says(1, 'alice');
  await respondToItem(pg.database, id, { response: 'accepted', comment: null, mailboxId: 'bob' });
  await quiet(...IDS);
  expect(IDS.map((each) => desks[each].there()[0]!.fields.MyResponseType?.text)).toEqual([
    ...['NoResponseReceived', 'Accept', 'NoResponseReceived'],
  ]);
  expect(world.exchange.outside.map(({ from, to }) => [from, to])).toEqual([[PEOPLE.bob, [JANE]]]);
  const [after] = await appointmentsHere(pg.database);
  expect(after!.content as ItemContent).toMatchObject({ 'mailroom.example:response': 'needs-action' });
  expect(after!.links.find(({ mailboxId }) => mailboxId === 'bob')!.values).toMatchObject({ response: 'accepted' });
});

test('where the copy that spoke for it goes, another one does, and the meeting stays', async () => {
  await hears('alice', 1);
  await hears('bob', 1);
  await quiet('alice', 'bob');
  await says(1, 'alice');
  disposeItem(world.exchange.mailboxOf(PEOPLE.alice)!, desks.alice.there()[0]!, 'MoveToDeletedItems');
  await quiet('alice', 'bob');
  const { links } = await says(1, 'bob');
  expect(links.map(({ mailboxId, state }) => `${mailboxId} ${state}`).sort()).toEqual(['alice unlinked', 'bob linked']);
  await hears('bob', 2);
  await quiet('alice', 'bob');
  await says(2, 'bob');
  expect([desks.alice, desks.bob].map((each) => each.there().length)).toEqual([0, 1]);
});

test('where the copy that has heard most goes, nothing of an older one comes back, and the next update is followed', async () => {
  await hears('alice', 2);
  await hears('bob', 1);
  await quiet('bob', 'alice');
  await says(2, 'alice');
  disposeItem(world.exchange.mailboxOf(PEOPLE.alice)!, desks.alice.there()[0]!, 'MoveToDeletedItems');
  await quiet('alice', 'bob');
  await says(2, 'bob');
  marks('bob', 'seen');
  await quiet('alice', 'bob');
  expect((await says(2, 'bob')).content.keywords).toEqual({ seen: true });
  await hears('bob', 2);
  await quiet('alice', 'bob');
  await says(2, 'bob');
  await hears('bob', 3);
  await quiet('alice', 'bob');
  await says(3, 'bob');
});

test('called off outside it says so, in whichever mailbox that arrives first', async () => {
  await hears('alice', 1);
  await hears('bob', 1);
  await quiet('alice', 'bob');
  await hears('bob', 2, 'CANCEL');
  await quiet('alice', 'bob');
  const here = await appointmentsHere(pg.database);
  expect(here.map(({ content }) => content.status)).toEqual(['cancelled']);
});
