/**
 * What a field of an item is. Every field is listed once, in `appointment-field.ts`, `contact-field.ts` and `task-field.ts`;
 * merging, directions, conflicts and the mapping to a server's properties all read from there.
 *
 * A field is an atom: it is taken from one side whole, or (a set) merged member by member, and never split further.
 */
import type { ItemContent, Json } from './item.ts';

/** Which way a field travels: `both`, or one way only, or not at all. */
export type Direction = 'both' | 'to-exchange' | 'from-exchange' | 'none';

/** Who wins when both sides changed a field to different values. `ask`: nobody, until a person chooses. */
export type ConflictPolicy = 'exchange' | 'application' | 'ask';

export interface Field {
  readonly name: string;
  /** `copy`: belongs to each mailbox's copy (response, reminder, show-as, categories, sensitivity), not to the activity. */
  readonly scope: 'shared' | 'copy';
  /** A set is a JSON array whose members are told apart by their canonical form. */
  readonly merge: 'value' | 'set';
  readonly direction: Direction;
  /** What an operator may choose instead; `direction` alone where it is fixed. */
  readonly directions: readonly Direction[];
  readonly conflict: ConflictPolicy;
  /** The canonical form: two contents that mean the same give the same JSON. Null: empty. */
  get(content: ItemContent): Json;
  /** The content with this field replaced; all else stays as it was, what nobody here knows included. */
  set(content: ItemContent, value: Json): ItemContent;
}

/** Canonical values by field name; null: empty. */
export type FieldValues = { readonly [field: string]: Json };

export function valuesOf(fields: readonly Field[], content: ItemContent): FieldValues {
  return Object.fromEntries(fields.map((field) => [field.name, field.get(content)]));
}
