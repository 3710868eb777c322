/** One field against its two baselines: what each side takes, what is then agreed, and what lost. */
import type { ConflictPolicy, Field } from '../model/field.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { same } from '../model/json.ts';
import { baseOf } from './compare.ts';
import type { Way } from './direction.ts';
import { mergeSets } from './merge-set.ts';
import type { Agreement, Conflict, NotApplied } from './plan-input.ts';

export interface Both {
  /** Ours as it is meant to look there (`projected`). */
  readonly ours: ItemContent;
  /** Ours as it is. */
  readonly whole: ItemContent;
  readonly theirs: ItemContent;
  readonly base: Pick<Agreement, 'oursBase' | 'theirsBase'> | null;
}

export interface Outcome {
  readonly field: Field;
  /** The value that ours takes. */
  readonly ours?: { readonly value: Json };
  /** The value to be written there. */
  readonly theirs?: { readonly value: Json };
  readonly oursBase: Json;
  readonly theirsBase: Json;
  readonly conflict?: Conflict;
  readonly notApplied?: NotApplied;
}

export function mergeField(way: Way, both: Both, policy: ConflictPolicy): Outcome {
  const { field } = way;
  const [oursNow, theirsNow] = [field.canonical(both.ours), field.canonical(both.theirs)];
  const oursBase = baseOf(field, both.base?.oursBase, both.ours);
  const theirsBase = baseOf(field, both.base?.theirsBase, both.theirs);
  const kept = { field, oursBase, theirsBase };
  const [weDid, theyDid] = [!same(oursNow, oursBase), !same(theirsNow, theirsBase)];
  if (!weDid && !theyDid) return kept;
  if (same(oursNow, theirsNow)) return { field, oursBase: oursNow, theirsBase: theirsNow };
  if (field.merge === 'set') return mergedSet(way, both, kept);
  return { ...kept, ...decided(way, both, policy, { weDid, theyDid }) };
}

interface Did {
  readonly weDid: boolean;
  readonly theyDid: boolean;
}

function decided(way: Way, both: Both, policy: ConflictPolicy, did: Did): Partial<Outcome> {
  if (way.in && way.out)
    return did.weDid && did.theyDid ? contested(way, both, policy) : did.weDid ? send(way, both) : take(way, both);
  const one = did.weDid && did.theyDid ? { conflict: lost(way.field, both, 'one-way') } : {};
  if (way.in && did.theyDid) return { ...take(way, both), ...one };
  if (way.out && did.weDid) return { ...send(way, both), ...one };
  return did.weDid ? unsent(way.field) : {};
}

function contested(way: Way, both: Both, policy: ConflictPolicy): Partial<Outcome> {
  const conflict = lost(way.field, both, policy);
  if (policy === 'ask') return { conflict };
  return { ...(policy === 'exchange' ? take(way, both) : send(way, both)), conflict };
}

const unsent = (field: Field) => ({
  notApplied: {
    what: field.name,
    reason: `${field.name} was changed in the application and does not go to this item in Exchange.`,
  },
});

function take({ field }: Way, both: Both): Partial<Outcome> {
  const value = field.adopt(both.ours, both.theirs);
  return { ours: { value }, oursBase: field.canonical(field.set(both.ours, value)), theirsBase: field.canonical(both.theirs) };
}

/** The baselines stay: until it has been written, ours is what it was changed from. */
function send({ field }: Way, both: Both): Partial<Outcome> {
  return { theirs: { value: field.get(both.ours) } };
}

function lost(field: Field, both: Both, decidedBy: Conflict['decidedBy']): Conflict {
  return { field: field.name, decidedBy, ours: field.get(both.ours), theirs: field.get(both.theirs) };
}

function mergedSet(way: Way, both: Both, kept: Outcome): Outcome {
  const { field } = way;
  const ours = { members: field.get(both.ours), base: kept.oursBase };
  const theirs = { members: field.get(both.theirs), base: kept.theirsBase };
  const merged = mergeSets(field.key, ours, theirs, way);
  const keys = (members: readonly Json[]) => field.canonical(field.set(both.ours, members));
  const [ourKeys, theirKeys] = [keys(merged.ours), keys(merged.theirs)];
  const sends = !same(theirKeys, field.canonical(both.theirs));
  return {
    field,
    ...(same(ourKeys, field.canonical(both.ours))
      ? {}
      : { ours: { value: [...merged.ours, ...notMeant(field, both, merged.ours)] } }),
    ...(sends ? { theirs: { value: merged.theirs } } : {}),
    oursBase: way.in ? inOrder(sends || !way.out ? merged.oursBase : (ourKeys as readonly Json[])) : kept.oursBase,
    theirsBase: way.in ? field.canonical(both.theirs) : kept.theirsBase,
  };
}

/** Members of ours that are not meant for them stay, whatever else becomes of the set. */
function notMeant(field: Field, { ours, whole }: Both, merged: readonly Json[]): readonly Json[] {
  const shown = new Set([...(field.get(ours) as readonly Json[]), ...merged].map((member) => JSON.stringify(field.key(member))));
  return (field.get(whole) as readonly Json[]).filter((member) => !shown.has(JSON.stringify(field.key(member))));
}

const inOrder = (keys: readonly Json[]): Json => [...keys].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
