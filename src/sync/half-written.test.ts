import { expect, test } from 'vitest';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent } from '../model/item.ts';
import { halfWritten } from './half-written.ts';

const categories = FIELDS.appointment.find(({ name }) => name === 'categories')!;
const of = (...words: string[]): ItemContent => ({
  '@type': 'Event',
  keywords: Object.fromEntries(words.map((word) => [word, true])),
});

test('of a set that somebody else was at, each member is agreed or an edit for itself', () => {
  const change = { before: of('kept', 'going', 'thrown'), after: of('kept', 'coming', 'later', 'thrown') };
  const half = halfWritten(categories, false, { ...change, now: of('kept', 'going', 'coming', 'hers') });
  // `going` is still to go and `later` still to come; `hers` is new, and `thrown` was taken away by her.
  const agreed = ['coming', 'going', 'kept', 'thrown'];
  expect(half).toEqual({ name: 'categories', ours: agreed, theirs: agreed });
});

test('of a set that nobody else was at, what stands is agreed as the server made it', () => {
  const change = { before: of('kept'), after: of('kept', 'coming'), now: of('kept', 'rewritten') };
  expect(halfWritten(categories, true, change)).toMatchObject({ ours: ['kept', 'rewritten'], theirs: ['kept', 'rewritten'] });
});
