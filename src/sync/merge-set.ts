/** Sets merge by member: what one side added or took away, the other adds or takes away. Nobody's member is lost. */
import type { Field } from '../model/field.ts';
import type { Json } from '../model/item.ts';

type Members = ReadonlyMap<string, Json>;

export interface SetSide {
  /** As it is. */
  readonly members: Json;
  /** Keys at the last agreement. */
  readonly base: Json;
}

export interface MergedSet {
  readonly ours: readonly Json[];
  readonly theirs: readonly Json[];
  /** Our baseline with their changes in it: what ours is compared with until its own changes have been written. */
  readonly oursBase: readonly Json[];
}

/** `in`: their changes come to us; `out`: ours go there. */
export function mergeSets(
  key: Field['key'],
  ours: SetSide,
  theirs: SetSide,
  way: { readonly in: boolean; readonly out: boolean },
): MergedSet {
  const [mine, other] = [keyed(key, ours.members), keyed(key, theirs.members)];
  const [myBase, otherBase] = [keyed((one) => one, ours.base), keyed((one) => one, theirs.base)];
  const brought = way.in ? changes(other, otherBase) : NONE;
  const sent = way.out ? changes(mine, myBase) : NONE;
  const broughtKeys = { added: keyed((one) => one, [...brought.added.values()].map(key)), removed: brought.removed };
  return {
    // What we hold anew is kept, even where they removed one of the same key: they have not seen ours.
    ours: applied(mine, { ...brought, removed: without(brought.removed, sent.added) }),
    theirs: applied(other, { ...sent, removed: without(sent.removed, brought.added) }),
    oursBase: applied(myBase, broughtKeys),
  };
}

interface SetChanges {
  readonly added: Members;
  readonly removed: ReadonlySet<string>;
}
const NONE: SetChanges = { added: new Map(), removed: new Set() };

function keyed(key: Field['key'], members: Json): Members {
  return new Map(Array.isArray(members) ? members.map((member: Json) => [JSON.stringify(key(member)), member]) : []);
}

function changes(now: Members, base: Members): SetChanges {
  return {
    added: new Map([...now].filter(([name]) => !base.has(name))),
    removed: new Set([...base.keys()].filter((name) => !now.has(name))),
  };
}

const without = (names: ReadonlySet<string>, kept: Members) => new Set([...names].filter((name) => !kept.has(name)));

function applied(members: Members, { added, removed }: SetChanges): readonly Json[] {
  const stay = [...members].filter(([name]) => !removed.has(name));
  return [...stay, ...[...added].filter(([name]) => !members.has(name))].map(([, member]) => member);
}
