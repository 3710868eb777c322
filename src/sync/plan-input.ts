/** What a plan is made from: one activity, one item of one mailbox, and what was last agreed between them. Plain data. */
import type { ConflictPolicy, FieldValues } from '../model/field.ts';
import type { ItemContent, ItemKind, Json, MailIntent, MeetingFacts } from '../model/item.ts';
import type { ItemPolicy } from './item-policy.ts';
import type { Decision, LinkState } from './state.ts';

export interface PlanInput {
  readonly kind: ItemKind;
  readonly now: Date;
  readonly policy: ItemPolicy;
  /** Address of the mailbox, lower case. */
  readonly mailbox: string;
  /** Copy-scoped fields go over the primary link only; so do the shared ones of a meeting (`chooseSource`). */
  readonly primary: boolean;
  /** Null: never agreed. */
  readonly link: Agreement | null;
  /** Null: there is no activity. */
  readonly ours: OurSide | null;
  /** Null: there never was an item that is known. */
  readonly theirs: TheirSide | null;
  /** What the application said about telling guests; `none` unless it said so. `update`: of what may stand there already. */
  readonly intent: MailIntent;
  /** How many more mails to guests may go out from this mailbox now. One change may mail all its guests: it counts as one. */
  readonly mailBudget: number;
}

/** What a link remembers. */
export interface Agreement {
  readonly state: LinkState;
  readonly oursBase: FieldValues;
  readonly theirsBase: FieldValues;
  /** A filter wanted it here at the last agreement: only such an item can leave one. */
  readonly filtered: boolean;
  /** Of an unlinked one: why. What came apart because theirs went is linked again when it comes back. */
  readonly apart: 'left' | 'away' | 'deleted-there' | 'deleted-here' | null;
  /** What somebody chose where one side deleted and the other changed. */
  readonly deletionChoice: 'exchange' | 'application' | null;
  /** Open questions by field; `deletion` is one too. */
  readonly asking: { readonly [field: string]: Question };
}

export interface Question {
  readonly ours: Json;
  readonly theirs: Json;
}

export interface OurSide {
  readonly content: ItemContent;
  readonly deleted: boolean;
  /** Address of who owns it in the application, lower case. */
  readonly owner: string | null;
  readonly createdAt: Date;
}

export interface TheirSide {
  /** `away`: in a folder that is not watched. */
  readonly presence: 'present' | 'suspected' | 'away' | 'deleted';
  /** As last read. */
  readonly content: ItemContent;
  readonly folder: string;
  readonly meeting: MeetingFacts | null;
  readonly readOnly: boolean;
  /** Somebody asked for this very item. */
  readonly explicit: boolean;
}

/** What is to be done, and what is then agreed. */
export interface Plan {
  readonly decision: Decision;
  /** A sentence; null where there is nothing to say. */
  readonly reason: string | null;
  readonly ours: OurWrite;
  readonly theirs: TheirWrite;
  /** To be listed: a value that lost, or a question. One open question a field: a newer one takes the place of the older. */
  readonly conflicts: readonly Conflict[];
  /** Questions that nobody needs to answer any more. */
  readonly settled: readonly string[];
  /** What did not travel and why, a sentence each. */
  readonly notApplied: readonly NotApplied[];
  /** The link once ours is written: store it in the same transaction. Null: there is to be none. */
  readonly next: Agreement | null;
  /** `used`: gone out with this write; `void`: nobody is to be told; `kept`: still waits. */
  readonly intent: 'kept' | 'used' | 'void';
}

export type OurWrite =
  | { readonly write: 'none' }
  /** `restore`: it was deleted, and their change won. */
  | { readonly write: 'create' | 'update' | 'restore'; readonly content: ItemContent; readonly fields: readonly string[] }
  | { readonly write: 'delete' };

/**
 * The baselines in `next` hold what was there before this write; `agree` gives what they are after it. Content is the whole
 * target, `fields` are those to write. A mail with nothing else to write comes with `subject`, as it stands.
 */
export type TheirWrite =
  | { readonly write: 'none' }
  | {
      readonly write: 'create' | 'update';
      readonly content: ItemContent;
      readonly fields: readonly string[];
      readonly mail: MailIntent;
    }
  | { readonly write: 'delete'; readonly mail: MailIntent };

export interface Conflict {
  /** Of `model/field.ts`, or `deletion`. */
  readonly field: string;
  /** `ask`: open, neither side is written. */
  readonly decidedBy: ConflictPolicy | 'one-way';
  /** Values; of a deletion the content, null on the side that deleted. */
  readonly ours: Json;
  readonly theirs: Json;
}

export interface NotApplied {
  /** A field, or `deletion`. */
  readonly what: string;
  readonly reason: string;
}
