import { expect, test } from 'vitest';
import { dayOf, instantOf } from './field.ts';

test.each(['2026-12-10', '2026-12-10Z', '2026-12-10+01:00', '2026-12-10T00:00:00', ' 2026-12-09T23:00:00.0000000Z\n'])(
  'a day may be told as a day, with a zone and without, between spaces: %j',
  (told) => {
    expect(dayOf(told)).toBe('2026-12-10');
  },
);

test.each([undefined, '', 'soon', '9999-12-31T00:00:00Z', '2026-13-40'])('%j is no day', (told) => {
  expect(instantOf(told)).toBeNull();
});
