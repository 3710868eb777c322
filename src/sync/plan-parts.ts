/** What plans are made of. */
import { type FieldValues, valuesOf } from '../model/field.ts';
import { FIELDS } from '../model/fields.ts';
import { type ItemContent, type ItemKind, TYPE_OF } from '../model/item.ts';
import { isWanted } from './filter.ts';
import type { Agreement, Plan, PlanInput } from './plan-input.ts';
import type { Decision } from './state.ts';

/** Nothing is written, the link stays as it is. */
export function quiet(input: PlanInput, decision: Decision, reason: string | null = null): Plan {
  return {
    decision,
    reason,
    ours: { write: 'none' },
    theirs: { write: 'none' },
    conflicts: [],
    settled: [],
    notApplied: [],
    next: input.link,
    intent: 'kept',
  };
}

/** The two go their own ways; each stays what it is. */
export function apart(input: PlanInput, why: Agreement['apart'], reason: string): Plan {
  const link = input.link ?? agreement(input);
  return {
    ...quiet(input, 'unlink', reason),
    settled: Object.keys(link.asking),
    notApplied: why === 'away' ? [] : [{ what: why === 'left' ? 'filter' : 'deletion', reason }],
    next: { ...link, state: 'unlinked', apart: why, asking: {}, deletionChoice: null, filtered: why !== 'left' && link.filtered },
    intent: 'void',
  };
}

export const blank = (kind: ItemKind): ItemContent => ({ '@type': TYPE_OF[kind] });

export const values = (kind: ItemKind, content: ItemContent): FieldValues => valuesOf(FIELDS[kind], content);

/** A link that has agreed on nothing yet: every field was empty. */
export function agreement(input: PlanInput): Agreement {
  const nothing = values(input.kind, blank(input.kind));
  return {
    state: 'linked',
    oursBase: nothing,
    theirsBase: nothing,
    filtered: input.ours !== null && isWanted(input.policy, input.ours, input.mailbox),
    apart: null,
    deletionChoice: null,
    asking: {},
  };
}
