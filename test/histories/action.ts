/** What may happen to a company of three and its application, as plain data: a failing history is kept as it is. */
import type { MeetingResponse } from '../../src/model/item.ts';
import type { KindName } from './kind/kinds.ts';
import type { MailboxId } from './mailbox-id.ts';

export interface History {
  /** The first is made in the application, the last in a mailbox; then come the actions. */
  readonly kinds: readonly KindName[];
  readonly actions: readonly Action[];
}

/**
 * Items, their fields and the kinds are named by their place among those that are there at that moment, counted round. `tell`: the
 * guests of a meeting.
 */
export type Action =
  | ({ readonly do: 'create here' } & Creation)
  | ({ readonly do: 'create there' } & Creation)
  | ({ readonly do: 'edit here' | 'clear here'; readonly tell: boolean } & Edit)
  | { readonly do: 'delete here'; readonly item: number; readonly tell: boolean }
  | ({ readonly do: 'edit there' | 'clear there'; readonly at: MailboxId; readonly tell: boolean } & Edit)
  | ({ readonly do: 'answer here' } & Answer)
  | ({ readonly do: 'answer there' } & Answer)
  | { readonly do: 'outsider invites'; readonly to: readonly MailboxId[] }
  | { readonly do: 'outsider changes'; readonly meeting: number; readonly to: readonly MailboxId[]; readonly off: boolean }
  | { readonly do: 'cancel there'; readonly at: MailboxId; readonly item: number; readonly tell: boolean }
  | {
      readonly do: 'delete there';
      readonly at: MailboxId;
      readonly item: number;
      readonly how: 'MoveToDeletedItems' | 'HardDelete';
    }
  | { readonly do: 'move away' | 'move back'; readonly at: MailboxId; readonly item: number }
  | { readonly do: 'copy'; readonly at: MailboxId; readonly item: number }
  | { readonly do: 'fault'; readonly fault: Fault; readonly operation: Operation; readonly after: number }
  | { readonly do: 'switch'; readonly name: SwitchName; readonly on: boolean }
  | { readonly do: 'lose state' }
  | { readonly do: 'late write' }
  | { readonly do: 'late write arrives' }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'choose'; readonly conflict: number; readonly side: 'application' | 'exchange' }
  /** `lost`: the first answer to such a request of this mailbox is. */
  | {
      readonly do: 'pass';
      readonly at: MailboxId;
      readonly kill: Moment | null;
      readonly between: Between | null;
      readonly lost: Operation | null;
    };

interface Creation {
  readonly at: MailboxId;
  readonly kind: number;
  readonly tell: boolean;
}

interface Answer {
  readonly at: MailboxId;
  readonly item: number;
  readonly response: MeetingResponse;
}

interface Edit {
  readonly item: number;
  readonly field: number;
}

/** The step of that name that is reached as the so-manieth; past the last one nothing happens. */
export interface Moment {
  readonly step: StepName;
  readonly nth: number;
}

/** Somebody edits in the mailbox at that moment of a pass. */
export interface Between extends Edit {
  readonly moment: Moment;
}

/** What the names of step points are searched for. */
export const STEP_NAMES = [' before ', ' after ', 'step committed', 'page', 'committed', ''] as const;
export type StepName = (typeof STEP_NAMES)[number];

export const FAULTS = ['lost-answer', 'reset-before', 'unavailable', 'server-busy', 'item-busy', 'truncated-500'] as const;
export type Fault = (typeof FAULTS)[number];
export const OPERATIONS = [
  ...(['CreateItem', 'UpdateItem', 'DeleteItem', 'GetItem', 'SyncFolderItems', 'FindItem'] as const),
  ...(['CreateAttachment', 'DeleteAttachment', 'GetAttachment'] as const),
] as const;
export type Operation = (typeof OPERATIONS)[number];
export const SWITCH_NAMES = [
  'driftChangeKeys',
  'repeatChanges',
  'deleteToDeletedItemsIsUpdate',
  'longSyncStates',
  'overwriteNeedsChangeKey',
  'rewriteBodies',
  'rewriteSubjects',
  'twoBackEnds',
  'patternChangeDropsExceptions',
  'newestFirst',
  'rewriteRecipients',
  'refuseForeignProperties',
  'illegalCharacters',
  'caselessRestrictions',
  'unknownZonesLeftOut',
  'loseSyncStates',
  'stuckSyncStates',
] as const;
export type SwitchName = (typeof SWITCH_NAMES)[number];

export type Named<Name extends Action['do']> = Extract<Action, { do: Name }>;
