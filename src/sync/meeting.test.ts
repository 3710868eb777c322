import { expect, test } from 'vitest';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, Json, MailIntent, MeetingFacts } from '../model/item.ts';
import { agree } from './agree.ts';
import { whyBraked } from './brake.ts';
import { choose } from './choose.ts';
import { isTracked, isWanted } from './filter.ts';
import { identify, type KnownLink } from './identity.ts';
import { defaultPolicy, type ItemPolicy } from './item-policy.ts';
import { plan } from './plan.ts';
import type { Agreement, OurSide, PlanInput, TheirSide } from './plan-input.ts';
import { chooseSource } from './source.ts';

const ANNA = 'anna@example.com';
const NOW = new Date('2026-03-01T12:00:00Z');
const guest = (address: string) => ({ [address]: { sendTo: { imip: `mailto:${address}` }, roles: { attendee: true } } });
const owner = { [ANNA]: { sendTo: { imip: `mailto:${ANNA}` }, roles: { owner: true, attendee: true } } };
const event = (more: { readonly [name: string]: Json } = {}): ItemContent => ({
  '@type': 'Event',
  title: 'Visit',
  start: '2026-04-01T09:00:00',
  duration: 'PT1H',
  timeZone: 'Europe/Berlin',
  participants: { ...owner, ...guest('bob@example.com') },
  ...more,
});
const PAST = { start: '2026-02-01T09:00:00' };
const organizer: MeetingFacts = { role: 'organizer', sent: true, cancelled: false, organizer: ANNA, sequence: 0 };
const attendee: MeetingFacts = { ...organizer, role: 'attendee', organizer: 'boss@other.example' };

interface Case {
  readonly was?: ItemContent;
  readonly ours?: ItemContent;
  readonly theirs?: ItemContent;
  readonly meeting?: MeetingFacts | null;
  readonly intent?: MailIntent;
  readonly budget?: number;
  readonly our?: Partial<OurSide>;
  readonly their?: Partial<TheirSide>;
  readonly policy?: Partial<ItemPolicy>;
  readonly primary?: boolean;
  readonly link?: Partial<Agreement>;
}
const theirSide = (content: ItemContent, meeting: MeetingFacts | null): TheirSide => ({
  presence: 'present',
  content,
  folder: 'calendar',
  meeting,
  readOnly: false,
  explicit: false,
});

/** Linked and agreed on `was`, then changed. */
function input(given: Case): PlanInput {
  const was = given.was ?? event();
  const meeting = given.meeting === undefined ? organizer : given.meeting;
  const base: PlanInput = {
    kind: 'appointment',
    now: NOW,
    policy: { ...defaultPolicy('appointment'), ...given.policy },
    mailbox: ANNA,
    primary: given.primary ?? true,
    link: null,
    ours: null,
    theirs: { ...theirSide(was, meeting), explicit: true },
    intent: given.intent ?? 'none',
    mailBudget: given.budget ?? 5,
  };
  const ours = { content: given.ours ?? was, deleted: false, owner: ANNA, createdAt: NOW, ...given.our };
  const linked = plan(base);
  return {
    ...base,
    link: { ...agree(base, linked, null)!, ...given.link },
    ours,
    theirs: { ...theirSide(given.theirs ?? was, meeting), ...given.their },
  };
}
const planned = (given: Case) => plan(input(given));
const value = (name: string, content: ItemContent) => FIELDS.appointment.find((field) => field.name === name)!.canonical(content);

test('C35: a sent meeting that changes in what guests see is not written without intent, and says so', () => {
  const changed = event({ title: 'Later' });
  expect(planned({ ours: changed })).toMatchObject({
    theirs: { write: 'none' },
    next: { state: 'needs-intent' },
    intent: 'kept',
  });
  expect(planned({ ours: changed }).reason).toContain('nobody said that they may be told');
  expect(planned({ ours: changed, intent: 'update' })).toMatchObject({
    theirs: { write: 'update', fields: ['subject'], mail: 'update' },
    next: { state: 'linked' },
    intent: 'used',
  });
});

test('what guests do not see is written without intent and mails nobody, and what waits goes on waiting', () => {
  const changed = event({ title: 'Later', keywords: { red: true } });
  expect(planned({ ours: changed })).toMatchObject({
    theirs: { write: 'update', fields: ['categories'], mail: 'none' },
    next: { state: 'needs-intent' },
  });
  const from = input({ ours: changed });
  const made = plan(from);
  const there = made.theirs.write === 'update' ? made.theirs.content : event();
  const link = agree(from, made, { content: there, untouched: true });
  const next = plan({ ...from, link, theirs: { ...from.theirs!, content: there }, intent: 'update' });
  expect(next).toMatchObject({ theirs: { write: 'update', fields: ['subject'], mail: 'update' } });
});

test('what comes in from Exchange comes in while ours waits for intent', () => {
  const made = planned({ ours: event({ title: 'Later' }), theirs: event({ locations: { location: { name: 'Room' } } }) });
  expect(made).toMatchObject({
    ours: { write: 'update', fields: ['location'] },
    theirs: { write: 'none' },
    next: { state: 'needs-intent' },
  });
});

test('C36: nobody is told of what is over, and it is written', () => {
  const made = planned({ was: event(PAST), ours: event({ ...PAST, title: 'Was' }) });
  expect(made).toMatchObject({ theirs: { write: 'update', mail: 'none' }, next: { state: 'linked' } });
  expect(planned({ was: event(PAST), ours: event({ ...PAST, title: 'Was' }), intent: 'update' })).toMatchObject({
    theirs: { mail: 'none' },
    intent: 'void',
  });
  expect(planned({ ours: event(PAST) })).toMatchObject({ theirs: { write: 'none' }, next: { state: 'needs-intent' } });
});

test('an invitation goes out only when it is meant, has guests, is to come and there is budget for it', () => {
  const unsent = { ...organizer, sent: false };
  expect(planned({ meeting: unsent, ours: event({ title: 'x' }) })).toMatchObject({ theirs: { write: 'update', mail: 'none' } });
  expect(planned({ meeting: unsent, intent: 'invite' })).toMatchObject({
    theirs: { write: 'update', fields: ['subject'], mail: 'invite' },
    intent: 'used',
  });
  expect(planned({ meeting: unsent, intent: 'invite', budget: 0 })).toMatchObject({
    theirs: { write: 'none' },
    next: { state: 'parked' },
    intent: 'kept',
  });
  const alone = event({ participants: owner });
  expect(planned({ was: alone, meeting: null, intent: 'invite' })).toMatchObject({ theirs: { write: 'none' }, intent: 'void' });
  expect(planned({ was: event(PAST), meeting: unsent, intent: 'invite' })).toMatchObject({
    theirs: { write: 'none' },
    intent: 'void',
  });
});

test('only the organizer is written: what the application changes on a guest’s copy is told as not applied', () => {
  const made = planned({ meeting: attendee, ours: event({ title: 'mine' }) });
  expect(made).toMatchObject({ theirs: { write: 'none' } });
  const both = planned({ meeting: attendee, ours: event({ title: 'mine', keywords: { red: true } }) });
  expect(both).toMatchObject({
    theirs: { write: 'update', fields: ['categories'], mail: 'none' },
    notApplied: [{ what: 'subject' }],
  });
  const moved = planned({ meeting: attendee, theirs: event({ start: '2026-04-01T10:00:00' }) });
  expect(moved).toMatchObject({ ours: { write: 'update', fields: ['time'] } });
  expect(planned({ meeting: attendee, primary: false, theirs: event({ start: '2026-04-01T10:00:00' }) })).toMatchObject({
    ours: { write: 'none' },
  });
});

const daily = { recurrenceRules: [{ frequency: 'daily' }] };
const except = (title: string) => ({ recurrenceOverrides: { '2026-04-03T09:00:00': { title } } });

test('a changed pattern against a changed exception asks, whatever the policy, and one answer settles both its fields', () => {
  for (const winner of ['exchange', 'application'] as const) {
    const from = input({
      was: event({ ...daily, participants: owner }),
      meeting: null,
      ours: event({ ...daily, participants: owner, start: '2026-04-01T11:00:00' }),
      theirs: event({ ...daily, ...except('moved'), participants: owner }),
      policy: { conflict: 'exchange' },
    });
    const asked = plan(from);
    expect(asked).toMatchObject({ ours: { write: 'none' }, theirs: { write: 'none' }, next: { state: 'asking' } });
    expect(asked.conflicts.map(({ field, decidedBy }) => [field, decidedBy])).toEqual([
      ['time', 'ask'],
      ['recurrence', 'ask'],
    ]);
    expect(plan({ ...from, link: asked.next }).conflicts).toEqual([]);
    const answer = choose('appointment', asked.next!, 'recurrence', winner, {
      ours: from.ours!.content,
      theirs: from.theirs!.content,
    });
    expect(answer.answered.toSorted()).toEqual(['recurrence', 'time']);
    const done = plan({ ...from, link: answer.link });
    const content = winner === 'exchange' ? done.ours : done.theirs;
    if (!('content' in content)) throw new Error('nothing was written');
    const wanted = winner === 'exchange' ? from.theirs!.content : from.ours!.content;
    for (const name of ['time', 'recurrence']) expect(value(name, content.content)).toEqual(value(name, wanted));
  }
});

test('C39, C40: what the application closed is free and reminds nobody, and what was long over when it was made never reminds', () => {
  const alone = { participants: owner, alerts: { reminder: { trigger: { offset: '-PT15M' } } } };
  const closed = planned({ was: event(alone), meeting: null, ours: event({ ...alone, status: 'cancelled' }) });
  if (closed.theirs.write !== 'update') throw new Error('nothing was written');
  expect([value('showAs', closed.theirs.content), value('reminder', closed.theirs.content)]).toEqual(['free', null]);
  const old = { ...alone, start: '2026-02-20T09:00:00' };
  const created = plan({
    ...input({}),
    link: null,
    theirs: null,
    ours: { content: event(old), deleted: false, owner: ANNA, createdAt: NOW },
  });
  expect(created).toMatchObject({ decision: 'create-there', theirs: { write: 'create', mail: 'none' } });
  if (created.theirs.write === 'create') expect(value('reminder', created.theirs.content)).toBe(null);
});

test('C37, C38, C44: a deletion crosses where the matrix says so, and says why where it does not', () => {
  const gone = { their: { presence: 'deleted' as const } };
  const dropped = { our: { deleted: true } };
  const alone = event({ participants: owner });
  expect(planned({ ...gone, was: alone, meeting: null })).toMatchObject({ ours: { write: 'delete' }, next: null });
  expect(planned({ ...gone, was: event(PAST), meeting: null }).reason).toContain('it is over');
  expect(planned({ ...gone, meeting: attendee }).reason).toContain('not its organizer');
  expect(planned({ ...gone, was: event({ status: 'cancelled' }), meeting: null }).reason).toContain('completed or cancelled');
  const series = event({ ...daily, ...PAST, participants: owner, recurrenceRules: [{ frequency: 'daily', count: 2 }] });
  expect(planned({ ...gone, was: series, meeting: null })).toMatchObject({ ours: { write: 'delete' } });
  expect(planned({ ...dropped, was: alone, meeting: null })).toMatchObject({ theirs: { write: 'delete', mail: 'none' } });
  expect(planned({ ...dropped, meeting: attendee })).toMatchObject({ decision: 'unlink', next: { state: 'unlinked' } });
  const left = planned({ was: alone, meeting: null, policy: { filters: [] }, link: { filtered: true } });
  expect(left).toMatchObject({ decision: 'unlink', theirs: { write: 'none' }, next: { state: 'unlinked', apart: 'left' } });
});

test('a sent meeting is deleted there only with the intent to cancel it', () => {
  const dropped = { our: { deleted: true } };
  expect(planned(dropped)).toMatchObject({ theirs: { write: 'none' }, next: { state: 'needs-intent' } });
  expect(planned({ ...dropped, intent: 'cancel' })).toMatchObject({
    theirs: { write: 'delete', mail: 'cancel' },
    intent: 'used',
  });
});

test('deleted on one side and changed on the other asks, and the answer is carried out', () => {
  const alone = event({ participants: owner });
  const changed = event({ participants: owner, title: 'Changed' });
  const theirs = input({ was: alone, meeting: null, our: { deleted: true }, theirs: changed });
  const asked = plan(theirs);
  expect(asked).toMatchObject({
    decision: 'deletion-conflict',
    conflicts: [{ field: 'deletion', decidedBy: 'ask', ours: null }],
    next: { state: 'asking' },
  });
  const answer = (winner: 'exchange' | 'application', from: PlanInput) =>
    plan({ ...from, link: choose('appointment', plan(from).next!, 'deletion', winner, { ours: alone, theirs: changed }).link });
  expect(answer('exchange', theirs)).toMatchObject({ ours: { write: 'restore', content: { title: 'Changed' } }, conflicts: [] });
  expect(answer('application', theirs)).toMatchObject({ theirs: { write: 'delete' } });
  const ours = input({ was: alone, meeting: null, ours: changed, their: { presence: 'deleted' } });
  expect(answer('exchange', ours)).toMatchObject({ ours: { write: 'delete' } });
  expect(answer('application', ours)).toMatchObject({ theirs: { write: 'create', content: { title: 'Changed' } } });
});

test('C34: filters are a union, and none wants nothing', () => {
  const ours = { content: event({ 'example.com:sync': true }), owner: 'carl@example.com' };
  const policy = (filters: ItemPolicy['filters']) => ({ ...defaultPolicy('appointment'), filters });
  expect(isWanted(policy([]), ours, ANNA)).toBe(false);
  expect(isWanted(policy([{ owner: '$user' }, { attributes: { 'example.com:sync': true } }]), ours, ANNA)).toBe(true);
  expect(isWanted(policy([{ owner: '$user', attributes: { 'example.com:sync': true } }]), ours, ANNA)).toBe(false);
  expect(isWanted(defaultPolicy('appointment'), ours, 'bob@example.com')).toBe(true);
  expect(isWanted(defaultPolicy('appointment'), ours, 'carl@example.com')).toBe(false);
});

test('C33: nothing comes in by itself, and what is private only when it is asked for', () => {
  const policy = { ...defaultPolicy('appointment'), track: { everything: false, category: 'Sync', folders: [] } };
  const seen = (more: { readonly [name: string]: Json }, explicit = false) => ({ ...theirSide(event(more), null), explicit });
  expect(isTracked(defaultPolicy('appointment'), seen({ keywords: { Sync: true } }))).toBe(false);
  expect(isTracked(policy, seen({ keywords: { sync: true } }))).toBe(true);
  expect(isTracked(policy, seen({ keywords: { sync: true }, privacy: 'private' }))).toBe(false);
  expect(isTracked(policy, seen({ privacy: 'private' }, true))).toBe(true);
});

test('the brake holds only when both limits are passed', () => {
  const limits = { items: 10, percent: 20 };
  expect(whyBraked(10, 20, limits)).toBe(null);
  expect(whyBraked(11, 55, limits)).toBe(null);
  expect(whyBraked(11, 54, limits)).toContain('11 of 54');
});

test('C47: who an item is, by key and by meeting, never by guess', () => {
  const link: KnownLink = { record: 'r', ref: 'known', attempt: 2, meetingId: 'm', recurrenceId: null };
  const seen = (more: object) => ({ ref: 'new', key: null, meetingId: null, recurrenceId: null, ...more });
  const key = (attempt: number, mailbox = 'box') => ({ key: { record: 'r', mailbox, attempt } });
  const who = (item: object, present: readonly string[] = ['known']) => identify(seen(item), 'box', [link], new Set(present)).is;
  expect(who({ ref: 'known' })).toBe('known');
  expect(who(key(2))).toBe('copy');
  expect(who(key(2), [])).toBe('known');
  expect(who(key(1))).toBe('our-duplicate');
  expect(who(key(2, 'another'))).toBe('stranger');
  expect(who({ meetingId: 'm' }, [])).toBe('known');
  expect(who({ meetingId: 'm', recurrenceId: '2026-04-03T09:00:00' }, [])).toBe('stranger');
  expect(who({})).toBe('stranger');
});

test('the source is the organizer’s copy, else the one that heard most updates, else the first', () => {
  const copy = (mailbox: string, meeting: MeetingFacts | null, day: number) => ({
    mailbox,
    meeting,
    linkedAt: new Date(2026, 0, day),
  });
  expect(chooseSource([copy('a', { ...attendee, sequence: 9 }, 1), copy('b', organizer, 2)])).toBe('b');
  expect(chooseSource([copy('a', attendee, 1), copy('b', { ...attendee, sequence: 3 }, 2)])).toBe('b');
  expect(chooseSource([copy('b', null, 2), copy('a', null, 1)])).toBe('a');
  expect(chooseSource([])).toBe(null);
});
