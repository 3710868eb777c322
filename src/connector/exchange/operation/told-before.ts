/**
 * What one pass has told already. A server that never says that it was the last, and tells the same again with states that are
 * always new, would be asked for ever.
 */
import { createHash } from 'node:crypto';
import { Failure } from '../../../model/failure.ts';
import { childOf, type Element, textOf } from '../read-answer.ts';

/** A listing that the server begins anew by itself comes to what is new at last; the state has moved on for the next pass. */
const MAX_REPEATED = 50;

/** Takes the changes of one answer; Failure('garbled') once so many in a row tell nothing new. */
export type ToldBefore = (changes: readonly Element[], attempt: string) => void;

export function toldBefore(): ToldBefore {
  const told = new Set<number>();
  let repeated = 0;
  return (changes, attempt) => {
    const before = told.size;
    for (const change of changes) told.add(fingerprint(change));
    repeated = changes.length > 0 && told.size === before ? repeated + 1 : 0;
    if (repeated >= MAX_REPEATED) throw new Failure('garbled', `${attempt}: the same changes come again and again`);
  };
}

/** What has become of which item, and the state it has now. Six bytes: a folder may have a hundred thousand items. */
function fingerprint(change: Element): number {
  const ids = [change, ...change.children].map((element) => childOf(element, 'ItemId')?.attributes);
  const state = [change.name, ids.map((id) => [id?.Id, id?.ChangeKey]), textOf(change, 'IsRead')];
  return createHash('sha256').update(JSON.stringify(state)).digest().readUIntBE(0, 6);
}
