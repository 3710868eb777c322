/** A day that was deleted from a series in Exchange is gone for good, unless the series gets another pattern or other hours. */
import { Failure } from '../model/failure.ts';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { at, isObject, same } from '../model/json.ts';
import type { Database } from '../store/database.ts';
import type { Item } from '../store/items.ts';
import type { Link } from '../store/links.ts';
import { readRemoteItem } from '../store/remote-items.ts';

const [recurrence, time] = ['recurrence', 'time'].map((name) => FIELDS.appointment.find((field) => field.name === name)!);
const isExcluded = (content: ItemContent, day: string) => at(content, 'recurrenceOverrides', day, 'excluded') === true;

export async function refuseReturn(
  transaction: Database,
  item: Item,
  content: ItemContent,
  links: readonly Link[],
): Promise<void> {
  const overrides = at(item.content, 'recurrenceOverrides');
  const back = Object.keys(isObject(overrides) ? overrides : {}).filter(
    (day) => isExcluded(item.content, day) && !isExcluded(content, day),
  );
  if (item.kind !== 'appointment' || back.length === 0 || recurrence!.get(content) === null) return;
  for (const { ref, mailboxId, kind } of links) {
    const there = ref === null ? null : await readRemoteItem(transaction, mailboxId, kind, ref);
    const day = there && back.find((one) => isExcluded(there.content, one));
    if (!day || !same(patternOf(there.content), patternOf(content))) continue;
    throw new Failure('refused', `the occurrence of ${day} was deleted from its series, and Exchange cannot bring it back`, {
      remedy: 'leave the day excluded, and make an appointment of its own for it',
    });
  }
}

const patternOf = (content: ItemContent): Json => [at(recurrence!.canonical(content), 'rules'), time!.canonical(content)];
