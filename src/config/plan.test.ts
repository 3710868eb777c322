import { describe, expect, test } from 'vitest';
import { dropsTooMany, type KnownMailbox, mailboxSetHash, planMailboxes } from './plan.ts';

const known = (id: string, more: Partial<KnownMailbox> = {}): KnownMailbox => ({
  id,
  address: `${id}@example.com`,
  paused: false,
  fingerprint: 'same',
  ...more,
});
const next = (id: string, address = `${id}@example.com`) => ({ id, address });
const many = (count: number) => Array.from({ length: count }, (_, index) => known(`m${index}`));

describe('planMailboxes', () => {
  test('tells new, renamed, changed, resumed, dropped and unchanged mailboxes apart', () => {
    const before = [
      known('same'),
      known('name'),
      known('set', { fingerprint: 'other' }),
      known('back', { paused: true }),
      known('gone'),
    ];
    const after = [next('same'), next('name', 'new@example.com'), next('set'), next('back'), next('fresh')];
    const plan = planMailboxes(before, after, () => 'same');
    expect(plan).toEqual({
      added: [next('fresh')],
      renamed: [{ id: 'name', address: 'new@example.com', from: 'name@example.com' }],
      changed: [next('set')],
      resumed: [next('back')],
      dropped: [next('gone')],
      unchanged: 1,
      served: 4,
    });
  });

  test('a paused mailbox that stays away is dropped no second time', () => {
    expect(planMailboxes([known('gone', { paused: true })], [], () => null).dropped).toEqual([]);
  });

  test('unknown settings are no change', () => {
    expect(planMailboxes([known('a', { fingerprint: null })], [next('a')], () => 'x').changed).toEqual([]);
  });
});

describe('dropsTooMany', () => {
  test.each([
    [100, 5, false],
    [100, 6, true],
    [5000, 250, false],
    [5000, 251, true],
    [3, 1, true],
    [3, 0, false],
    [0, 0, false],
  ])('of %i mailboxes, %i dropped: %s', (count, dropped, expected) => {
    const before = many(count);
    expect(dropsTooMany(planMailboxes(before, before.slice(dropped), () => 'same'))).toBe(expected);
  });
});

test('the hash of a set of mailboxes does not depend on their order', () => {
  const config = (...ids: string[]) =>
    ({ mailboxes: ids.map((id) => next(id)) }) as unknown as Parameters<typeof mailboxSetHash>[0];
  expect(mailboxSetHash(config('a', 'b'))).toBe(mailboxSetHash(config('b', 'a')));
  expect(mailboxSetHash(config('a', 'b'))).not.toBe(mailboxSetHash(config('a')));
});
