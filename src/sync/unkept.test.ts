import { expect, test } from 'vitest';
import type { ItemContent } from '../model/item.ts';
import { unkept } from './unkept.ts';

const event = (more: object) =>
  ({ '@type': 'Event', title: 'a', start: '2026-05-06T09:00:00', duration: 'PT1H', ...more }) as ItemContent;
const names = (before: ItemContent, wanted: ItemContent, now: ItemContent, fields = ['subject', 'showAs']) =>
  unkept('appointment', { fields, before, wanted, now }).map(({ what }) => what);

test('what was to change and stands as it did is told, and what the server says in its own words is not', () => {
  const [busy, free] = [event({ freeBusyStatus: 'busy' }), event({ freeBusyStatus: 'free' })];
  expect(names(busy, free, busy)).toEqual(['showAs']);
  expect(names(busy, free, free)).toEqual([]);
  expect(names(event({}), event({ title: 'b' }), event({ title: 'B' }))).toEqual([]);
});

test('neither what was not written nor what was to stay', () => {
  const [busy, free] = [event({ freeBusyStatus: 'busy' }), event({ freeBusyStatus: 'free' })];
  expect(names(busy, free, busy, ['subject'])).toEqual([]);
  expect(names(event({}), event({ freeBusyStatus: 'busy' }), event({}))).toEqual([]);
});
