import { beforeEach, describe, expect, it } from 'vitest';
import type { HeldContent, ItemVersion, RemoteRef, Step, Target } from '../../src/connector/connector.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { el } from '../servers/exchange/xml/element.ts';
import { ALICE, calendarWorld, NOWHERE } from './exchange-calendar-world.ts';
import { attachedTo, file, filesIn, handOf } from './exchange-files.ts';

const LIMIT = 1000;
const world = await calendarWorld();
const alice = world.of(ALICE, LIMIT);
const hand = handOf(world.exchange, ALICE);
const there = () => alice.itemsIn('calendar')[0]!;
const asked = (operation: string) => world.asked.filter((one) => one === operation).length;
beforeEach(() => world.asked.splice(0));

const event = (links: Record<string, Json> = {}, more: object = {}): ItemContent =>
  ({
    ...{ '@type': 'Event', title: 'Talk', start: '2026-05-04T10:00:00', duration: 'PT1H', timeZone: 'Europe/Zurich' },
    ...(Object.keys(links).length === 0 ? {} : { links }),
    ...more,
  }) as ItemContent;
const two = { a: file('plan.txt', 'the plan'), b: file('list.txt', 'the list') };
const change = (theirs: ItemVersion, links: Record<string, Json>) => alice.change(theirs, event(links), ['attachments']);

describe('files of a single appointment', () => {
  it('come back with names, types and bytes as they were written', async () => {
    const read = await alice.create(event({ ...two, c: file('empty "ä" <&>.txt', '') }));
    expect(filesIn(read.content)).toEqual(['empty _ä_ _&_.txt: ', 'list.txt: the list', 'plan.txt: the plan']);
    const [link] = Object.values(read.content.links as Record<string, Json>);
    expect(link).toMatchObject({ '@type': 'Link', rel: 'enclosure', contentType: 'text/plain', size: 8 });
    expect(read.notes).toEqual([]);
  });

  it('are added, taken away and replaced, and the others are not touched', async () => {
    const made = await alice.create(event(two));
    const kept = there().attachments.find(({ fields }) => fields.Name?.text === 'list.txt')!;
    const added = await change(made, { ...two, c: file('new.txt', 'news') });
    expect(attachedTo(there())).toEqual(['list.txt: the list', 'new.txt: news', 'plan.txt: the plan']);
    const removed = await change(added, { a: two.a, b: two.b });
    expect(attachedTo(there())).toEqual(['list.txt: the list', 'plan.txt: the plan']);
    const replaced = await change(removed, { a: file('plan.txt', 'another plan'), b: two.b });
    expect(attachedTo(there())).toEqual(['list.txt: the list', 'plan.txt: another plan']);
    expect(filesIn(replaced.content)).toEqual(attachedTo(there()));
    expect(there().attachments).toContain(kept);
  });

  it('go one call at a time, each of which says that it is a part, and no guest is told', async () => {
    const theirs = await alice.create(event({ a: two.a }));
    const content = event({ b: two.b, c: file('new.txt', 'news') });
    const steps = alice.store.steps({ change: 'update', theirs, content, fields: ['attachments'], key: null, mail: 'none' });
    expect(steps.map(({ name, mails, partOf, blind }) => [name, mails, partOf, blind])).toEqual([
      ['CreateAttachment', false, ['attachments'], true],
      ['CreateAttachment', false, ['attachments'], true],
      ['DeleteAttachment', false, ['attachments'], undefined],
    ]);
  });

  it('of one name are told apart by what is in them', async () => {
    const theirs = await alice.create(event({ a: file('same.txt', 'one'), b: file('same.txt', 'two') }));
    expect(filesIn(theirs.content)).toEqual(['same.txt: one', 'same.txt: two']);
    await change(theirs, { b: file('same.txt', 'two') });
    expect(attachedTo(there())).toEqual(['same.txt: two']);
  });

  it('that only say where they lie stay in the application', async () => {
    const link = { '@type': 'Link', rel: 'enclosure', title: 'far.txt', href: 'https://example.com/far.txt' };
    const read = await alice.create(event({ far: link, ...two }));
    expect(attachedTo(there())).toEqual(['list.txt: the list', 'plan.txt: the plan']);
    await change(read, { far: link });
    expect(attachedTo(there())).toEqual([]);
  });

  it('are in what the guests get: they are invited once all is there', async () => {
    const participants = { 'bob@example.com': { '@type': 'Participant', roles: { attendee: true }, email: 'bob@example.com' } };
    await alice.create(event(two, { participants }), 'invite');
    const [invitation, ...more] = world.of('bob@example.com').itemsIn('inbox');
    expect(more).toEqual([]);
    expect(attachedTo(invitation!)).toEqual(['list.txt: the list', 'plan.txt: the plan']);
  });
});

describe('what is no file, or too large,', () => {
  const others = () => [
    hand.attach(there(), 'logo.png', 'shown in the body', { inline: true }),
    hand.attach(there(), 'a mail', 'an item', { kind: 'ItemAttachment' }),
    hand.attach(there(), 'a link', 'elsewhere', { kind: 'ReferenceAttachment' }),
  ];

  it('is neither read nor touched', async () => {
    const made = await alice.create(event(two));
    const left = others();
    const read = await alice.read(made);
    expect(filesIn(read.content)).toEqual(['list.txt: the list', 'plan.txt: the plan']);
    await change(read, { n: file('a mail', 'a file of that name') });
    expect(
      there().attachments.filter(({ kind, fields }) => kind !== 'FileAttachment' || fields.IsInline?.text === 'true'),
    ).toEqual(left);
    expect(filesIn((await alice.read(made)).content)).toEqual(['a mail: a file of that name']);
  });

  it('with a Content-ID is a file all the same unless the body shows it', async () => {
    const made = await alice.create(event());
    const named = hand.attach(there(), 'notes.txt', 'notes');
    named.fields.ContentId = el('ContentId', 'n@example.com');
    expect(filesIn((await alice.read(made)).content)).toEqual(['notes.txt: notes']);
    there().fields.Body = el('Body', '<img src="cid:n@example.com">', { BodyType: 'HTML' });
    expect(filesIn((await alice.read(made)).content)).toEqual([]);
  });

  it('is said to stay in Exchange, whatever size the server tells', async () => {
    const made = await alice.create(event(two));
    hand.attach(there(), 'huge.txt', 'x'.repeat(LIMIT + 100_000));
    const liar = hand.attach(there(), 'liar.txt', 'x'.repeat(LIMIT + 1));
    liar.fields.Size = el('Size', '0');
    const read = await alice.read(made);
    expect(filesIn(read.content)).toEqual(['list.txt: the list', 'plan.txt: the plan']);
    expect(read.notes).toEqual([
      'The file huge.txt is too large and stays in Exchange.',
      'The file liar.txt is too large and stays in Exchange.',
    ]);
    expect(asked('GetAttachment')).toBe(2 + 2 + 1);
  });

  it('and was read before, is not taken for gone when the limit is a smaller one, and is not deleted by us', async () => {
    const theirs = await alice.create(event({ a: file('plan.txt', 'x'.repeat(500)) }));
    const narrow = world.of(ALICE, 100);
    const held: HeldContent = async () => theirs.content;
    const [known] = await narrow.store.read([theirs.ref], held);
    expect(known!.version!.content.links).toEqual(theirs.content.links);
    const [plan] = there().attachments;
    plan!.fields.LastModifiedTime = el('LastModifiedTime', '2027-01-01T00:00:00');
    const [saved] = await narrow.store.read([theirs.ref], held);
    expect(saved!.version).toMatchObject({
      content: { links: theirs.content.links },
      notes: [expect.stringMatching(/plan\.txt/)],
    });
    plan!.content = Buffer.from('y'.repeat(500)).toString('base64');
    await change(saved!.version!, {});
    expect(attachedTo(there())).toHaveLength(1);
  });

  it('or withheld by a virus scanner, keeps nobody from reading the appointment', async () => {
    const made = await alice.create(event({ a: two.a }));
    world.exchange.faults.add({ fault: 'item-error', code: 'ErrorVirusDetected', operation: 'GetAttachment', times: 1 });
    const read = await alice.read(made);
    expect(read.content.links).toBeUndefined();
    expect(read.notes).toEqual(['The file plan.txt cannot be read and stays in Exchange.']);
  });

  it('belongs to a series, which keeps its files', async () => {
    const recurrenceRules = [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 3 }];
    const read = await alice.create(event(two, { recurrenceRules }));
    expect(there().attachments).toEqual([]);
    hand.attach(there(), 'agenda.txt', 'agenda');
    expect((await alice.read(read)).content.links).toBeUndefined();
  });
});

describe('what is asked for', () => {
  it('is no more than before where files do not travel', async () => {
    const made = await alice.create(event(two));
    const without = world.of(ALICE);
    world.asked.splice(0);
    const read = await without.read(made);
    expect(read.content.links).toBeUndefined();
    expect(asked('GetAttachment')).toBe(0);
    const content = event({ c: file('new.txt', 'news') });
    const update = { change: 'update', theirs: read, content, fields: ['attachments'], key: null, mail: 'none' } as const;
    expect(without.store.steps(update)).toEqual([]);
  });

  it('is the content of what is told otherwise than it was, and of nothing else', async () => {
    const theirs = await alice.create(event(two));
    hand.attach(there(), 'new.txt', 'news');
    world.asked.splice(0);
    const [read] = await alice.store.read([theirs.ref], async () => theirs.content);
    expect(filesIn(read!.version!.content)).toEqual(['list.txt: the list', 'new.txt: news', 'plan.txt: the plan']);
    expect(asked('GetAttachment')).toBe(1);
  });

  it('is everything once files are read that were not before, and after that what has changed', async () => {
    const made = await alice.create(event(two));
    const narrow = world.of(ALICE);
    const [folder] = await narrow.store.folders([]);
    const known = async (refs: readonly RemoteRef[]) => new Map(refs.map((ref) => [ref, made.etag as string]));
    const pass = async (store: typeof alice.store, after: Parameters<typeof store.changes>[1]) =>
      (await Array.fromAsync(store.changes(folder!.id, after, { items: 100, known }))).at(-1)!;
    const first = await pass(narrow.store, null);
    expect(first).toMatchObject({ changed: [], unchanged: [made.ref] });
    const deeper = await pass(alice.store, first.cursor);
    expect(deeper).toMatchObject({ reset: true, changed: [{ ref: made.ref }], unchanged: [] });
    expect(await pass(alice.store, deeper.cursor)).toMatchObject({ reset: false, changed: [], unchanged: [] });
  });
});

describe('a lost answer', () => {
  const lose = (operation: string, fault: 'lost-answer' | 'reset-before') =>
    world.exchange.faults.add({ fault, operation, times: 1 });
  const stepOf = (theirs: ItemVersion, links: Record<string, Json>): Step =>
    alice.store.steps({
      ...{ change: 'update', theirs, content: event(links), fields: ['attachments'], key: null, mail: 'none' },
    })[0]!;

  it.each([
    ['lost-answer', 'applied'],
    ['reset-before', 'not-applied'],
  ] as const)('to a file that is added (%s) is looked up, and the file is there once', async (fault, outcome) => {
    const theirs = await alice.create(event({ a: two.a }));
    const step = stepOf(theirs, two);
    lose('CreateAttachment', fault);
    await expect(alice.store.apply(step, theirs)).rejects.toMatchObject({ code: 'unreachable' });
    const found = await alice.store.outcome(step, theirs);
    expect(found.outcome).toBe(outcome);
    if (found.outcome === 'not-applied') await alice.store.apply(step, theirs);
    expect(attachedTo(there())).toEqual(['list.txt: the list', 'plan.txt: the plan']);
  });

  it.each([
    ['lost-answer', 'applied'],
    ['reset-before', 'not-applied'],
  ] as const)('to a file that is taken away (%s) is looked up', async (fault, outcome) => {
    const theirs = await alice.create(event(two));
    const step = stepOf(theirs, { a: two.a });
    lose('DeleteAttachment', fault);
    await expect(alice.store.apply(step, theirs)).rejects.toMatchObject({ code: 'unreachable' });
    expect((await alice.store.outcome(step, theirs)).outcome).toBe(outcome);
  });

  it('cannot be known where somebody else has saved the item since', async () => {
    const theirs = await alice.create(event({ a: two.a }));
    const step = stepOf(theirs, two);
    lose('CreateAttachment', 'reset-before');
    await expect(alice.store.apply(step, theirs)).rejects.toMatchObject({ code: 'unreachable' });
    hand.attach(there(), 'list.txt', 'another list');
    expect(await alice.store.outcome(step, theirs)).toEqual({ outcome: 'unknown' });
  });
});

it('nothing is added to, or taken from, what somebody changed meanwhile', async () => {
  const theirs = await alice.create(event(two));
  const content = event({ b: two.b, c: file('new.txt', 'news') });
  const steps = alice.store.steps({ change: 'update', theirs, content, fields: ['attachments'], key: null, mail: 'none' });
  hand.attach(there(), 'hers.txt', 'hers');
  for (const step of steps) await expect(alice.store.apply(step, theirs)).rejects.toMatchObject({ code: 'conflict' });
  const gone: Target = { ...NOWHERE };
  for (const step of steps) await expect(alice.store.apply(step, gone)).rejects.toMatchObject({ code: 'missing' });
  expect(attachedTo(there())).toEqual(['hers.txt: hers', 'list.txt: the list', 'plan.txt: the plan']);
});
