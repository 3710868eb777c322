/** What may happen to a company of three and its application, as plain data: fast-check draws it, a failing history is kept as it is. */
import fc from 'fast-check';

export const MAILBOXES = ['anna', 'ben', 'cleo'] as const;
export type MailboxId = (typeof MAILBOXES)[number];
export const FIELD_NAMES = ['jobTitle', 'department', 'manager', 'nickname'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** Items are named by their place among those that are there at that moment, counted round. */
export type Action =
  | { readonly do: 'create here'; readonly at: MailboxId }
  | { readonly do: 'edit here' | 'clear here'; readonly item: number; readonly field: FieldName }
  | { readonly do: 'delete here'; readonly item: number }
  | { readonly do: 'create there'; readonly at: MailboxId }
  | { readonly do: 'edit there'; readonly at: MailboxId; readonly item: number; readonly field: FieldName }
  | {
      readonly do: 'delete there';
      readonly at: MailboxId;
      readonly item: number;
      readonly how: 'MoveToDeletedItems' | 'HardDelete';
    }
  | { readonly do: 'move away' | 'move back' | 'copy'; readonly at: MailboxId; readonly item: number }
  | { readonly do: 'fault'; readonly fault: Fault; readonly operation: Operation; readonly after: number }
  | { readonly do: 'switch'; readonly name: SwitchName; readonly on: boolean }
  | { readonly do: 'lose state' }
  | { readonly do: 'late write' }
  | { readonly do: 'late write arrives' }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'choose'; readonly conflict: number; readonly side: 'application' | 'exchange' }
  /** `at`: the step at which it is killed, or somebody edits in the mailbox; past the last one nothing happens. */
  | { readonly do: 'pass'; readonly at: MailboxId; readonly kill: number | null; readonly between: Between | null };

interface Between {
  readonly step: number;
  readonly item: number;
  readonly field: FieldName;
}

export const FAULTS = ['lost-answer', 'reset-before', 'unavailable', 'server-busy', 'item-busy', 'truncated-500'] as const;
export type Fault = (typeof FAULTS)[number];
export const OPERATIONS = ['CreateItem', 'UpdateItem', 'DeleteItem', 'GetItem', 'SyncFolderItems', 'FindItem'] as const;
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
] as const;
export type SwitchName = (typeof SWITCH_NAMES)[number];

const at = fc.constantFrom(...MAILBOXES);
const item = fc.nat(5);
const field = fc.constantFrom(...FIELD_NAMES);
const step = fc.integer({ min: 1, max: 14 });
const passes = (kill: fc.Arbitrary<number | null>): fc.Arbitrary<Action> =>
  fc.record({
    do: fc.constant('pass' as const),
    at,
    kill,
    between: fc.option(fc.record({ step, item, field }), { nil: null, freq: 4 }),
  });

const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create here' as const), at }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('edit here' as const), item, field }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear here' as const), item, field }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete here' as const), item }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create there' as const), at }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('edit there' as const), at, item, field }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delete there' as const),
      at,
      item,
      how: fc.constantFrom('MoveToDeletedItems' as const, 'HardDelete' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('move away' as const, 'move back' as const, 'copy' as const), at, item }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      fault: fc.constantFrom(...FAULTS),
      operation: fc.constantFrom(...OPERATIONS),
      after: fc.nat(2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('switch' as const), name: fc.constantFrom(...SWITCH_NAMES), on: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('lose state' as const, 'late write' as const, 'late write arrives' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(10, 150, 4000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('choose' as const),
      conflict: fc.nat(3),
      side: fc.constantFrom('application' as const, 'exchange' as const),
    }),
  },
  { weight: 8, arbitrary: passes(fc.constant(null)) },
  { weight: 8, arbitrary: passes(step) },
);

export const histories: fc.Arbitrary<readonly Action[]> = fc.array(actions, { minLength: 3, maxLength: 16, size: 'max' });
