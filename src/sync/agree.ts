/** What is agreed once a write there has succeeded and the item was read back. */
import { attachments } from '../model/attachment-field.ts';
import type { FieldValues } from '../model/field.ts';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent } from '../model/item.ts';
import { same } from '../model/json.ts';
import { isCalledOff } from './compare.ts';
import { halfWritten } from './half-written.ts';
import type { Agreement, Plan, PlanInput } from './plan-input.ts';
import { blank, values } from './plan-parts.ts';
import { projected } from './project.ts';

export interface ReadBack {
  readonly content: ItemContent;
  /** The item is as our last call left it: its etag is the one that call gave. False: somebody changed it in between. */
  readonly untouched: boolean;
  /** The change ended before its last step: fields of which something is still to be written. */
  readonly left?: readonly string[];
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
  const view = values(input.kind, projected({ ...input, ours, link: next }));
  const held = values(input.kind, readBack.untouched ? readBack.content : theirs.content);
  const before = values(input.kind, input.theirs?.content ?? blank(input.kind));
  // No other write changes files: those that are there now and were not seen before are theirs to tell of.
  const isAlone = (name: string) => name === attachments.name;
  const isWritten = (name: string) => theirs.fields.includes(name) || (theirs.write === 'create' && !isAlone(name));
  // A change of theirs that waits (for an answer, or because it does not come in) goes on waiting.
  const isAgreed = (name: string) => !isAlone(name) && same(next.theirsBase[name] ?? null, before[name] ?? null);
  const whole = {
    oursBase: picked(next.oursBase, view, isWritten),
    theirsBase: picked(next.theirsBase, held, (name) => isWritten(name) || (readBack.untouched && isAgreed(name))),
  };
  const change = { before: input.theirs?.content ?? blank(input.kind), after: theirs.content, now: readBack.content };
  const { left = [], untouched } = readBack;
  const halves = FIELDS[input.kind]
    .filter(({ name }) => left.includes(name))
    .map((field) => halfWritten(field, untouched, change));
  const half = (side: 'ours' | 'theirs') => Object.fromEntries(halves.map((one) => [one.name, one[side]]));
  return {
    ...next,
    oursBase: { ...whole.oursBase, ...half('ours') },
    theirsBase: { ...whole.theirsBase, ...half('theirs') },
  };
}

function picked(base: FieldValues, now: FieldValues, isNew: (name: string) => boolean): FieldValues {
  return Object.fromEntries(Object.keys(now).map((name) => [name, isNew(name) ? now[name]! : (base[name] ?? now[name]!)]));
}

function afterDeletion(input: PlanInput, next: Agreement): Agreement | null {
  if (input.ours === null || input.ours.deleted) return null;
  return { ...next, state: 'unlinked', apart: isCalledOff(input) ? 'deleted-here' : 'left', filtered: isCalledOff(input) };
}
