/** The checkers take what the RFCs show, and tell each thing that they forbid. */
import { describe, expect, test } from 'vitest';
import { wrongInCalendarObject } from './calendar-object.ts';
import { wrongInCard } from './card.ts';

/** After RFC 8984, 6.1, 6.4, 6.9 and 6.10. */
const EVENT = {
  ...{ '@type': 'Event', uid: 'a8df6573-0474-496d-8496-033ad45d7fea', updated: '2020-01-02T18:23:04Z', title: 'Meeting' },
  ...{ start: '2020-01-08T09:00:00', timeZone: 'Europe/London', duration: 'PT1H30M', 'example.com:mood': { any: [null] } },
  locations: { '395': { '@type': 'Location', name: 'Math lab room 1', relativeTo: 'start' } },
  virtualLocations: { vloc1: { '@type': 'VirtualLocation', uri: 'https://chat.example.com/?x=1' } },
  participants: {
    dG9tQGZvb: {
      ...{ '@type': 'Participant', name: 'Tom', email: 'tom@foobar.example.com', roles: { attendee: true, owner: true } },
      ...{ sendTo: { imip: 'mailto:tom@foobar.example.com' }, participationStatus: 'accepted' },
    },
  },
  alerts: { a: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT15M' } } },
  recurrenceRules: [
    {
      ...{ '@type': 'RecurrenceRule', frequency: 'monthly', until: '2020-06-24T09:00:00' },
      byDay: [{ '@type': 'NDay', day: 'we', nthOfPeriod: -1 }],
    },
  ],
  recurrenceOverrides: {
    '2020-01-29T09:00:00': { excluded: true },
    '2020-02-26T09:00:00': { title: 'Exam', start: '2020-02-26T10:00:00', 'locations/395/name': 'Big hall', timeZone: null },
  },
};
const TASK = { '@type': 'Task', uid: 'a', updated: '2020-01-09T14:32:01Z', due: '2020-01-19T18:00:00', percentComplete: 30 };
const rule = (more: object) => ({ recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', ...more }] });
const patch = (more: object) => ({ recurrenceOverrides: { '2020-02-26T09:00:00': more } });
const person = (more: object) => ({ participants: { a: { '@type': 'Participant', roles: { attendee: true }, ...more } } });
const day = (more: object) => [{ '@type': 'NDay', day: 'mo', ...more }];

test('what the RFC shows is valid', () => {
  expect([...wrongInCalendarObject(EVENT), ...wrongInCalendarObject(TASK)]).toEqual([]);
});

describe('an event is told', () => {
  test.each<[string, object]>([
    ['without uid', { uid: undefined }],
    ['without updated', { updated: undefined }],
    ['without start', { start: undefined }],
    ['with a start of UTC', { start: '2020-01-08T09:00:00Z' }],
    ['with a day that is none', { start: '2020-02-30T09:00:00' }],
    ['with a moment that is local', { updated: '2020-01-02T18:23:04' }],
    ['with a fraction that ends in nothing', { start: '2020-01-08T09:00:00.10' }],
    ['with a duration of seconds after hours', { duration: 'PT1H30S' }],
    ['with a negative duration', { duration: '-PT1H' }],
    ['with a duration of nothing', { duration: 'P' }],
    ['with a zone that is none', { timeZone: 'W. Europe Standard Time' }],
    ['with a property of nobody', { mood: 'good' }],
    ['with an Id that is none', { locations: { 'a@b': { '@type': 'Location' } } }],
    ['with a location without type', { locations: { a: { name: 'x' } } }],
    ['with a virtual location that is nowhere', { virtualLocations: { a: { '@type': 'VirtualLocation' } } }],
    ['with a priority of ten', { priority: 10 }],
    ['with a status of tasks', { status: 'completed' }],
    ['with a keyword that is not', { keywords: { a: false } }],
    ['with a link without href', { links: { a: { '@type': 'Link', title: 'x' } } }],
    ['with a link that is no URI', { links: { a: { '@type': 'Link', href: 'a file' } } }],
    ['with an alert without trigger', { alerts: { a: { '@type': 'Alert' } } }],
    [
      'with an alert at a local time',
      { alerts: { a: { '@type': 'Alert', trigger: { '@type': 'AbsoluteTrigger', when: '2020-01-01T00:00:00' } } } },
    ],
    ['with somebody without a role', person({ roles: {} })],
    ['with somebody in a role of nobody', person({ roles: { guest: true } })],
    ['with somebody who is written to by no URI', person({ sendTo: { imip: 'tom@example.com' } })],
    ['with an answer of nobody', person({ participationStatus: 'maybe' })],
    ['with a frequency in capitals', rule({ frequency: 'DAILY' })],
    ['with no rule in the list', { recurrenceRules: [] }],
    ['with an interval of none', rule({ interval: 0 })],
    ['with count and until', rule({ count: 2, until: '2020-03-01T00:00:00' })],
    ['with an end in UTC', rule({ until: '2020-03-01T00:00:00Z' })],
    ['with a month that is a number', rule({ byMonth: [5] })],
    ['with a day of the month beyond it', rule({ byMonthDay: [32] })],
    ['with a day of the month in a week', rule({ frequency: 'weekly', byMonthDay: [3] })],
    ['with a numbered day of a week', rule({ frequency: 'weekly', byDay: day({ nthOfPeriod: 1 }) })],
    ['with a day without type', rule({ byDay: [{ day: 'mo' }] })],
    ['with a week of the year in a month', rule({ frequency: 'monthly', byWeekNo: [3] })],
    ['with a position in no set', rule({ bySetPosition: [1] })],
    ['with an hour of the day after', rule({ byHour: [24] })],
    ['with an override of no time', { recurrenceOverrides: { '2020-02-26': {} } }],
    ['with an occurrence that is excluded and more', patch({ excluded: true, title: 'x' })],
    ['with an occurrence of its own uid', patch({ uid: 'x' })],
    ['with a pointer through nothing', patch({ 'locations/other/name': 'x' })],
    ['with a pointer into a list', patch({ 'recurrenceRules/0/count': 3 })],
    ['with a pointer below another', patch({ locations: {}, 'locations/395/name': 'x' })],
    ['with a pointer that begins with a slash', patch({ '/title': 'x' })],
    ['with an occurrence that is no event any more', patch({ duration: 'long' })],
  ])('%s', (_, more) => {
    expect(wrongInCalendarObject(JSON.parse(JSON.stringify({ ...EVENT, ...more })))).not.toEqual([]);
  });
});

const CARD = {
  ...{ '@type': 'Card', version: '1.0', uid: '22B2C7DF-9120-4969-8460-05956FE6B065', kind: 'individual' },
  name: {
    components: [
      { kind: 'given', value: 'Jane' },
      { kind: 'surname', value: 'Doe' },
    ],
    isOrdered: true,
  },
  phones: { p: { number: '+1 555', features: { voice: true, 'example.com:hot': true }, contexts: { private: true } } },
  anniversaries: { k8: { '@type': 'Anniversary', kind: 'birth', date: { '@type': 'PartialDate', month: 4, day: 15 } } },
  media: { res45: { '@type': 'Media', kind: 'photo', uri: 'data:image/png;base64,iVBORw0KGgo=' } },
};

test('a card as the RFC shows it is valid', () => {
  expect(wrongInCard(CARD)).toEqual([]);
});

test.each<[string, object]>([
  ['without uid', { uid: undefined }],
  ['of another version', { version: '2.0' }],
  ['with a name of nothing', { name: { isOrdered: true } }],
  ['with a part of a name of nobody', { name: { components: [{ kind: 'middle', value: 'x' }] } }],
  ['with an Id that is none', { emails: { 'a b': { address: 'a@example.com' } } }],
  ['with a phone for nothing known', { phones: { p: { number: '1', features: { telex: true } } } }],
  ['with a day without its month', { anniversaries: { a: { kind: 'birth', date: { year: 2000, day: 3 } } } }],
  ['with a picture without kind', { media: { a: { uri: 'data:,x' } } }],
  ['with a preference of none', { emails: { a: { address: 'a@example.com', pref: 0 } } }],
  ['with a type of something else', { notes: { a: { '@type': 'Memo', note: 'x' } } }],
  ['with a property of nobody', { telex: '1' }],
])('a card is told %s', (_, more) => {
  expect(wrongInCard(JSON.parse(JSON.stringify({ ...CARD, ...more })))).not.toEqual([]);
});
