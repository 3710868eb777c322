/** Histories as fast-check draws them. */
import fc from 'fast-check';
import { type Action, FAULTS, type History, type Moment, OPERATIONS, STEP_NAMES, SWITCH_NAMES } from './action.ts';
import { KIND_NAMES, KINDS, type KindName } from './kind/kinds.ts';
import { MAILBOXES } from './mailbox-id.ts';

const at = fc.constantFrom(...MAILBOXES);
const some = fc.uniqueArray(at, { minLength: 1 });
const rarely = fc.nat(4).map((number) => number === 4);
const item = fc.nat(5);
const field = fc.nat(11);
const kind = fc.nat(1);
const tell = fc.boolean();
const response = fc.constantFrom('accepted' as const, 'tentative' as const, 'declined' as const);
const moment: fc.Arbitrary<Moment> = fc.record({ step: fc.constantFrom(...STEP_NAMES), nth: fc.constantFrom(1, 1, 1, 2, 3) });
const action = <const Name extends Action['do']>(...names: Name[]) => ({ do: fc.constantFrom(...names) });
const weighted = (weight: number, arbitrary: fc.Arbitrary<Action>) => ({ weight, arbitrary });

/** In one of three. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const passes = (kill: fc.Arbitrary<Moment | null>): fc.Arbitrary<Action> =>
  fc.record({
    ...{ ...action('pass'), at, kill },
    between: sometimes(fc.record({ moment, item, field })),
    lost: sometimes(fc.constantFrom('CreateItem' as const, 'UpdateItem' as const)),
  });

const items = [
  weighted(2, fc.record({ ...action('create here'), at, kind, tell })),
  weighted(6, fc.record({ ...action('edit here'), item, field, tell })),
  weighted(1, fc.record({ ...action('clear here'), item, field, tell })),
  weighted(1, fc.record({ ...action('delete here'), item, tell })),
  weighted(2, fc.record({ ...action('create there'), at, kind, tell })),
  weighted(6, fc.record({ ...action('edit there'), at, item, field, tell })),
  weighted(1, fc.record({ ...action('clear there'), at, item, field, tell })),
  weighted(
    1,
    fc.record({
      ...action('delete there'),
      at,
      item,
      how: fc.constantFrom('MoveToDeletedItems' as const, 'HardDelete' as const),
    }),
  ),
  weighted(1, fc.record({ ...action('move away', 'move back'), at, item })),
  weighted(1, fc.record({ ...action('copy'), at, item })),
  weighted(
    1,
    fc.record({
      ...action('choose'),
      conflict: fc.nat(3),
      side: fc.constantFrom('application' as const, 'exchange' as const),
    }),
  ),
];

const meetings = [
  weighted(3, fc.record({ ...action('answer here', 'answer there'), at, item, response })),
  weighted(1, fc.record({ ...action('cancel there'), at, item, tell })),
  weighted(1, fc.record({ ...action('outsider invites'), to: some })),
  weighted(2, fc.record({ ...action('outsider changes'), meeting: fc.nat(2), to: some, off: rarely })),
];

const weather = [
  weighted(
    4,
    fc.record({
      ...action('fault'),
      fault: fc.oneof(fc.constant('lost-answer' as const), fc.constantFrom(...FAULTS)),
      operation: fc.constantFrom(...OPERATIONS),
      after: fc.nat(2),
    }),
  ),
  weighted(1, fc.record({ ...action('switch'), name: fc.constantFrom(...SWITCH_NAMES), on: fc.boolean() })),
  weighted(1, fc.record(action('lose state', 'late write', 'late write arrives'))),
  weighted(1, fc.record({ ...action('wait'), seconds: fc.constantFrom(10, 150, 4000) })),
];

const rest = [...items, ...weather, weighted(8, passes(fc.constant(null))), weighted(8, passes(moment))];
const actions = fc.oneof(...rest);
const actionsOfMeetings = fc.oneof(...rest, ...meetings);

export const historiesOf = (kinds: readonly KindName[]): fc.Arbitrary<History> =>
  fc.uniqueArray(fc.constantFrom(...kinds), { minLength: 1, maxLength: 2 }).chain((mixed) =>
    fc.record({
      kinds: fc.constant(mixed),
      actions: fc.array(mixed.some((name) => KINDS[name].isMeeting) ? actionsOfMeetings : actions, {
        minLength: 3,
        maxLength: 16,
        size: 'max',
      }),
    }),
  );
export const histories = historiesOf(KIND_NAMES);
