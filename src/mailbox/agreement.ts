/** What will have been agreed once a write is done: kept with the intent, so that whoever finishes it needs no memory of the plan. */
import type { ItemContent, ItemKind, Json } from '../model/item.ts';
import type { GuestMail, Intent, LinkChange } from '../store/links.ts';
import { agree, type ReadBack } from '../sync/agree.ts';
import type { ItemPolicy } from '../sync/item-policy.ts';
import type { Agreement, Plan, PlanInput } from '../sync/plan-input.ts';
import { unkept } from '../sync/unkept.ts';

interface Kept {
  readonly content: ItemContent;
  readonly deleted: boolean;
  readonly createdAt: string;
  readonly owner: string | null;
  /** As the plan saw them. */
  readonly theirs: PlanInput['theirs'];
  readonly next: Agreement | null;
  readonly write: Plan['theirs'];
}

export function keepAgreement(content: ItemContent, { ours, theirs: seen, now }: PlanInput, { next, theirs }: Plan): Json {
  const kept: Kept = {
    ...{ content, theirs: seen, next, write: theirs, deleted: ours?.deleted ?? false, owner: ours?.owner ?? null },
    createdAt: (ours?.createdAt ?? now).toISOString(),
  };
  return kept as unknown as Json;
}

/** What is to be told of a link, in one line; null: nothing. */
export const sentences = (said: readonly string[]): string | null => (said.length === 0 ? null : said.join(' '));

/** What did not travel, a sentence each. */
export const unsent = (notApplied: Plan['notApplied']) => notApplied.map(({ what, reason }) => `${what} not applied: ${reason}`);

/** It stands as our last call left it, for certain. */
export const isUntouched = ({ lookedUp, target }: Intent, { etag }: { readonly etag: string }): boolean =>
  lookedUp !== true && etag === target.etag;

export const hasToldGuests = ({ steps, next }: Intent): boolean => steps.slice(0, next).some(({ mails }) => mails);

/**
 * The wish to tell guests once a change has ended early. `wished`: what was wished for meanwhile. Guests who know of the meeting
 * are owed news of what may have been written, whether or not something is left to write.
 */
export function owedToGuests(intent: Intent, wished: GuestMail, written: boolean): GuestMail {
  if (hasToldGuests(intent) || intent.mail === 'none' || wished === 'cancel') return wished;
  const { write } = intent.agreement as unknown as Kept;
  return written && write.write === 'update' && write.mail === 'update' ? 'update' : intent.mail;
}

/** Null: the link ends. `read`: null after a deletion. */
export function agreedAfter(kind: ItemKind, policy: ItemPolicy, kept: Json, read: ReadBack | null): Agreement | null {
  const { content, theirs, deleted, createdAt, owner, next, write } = kept as unknown as Kept;
  const input = { kind, policy, theirs, ours: { content, deleted, owner, createdAt: new Date(createdAt) } };
  return agree(input as PlanInput, { next, theirs: write, ours: { write: 'none' } } as Plan, read);
}

/** What was written, and stands there as it did before; `now`: as nobody else has changed it. */
export function leftAsItWas(kind: ItemKind, kept: Json, now: ItemContent): readonly string[] {
  const { theirs, write } = kept as unknown as Kept;
  if (theirs === null || write.write !== 'update') return [];
  return unsent(unkept(kind, { fields: write.fields, before: theirs.content, wanted: write.content, now }));
}

/** The same as columns of a link. */
export function toLink(next: Agreement | null): LinkChange {
  if (next === null) return { state: 'unlinked', apart: 'deleted', ref: null, asking: {}, deletionChoice: null };
  return { ...next };
}
