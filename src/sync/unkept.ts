/** A server may confirm a change and leave some of it as it was: told, for nothing is to be done about it. */
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, ItemKind } from '../model/item.ts';
import { same } from '../model/json.ts';
import type { NotApplied } from './plan-input.ts';

export interface Written {
  readonly fields: readonly string[];
  readonly before: ItemContent;
  readonly wanted: ItemContent;
  readonly now: ItemContent;
}

export function unkept(kind: ItemKind, { fields, before, wanted, now }: Written): readonly NotApplied[] {
  return FIELDS[kind]
    .filter(({ name }) => fields.includes(name))
    .filter((field) => {
      const was = field.canonical(before);
      return same(field.canonical(now), was) && !same(field.canonical(wanted), was);
    })
    .map(({ name }) => ({ what: name, reason: 'Exchange confirmed the change and left it as it was.' }));
}
