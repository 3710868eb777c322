/** Taking back what policy decided: the value that lost is put in again, as an edit of the application's that then travels. */
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, ItemKind, Json } from '../model/item.ts';
import { same } from '../model/json.ts';
import type { Conflict } from './plan-input.ts';

export type Undone =
  | { readonly content: ItemContent; readonly restored: boolean; readonly refused?: undefined }
  /** A sentence. */
  | { readonly refused: string };

/** `ours`: the activity as it is, `deleted` included. Whatever was changed since is not touched. */
export function undo(
  kind: ItemKind,
  ours: { readonly content: ItemContent; readonly deleted: boolean },
  conflict: Conflict,
): Undone {
  if (conflict.decidedBy === 'ask') return { refused: 'Nothing has been decided yet: choose a side.' };
  if (conflict.field === 'deletion') return restored(ours, conflict);
  const field = FIELDS[kind].find(({ name }) => name === conflict.field);
  if (field === undefined) return { refused: `There is no field ${conflict.field} any more.` };
  const stands = (value: Json) => same(field.canonical(ours.content), field.canonical(field.set(ours.content, value)));
  const lost = stands(conflict.theirs) ? conflict.ours : stands(conflict.ours) ? conflict.theirs : undefined;
  if (lost === undefined) return { refused: `${conflict.field} has been changed since.` };
  return { content: field.set(ours.content, lost), restored: false };
}

function restored(ours: { readonly content: ItemContent; readonly deleted: boolean }, conflict: Conflict): Undone {
  if (!ours.deleted) return { refused: 'It is not deleted.' };
  const lost = conflict.ours ?? conflict.theirs;
  return lost === null ? { refused: 'Nothing was kept of it.' } : { content: lost as ItemContent, restored: true };
}
