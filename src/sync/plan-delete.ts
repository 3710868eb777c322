/** One side deleted: what becomes of the other, and what if that had changed. */
import type { Json } from '../model/item.ts';
import { same } from '../model/json.ts';
import { isCalledOff } from './compare.ts';
import { whyKept } from './deletion.ts';
import { mailOfDeletion } from './mail.ts';
import { createThere } from './plan-create.ts';
import type { Conflict, Plan, PlanInput } from './plan-input.ts';
import { planMerge } from './plan-merge.ts';
import { agreement, apart, quiet } from './plan-parts.ts';
import type { Decision } from './state.ts';

/** `agree` ends the link once it is done. */
export function deleteThere(input: PlanInput, decision: Decision): Plan {
  const column = isGone(input) ? 'here' : 'left';
  const kept = whyKept(input, column);
  if (kept !== null) return apart(input, column === 'here' ? 'deleted-here' : 'left', kept);
  const link = input.link ?? agreement(input);
  const verdict = mailOfDeletion(input);
  if (!verdict.goes) {
    const state = verdict.waitsFor === 'intent' ? 'needs-intent' : 'parked';
    return { ...quiet(input, decision, verdict.reason), next: { ...link, state } };
  }
  const next = { ...link, state: 'linked' as const, deletionChoice: null, asking: {} };
  return {
    ...quiet(input, decision),
    theirs: { write: 'delete', mail: verdict.mail },
    settled: Object.keys(link.asking),
    next,
    intent: verdict.intent,
  };
}

const isGone = (input: PlanInput) => input.ours?.deleted === true || isCalledOff(input);

export function deleteHere(input: PlanInput, decision: Decision): Plan {
  const kept = whyKept(input, 'there');
  if (kept !== null) return apart(input, 'deleted-there', kept);
  return {
    ...quiet(input, decision),
    ours: { write: 'delete' },
    settled: Object.keys(input.link?.asking ?? {}),
    next: null,
    intent: 'void',
  };
}

/** The matrix comes first: where a deletion does not cross, nothing is lost and nobody needs to be asked. */
export function deletionConflict(input: PlanInput, decision: Decision): Plan {
  const wentThere = input.theirs?.presence === 'deleted';
  const column = wentThere ? 'there' : isGone(input) ? 'here' : 'left';
  const kept = whyKept(input, column);
  if (kept !== null) return apart(input, wentThere ? 'deleted-there' : column === 'here' ? 'deleted-here' : 'left', kept);
  const chosen = choiceOf(input, wentThere);
  const policy = chosen ?? input.policy.deletionConflict;
  if (policy === 'ask') return asked(input, decision, wentThere);
  const plan = wentThere ? afterTheirs(input, policy) : afterOurs(input, policy);
  // What somebody chose is in the list already.
  return chosen === null ? { ...plan, conflicts: [...plan.conflicts, conflictOf(input, wentThere, policy)] } : plan;
}

/** Null: nobody has chosen, or not between what there is now. */
function choiceOf(input: PlanInput, wentThere: boolean): 'exchange' | 'application' | null {
  const { ours, theirs } = conflictOf(input, wentThere, 'ask');
  const seen = input.link?.asking.deletion;
  return seen && same(seen.ours, ours) && same(seen.theirs, theirs) ? input.link!.deletionChoice : null;
}

function afterTheirs(input: PlanInput, winner: 'exchange' | 'application'): Plan {
  if (winner === 'exchange') return deleteHere(input, 'delete-here');
  const made = createThere({ ...input, theirs: null }, 'create-there');
  return { ...made, settled: Object.keys(input.link?.asking ?? {}) };
}

function afterOurs(input: PlanInput, winner: 'exchange' | 'application'): Plan {
  if (winner === 'application') return deleteThere(input, 'delete-there');
  const merged = planMerge({ ...input, ours: { ...input.ours!, deleted: false } }, 'merge');
  const content = merged.ours.write === 'update' ? merged.ours.content : input.ours!.content;
  return { ...merged, ours: { write: 'restore', content, fields: merged.ours.write === 'update' ? merged.ours.fields : [] } };
}

function asked(input: PlanInput, decision: Decision, wentThere: boolean): Plan {
  const conflict = conflictOf(input, wentThere, 'ask');
  const link = input.link ?? agreement(input);
  const open = link.asking.deletion;
  const listed = open !== undefined && same(open.ours, conflict.ours) && same(open.theirs, conflict.theirs);
  return {
    ...quiet(input, decision, 'Deleted on one side and changed on the other: somebody has to choose.'),
    conflicts: listed ? [] : [conflict],
    settled: Object.keys(link.asking).filter((name) => name !== 'deletion'),
    next: {
      ...link,
      state: 'asking',
      deletionChoice: null,
      asking: { deletion: { ours: conflict.ours, theirs: conflict.theirs } },
    },
  };
}

function conflictOf(input: PlanInput, wentThere: boolean, decidedBy: Conflict['decidedBy']): Conflict {
  const ours: Json = wentThere ? input.ours!.content : null;
  const theirs: Json = wentThere ? null : input.theirs!.content;
  return { field: 'deletion', decidedBy, ours, theirs };
}
