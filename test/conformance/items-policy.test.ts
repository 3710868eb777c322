/**
 * The conformance checks of appointments, contacts and tasks that are rules of policy, by their numbers. Where Mailroom differs on
 * purpose, the test says how.
 */
import { describe, expect, test } from 'vitest';
import { DIRECTIONS } from '../../src/model/field.ts';
import { FIELDS } from '../../src/model/fields.ts';
import type { ITEM_KINDS, ItemContent, Json } from '../../src/model/item.ts';
import { DEFAULT_DELETIONS } from '../../src/sync/item-policy.ts';
import { ATTENDEE, card, created, event, fieldOf, GUESTS, ORGANIZER, PAST, planned, type Situation, task } from './agreed.ts';

const MEETING = { kind: 'appointment', was: event(GUESTS), meeting: ORGANIZER } as const;

describe('C35 only what guests are told of needs their being told', () => {
  test.each([
    ['subject', { title: 'Other' }],
    ['start', { start: '2026-12-02T09:00:00' }],
    ['location', { locations: { location: { name: 'Room 2' } } }],
    ['priority', { priority: 1 }],
  ])('a changed %s of a meeting that was sent waits as needs-intent, and is told with the intent', (_, more) => {
    const waiting = planned({ ...MEETING, ours: event({ ...GUESTS, ...more }) });
    expect(waiting).toMatchObject({ theirs: { write: 'none' }, next: { state: 'needs-intent' } });
    expect(waiting.reason).toMatch(/nobody said/);
    const told = planned({ ...MEETING, ours: event({ ...GUESTS, ...more }), intent: 'update' });
    expect(told).toMatchObject({ theirs: { write: 'update', mail: 'update' }, intent: 'used' });
  });

  test.each([
    ['categories', { keywords: { Blue: true } }],
    ['privacy', { privacy: 'private' }],
  ])('changed %s are written without a mail', (_, more) => {
    const quiet = planned({ ...MEETING, ours: event({ ...GUESTS, ...more }) });
    expect(quiet).toMatchObject({ theirs: { write: 'update', mail: 'none' }, next: { state: 'linked' } });
  });
});

describe('C36 nothing goes out for the past, and nothing without guests', () => {
  test('no invitation where the start is past', () => {
    expect(created('appointment', event({ ...GUESTS, ...PAST }), { intent: 'invite' })).toMatchObject({
      theirs: { write: 'create', mail: 'none' },
    });
  });
  test('no invitation without guests', () => {
    expect(created('appointment', event(), { intent: 'invite' })).toMatchObject({ theirs: { write: 'create', mail: 'none' } });
  });
  test('on purpose different: no invitation either without the explicit intent, where the original invites by itself', () => {
    expect(created('appointment', event(GUESTS))).toMatchObject({ theirs: { write: 'create', mail: 'none' } });
    expect(created('appointment', event(GUESTS), { intent: 'invite' })).toMatchObject({
      theirs: { write: 'create', mail: 'invite' },
    });
  });
  test('no update of a meeting that is over', () => {
    const was = event({ ...GUESTS, ...PAST });
    const late = planned({ kind: 'appointment', was, ours: { ...was, title: 'Other' }, meeting: ORGANIZER, intent: 'update' });
    expect(late).toMatchObject({ theirs: { write: 'update', mail: 'none' } });
  });
});

describe('C37 the deletion matrix, each cell with its reason where it is not applied', () => {
  const GONE = { their: { presence: 'deleted' } } as const;
  const DELETED = { our: { deleted: true } } as const;
  const series = event({ recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'weekly' }] });
  const cells: readonly (readonly [name: string, situation: Situation, crosses: boolean, reason: RegExp | null])[] = [
    ['appointment, deleted in Exchange: open, coming, own', { kind: 'appointment', was: event(), ...GONE }, true, null],
    ['appointment, deleted in Exchange, past', { kind: 'appointment', was: event(PAST), ...GONE }, false, /over/],
    [
      'appointment, deleted in Exchange, cancelled here',
      { kind: 'appointment', was: event({ status: 'cancelled' }), ...GONE },
      false,
      /cancelled/,
    ],
    [
      'appointment, deleted in Exchange by an attendee',
      { kind: 'appointment', was: event(GUESTS), meeting: ATTENDEE, ...GONE },
      false,
      /organizer/,
    ],
    ['appointment, deleted here: coming, own', { kind: 'appointment', was: event(), ...DELETED }, true, null],
    ['appointment, deleted here, past', { kind: 'appointment', was: event(PAST), ...DELETED }, false, /over/],
    [
      'appointment, deleted here, of another organizer',
      { kind: 'appointment', was: event(GUESTS), meeting: ATTENDEE, ...DELETED },
      false,
      /organizer/,
    ],
    ['series, deleted in Exchange', { kind: 'appointment', was: series, ...GONE }, true, null],
    ['contact, deleted in Exchange', { kind: 'contact', was: card(), ...GONE }, false, /configured/],
    ['contact, deleted here by its owner', { kind: 'contact', was: card(), ...DELETED }, false, /owns/],
    [
      'contact, deleted here, of another owner',
      { kind: 'contact', was: card(), our: { deleted: true, owner: 'bo@example.com' } },
      true,
      null,
    ],
    ['task, deleted in Exchange', { kind: 'task', was: task(), ...GONE }, true, null],
    ['task, deleted here', { kind: 'task', was: task(), ...DELETED }, true, null],
    [
      'task, deleted here, completed in Exchange',
      { kind: 'task', was: task({ progress: 'completed' }), ...DELETED },
      false,
      /completed/,
    ],
  ];
  test.each(cells)('%s', (_, situation, crosses, reason) => {
    const { ours, theirs, notApplied, decision } = planned(situation);
    const deleted = ours.write === 'delete' || theirs.write === 'delete';
    expect(deleted).toBe(crosses);
    if (crosses) return;
    expect(decision).toBe('unlink');
    expect(notApplied).toMatchObject([{ what: 'deletion', reason: expect.stringMatching(reason!) }]);
  });
});

describe('C38 what no filter wants any more', () => {
  const leave = (more: object = {}) => {
    const policy = { filters: [{ status: ['active'] }], ...more };
    return planned({ kind: 'contact', was: card({ status: 'active' }), ours: card({ status: 'gone' }), policy });
  };
  test('on purpose different: it is unlinked, where the original deletes it and cancels for everybody', () => {
    expect(leave()).toMatchObject({ decision: 'unlink', theirs: { write: 'none' }, next: { apart: 'left' } });
  });
  test('it is deleted there where that is configured', () => {
    const rule = { delete: true, when: [] } as const;
    const deletions = { ...DEFAULT_DELETIONS, left: { ...DEFAULT_DELETIONS.left, contact: rule } };
    expect(leave({ deletions })).toMatchObject({ theirs: { write: 'delete', mail: 'none' } });
  });
});

describe('C39 completed or cancelled here is free there, without a reminder', () => {
  const alerts = { reminder: { trigger: { '@type': 'OffsetTrigger', offset: '-PT15M' } } };
  test.each(['free', 'keep'] as const)('closed: %s', (closed) => {
    const was = event({ alerts });
    const { theirs } = planned({ kind: 'appointment', was, ours: { ...was, status: 'cancelled' }, policy: { closed } });
    if (closed === 'keep') {
      expect('content' in theirs ? fieldOf('appointment', 'showAs', theirs.content) : 'busy').not.toBe('free');
      return;
    }
    expect(theirs).toMatchObject({ write: 'update', fields: expect.arrayContaining(['showAs', 'reminder']) });
    const { content } = theirs as { content: ItemContent };
    expect([fieldOf('appointment', 'showAs', content), fieldOf('appointment', 'reminder', content)]).toEqual(['free', null]);
  });
});

describe('C40 no reminders of what was long over when it was made', () => {
  const alerts = { reminder: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT15M' } } };
  const reminderOf = (content: ItemContent) => {
    const { theirs } = created('appointment', content);
    return fieldOf('appointment', 'reminder', (theirs as { content: ItemContent }).content);
  };
  test('an appointment of more than seven days ago has none, one of yesterday keeps it', () => {
    expect(reminderOf(event({ alerts, start: '2026-11-10T09:00:00' }))).toBeNull();
    expect(reminderOf(event({ alerts, start: '2026-11-21T09:00:00' }))).not.toBeNull();
  });
  test('a task that was due more than a day ago has none', () => {
    const remind = { reminder: { '@type': 'Alert', trigger: { '@type': 'AbsoluteTrigger', when: '2026-11-23T08:00:00Z' } } };
    const made = (due: string) => (created('task', task({ due, alerts: remind })).theirs as { content: ItemContent }).content;
    expect(fieldOf('task', 'reminder', made('2026-11-20T00:00:00'))).toBeNull();
    expect(fieldOf('task', 'reminder', made('2026-11-23T00:00:00'))).not.toBeNull();
  });
});

test('C41 status, percent and date of a completed task are one field, taken from one side whole', () => {
  const was = task({ progress: 'in-process', percentComplete: 40 });
  const ours = task({ progress: 'in-process', percentComplete: 60 });
  const theirs = task({ progress: 'completed', percentComplete: 100, progressUpdated: '2026-11-20T00:00:00Z' });
  const both = planned({ kind: 'task', was, ours, theirs, policy: { conflicts: { completion: 'exchange' } } });
  expect(both.conflicts).toMatchObject([{ field: 'completion', decidedBy: 'exchange' }]);
  expect(both.ours).toMatchObject({ write: 'update', content: { progress: 'completed', percentComplete: 100 } });
});

describe('C43 each field that can be set goes each of its ways', () => {
  const samples: Readonly<Record<string, ItemContent>> = {
    'appointment subject': event({ title: 'Changed' }),
    'appointment body': event({ description: 'changed' }),
    'appointment location': event({ locations: { location: { '@type': 'Location', name: 'changed' } } }),
    'task subject': task({ title: 'Changed' }),
    'task body': task({ description: 'changed' }),
    'contact nickname': card({ nicknames: { nickname: { name: 'changed' } } }),
    'contact jobTitle': card({ titles: { jobTitle: { name: 'changed' } } }),
    'contact notes': card({ notes: { note: { note: 'changed' } } }),
  };
  const was = { appointment: event(), task: task(), contact: card() };
  const cases = Object.keys(samples).flatMap((key) => {
    const [kind, name] = key.split(' ') as ['appointment' | 'task' | 'contact', string];
    return DIRECTIONS.map((direction) => [kind, name, direction] as const);
  });

  test.each(cases)('%s %s: %s', (kind, name, direction) => {
    const policy = { directions: { [name]: direction } };
    const changed = samples[`${kind} ${name}`]!;
    const out = planned({ kind, was: was[kind], ours: changed, policy });
    const back = planned({ kind, was: was[kind], theirs: changed, policy });
    expect(out.theirs.write === 'update').toBe(direction === 'both' || direction === 'to-exchange');
    expect(back.ours.write === 'update').toBe(direction === 'both' || direction === 'from-exchange');
  });

  test('what the original lets an administrator set can be set, and what it fixes is fixed', () => {
    const free = (kind: (typeof ITEM_KINDS)[number]) =>
      FIELDS[kind].filter(({ directions }) => directions.length === 4).map(({ name }) => name);
    expect(free('appointment')).toEqual(expect.arrayContaining(['subject', 'body', 'location']));
    expect(free('task')).toEqual(expect.arrayContaining(['subject', 'body', 'startDate', 'dueDate']));
    expect(free('contact')).toEqual(
      expect.arrayContaining(['nickname', 'email1', 'businessPhone', 'birthday', 'notes', 'website']),
    );
    for (const fixed of ['time', 'requiredAttendees', 'organizer', 'importance'])
      expect(free('appointment')).not.toContain(fixed);
  });
});

test('C44 on purpose different: a deleted occurrence is a change of its series, and crosses as one whatever the deletion rules say', () => {
  const rules = { recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'weekly' }] };
  const was = event({ ...rules, status: 'cancelled' });
  const theirs = event({ ...rules, status: 'cancelled', recurrenceOverrides: { '2026-12-08T09:00:00': { excluded: true } } });
  const { ours, decision } = planned({ kind: 'appointment', was, theirs });
  expect(decision).toBe('merge');
  expect(ours).toMatchObject({ write: 'update', fields: expect.arrayContaining(['recurrence']) });
});

test('C45 a service appointment goes one way: what is changed in Exchange does not come back', () => {
  const was = event({ 'mailroom.example:activityType': 'service' } as Record<string, Json>);
  expect(planned({ kind: 'appointment', was, theirs: { ...was, title: 'Other' } }).ours.write).toBe('none');
  const lead = { type: 'lead', id: '1' };
  const changes: Record<string, Json>[] = [
    { title: 'Other' },
    { freeBusyStatus: 'free' },
    { 'mailroom.example:regarding': lead },
  ];
  for (const change of changes)
    expect(planned({ kind: 'appointment', was, ours: { ...was, ...change } }).theirs.write).toBe('update');
  expect(planned({ kind: 'appointment', was, their: { presence: 'deleted' } }).ours.write).toBe('none');
});
