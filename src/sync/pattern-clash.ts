/** A changed pattern against a changed exception: neither can be carried over to the other, so a person is asked. */
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { at, same } from '../model/json.ts';
import { baseOf } from './compare.ts';
import type { Both } from './merge.ts';

const field = (name: string) => FIELDS.appointment.find((one) => one.name === name)!;
const [recurrence, time] = [field('recurrence'), field('time')];

/** The fields that wait for an answer then. */
export const PATTERN_FIELDS: ReadonlySet<string> = new Set(['recurrence', 'time']);

export function patternClash({ ours, theirs, base }: Both): boolean {
  if (ours['@type'] !== 'Event' || same(recurrence.canonical(ours), recurrence.canonical(theirs))) return false;
  const [mine, other] = [did(ours, base?.oursBase), did(theirs, base?.theirsBase)];
  return (mine.pattern && other.exceptions) || (mine.exceptions && other.pattern);
}

function did(content: ItemContent, base: { readonly [field: string]: Json } | undefined) {
  const [now, was] = [recurrence.canonical(content), baseOf(recurrence, base, content)];
  if (now === null || was === null) return { pattern: !same(now, was), exceptions: false };
  return {
    pattern: !same(at(now, 'rules'), at(was, 'rules')) || !same(time.canonical(content), baseOf(time, base, content)),
    exceptions: !same(at(now, 'overrides'), at(was, 'overrides')),
  };
}
