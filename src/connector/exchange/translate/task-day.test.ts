/** Days of tasks as users in three parts of the world mean them. */
import { describe, expect, test } from 'vitest';
import { completedDay, plannedDay } from './task-day.ts';

const [BERLIN, NEW_YORK, AUCKLAND] = ['Europe/Berlin', 'America/New_York', 'Pacific/Auckland'];
const USERS = [BERLIN, NEW_YORK, AUCKLAND, null];

describe.each(USERS)('to a user in %s', (zone) => {
  test.each(['2026-12-10T00:00:00Z', '2026-12-10', '2026-12-10T00:00:00+13:00', '2026-12-10T00:00:00-05:00', '2026-12-10Z'])(
    '%s is the tenth, whatever is read of it',
    (told) => {
      expect([plannedDay(told, zone), completedDay(told, zone)]).toEqual(['2026-12-10', '2026-12-10']);
    },
  );

  test('what is no time is no day', () => {
    expect([plannedDay('soon', zone), completedDay(undefined, zone)]).toEqual([null, null]);
  });
});

describe('the midnight of the own zone is that day, by whichever clock', () => {
  test.each([
    [BERLIN, '2026-12-09T23:00:00Z', '2026-12-10'],
    [BERLIN, '2026-07-09T22:00:00Z', '2026-07-10'],
    [NEW_YORK, '2026-12-10T05:00:00Z', '2026-12-10'],
    [NEW_YORK, '2026-07-10T04:00:00Z', '2026-07-10'],
    [AUCKLAND, '2026-12-09T11:00:00Z', '2026-12-10'],
    [AUCKLAND, '2026-07-09T12:00:00Z', '2026-07-10'],
  ])('%s %s is %s', (zone, told, day) => {
    expect([plannedDay(told, zone), completedDay(told, zone)]).toEqual([day, day]);
  });
});

describe('a due day that somebody elsewhere wrote is the nearest midnight', () => {
  test.each([
    [BERLIN, '2026-12-10T05:00:00Z', '2026-12-10'],
    [NEW_YORK, '2026-12-09T23:00:00Z', '2026-12-10'],
    [NEW_YORK, '2026-12-09T18:30:00Z', '2026-12-10'],
    [AUCKLAND, '2026-12-09T23:00:00Z', '2026-12-10'],
    [null, '2026-12-09T23:00:00Z', '2026-12-10'],
    [null, '2026-12-10T05:00:00Z', '2026-12-10'],
  ])('to a user in %s %s is %s', (zone, told, day) => {
    expect(plannedDay(told, zone)).toBe(day);
  });

  test.each([
    [BERLIN, '2026-12-10'],
    [NEW_YORK, '2026-12-10'],
    [AUCKLAND, '2026-12-11'],
    [null, '2026-12-10'],
  ])('and what no zone has as midnight is the day it is in %s', (zone, day) => {
    expect(plannedDay('2026-12-10T16:37:12Z', zone)).toBe(day);
  });
});

describe('the moment of completion is of the day it was where it was done', () => {
  test.each([
    [BERLIN, '2026-12-10T15:30:00Z', '2026-12-10'],
    [BERLIN, '2026-12-10T23:30:00Z', '2026-12-11'],
    [NEW_YORK, '2026-12-10T15:30:00Z', '2026-12-10'],
    [NEW_YORK, '2026-12-11T02:00:00Z', '2026-12-10'],
    [AUCKLAND, '2026-12-10T09:30:00Z', '2026-12-10'],
    [AUCKLAND, '2026-12-10T15:30:00Z', '2026-12-11'],
    [null, '2026-12-10T15:30:00Z', '2026-12-10'],
    [null, '2026-12-10T23:30:00Z', '2026-12-10'],
  ])('%s %s is %s', (zone, told, day) => {
    expect(completedDay(told, zone)).toBe(day);
  });
});
