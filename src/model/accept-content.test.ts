import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptContent, mergePatch } from './accept-content.ts';
import { FIELDS } from './fields.ts';
import { holdable } from './holdable.ts';
import type { Json } from './item.ts';

const event = (more: { readonly [name: string]: Json } = {}): Json => ({
  '@type': 'Event',
  title: 'Visit',
  start: '2026-05-06T09:00:00',
  duration: 'PT1H',
  timeZone: 'Europe/Berlin',
  ...more,
});
const said = (given: Json): string => {
  try {
    acceptContent('appointment', given);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};
const daily = (more: { readonly [name: string]: Json }) => event({ recurrenceRules: [{ frequency: 'daily', ...more }] });

test('what is wrong is named by its place', () => {
  expect(said(event({ start: '2026-05-06' }))).toContain('$.start: a local date and time is expected');
  expect(said(event({ timeZone: 'Mars/Olympus' }))).toContain('$.timeZone: Mars/Olympus is no IANA time zone');
  expect(said(event({ timeZone: null }))).toContain('$.timeZone: an appointment that is not all-day needs one');
  expect(said(event({ start: '2026-02-30T09:00:00' }))).toContain('$.start: there is no such day');
  expect(said(event({ participants: { a: { participationStatus: 'perhaps' } } }))).toContain(
    '$.participants.a.participationStatus:',
  );
  expect(said(event({ showWithoutTime: true, duration: 'PT5H' }))).toContain('$.duration');
  expect(said({ '@type': 'Card' })).toContain('$.@type');
});

test('what one occurrence of a series cannot have of its own is refused, and said', () => {
  const on = (patch: Json) =>
    said(event({ recurrenceRules: [{ frequency: 'daily' }], recurrenceOverrides: { '2026-05-07T09:00:00': patch } }));
  const place = '$.recurrenceOverrides["2026-05-07T09:00:00"]';
  expect(on({ 'participants/bo': { roles: { attendee: true } } })).toContain(
    `${place}["participants/bo"]: the guests of a series are those of all its occurrences`,
  );
  expect(on({ participants: {} })).toContain(`${place}.participants: the guests of a series`);
  expect(on({ title: 'x', keywords: { a: true } })).toContain(
    `${place}.keywords: one occurrence of a series cannot have keywords`,
  );
  expect(on({ excluded: false })).toContain(`${place}.excluded: an occurrence that takes place`);
  const held: readonly Json[] = [
    { excluded: true },
    { title: 'x', 'locations/location/name': 'Here' },
    { start: '2026-05-07T11:00:00' },
  ];
  for (const patch of held) {
    expect(on(patch)).toBe('');
  }
});

test('a series that Exchange cannot hold is refused, and the place and reason are told', () => {
  const cases: readonly (readonly [Json, string])[] = [
    [event({ recurrenceRules: [{ frequency: 'hourly' }] }), '$.recurrenceRules[0].frequency'],
    [daily({ byHour: [9] }), '$.recurrenceRules[0].byHour'],
    [daily({ count: 3, until: '2026-06-01T00:00:00' }), '$.recurrenceRules[0].until'],
    [daily({ interval: 0 }), '$.recurrenceRules[0].interval'],
    [
      event({ recurrenceRules: [{ frequency: 'daily' }, { frequency: 'weekly' }] }),
      '$.recurrenceRules: a series has exactly one rule',
    ],
    [
      event({ recurrenceRules: [{ frequency: 'daily' }], recurrenceOverrides: { '2026-07-01T09:00:00': {} } }),
      "$.recurrenceOverrides['2026-07-01T09:00:00']".replaceAll("'", '"'),
    ],
    [event({ recurrenceRules: [{ frequency: 'monthly', byMonthDay: [1, 15] }] }), '$.recurrenceRules[0].byMonthDay'],
    [
      event({ recurrenceRules: [{ frequency: 'monthly', byDay: [{ day: 'mo', nthOfPeriod: 5 }] }] }),
      '$.recurrenceRules[0].byDay[0].nthOfPeriod',
    ],
    [event({ recurrenceRules: [{ frequency: 'yearly', interval: 9 }] }), '$.recurrenceRules[0].interval'],
    [event({ recurrenceRules: [{ frequency: 'monthly', byMonthDay: [-2] }] }), '$.recurrenceRules[0].byMonthDay[0]'],
    [event({ recurrenceRules: [{ frequency: 'monthly', skip: 'forward' }] }), '$.recurrenceRules[0].skip'],
    [event({ excludedRecurrenceRules: [] }), '$.excludedRecurrenceRules'],
  ];
  for (const [given, place] of cases) expect(said(given)).toContain(place);
});

test('every pattern that Exchange has is let in', () => {
  const day = (name: string, nthOfPeriod?: number): Json =>
    nthOfPeriod === undefined ? { day: name } : { day: name, nthOfPeriod };
  const rules: readonly Json[] = [
    { frequency: 'daily', interval: 3, count: 10 },
    { frequency: 'weekly', byDay: [day('mo'), day('we')], interval: 2, firstDayOfWeek: 'su', until: '2026-12-31T23:59:59' },
    { frequency: 'monthly', byMonthDay: [31] },
    { frequency: 'monthly', byDay: [day('fr', -1)], interval: 6 },
    { frequency: 'monthly', byDay: ['mo', 'tu', 'we', 'th', 'fr'].map((name) => day(name)), bySetPosition: [2] },
    { frequency: 'yearly', byMonth: ['5'], byMonthDay: [6] },
    { frequency: 'yearly', byMonth: ['11'], byDay: [day('th', 4)] },
    { frequency: 'yearly' },
    { frequency: 'yearly', interval: 8, byMonth: ['5'], byMonthDay: [4] },
    { frequency: 'monthly', byMonthDay: [-1] },
    { frequency: 'monthly', byMonthDay: [30], skip: 'backward' },
  ];
  for (const rule of rules) expect([rule, holdable([rule], { '2026-07-01T09:00:00': { excluded: true } })]).toEqual([rule, null]);
});

test('a card with ids of its own comes under those of the fields, and nothing of it is lost', () => {
  const card = acceptContent('contact', {
    '@type': 'Card',
    'example.com:x': 1,
    emails: {
      a: { address: 'a@x.example' },
      email1: { address: 'first@x.example' },
      b: { address: 'b@x.example' },
      c: { address: 'c@x.example' },
    },
    phones: {
      p1: { number: '1', features: { mobile: true } },
      p2: { number: '2', features: { voice: true }, contexts: { work: true } },
      p3: { number: '3', features: { fax: true }, contexts: { work: true } },
      p4: { number: '4' },
    },
    addresses: { x: { contexts: { private: true }, full: 'here' }, y: { full: 'there' } },
    anniversaries: { k: { kind: 'birth', date: { year: 1970, month: 2, day: 3 } } },
  } as Json);
  const value = (name: string) => FIELDS.contact.find((field) => field.name === name)!.canonical(card);
  expect(['mobilePhone', 'businessPhone', 'businessFax', 'otherPhone', 'birthday'].map(value)).toEqual([
    '1',
    '2',
    '3',
    '4',
    '1970-02-03',
  ]);
  expect(['email1', 'email2', 'email3'].map((name) => (value(name) as { address: string }).address)).toEqual([
    'first@x.example',
    'a@x.example',
    'b@x.example',
  ]);
  expect([card.emails, card['example.com:x']]).toMatchObject([{ c: { address: 'c@x.example' } }, 1]);
  expect(card.addresses).toMatchObject({ home: { full: 'here' }, other: { full: 'there' } });
});

test('an all-day appointment begins at midnight in no zone, and guests stand under the ids of their addresses', () => {
  const content = acceptContent(
    'appointment',
    event({
      showWithoutTime: true,
      duration: 'P2D',
      locations: { q: { name: 'Room 1' } },
      participants: { p: { sendTo: { imip: 'mailto:Bob@X.example' }, roles: { attendee: true } } },
      alerts: { z: { trigger: { offset: '-PT15M' } } },
    }),
  );
  const value = (name: string) => FIELDS.appointment.find((field) => field.name === name)!.get(content);
  expect(content).toMatchObject({ start: '2026-05-06T00:00:00', participants: { bob_40x_2eexample: {} } });
  expect('timeZone' in content).toBe(false);
  expect(['location', 'reminder', 'requiredAttendees'].map(value)).toEqual([
    'Room 1',
    15,
    [{ address: 'bob@x.example', name: null }],
  ]);
});

const patches = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json[]>(null, 1, 'x', []),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('json'), { maxKeys: 3 }),
  ),
})).json;

/** The pseudo code of RFC 7396 2. */
function reference(target: Json, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: { [key: string]: Json } =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...(target as object) } : {};
  for (const [name, value] of Object.entries(patch as { [key: string]: Json })) {
    if (value === null) delete result[name];
    else result[name] = reference(result[name] ?? null, value);
  }
  return result;
}

test('a merge patch does what RFC 7396 says, and never touches what it was given', () => {
  fc.assert(
    fc.property(patches, patches, (target, patch) => {
      const before = JSON.stringify(target);
      expect(mergePatch(target, patch)).toEqual(reference(target, patch));
      expect(JSON.stringify(target)).toBe(before);
    }),
  );
});

test('content with a property of any name goes in and comes out', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
      const own = Object.fromEntries(Object.entries(more).filter(([name]) => name.includes(':')));
      expect(acceptContent('appointment', event(own as { [name: string]: Json }))).toMatchObject(own as object);
    }),
  );
});
