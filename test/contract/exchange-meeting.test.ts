import { beforeEach, describe, expect, it } from 'vitest';
import type { ItemVersion } from '../../src/connector/connector.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { participantId } from '../../src/model/participant-id.ts';
import { appointmentTime } from './exchange-appointment-samples.ts';
import { ALICE, applyAll, BOB, CAROL, calendarWorld, NOWHERE, written } from './exchange-calendar-world.ts';

const world = await calendarWorld();
const alice = world.of(ALICE);
const bob = world.of(BOB);

const guest = (address: string, roles: Record<string, true> = { attendee: true }, kind = 'individual') => ({
  ...{ '@type': 'Participant', kind, roles, email: address, sendTo: { imip: `mailto:${address}` } },
});
const guests = {
  [BOB]: guest(BOB),
  [CAROL]: guest(CAROL, { attendee: true, optional: true }),
};
const meeting = (more: Record<string, unknown> = {}): ItemContent =>
  ({ '@type': 'Event', title: 'Review', ...appointmentTime, participants: guests, ...more }) as ItemContent;
const past = { start: '2026-03-02T08:00:00', timeZone: 'Europe/Zurich' };

/** Everything that the server mailed, to whomever. */
const mailed = (address: string) =>
  world
    .of(address)
    .itemsIn('inbox')
    .map(({ kind }) => kind);
const nobodyWasTold = () => [ALICE, BOB, CAROL].flatMap(mailed).length === 0 && world.exchange.outside.length === 0;

const copyOf = async (address: string): Promise<ItemVersion> => {
  const [copy] = await world.of(address).all();
  if (copy === undefined) throw new Error(`${address} has no copy`);
  return copy;
};

describe('guests', () => {
  it('are listed and told nothing, unless that was meant', async () => {
    const room = { 'room@example.com': guest('room@example.com', { attendee: true }, 'resource') };
    const read = await alice.create(meeting({ participants: { ...guests, ...room } }));
    expect(nobodyWasTold()).toBe(true);
    expect(read.meeting).toEqual({ role: 'organizer', sent: false, cancelled: false, organizer: ALICE, sequence: 0 });
    expect(read.content.participants).toMatchObject({
      [participantId(ALICE)]: { roles: { owner: true }, participationStatus: 'accepted' },
      [participantId(BOB)]: { roles: { attendee: true }, participationStatus: 'needs-action' },
      [participantId(CAROL)]: { roles: { attendee: true, optional: true } },
      [participantId('room@example.com')]: { kind: 'resource' },
    });
    expect(read.content.replyTo).toEqual({ imip: `mailto:${ALICE}` });
    await alice.change(read, { ...read.content, title: 'Other' }, ['subject']);
    await alice.apply({ change: 'delete', theirs: await copyOf(ALICE), mail: 'none' });
    expect(nobodyWasTold()).toBe(true);
  });

  it('are invited once by one intent, and their copies are the same meeting', async () => {
    const read = await alice.create(meeting(), 'invite');
    expect(read.meeting).toMatchObject({ role: 'organizer', sent: true });
    expect([mailed(ALICE), mailed(BOB), mailed(CAROL)]).toEqual([[], ['MeetingRequest'], ['MeetingRequest']]);
    const copy = await copyOf(BOB);
    expect(copy.meeting).toEqual({ role: 'attendee', sent: true, cancelled: false, organizer: ALICE, sequence: 0 });
    expect(copy.meetingId).toBe(read.meetingId);
    expect(copy.meetingId).toMatch(/^040000008200e00074c5b7101a82e008[0-9a-f]+$/);
    expect(copy.content).toMatchObject({ 'mailroom.example:response': 'needs-action', title: 'Review' });
  });

  it('are invited later by an update that means it', async () => {
    const theirs = await alice.create(meeting());
    const read = await alice.change(theirs, { ...theirs.content, title: 'Now' }, ['subject'], 'invite');
    expect(read.meeting).toMatchObject({ sent: true });
    expect(mailed(BOB)).toEqual(['MeetingRequest']);
  });

  it('get one mail about a series with all its exceptions', async () => {
    const rules = [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 6 }];
    const recurrenceOverrides = {
      '2026-05-05T10:00:00': { excluded: true },
      '2026-05-06T10:00:00': { title: 'Moved', start: '2026-05-06T15:00:00' },
      '2026-05-07T10:00:00': { title: 'Other' },
    };
    const content = meeting({ recurrenceRules: rules, recurrenceOverrides });
    const change = {
      change: 'create',
      key: { record: 'r', mailbox: 'm', attempt: 1 },
      folder: null,
      content,
      mail: 'invite',
    } as const;
    await alice.store.folders([]);
    const steps = alice.store.steps(change);
    expect(steps.map(({ mails }) => mails)).toEqual([false, false, false, false, true]);
    await applyAll(alice.store, steps, NOWHERE);
    expect([mailed(BOB), mailed(CAROL)]).toEqual([['MeetingRequest'], ['MeetingRequest']]);
    const copy = await copyOf(BOB);
    expect(copy.content.recurrenceOverrides).toMatchObject({
      '2026-05-05T10:00:00': { excluded: true },
      '2026-05-06T10:00:00': { title: 'Moved', start: '2026-05-06T15:00:00' },
      '2026-05-07T10:00:00': { title: 'Other' },
    });
  });
});

describe('C36: what has begun', () => {
  it.each([['invite'], ['update']] as const)('is never mailed by %s', async (mail) => {
    await alice.create(meeting(past), mail);
    expect(nobodyWasTold()).toBe(true);
  });

  it('is not mailed either when the step waited too long', async () => {
    await alice.store.folders([]);
    const key = { record: 'late', mailbox: 'm', attempt: 1 };
    const steps = alice.store.steps({ change: 'create', key, folder: null, content: meeting(), mail: 'invite' });
    world.clock.advance(90 * 86_400_000);
    await applyAll(alice.store, steps, NOWHERE);
    expect(nobodyWasTold()).toBe(true);
    world.clock.advance(-90 * 86_400_000);
  });

  it('is not mailed when it is cancelled, and goes all the same', async () => {
    const theirs = await alice.create(meeting(), 'invite');
    const [before] = [mailed(BOB).length];
    world.clock.advance(90 * 86_400_000);
    expect(await alice.apply({ change: 'delete', theirs, mail: 'cancel' })).toEqual(NOWHERE);
    world.clock.advance(-90 * 86_400_000);
    expect(mailed(BOB)).toHaveLength(before);
    expect(alice.itemsIn('calendar')).toEqual([]);
  });
});

describe('an update', () => {
  let theirs: ItemVersion;
  beforeEach(async () => {
    theirs = await alice.create(meeting(), 'invite');
  });

  it('is told when it is meant, and raises the sequence', async () => {
    const moved = { ...theirs.content, start: '2026-05-05T10:00:00' };
    const read = await alice.change(theirs, moved, ['time'], 'update');
    expect(read.meeting).toMatchObject({ sequence: 1 });
    expect(mailed(BOB)).toHaveLength(2);
    const copy = await copyOf(BOB);
    expect(copy.content.start).toBe('2026-05-05T10:00:00');
    expect(copy.meeting).toMatchObject({ sequence: 1 });
  });

  it('of a guest who stays is no invitation, and whoever is left out gets a cancellation', async () => {
    const { [participantId(CAROL)]: _, ...rest } = theirs.content.participants as Record<string, never>;
    const fewer = { ...theirs.content, participants: rest };
    const read = await alice.change(theirs, fewer, ['optionalAttendees'], 'update');
    expect(Object.keys(read.content.participants as object)).toEqual([ALICE, BOB].map(participantId));
    expect(mailed(CAROL)).toEqual(['MeetingRequest', 'MeetingCancellation']);
  });

  it('that adds a guest keeps what the others have answered', async () => {
    const bobs = await copyOf(BOB);
    await bob.apply({ change: 'respond', theirs: bobs, response: 'accepted', comment: null });
    const now = await copyOf(ALICE);
    const dave = guest('dave@example.com');
    const more = {
      ...now.content,
      participants: { ...(now.content.participants as object), [participantId('dave@example.com')]: dave },
    } as ItemContent;
    const read = await alice.change(now, more, ['requiredAttendees', 'optionalAttendees'], 'update');
    expect(read.content.participants).toMatchObject({
      [participantId(BOB)]: { participationStatus: 'accepted' },
      [participantId(CAROL)]: { participationStatus: 'needs-action' },
      [participantId('dave@example.com')]: { participationStatus: 'needs-action' },
    });
  });

  it('that is not meant is written without a word', async () => {
    await alice.change(theirs, { ...theirs.content, title: 'Quiet' }, ['subject']);
    expect([mailed(BOB).length, mailed(CAROL).length]).toEqual([1, 1]);
  });
});

describe('an attendee’s copy', () => {
  let copy: ItemVersion;
  beforeEach(async () => {
    await alice.create(meeting(), 'invite');
    copy = await copyOf(BOB);
  });

  it('takes what belongs to the copy', async () => {
    const content = {
      ...copy.content,
      keywords: { Own: true },
      privacy: 'private',
      'mailroom.example:showAs': 'oof',
    } as ItemContent;
    const read = await bob.change(copy, content, ['categories', 'sensitivity', 'showAs']);
    expect(read.content).toMatchObject({ keywords: { Own: true }, privacy: 'private', 'mailroom.example:showAs': 'oof' });
  });

  it.each(['subject', 'time', 'body', 'requiredAttendees', 'recurrence'])(
    'refuses %s, which is its organizer’s',
    async (name) => {
      await expect(bob.change(copy, { ...copy.content, title: 'Mine' }, ['categories', name])).rejects.toMatchObject({
        code: 'refused',
      });
      expect((await copyOf(ALICE)).content.title).toBe('Review');
    },
  );

  it.each([
    ['accepted', 'accepted', 'busy'],
    ['tentative', 'tentative', 'busy'],
  ] as const)('answers %s, which the organizer reads', async (response, status, shown) => {
    const target = await bob.apply({ change: 'respond', theirs: copy, response, comment: 'So be <it> & more' });
    const read = await bob.read(target);
    expect(read.content).toMatchObject({ 'mailroom.example:response': status, freeBusyStatus: shown });
    expect(mailed(ALICE)).toEqual(['MeetingResponse']);
    expect(alice.itemsIn('inbox')[0]!.fields.Body?.text).toContain('So be <it> & more');
    expect((await copyOf(ALICE)).content.participants).toMatchObject({
      [participantId(BOB)]: { participationStatus: status },
      [participantId(CAROL)]: { participationStatus: 'needs-action' },
    });
  });

  it('declines, and is gone from the calendar', async () => {
    expect(await bob.apply({ change: 'respond', theirs: copy, response: 'declined', comment: null })).toEqual(NOWHERE);
    expect(bob.itemsIn('calendar')).toEqual([]);
    expect((await copyOf(ALICE)).content.participants).toMatchObject({
      [participantId(BOB)]: { participationStatus: 'declined' },
    });
  });

  it('is deleted without a word', async () => {
    await bob.apply({ change: 'delete', theirs: copy, mail: 'none' });
    expect(mailed(ALICE)).toEqual([]);
  });

  it('of a meeting that is cancelled says so and is not answered any more', async () => {
    await alice.apply({ change: 'delete', theirs: await copyOf(ALICE), mail: 'cancel' });
    const cancelled = await copyOf(BOB);
    expect(cancelled.meeting).toMatchObject({ cancelled: true });
    expect(cancelled.content.status).toBe('cancelled');
    const answer = { change: 'respond', theirs: cancelled, response: 'accepted', comment: null } as const;
    expect(() => bob.store.steps(answer)).toThrow(/cancelled/);
  });

  it('is the only one that answers', async () => {
    const answer = { change: 'respond', theirs: await copyOf(ALICE), response: 'accepted', comment: null } as const;
    expect(() => alice.store.steps(answer)).toThrow(/invited/);
  });
});

describe('a cancellation', () => {
  it('is mailed once, and takes the meeting to Deleted Items', async () => {
    const theirs = await alice.create(meeting(), 'invite');
    const steps = alice.store.steps({ change: 'delete', theirs, mail: 'cancel' });
    expect(steps.map(({ name, mails }) => [name, mails])).toEqual([['CancelCalendarItem', true]]);
    expect(await applyAll(alice.store, steps, theirs)).toEqual(NOWHERE);
    expect(mailed(BOB)).toEqual(['MeetingRequest', 'MeetingCancellation']);
    expect(alice.itemsIn('deleteditems')).toHaveLength(1);
  });

  it('of what nobody was told of is a deletion', async () => {
    const theirs = await alice.create(meeting());
    await alice.apply({ change: 'delete', theirs, mail: 'cancel' });
    expect(nobodyWasTold()).toBe(true);
  });

  it('by status is the same', async () => {
    const theirs = await alice.create(meeting(), 'invite');
    await alice.apply({
      change: 'update',
      theirs,
      content: { ...theirs.content, status: 'cancelled' },
      fields: ['status'],
      key: null,
      mail: 'cancel',
    });
    expect(mailed(CAROL)).toEqual(['MeetingRequest', 'MeetingCancellation']);
  });
});

describe('a lost answer', () => {
  const lose = (operation: string, fault: 'lost-answer' | 'reset-before') =>
    world.exchange.faults.add({ fault, operation, times: 1 });

  it.each([
    ['lost-answer', 'applied'],
    ['reset-before', 'not-applied'],
  ] as const)('to an invitation (%s) is looked up', async (fault, outcome) => {
    await alice.store.folders([]);
    const [step] = alice.store.steps({
      ...{
        change: 'create',
        key: { record: 'lost', mailbox: 'm', attempt: 1 },
        folder: null,
        content: meeting(),
        mail: 'invite',
      },
    });
    lose('CreateItem', fault);
    await expect(alice.store.apply(step!, NOWHERE)).rejects.toMatchObject({ code: 'unreachable' });
    expect((await alice.store.outcome(step!, NOWHERE)).outcome).toBe(outcome);
    expect(mailed(BOB)).toHaveLength(outcome === 'applied' ? 1 : 0);
  });

  it.each([
    ['lost-answer', 'applied'],
    ['reset-before', 'not-applied'],
  ] as const)('to an answer (%s) is looked up', async (fault, outcome) => {
    await alice.create(meeting(), 'invite');
    const theirs = await copyOf(BOB);
    const [step] = bob.store.steps({ change: 'respond', theirs, response: 'tentative', comment: null });
    lose('CreateItem', fault);
    await expect(bob.store.apply(step!, theirs)).rejects.toMatchObject({ code: 'unreachable' });
    expect((await bob.store.outcome(step!, theirs)).outcome).toBe(outcome);
    expect(mailed(ALICE)).toHaveLength(outcome === 'applied' ? 1 : 0);
  });

  it.each([
    ['UpdateItem', 'lost-answer', 'applied'],
    ['UpdateItem', 'reset-before', 'not-applied'],
    ['DeleteItem', 'lost-answer', 'applied'],
    ['DeleteItem', 'reset-before', 'not-applied'],
  ] as const)('to %s of an occurrence (%s) is looked up', async (operation, fault, outcome) => {
    const rules = [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 6 }];
    const content = { ...meeting({ recurrenceRules: rules }), participants: {} } as ItemContent;
    const theirs = await alice.create(content);
    const patch: Json = operation === 'DeleteItem' ? { excluded: true } : { title: 'Other' };
    const wanted = { ...theirs.content, recurrenceOverrides: { '2026-05-06T10:00:00': patch } } as ItemContent;
    const [step] = alice.store.steps({
      change: 'update',
      theirs,
      content: wanted,
      fields: ['recurrence'],
      key: null,
      mail: 'none',
    });
    lose(operation, fault);
    await expect(alice.store.apply(step!, theirs)).rejects.toMatchObject({ code: 'unreachable' });
    const found = await alice.store.outcome(step!, theirs);
    expect(found.outcome).toBe(outcome);
    if (found.outcome === 'applied') expect((await alice.read(found.target)).etag).toBe(found.target.etag);
    const target = found.outcome === 'applied' ? found.target : await alice.store.apply(step!, theirs);
    expect(written(wanted, (await alice.read(target)).content)).toEqual(wanted);
  });

  it('is not known when somebody else has saved the series since', async () => {
    const rules = [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 6 }];
    const theirs = await alice.create({ ...meeting({ recurrenceRules: rules }), participants: {} } as ItemContent);
    const wanted = { ...theirs.content, recurrenceOverrides: { '2026-05-06T10:00:00': { title: 'Other' } } } as ItemContent;
    const [step] = alice.store.steps({
      change: 'update',
      theirs,
      content: wanted,
      fields: ['recurrence'],
      key: null,
      mail: 'none',
    });
    world.exchange.mailboxOf(ALICE)!.touch(alice.itemsIn('calendar')[0]!);
    await expect(alice.store.apply(step!, theirs)).rejects.toMatchObject({ code: 'conflict' });
    expect(await alice.store.outcome(step!, theirs)).toEqual({ outcome: 'unknown' });
  });
});
