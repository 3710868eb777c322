import fc from 'fast-check';
import { expect, test } from 'vitest';
import { APPOINTMENT_FIELDS, type AppointmentFieldName } from './appointment-field.ts';
import type { ItemContent, Json } from './item.ts';
import { sorted } from './json.ts';
import { TASK_FIELDS } from './task-field.ts';

const field = (name: AppointmentFieldName) => APPOINTMENT_FIELDS.find((one) => one.name === name)!;
const task = (name: string) => TASK_FIELDS.find((one) => one.name === name)!;
const event = (properties: { readonly [name: string]: Json }): ItemContent => ({ '@type': 'Event', ...properties });

const word = fc.stringMatching(/^[a-z<&]{1,8}$/);
const maybe = fc.option(word);
const local = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, 16)}:00`);
const people = (domain: string) =>
  fc
    .uniqueArray(fc.record({ address: word.map((name) => `${name}@${domain}`), name: maybe }), {
      selector: (one) => one.address,
      maxLength: 3,
    })
    .map((all) => all.sort((a, b) => (a.address < b.address ? -1 : 1)));

const VALUES: { readonly [field: string]: fc.Arbitrary<Json> } = {
  body: fc.option(fc.record({ text: word, type: fc.constantFrom('text/plain', 'text/html', null) })),
  time: fc.oneof(
    fc.record({
      start: local,
      duration: fc.constantFrom('PT1H', 'PT0S', 'P1DT1M'),
      timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
      showWithoutTime: fc.constant(false),
    }),
    fc.record({
      start: local.map((text) => `${text.slice(0, 10)}T00:00:00`),
      duration: fc.constantFrom('P1D', 'P3D'),
      timeZone: fc.constant(null),
      showWithoutTime: fc.constant(true),
    }),
  ),
  recurrence: fc.option(
    fc.record({
      rules: fc.tuple(fc.record({ frequency: fc.constantFrom('daily', 'weekly'), count: fc.nat(20) })),
      overrides: fc.dictionary(local, fc.constantFrom<Json[]>({ excluded: true }, { title: 'moved' }), { maxKeys: 3 }),
    }),
  ),
  organizer: fc
    .option(
      people('boss.example').filter((all) => all.length > 0),
      { nil: [null] },
    )
    .map(([one]) => one!),
  requiredAttendees: people('required.example'),
  optionalAttendees: people('optional.example'),
  resources: people('rooms.example'),
  responses: fc.constant(null),
  importance: fc.constantFrom(null, 1, 3, 5, 9),
  status: fc.constantFrom(null, 'confirmed', 'cancelled'),
  showAs: fc.constantFrom(null, 'free', 'busy', 'tentative', 'oof', 'workingElsewhere'),
  sensitivity: fc.constantFrom(null, 'personal', 'private', 'confidential'),
  reminder: fc.option(fc.nat(10_000)),
  categories: fc.uniqueArray(word, { maxLength: 3 }).map((all) => all.sort()),
  regarding: fc.option(fc.record({ type: word, id: word, name: maybe })),
  onlineMeeting: fc.option(fc.record({ uri: word, name: maybe })),
  attachments: fc
    .uniqueArray(fc.nat(99), { maxLength: 3 })
    .map((all) => all.map((n) => ({ id: `f${n}`, link: { rel: 'enclosure', title: `${n}.txt`, href: `data:text/plain,${n}` } }))),
  startDate: fc.option(local.map((text) => text.slice(0, 10))),
  dueDate: fc.option(local.map((text) => text.slice(0, 10))),
  completion: fc.option(
    fc.record({
      progress: fc.constantFrom('needs-action', 'in-process', 'completed'),
      status: fc.constantFrom(null, 'waiting', 'deferred'),
      percentComplete: fc.option(fc.nat(100)) as fc.Arbitrary<number | null>,
      completedAt: fc.constantFrom(null, '2026-05-06T07:08:09Z'),
    }),
  ),
};
const TASK_VALUES: typeof VALUES = {
  ...VALUES,
  reminder: fc.constantFrom(null, '2026-05-06T07:00:00Z'),
  recurrence: fc.option(
    fc.record({ rules: fc.constant([{ frequency: 'daily' }]), regeneration: fc.constantFrom(null, { every: 2 }) }),
  ),
};
const UNKNOWN = { 'example.com:room': { floor: 3 }, uid: 'u-1' };

const kinds = [
  { type: 'Event' as const, fields: APPOINTMENT_FIELDS, values: VALUES },
  { type: 'Task' as const, fields: TASK_FIELDS, values: TASK_VALUES },
];
const cases = kinds.flatMap(({ type, fields, values }) =>
  fields.map((one) => ({ type, fields, values, one, name: `${type} ${one.name}` })),
);

test.each(cases)(
  '$name: what was set is what is got, all other fields and what nobody knows stay',
  ({ type, fields, values, one }) => {
    const items = fc
      .tuple(...fields.map(({ name }) => values[name] ?? maybe))
      .map((all) => fields.reduce<ItemContent>((held, { set }, i) => set(held, all[i]!), { '@type': type, ...UNKNOWN }));
    fc.assert(
      fc.property(items, values[one.name] ?? maybe, (content, value) => {
        const written = one.set(content, value);
        expect(one.get(written)).toEqual(value);
        expect(written).toMatchObject(UNKNOWN);
        for (const other of fields.filter(({ name }) => name !== one.name))
          expect([other.name, sorted(other.get(written))]).toEqual([other.name, sorted(other.get(content))]);
      }),
      { numRuns: 30 },
    );
  },
);

test('one moment in two zones is the same time, a series in them is not unless their clocks agree', () => {
  const at = (start: string, timeZone: string, more = {}) => event({ start, duration: 'PT1H', timeZone, ...more });
  const time = field('time');
  expect(time.canonical(at('2026-07-01T10:00:00', 'Europe/Berlin'))).toEqual(
    time.canonical(at('2026-07-01T09:00:00', 'Europe/London')),
  );
  const weekly = { recurrenceRules: [{ frequency: 'weekly' }] };
  expect(time.canonical(at('2026-07-01T10:00:00', 'Europe/Berlin', weekly))).not.toEqual(
    time.canonical(at('2026-07-01T09:00:00', 'Europe/London', weekly)),
  );
  expect(time.canonical(at('2026-07-01T10:00:00', 'Europe/Berlin', weekly))).toEqual(
    time.canonical(at('2026-07-01T10:00:00', 'Europe/Vienna', weekly)),
  );
});

test('a zone stays while the clocks of the one that came back do the same', () => {
  const ours = event({ start: '2026-07-01T10:00:00', duration: 'PT1H', timeZone: 'Europe/Vienna' });
  const moved = { ...ours, start: '2026-07-01T11:00:00', timeZone: 'Europe/Berlin' };
  expect(field('time').adopt(ours, moved)).toMatchObject({ start: '2026-07-01T11:00:00', timeZone: 'Europe/Vienna' });
  expect(field('time').adopt(ours, { ...moved, timeZone: 'Europe/London' })).toMatchObject({ timeZone: 'Europe/London' });
});

test('an hour lasts as long as the clock says, over a change to summer time', () => {
  const day = event({ start: '2026-03-28T12:00:00', duration: 'P1D', timeZone: 'Europe/Berlin' });
  expect(field('time').canonical(day)).toEqual({ start: '2026-03-28T11:00:00Z', end: '2026-03-29T10:00:00Z' });
});

test('HTML that a server rewrote is the same body, another word or another link is not', () => {
  const html = (description: string) => field('body').canonical(event({ description, descriptionContentType: 'text/html' }));
  const ours = html('<p>See <b>this</b> <a href="https://a.example/1">page</a> &amp; come</p>');
  expect(
    html(
      '<html><head><style>p {}</style></head>\r\n<body><!-- x --><p class="Mso">See <b>this</b>\n<a  href=https://a.example/1>page</a> &amp; come</p></body></html>',
    ),
  ).toEqual(ours);
  expect(html('<p>See <b>this</b> <a href="https://a.example/2">page</a> &amp; come</p>')).not.toEqual(ours);
  expect(html('<STYLE>p {}</style>words')).toBe('words');
});

test('the last day of a series is the one on which it still takes place', () => {
  const until = (text: string) =>
    field('recurrence').canonical(
      event({ start: '2026-01-01T10:00:00', recurrenceRules: [{ frequency: 'daily', until: text }] }),
    );
  expect(until('2026-02-01T10:00:00')).toEqual(until('2026-02-01T23:59:59'));
  expect(until('2026-02-01T09:59:59')).toEqual(until('2026-01-31T10:00:00'));
});

test('a guest who becomes optional keeps the answer given', () => {
  const jane = { sendTo: { imip: 'mailto:Jane@x.example' }, roles: { attendee: true }, participationStatus: 'accepted' };
  const held = event({ participants: { jane } });
  expect(field('requiredAttendees').canonical(held)).toEqual(['jane@x.example']);
  const moved = field('optionalAttendees').set(held, [{ address: 'jane@x.example', name: null }]);
  expect(field('requiredAttendees').get(moved)).toEqual([]);
  expect(field('responses').get(moved)).toEqual({ 'jane@x.example': 'accepted' });
});

test('a completed task is at 100 percent, whatever else it says, and the time of day of a due date stays', () => {
  const done: ItemContent = {
    '@type': 'Task',
    progress: 'completed',
    progressUpdated: '2026-05-06T07:08:09Z',
    due: '2026-05-07T17:00:00',
  };
  expect(task('completion').canonical(done)).toEqual({
    progress: 'completed',
    status: null,
    percentComplete: 100,
    completed: '2026-05-06',
  });
  expect(task('dueDate').set(done, '2026-05-07').due).toBe('2026-05-07T17:00:00');
});
