import { expect, test } from 'vitest';
import { decide } from './decide.ts';
import type { OurState, TheirState } from './state.ts';

const OURS: readonly OurState[] = ['absent', 'new', 'outside', 'same', 'changed', 'left', 'deleted'];
const THEIRS: readonly TheirState[] = ['absent', 'new', 'untracked', 'same', 'changed', 'suspected', 'away', 'deleted'];
const pairs = OURS.flatMap((ours) => THEIRS.map((theirs) => ({ ours, theirs, decision: decide(ours, theirs) })));

test('there is a decision for every pair', () => {
  expect(pairs.length).toBe(56);
  expect(pairs.filter(({ decision }) => decision === undefined)).toEqual([]);
});

test('a suspicion creates and deletes nothing', () => {
  for (const { decision } of pairs.filter(({ theirs }) => theirs === 'suspected'))
    expect(['wait', 'nothing']).toContain(decision);
});

test('what moved to an unwatched folder is never deleted on either side', () => {
  for (const { decision } of pairs.filter(({ theirs }) => theirs === 'away'))
    expect(['unlink', 'nothing', 'forget']).toContain(decision);
});

test('ours is deleted only because theirs was, theirs only because ours was or left its filter', () => {
  for (const pair of pairs.filter(({ decision }) => decision === 'delete-here')) expect(pair.theirs).toBe('deleted');
  for (const pair of pairs.filter(({ decision }) => decision === 'delete-there'))
    expect(['deleted', 'left']).toContain(pair.ours);
});

test('nothing is made there while something of the same identity is', () => {
  for (const pair of pairs.filter(({ decision }) => decision === 'create-there')) expect(pair.theirs).toBe('absent');
});

test('a change is never overruled by a deletion without the conflict being seen', () => {
  for (const { ours, theirs, decision } of pairs)
    if ((ours === 'changed' && theirs === 'deleted') || (ours === 'deleted' && theirs === 'changed'))
      expect(decision).toBe('deletion-conflict');
});
