import fc from 'fast-check';
import { expect, test } from 'vitest';
import { participantId } from './participant-id.ts';

test.each([
  ['Anna@Example.com', 'anna_40example_2ecom'],
  ['o_b-1@example.com', 'o_5fb-1_40example_2ecom'],
  ['jürgen@example.com', 'j_c3_bcrgen_40example_2ecom'],
])('%s stands under %s', (address, id) => {
  expect(participantId(address)).toBe(id);
});

test('is an Id, and another one for another address', () =>
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
      fc.string({ minLength: 1, maxLength: 60 }),
      (one, other) => {
        expect(participantId(one)).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
        const same = participantId(one) === participantId(other);
        expect(same).toBe(one.toLowerCase() === other.toLowerCase());
      },
    ),
  ));
