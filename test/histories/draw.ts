/** Histories as fast-check draws them. */
import fc from 'fast-check';
import { type Action, FAULTS, type History, MAILBOXES, type Moment, OPERATIONS, STEP_NAMES, SWITCH_NAMES } from './action.ts';
import { KIND_NAMES } from './kind/kinds.ts';

const at = fc.constantFrom(...MAILBOXES);
const item = fc.nat(5);
const field = fc.nat(11);
const kind = fc.nat(1);
const moment: fc.Arbitrary<Moment> = fc.record({ step: fc.constantFrom(...STEP_NAMES), nth: fc.integer({ min: 1, max: 4 }) });
const action = <const Name extends Action['do']>(...names: Name[]) => ({ do: fc.constantFrom(...names) });
const weighted = (weight: number, arbitrary: fc.Arbitrary<Action>) => ({ weight, arbitrary });

const passes = (kill: fc.Arbitrary<Moment | null>): fc.Arbitrary<Action> =>
  fc.record({
    ...{ ...action('pass'), at, kill },
    between: fc.option(fc.record({ moment, item, field }), { nil: null, freq: 4 }),
  });

const items = [
  weighted(2, fc.record({ ...action('create here'), at, kind })),
  weighted(6, fc.record({ ...action('edit here'), item, field })),
  weighted(1, fc.record({ ...action('clear here'), item, field })),
  weighted(1, fc.record({ ...action('delete here'), item })),
  weighted(2, fc.record({ ...action('create there'), at, kind })),
  weighted(6, fc.record({ ...action('edit there'), at, item, field })),
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

const actions = fc.oneof(...items, ...weather, weighted(8, passes(fc.constant(null))), weighted(8, passes(moment)));

export const histories: fc.Arbitrary<History> = fc.record({
  kinds: fc.uniqueArray(fc.constantFrom(...KIND_NAMES), { minLength: 1, maxLength: 2 }),
  actions: fc.array(actions, { minLength: 3, maxLength: 16, size: 'max' }),
});
