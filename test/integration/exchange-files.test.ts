/** Files of appointments, both ways, and what becomes of them where they do not travel, are too large, or something breaks in between. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeItem } from '../../src/mailbox/items.ts';
import type { Direction } from '../../src/model/field.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import type { ListedItem } from '../../src/store/items.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { calendarWorld } from '../contract/exchange-calendar-world.ts';
import { attachedTo, file, filesIn, handOf } from '../contract/exchange-files.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { appointmentsHere, atStep, type Desk, desk, event, GUESTS, PEOPLE } from './appointment-world.ts';
import { OPEN_POLICY, SETTLE_MS } from './item-world.ts';

const LIMIT = 1000;
const exchange = await calendarWorld();
const hand = handOf(exchange.exchange, PEOPLE.alice);
let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());

/** As the config says it: the connector reads files only where they travel. */
function deskThat(attachments: Direction, attachmentBytes = LIMIT): Desk {
  const made = desk(pg.database, exchange, 'alice', undefined, attachments === 'none' ? 0 : attachmentBytes);
  made.policy = { ...OPEN_POLICY, directions: { attachments }, attachmentBytes };
  return made;
}

let alice: Desk;
beforeEach(async () => {
  await pg.database.raw('truncate mailboxes, activities, changes, streams cascade');
  await adoptMailboxes(pg.database, [{ id: 'alice', address: PEOPLE.alice }]);
  alice = deskThat('both');
});

const [plan, list] = [file('plan.txt', 'the plan'), file('list.txt', 'the list')];
const [PLAN, LIST, NEWS] = ['plan.txt: the plan', 'list.txt: the list', 'news.txt: news'] as const;
const withFiles = (links: Record<string, Json>) => event('Talk', { links });
const change = (made: ListedItem, links: Record<string, Json>) => changeItem(pg.database, made.id, { links });
const here = async () => (await appointmentsHere(pg.database))[0]!;
const filesHere = async () => filesIn((await here()).content);
const filesThere = () => attachedTo(alice.there()[0]!);
const asked = (operation: string) => exchange.asked.filter((one) => one === operation).length;

/** Both sides have them, nobody was asked anything, and another pass neither writes nor reads. */
async function bothHave(...files: readonly string[]) {
  await alice.sync();
  expect(alice.there()).toHaveLength(1);
  expect([await filesHere(), filesThere()]).toEqual([[...files].sort(), [...files].sort()]);
  expect(await here()).toMatchObject({ openConflicts: 0, links: [{ state: 'linked', reason: null }] });
  exchange.asked.splice(0);
  expect(await alice.sync()).toMatchObject({ writes: 0, updatedHere: 0, conflicts: 0, read: 0 });
  expect([asked('GetItem'), asked('GetAttachment')]).toEqual([0, 0]);
}

describe('files that travel both ways', () => {
  test('go to Exchange with a new appointment, are changed there and taken away', async () => {
    const made = await alice.make(withFiles({ a: plan, b: list }));
    await bothHave(PLAN, LIST);
    await change(made, { a: file('plan.txt', 'another'), c: file('news.txt', 'news') });
    await bothHave('plan.txt: another', LIST, NEWS);
    await changeItem(pg.database, made.id, { links: null });
    await bothHave();
  });

  test('come from Exchange with a new appointment, are changed here and taken away', async () => {
    await alice.make(event('Talk'));
    await alice.sync();
    await pg.database.raw('truncate activities, changes cascade');
    hand.attach(alice.there()[0]!, 'plan.txt', 'the plan');
    hand.attach(alice.there()[0]!, 'list.txt', 'the list');
    await bothHave(PLAN, LIST);
    hand.detach(alice.there()[0]!, 'plan.txt');
    hand.attach(alice.there()[0]!, 'news.txt', 'news');
    await bothHave(LIST, NEWS);
  });

  test('are merged where both sides add and take away', async () => {
    const made = await alice.make(withFiles({ a: plan, b: list }));
    await alice.sync();
    hand.detach(alice.there()[0]!, 'plan.txt');
    hand.attach(alice.there()[0]!, 'hers.txt', 'hers');
    await change(made, { b: null, c: file('ours.txt', 'ours') });
    await bothHave('hers.txt: hers', 'ours.txt: ours');
  });

  test('are not fetched again when something else changes', async () => {
    const made = await alice.make(withFiles({ a: plan, b: list }));
    await bothHave(PLAN, LIST);
    exchange.asked.splice(0);
    await changeItem(pg.database, made.id, { title: 'Speech' });
    await alice.sync();
    alice.touch();
    await alice.sync();
    expect(asked('GetAttachment')).toBe(0);
    await bothHave(PLAN, LIST);
  });

  test('are written silently to a meeting that guests know, and wait for nobody', async () => {
    const made = await alice.make(event('Talk', { links: { a: plan }, participants: GUESTS }), { invite: true });
    await bothHave(PLAN);
    await change(made, { b: list });
    await bothHave(PLAN, LIST);
    expect(desk(pg.database, exchange, 'bob').mail()).toEqual(['MeetingRequest']);
  });

  test('stay where they are once the appointment is a series, and when it is one no more', async () => {
    const made = await alice.make(withFiles({ a: plan }));
    await alice.sync();
    await changeItem(pg.database, made.id, { recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 3 }] });
    await alice.sync();
    hand.attach(alice.there()[0]!, 'news.txt', 'news');
    await change(made, { b: list });
    await alice.sync();
    expect([await filesHere(), filesThere()]).toEqual([
      [LIST, PLAN],
      [NEWS, PLAN],
    ]);
    await changeItem(pg.database, made.id, { recurrenceRules: null });
    await alice.sync();
    alice.touch();
    await bothHave(PLAN, LIST, NEWS);
  });
});

describe('one way', () => {
  test('out, only ours travel', async () => {
    alice = deskThat('to-exchange');
    const made = await alice.make(withFiles({ a: plan }));
    await alice.sync();
    hand.attach(alice.there()[0]!, 'news.txt', 'news');
    await change(made, { a: null, b: list });
    await alice.sync();
    expect([await filesHere(), filesThere()]).toEqual([[LIST], [LIST, NEWS]]);
  });

  test('in, only theirs travel', async () => {
    alice = deskThat('from-exchange');
    const made = await alice.make(withFiles({ a: plan }));
    await alice.sync();
    hand.attach(alice.there()[0]!, 'news.txt', 'news');
    await alice.sync();
    expect([await filesHere(), filesThere()]).toEqual([[NEWS, PLAN], [NEWS]]);
    await change(made, { b: list });
    await alice.sync();
    expect(filesThere()).toEqual([NEWS]);
  });
});

describe('switched', () => {
  async function apartFiles() {
    alice = deskThat('none');
    const made = await alice.make(withFiles({ a: plan }));
    await alice.sync();
    hand.attach(alice.there()[0]!, 'news.txt', 'news');
    return made;
  }

  test('off, nothing is asked for and nothing changes', async () => {
    exchange.asked.splice(0);
    const made = await apartFiles();
    await alice.sync();
    await change(made, { b: list });
    await alice.sync();
    expect([await filesHere(), filesThere()]).toEqual([[LIST, PLAN], [NEWS]]);
    expect([asked('GetAttachment'), asked('CreateAttachment'), asked('DeleteAttachment')]).toEqual([0, 0, 0]);
    expect(await alice.sync()).toMatchObject({ writes: 0, updatedHere: 0, read: 0 });
  });

  test.each(['before', 'after'])('on, what was there %s both had changed something else comes and goes', async (when) => {
    const made = await apartFiles();
    await alice.sync();
    if (when === 'after') await changeItem(pg.database, made.id, { title: 'Speech' });
    alice = deskThat('both');
    await bothHave(PLAN, NEWS);
  });

  test('on in the middle of a reading that was broken off, it goes on with it', async () => {
    await apartFiles();
    await alice.sync();
    alice = deskThat('both');
    const died = new Error('killed');
    const dying = atStep(/^items: page of appointments (read|committed)/, 2, () => {
      throw died;
    });
    await expect(alice.sync({ steps: dying })).rejects.toBe(died);
    await bothHave(PLAN, NEWS);
  });

  test('off and on again, nothing that was agreed is lost on either side', async () => {
    const made = await alice.make(withFiles({ a: plan, b: list }));
    await bothHave(PLAN, LIST);
    alice = deskThat('none');
    await changeItem(pg.database, made.id, { title: 'Speech' });
    await alice.sync();
    alice.touch();
    await alice.sync();
    alice = deskThat('both');
    await bothHave(PLAN, LIST);
  });
});

describe('too large', () => {
  const huge = file('huge.txt', 'x'.repeat(LIMIT + 1));
  const HUGE = `huge.txt: ${'x'.repeat(LIMIT + 1)}`;

  test('in the application, a file stays there with the reason, until the limit lets it go', async () => {
    const made = await alice.make(withFiles({ h: huge, a: plan }));
    await alice.sync();
    const reason = /^attachments not applied: huge\.txt is too large to go to Exchange and stays in the application\.$/;
    expect(await here()).toMatchObject({ links: [{ state: 'linked', reason: expect.stringMatching(reason) }] });
    hand.attach(alice.there()[0]!, 'news.txt', 'news');
    await alice.sync();
    await changeItem(pg.database, made.id, { title: 'Speech', links: { a: null } });
    await alice.sync();
    expect([await filesHere(), filesThere()]).toEqual([[HUGE, NEWS], [NEWS]]);
    expect(await here()).toMatchObject({ links: [{ state: 'linked', reason: expect.stringMatching(reason) }] });
    expect(await alice.sync()).toMatchObject({ writes: 0 });
    alice = deskThat('both', 2 * LIMIT);
    await bothHave(HUGE, NEWS);
  });

  test('in Exchange, a file stays there with the reason, until the limit lets it come', async () => {
    await alice.make(withFiles({ a: plan }));
    await alice.sync();
    hand.attach(alice.there()[0]!, 'huge.txt', 'x'.repeat(LIMIT + 1));
    await alice.sync();
    const reason = 'The file huge.txt is too large and stays in Exchange.';
    expect(await here()).toMatchObject({ links: [{ state: 'linked', reason }] });
    expect([await filesHere(), filesThere()]).toEqual([[PLAN], [HUGE, PLAN]]);
    expect(await alice.sync()).toMatchObject({ writes: 0 });
    alice = deskThat('both', 2 * LIMIT);
    await bothHave(PLAN, HUGE);
  });

  test('by a smaller limit than before, a file is deleted on neither side', async () => {
    alice = deskThat('both', 2 * LIMIT);
    const made = await alice.make(withFiles({ h: huge, a: plan }));
    await bothHave(HUGE, PLAN);
    alice = deskThat('both');
    await changeItem(pg.database, made.id, { title: 'Speech' });
    await alice.sync();
    hand.detach(alice.there()[0]!, 'plan.txt');
    await bothHave(HUGE);
    hand.detach(alice.there()[0]!, 'huge.txt');
    await bothHave();
  });
});

describe('interrupted', () => {
  const died = new Error('killed');
  const kill = () => {
    throw died;
  };
  const links = { a: null, c: file('news.txt', 'news'), d: file('more.txt', 'more') };
  const AFTER = [LIST, NEWS, 'more.txt: more'];
  async function begun(): Promise<ListedItem> {
    const made = await alice.make(withFiles({ a: plan, b: list }));
    await alice.sync();
    await changeItem(pg.database, made.id, { title: 'Speech', links });
    return made;
  }

  test.each([1, 2, 3, 4])(
    'by a kill after step %i, a change comes out whole, whatever the server has touched since',
    async (step) => {
      await begun();
      await expect(alice.sync({ steps: atStep(/^items: update after/, step, kill) })).rejects.toBe(died);
      alice.touch();
      exchange.clock.advance(SETTLE_MS);
      await bothHave(...AFTER);
    },
  );

  test.each([1, 2, 3, 4])(
    'before step %i by a user who attaches a file of hers, all of them stand on both sides',
    async (step) => {
      await begun();
      const attach = () => hand.attach(alice.there()[0]!, 'hers.txt', 'hers');
      await alice.sync({ steps: atStep(/^items: update before/, step, attach) });
      await bothHave('hers.txt: hers', ...AFTER);
    },
  );

  test.each([1, 2, 3])('by a kill after step %i, a new appointment comes out whole', async (step) => {
    await alice.make(withFiles({ a: plan, b: list }));
    await expect(alice.sync({ steps: atStep(/^items: create after/, step, kill) })).rejects.toBe(died);
    exchange.clock.advance(SETTLE_MS);
    await bothHave(PLAN, LIST);
  });

  test.each([
    ['CreateAttachment', 'lost-answer'],
    ['CreateAttachment', 'reset-before'],
    ['DeleteAttachment', 'lost-answer'],
    ['DeleteAttachment', 'reset-before'],
  ] as const)('by the answer to %s (%s), nothing is doubled and nothing left out', async (operation, fault) => {
    await begun();
    exchange.exchange.faults.add({ fault, operation, times: 1 });
    await expect(alice.sync()).rejects.toMatchObject({ code: 'unreachable' });
    await alice.sync();
    exchange.clock.advance(SETTLE_MS);
    await bothHave(...AFTER);
  });

  test('a file whose request may still come is not added a second time before that', async () => {
    await begun();
    exchange.exchange.faults.add({ fault: 'reset-before', operation: 'CreateAttachment', times: 1 });
    await expect(alice.sync()).rejects.toMatchObject({ code: 'unreachable' });
    await alice.sync();
    expect(filesThere()).toEqual([LIST, PLAN]);
  });
});

test('many files reach a server that touches an appointment after each of our writes, in one pass', async () => {
  const names = Array.from({ length: 9 }, (_, n) => `part ${n}.txt`);
  await alice.make(withFiles(Object.fromEntries(names.map((name) => [name, file(name, name)]))));
  await alice.sync({ steps: { reach: (name) => void (/^items: \w+ step committed/.test(name) && alice.touch()) } });
  expect(filesThere()).toHaveLength(names.length);
  await bothHave(...names.map((name) => `${name}: ${name}`));
});

test('what somebody else keeps under the links of an appointment stays as it is', async () => {
  const far = { '@type': 'Link', rel: 'enclosure', href: 'https://example.com/far.txt' };
  const made = await alice.make(withFiles({ far, page: { '@type': 'Link', href: 'https://example.com/' }, a: plan }));
  await alice.sync();
  hand.attach(alice.there()[0]!, 'news.txt', 'news');
  await alice.sync();
  await change(made, { a: null });
  await alice.sync();
  const { content } = await here();
  expect(content.links as ItemContent).toMatchObject({ far, page: { href: 'https://example.com/' } });
  expect(Object.keys(content.links as object)).toHaveLength(3);
  expect(filesThere()).toEqual([NEWS]);
});
