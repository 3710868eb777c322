import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

const never = new AbortController().signal;

test('no more than so many at a time, in the order of asking, and each account for itself', async () => {
  const turns = createTurns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const enter = (n: number) =>
    turns.take('anna', never).then((end) => {
      begun.push(n);
      ends.push(end);
    });
  const all = [1, 2, 3, 4].map(enter);
  await Promise.all(all.slice(0, 2));
  await turns.take('bob', never);
  expect(begun).toEqual([1, 2]);
  ends[1]!();
  await all[2];
  expect(begun).toEqual([1, 2, 3]);
  for (const end of ends.splice(0)) end();
  await all[3];
  expect(begun).toEqual([1, 2, 3, 4]);
});

test('who stops waiting takes no turn away from the next in line', async () => {
  const turns = createTurns(1);
  const end = await turns.take('anna', never);
  const stopping = new AbortController();
  const stopped = turns.take('anna', stopping.signal);
  const next = turns.take('anna', never);
  stopping.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  end();
  const endNext = await next;
  endNext();
  await expect(turns.take('anna', stopping.signal)).resolves.toBeTypeOf('function');
});
