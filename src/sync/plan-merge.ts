/** Both sides are there: field by field, then what is written on each, what waits and for what. */
import { SENSITIVE } from '../model/appointment-field.ts';
import { attachments } from '../model/attachment-field.ts';
import type { ConflictPolicy, Field, FieldValues } from '../model/field.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { same } from '../model/json.ts';
import { baseOf } from './compare.ts';
import { ways } from './direction.ts';
import { isWanted } from './filter.ts';
import { type MailVerdict, mailOfWrite } from './mail.ts';
import { type Both, mergeField, type Outcome } from './merge.ts';
import { PATTERN_FIELDS, patternClash } from './pattern-clash.ts';
import type { Agreement, Conflict, Plan, PlanInput, Question } from './plan-input.ts';
import { agreement, quiet } from './plan-parts.ts';
import { notSent, projected } from './project.ts';
import type { Decision, LinkState } from './state.ts';

export function planMerge(input: PlanInput, decision: Decision): Plan {
  const view = projected(input);
  const both: Both = { ours: view, whole: input.ours!.content, theirs: input.theirs!.content, base: input.link };
  const merged = outcomes(input, both);
  const { written, verdict } = withMail(input, merged);
  const target = targetOf(input, written);
  const ours = written.reduce(
    (held, { field, ours: taken }) => (taken === undefined ? held : field.set(held, taken.value)),
    input.ours!.content,
  );
  const asking = questions(written);
  const link = input.link ?? agreement(input);
  return {
    ...quiet(input, decision, verdict.goes ? null : verdict.reason),
    ours: ourWrite(ours, written),
    theirs: theirWrite(target, written, verdict),
    conflicts: written.flatMap(({ conflict }) => (conflict === undefined || isListed(conflict, link) ? [] : [conflict])),
    settled: Object.keys(link.asking).filter((name) => !(name in asking)),
    notApplied: [...written.flatMap(({ notApplied }) => notApplied ?? []), ...filesLeft(input)],
    next: {
      ...link,
      ...bases(input, written, view, ours),
      state: stateOf(asking, verdict),
      filtered: isWanted(input.policy, { ...input.ours!, content: ours }, input.mailbox),
      apart: null,
      deletionChoice: null,
      asking,
    },
    intent: intentOf(verdict, asking),
  };
}

const filesLeft = (input: PlanInput) =>
  ways(input).some(({ field, out }) => out && field.name === attachments.name) ? notSent(input) : [];

function outcomes(input: PlanInput, both: Both): readonly Outcome[] {
  const clash = patternClash(both);
  return ways(input).map((way) => {
    const { name } = way.field;
    const policy = policyOf(way.field, input);
    // An open question stays one whatever is edited meanwhile: only an answer, or the same value on both sides, ends it.
    const open = (clash && PATTERN_FIELDS.has(name)) || (policy === 'ask' && name in (input.link?.asking ?? {}));
    const asks = open && way.in && way.out;
    const outcome = mergeField(way, both, asks ? 'ask' : policy);
    return asks ? heldBack(outcome, both) : outcome;
  });
}

function policyOf(field: Field, { policy }: PlanInput): ConflictPolicy {
  return policy.conflicts[field.name] ?? policy.conflict ?? field.conflict;
}

/** Neither side gets it, even where one alone changed it. */
function heldBack(outcome: Outcome, both: Both): Outcome {
  const { field, ours, theirs, conflict } = outcome;
  if (ours === undefined && theirs === undefined && conflict === undefined) return outcome;
  const question: Conflict = { field: field.name, decidedBy: 'ask', ours: field.get(both.ours), theirs: field.get(both.theirs) };
  return { field, ...was(field, both), conflict: question };
}

function was(field: Field, { base, ours, theirs }: Both): Pick<Outcome, 'oursBase' | 'theirsBase'> {
  return { oursBase: baseOf(field, base?.oursBase, ours), theirsBase: baseOf(field, base?.theirsBase, theirs) };
}

/** Without leave to tell the guests, nothing goes there that they would be told of; what comes in comes in. */
function withMail(
  input: PlanInput,
  merged: readonly Outcome[],
): { readonly written: readonly Outcome[]; readonly verdict: MailVerdict } {
  const changes = merged.some(({ field, theirs }) => theirs !== undefined && SENSITIVE.has(field.name));
  const told = changes || input.intent === 'update';
  const verdict = mailOfWrite(input, targetOf(input, merged), told);
  if (verdict.goes) return { written: merged, verdict };
  const waits = verdict.waitsFor === 'budget' ? () => true : (field: Field) => SENSITIVE.has(field.name);
  return {
    verdict,
    written: merged.map((outcome) => (outcome.theirs !== undefined && waits(outcome.field) ? withheld(outcome) : outcome)),
  };
}

/** What would have lost there has not lost yet. */
function withheld({ theirs: _, conflict: __, ...rest }: Outcome): Outcome {
  return rest;
}

function targetOf(input: PlanInput, written: readonly Outcome[]): ItemContent {
  return written.reduce(
    (held, { field, theirs }) => (theirs === undefined ? held : field.set(held, theirs.value)),
    input.theirs!.content,
  );
}

function ourWrite(content: ItemContent, written: readonly Outcome[]): Plan['ours'] {
  const fields = written.filter((outcome) => outcome.ours !== undefined).map(({ field }) => field.name);
  return fields.length === 0 ? { write: 'none' } : { write: 'update', content, fields };
}

function theirWrite(content: ItemContent, written: readonly Outcome[], verdict: MailVerdict): Plan['theirs'] {
  const fields = written.filter((outcome) => outcome.theirs !== undefined).map(({ field }) => field.name);
  const mail = verdict.goes ? verdict.mail : 'none';
  if (fields.length === 0 && mail === 'none') return { write: 'none' };
  return { write: 'update', content, fields: fields.length === 0 ? ['subject'] : fields, mail };
}

function questions(written: readonly Outcome[]): { readonly [field: string]: Question } {
  const open = written.flatMap(({ conflict }) => (conflict?.decidedBy === 'ask' ? [conflict] : []));
  return Object.fromEntries(open.map(({ field, ours, theirs }) => [field, { ours, theirs }]));
}

function isListed(conflict: Conflict, link: Agreement): boolean {
  const open = link.asking[conflict.field];
  return (
    conflict.decidedBy === 'ask' && open !== undefined && same(open.ours, conflict.ours) && same(open.theirs, conflict.theirs)
  );
}

/**
 * What was agreed with our content before is agreed with what it is now: taking one field may give another a new form (a series
 * is compared by the clock on the wall, a closed appointment is shown as free), and that is no edit of ours.
 */
function bases(
  input: PlanInput,
  written: readonly Outcome[],
  before: ItemContent,
  ours: ItemContent,
): Pick<Agreement, 'oursBase' | 'theirsBase'> {
  const after = projected({ ...input, ours: { ...input.ours!, content: ours } });
  const oursBase = ({ field, ours: taken, theirs, oursBase: base }: Outcome): Json => {
    if (theirs === undefined && (taken !== undefined || same(base, field.canonical(before)))) return field.canonical(after);
    return base;
  };
  const named = (value: (outcome: Outcome) => Json): FieldValues =>
    Object.fromEntries(written.map((one) => [one.field.name, value(one)]));
  return { oursBase: named(oursBase), theirsBase: named((one) => one.theirsBase) };
}

function stateOf(asking: object, verdict: MailVerdict): LinkState {
  if (!verdict.goes) return verdict.waitsFor === 'intent' ? 'needs-intent' : 'parked';
  return Object.keys(asking).length > 0 ? 'asking' : 'linked';
}

/** While a question is open, what guests are to be told of is not all there. */
function intentOf(verdict: MailVerdict, asking: object): Plan['intent'] {
  if (!verdict.goes) return 'kept';
  return verdict.intent === 'void' && Object.keys(asking).length > 0 ? 'kept' : verdict.intent;
}
