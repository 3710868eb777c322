/**
 * What a field of an item is. Every field is listed once, in `appointment-field.ts`, `contact-field.ts` and `task-field.ts`;
 * merging, directions, conflicts and the mapping to a server's properties all read from there.
 *
 * A field is an atom: it is taken from one side whole, or (a set) merged member by member, and never split further.
 * It has a value, which says everything that travels, and a canonical form, which says only what makes a difference: two
 * contents that mean the same have the same one. Baselines hold canonical forms, conflicts and writes hold values.
 */
import type { ItemContent, Json } from './item.ts';
import { sorted } from './json.ts';

/** Which way a field travels: `both`, or one way only, or not at all. */
export type Direction = 'both' | 'to-exchange' | 'from-exchange' | 'none';
export const DIRECTIONS: readonly Direction[] = ['both', 'to-exchange', 'from-exchange', 'none'];

/** Who wins when both sides changed a field to different values. `ask`: nobody, until a person chooses. */
export type ConflictPolicy = 'exchange' | 'application' | 'ask';

export interface Field {
  readonly name: string;
  /** `copy`: belongs to each mailbox's copy (response, reminder, show-as, categories, sensitivity), not to the activity. */
  readonly scope: 'shared' | 'copy';
  /** The value of a set is a JSON array; its members are told apart by `key`. */
  readonly merge: 'value' | 'set';
  readonly direction: Direction;
  /** What an operator may choose instead; `direction` alone where it is fixed. */
  readonly directions: readonly Direction[];
  readonly conflict: ConflictPolicy;
  /** The value as it stands, nothing lost; null (of a set: an empty array): there is none. */
  get(content: ItemContent): Json;
  /** The content with this field replaced; all else stays as it was, what nobody here knows included. */
  set(content: ItemContent, value: Json): ItemContent;
  /** What makes a difference; null: empty. Of a set: its members' keys in order. */
  canonical(content: ItemContent): Json;
  /** What tells a member of a set from another; of a value field unused. */
  key(member: Json): Json;
  /** What ours takes when theirs has changed: theirs, unless ours says the same thing better (a zone that Windows cannot name). */
  adopt(ours: ItemContent, theirs: ItemContent): Json;
}

/** Canonical forms by field name; null: empty. */
export type FieldValues = { readonly [field: string]: Json };

export function valuesOf(fields: readonly Field[], content: ItemContent): FieldValues {
  return Object.fromEntries(fields.map((field) => [field.name, field.canonical(content)]));
}

type Optional = 'scope' | 'direction' | 'directions' | 'conflict' | 'adopt';
type Given<Name> = { readonly name: Name } & Pick<Field, 'get' | 'set'> & Partial<Pick<Field, Optional>>;
/** Names are literal types, so that a map of the fields to a server's properties is complete by type. */
export type Named<Name extends string> = Field & { readonly name: Name };

const usual = { scope: 'shared', direction: 'both', directions: DIRECTIONS, conflict: 'exchange' } as const;

/** `canonical` is given the value, and the content where the value alone does not tell. */
export function valueField<const Name extends string>(
  given: Given<Name> & { canonical?(value: Json, content: ItemContent): Json },
): Named<Name> {
  const { canonical = sorted, ...rest } = given;
  return {
    ...usual,
    merge: 'value',
    key: sorted,
    adopt: (_, theirs) => rest.get(theirs),
    ...rest,
    canonical: (content) => canonical(rest.get(content), content),
  };
}

export function setField<const Name extends string>(given: Given<Name> & { key(member: Json): Json }): Named<Name> {
  return {
    ...usual,
    merge: 'set',
    adopt: (_, theirs) => given.get(theirs),
    ...given,
    canonical: (content) => keysOf(given.key, given.get(content)),
  };
}

const text = (json: Json) => JSON.stringify(json);

function keysOf(key: Field['key'], members: Json): Json {
  if (!Array.isArray(members)) return [];
  const keys = new Map(members.map((member: Json) => [text(key(member)), key(member)]));
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member);
}

/** Fixed by what the field is: no operator can choose otherwise. */
export const fixed = (direction: Direction) => ({ direction, directions: [direction] }) as const;
