/** A person's answer to a conflict. It only says which side has seen the other's value: the next plan carries it out. */
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, ItemKind, Json } from '../model/item.ts';
import { PATTERN_FIELDS } from './pattern-clash.ts';
import type { Agreement } from './plan-input.ts';

/** Never equal to a canonical form: a side compared with this has changed. */
const CHANGED: Json = { chosen: true };

export type Winner = 'exchange' | 'application';

export interface Contents {
  readonly ours: ItemContent;
  readonly theirs: ItemContent;
}

export interface Answer {
  readonly link: Agreement;
  /** Questions answered by it: the pattern of a series and its time are one. */
  readonly answered: readonly string[];
}

/** `contents` as they are now. A side that has changed again since the question was put asks again, unless it was the one chosen. */
export function choose(kind: ItemKind, link: Agreement, field: string, winner: Winner, contents: Contents): Answer {
  const group = PATTERN_FIELDS.has(field) && kind === 'appointment' ? [...PATTERN_FIELDS] : [field];
  const answered = group.filter((name) => name in link.asking);
  const open = Object.entries(link.asking).filter(([name]) => !answered.includes(name));
  const state = open.length > 0 ? 'asking' : 'linked';
  // What was asked about a deletion stays, to tell whether that is still the question when the answer is carried out.
  const asking = answered.includes('deletion') ? link.asking : Object.fromEntries(open);
  const settled = answered.reduce((held, name) => answer(kind, held, name, winner, contents), link);
  return { link: { ...settled, asking, state }, answered };
}

function answer(kind: ItemKind, link: Agreement, name: string, winner: Winner, contents: Contents): Agreement {
  if (name === 'deletion') return { ...link, deletionChoice: winner };
  const question = link.asking[name]!;
  const field = FIELDS[kind].find((one) => one.name === name)!;
  const seen = (content: ItemContent, value: Json) => field.canonical(field.set(content, value));
  const [ours, theirs] =
    winner === 'exchange' ? [seen(contents.ours, question.ours), CHANGED] : [CHANGED, seen(contents.theirs, question.theirs)];
  return {
    ...link,
    oursBase: { ...link.oursBase, [name]: ours },
    theirsBase: { ...link.theirsBase, [name]: theirs },
  };
}
