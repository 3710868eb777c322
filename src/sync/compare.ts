/** What each side did since the last agreement. */
import type { Field } from '../model/field.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { same } from '../model/json.ts';
import { ways } from './direction.ts';
import { isTracked, isWanted } from './filter.ts';
import type { PlanInput } from './plan-input.ts';
import { projected } from './project.ts';
import type { OurState, TheirState } from './state.ts';

/** A baseline that says nothing of a field (it is new to us) says that it was empty. */
export function baseOf(field: Field, base: { readonly [field: string]: Json } | undefined, content: ItemContent): Json {
  return base?.[field.name] ?? emptyOf(field, content);
}

const empty = new Map<Field, Json>();
function emptyOf(field: Field, content: ItemContent): Json {
  if (!empty.has(field)) empty.set(field, field.canonical({ '@type': content['@type'] }));
  return empty.get(field)!;
}

export function differs(field: Field, content: ItemContent, base: { readonly [field: string]: Json } | undefined): boolean {
  return !same(field.canonical(content), baseOf(field, base, content));
}

export function ourState(input: PlanInput): OurState {
  const { ours, link } = input;
  if (ours === null) return 'absent';
  if (ours.deleted || isCalledOff(input)) return 'deleted';
  const wanted = isWanted(input.policy, ours, input.mailbox);
  if (link === null) return wanted ? 'new' : 'outside';
  if (link.filtered && !wanted) return 'left';
  const view = projected(input);
  return ways(input).some((way) => way.out && differs(way.field, view, link.oursBase)) ? 'changed' : 'same';
}

/** Cancelled in the application, and the operator wants such meetings deleted there. */
export function isCalledOff({ kind, policy, ours }: PlanInput): boolean {
  return kind === 'appointment' && policy.closed === 'cancel' && ours?.content.status === 'cancelled';
}

export function theirState(input: PlanInput): TheirState {
  const { theirs, link } = input;
  if (theirs === null) return 'absent';
  if (theirs.presence !== 'present') return theirs.presence;
  if (link === null) return isTracked(input.policy, theirs) ? 'new' : 'untracked';
  return ways(input).some((way) => way.in && differs(way.field, theirs.content, link.theirsBase)) ? 'changed' : 'same';
}
