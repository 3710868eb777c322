/** From what both sides are now to what is to be done: one plan for one activity and one item. */
import { ourState, theirState } from './compare.ts';
import { decide } from './decide.ts';
import { isWanted } from './filter.ts';
import { createHere, createThere } from './plan-create.ts';
import { deleteHere, deleteThere, deletionConflict } from './plan-delete.ts';
import type { Agreement, Plan, PlanInput } from './plan-input.ts';
import { planMerge } from './plan-merge.ts';
import { apart, quiet } from './plan-parts.ts';
import type { Decision } from './state.ts';

/** What is done for each decision. */
const DONE: Record<Decision, (input: PlanInput, decision: Decision) => Plan> = {
  nothing: (input) => quiet(input, 'nothing'),
  wait: (input) =>
    quiet(
      input,
      'wait',
      'It left its folder: where to is not known before all watched folders and Deleted Items have been read.',
    ),
  'create-there': createThere,
  'create-here': createHere,
  join: planMerge,
  merge: planMerge,
  'delete-there': deleteThere,
  'delete-here': deleteHere,
  'deletion-conflict': deletionConflict,
  unlink: (input) => unlinked(input),
  forget: (input) => ({ ...quiet(input, 'forget'), next: null }),
};

/** In doubt and moved: an operator, or the mailbox's return, comes first. */
const HELD: readonly string[] = ['in-doubt', 'moved'];

export function plan(input: PlanInput): Plan {
  if (input.link !== null && HELD.includes(input.link.state)) return quiet(input, 'nothing');
  if (input.link?.state === 'unlinked') return planApart(input, input.link);
  const decision = openIntent(input, decide(ourState(input), theirState(input)));
  return DONE[decision](input, decision);
}

/** Guests are to be told of a meeting that is the same on both sides. */
function openIntent({ kind, intent }: PlanInput, decision: Decision): Decision {
  return decision === 'nothing' && kind === 'appointment' && (intent === 'invite' || intent === 'update') ? 'merge' : decision;
}

function unlinked(input: PlanInput): Plan {
  const gone = input.theirs?.presence;
  if (gone === 'away') return apart(input, 'away', 'It lies in a folder that is not watched.');
  return apart(input, gone === 'deleted' ? 'deleted-there' : 'away', 'It is not in Exchange any more.');
}

/** What came apart is linked again only when the cause is gone: it came back, or a filter wants it anew, or somebody asks for it. */
function planApart(input: PlanInput, link: Agreement): Plan {
  const present = input.theirs?.presence === 'present';
  if (input.ours === null || (input.ours.deleted && !present)) return { ...quiet(input, 'forget'), next: null };
  if (input.ours.deleted) return quiet(input, 'nothing');
  const wanted = isWanted(input.policy, input.ours, input.mailbox);
  const back = present && (input.theirs?.explicit === true || link.apart === 'away' || link.apart === 'deleted-there');
  const again = link.apart === 'left' && wanted;
  if (present && (back || again)) return planMerge({ ...input, link: { ...link, state: 'linked', apart: null } }, 'join');
  return again && input.theirs === null ? createThere(input, 'create-there') : quiet(input, 'nothing');
}
