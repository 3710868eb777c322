/** What is agreed once a write there has succeeded and the item was read back. */
import { type FieldValues, valuesOf } from '../model/field.ts';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent } from '../model/item.ts';
import { isCalledOff } from './compare.ts';
import type { Agreement, Plan, PlanInput } from './plan-input.ts';
import { projected } from './project.ts';

export interface ReadBack {
  readonly content: ItemContent;
  /** The item is as our last call left it: its etag is the one that call gave. False: somebody changed it in between. */
  readonly untouched: boolean;
}

/**
 * `input` is what the plan was made from, `readBack` null after a deletion. Null: the link ends.
 *
 * An item untouched since our write is taken as it is: what the server made of our values is its rewriting and no edit. One
 * that was changed in between is agreed to hold what we wrote and, elsewhere, what it held before, so that the next pass sees
 * the change for what it is.
 */
export function agree(input: PlanInput, plan: Plan, readBack: ReadBack | null): Agreement | null {
  const { next, theirs } = plan;
  if (theirs.write === 'none' || next === null) return next;
  if (theirs.write === 'delete' || readBack === null) return afterDeletion(input, next);
  const ours = {
    ...input.ours!,
    content: plan.ours.write === 'update' || plan.ours.write === 'restore' ? plan.ours.content : input.ours!.content,
  };
  const view = valuesOf(FIELDS[input.kind], projected(input.kind, input.policy, ours));
  const there = readBack.untouched ? readBack.content : theirs.content;
  const held = valuesOf(FIELDS[input.kind], there);
  const isWritten = (name: string) => theirs.fields.includes(name);
  const oursBase = theirs.write === 'create' ? view : picked(next.oursBase, view, isWritten);
  return { ...next, oursBase, theirsBase: readBack.untouched ? held : picked(next.theirsBase, held, isWritten) };
}

function picked(base: FieldValues, now: FieldValues, isWritten: (name: string) => boolean): FieldValues {
  return Object.fromEntries(Object.keys(now).map((name) => [name, isWritten(name) ? now[name]! : (base[name] ?? now[name]!)]));
}

function afterDeletion(input: PlanInput, next: Agreement): Agreement | null {
  if (input.ours === null || input.ours.deleted) return null;
  return { ...next, state: 'unlinked', apart: isCalledOff(input) ? 'deleted-here' : 'left', filtered: isCalledOff(input) };
}
