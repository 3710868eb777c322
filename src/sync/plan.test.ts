import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Field } from '../model/field.ts';
import { FIELDS } from '../model/fields.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { same } from '../model/json.ts';
import { agree } from './agree.ts';
import { choose } from './choose.ts';
import { defaultPolicy, type ItemPolicy } from './item-policy.ts';
import { plan } from './plan.ts';
import type { Agreement, Conflict, Plan, PlanInput } from './plan-input.ts';
import { undo } from './undo.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const field = (name: string): Field => FIELDS.contact.find((one) => one.name === name)!;
const FIELD_NAMES = ['nickname', 'mobilePhone', 'businessAddress', 'company', 'notes', 'categories', 'children'];

/** A contact on both sides, the link between them and a server that rewrites what it is given. */
interface World {
  readonly ours: ItemContent;
  readonly theirs: ItemContent;
  readonly link: Agreement | null;
}
const input = ({ ours, theirs, link }: World, policy: ItemPolicy = defaultPolicy('contact')): PlanInput => ({
  kind: 'contact',
  now: NOW,
  policy,
  mailbox: 'anna@example.com',
  primary: true,
  link,
  ours: { content: ours, deleted: false, owner: 'anna@example.com', createdAt: NOW },
  theirs: { presence: 'present', content: theirs, folder: 'contacts', meeting: null, readOnly: false, explicit: true },
  intent: 'none',
  mailBudget: 0,
});

/** A server that does not keep a nickname as it was given. */
function rewritten(content: ItemContent, fields: readonly string[]): ItemContent {
  const nickname = field('nickname').get(content);
  return typeof nickname === 'string' && fields.includes('nickname')
    ? field('nickname').set(content, nickname.toUpperCase())
    : content;
}

interface Done extends World {
  readonly plan: Plan;
}
function pass(world: World, policy?: ItemPolicy): Done {
  const from = input(world, policy);
  const made = plan(from);
  const ours = made.ours.write === 'update' ? made.ours.content : world.ours;
  const theirs = made.theirs.write === 'update' ? rewritten(made.theirs.content, made.theirs.fields) : world.theirs;
  return { ours, theirs, link: agree(from, made, { content: theirs, untouched: true }), plan: made };
}

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const set = fc.uniqueArray(word, { maxLength: 4 }).map((all) => all.sort());
const address = fc.record({
  street: word,
  locality: fc.option(word),
  region: fc.constant(null),
  postcode: fc.constant(null),
  country: fc.constant(null),
});
const valueFor = (name: string): fc.Arbitrary<Json> =>
  name === 'categories' || name === 'children' ? set : name === 'businessAddress' ? fc.option(address) : fc.option(word);
const content: fc.Arbitrary<ItemContent> = fc
  .tuple(...FIELD_NAMES.map(valueFor))
  .map((all) =>
    FIELD_NAMES.reduce<ItemContent>((held, name, i) => field(name).set(held, all[i]!), { '@type': 'Card', uid: 'x' }),
  );
const edit = fc.constantFrom(...FIELD_NAMES).chain((name) => valueFor(name).map((value) => ({ name, value })));
const edits = fc.array(edit, { maxLength: 4 });
const edited = (from: ItemContent, all: readonly { readonly name: string; readonly value: Json }[]) =>
  all.reduce((held, { name, value }) => field(name).set(held, value), from);
const policies = fc.record({
  conflict: fc.constantFrom<ItemPolicy['conflict'][]>('exchange', 'application', 'ask'),
  directions: fc.dictionary(fc.constantFrom(...FIELD_NAMES), fc.constantFrom('both', 'to-exchange', 'from-exchange', 'none'), {
    maxKeys: 3,
  }),
});
const policyOf = (given: Pick<ItemPolicy, 'conflict' | 'directions'>): ItemPolicy => ({ ...defaultPolicy('contact'), ...given });

/** Agreed once, edited on both sides since. */
const histories = fc.record({ start: content, other: content, ours: edits, theirs: edits, policy: policies });
function history({
  start,
  other,
  ours,
  theirs,
  policy,
}: { [key in 'start' | 'other']: ItemContent } & {
  ours: Edits;
  theirs: Edits;
  policy: Pick<ItemPolicy, 'conflict' | 'directions'>;
}) {
  const chosen = policyOf(policy);
  const agreed = pass({ ours: start, theirs: other, link: null }, chosen);
  const before = { ours: edited(agreed.ours, ours), theirs: edited(agreed.theirs, theirs), link: agreed.link };
  return { agreed, before, after: pass(before, chosen), policy: chosen };
}
type Edits = readonly { readonly name: string; readonly value: Json }[];

const still = (made: Plan) => {
  expect({ ours: made.ours.write, theirs: made.theirs.write, conflicts: made.conflicts }).toEqual({
    ours: 'none',
    theirs: 'none',
    conflicts: [],
  });
};

test('a second plan after an agreement does nothing', () => {
  fc.assert(
    fc.property(histories, (given) => {
      const { agreed, after, policy } = history(given);
      still(pass(agreed, policy).plan);
      still(pass(after, policy).plan);
    }),
    { numRuns: 500 },
  );
});

/** Of a set its members, of anything else itself. */
const parts = (one: Field, from: ItemContent): readonly Json[] =>
  one.merge === 'set' ? (one.get(from) as readonly Json[]) : [one.get(from)];
const holds = (one: Field, from: ItemContent, part: Json) => {
  const wanted = one.merge === 'set' ? [part] : part;
  const key = one.canonical(one.set(from, wanted));
  return one.merge === 'set'
    ? (one.canonical(from) as readonly Json[]).some((member) => same([member], key))
    : same(one.canonical(from), key);
};

test('no edit is lost: it stands on both sides, waits on its own, or is listed', () => {
  fc.assert(
    fc.property(histories, (given) => {
      const { agreed, before, after, policy } = history(given);
      for (const name of FIELD_NAMES)
        for (const side of ['ours', 'theirs'] as const) {
          const one = field(name);
          // Cleared again where it does not travel and was never agreed: nothing was said of it before, and nothing is.
          const travels = (policy.directions[name] ?? 'both') === 'both';
          const fresh = parts(one, before[side]).filter((part) => !holds(one, agreed[side], part) && (travels || part !== null));
          const listed = (part: Json) => after.plan.conflicts.some((lost) => lost.field === name && same(lost[side], part));
          for (const part of fresh)
            expect(holds(one, after[side], part) || listed(part) || isUpper(one, after[side], part)).toBe(true);
        }
    }),
    { numRuns: 500 },
  );
});
/** What the server made of it. */
const isUpper = (one: Field, from: ItemContent, part: Json) => typeof part === 'string' && holds(one, from, part.toUpperCase());

test('both ways and with a winner, both sides end up saying the same but for what the server made of it', () => {
  fc.assert(
    fc.property(histories, fc.constantFrom<ItemPolicy['conflict'][]>('exchange', 'application'), (given, conflict) => {
      const { after } = history({ ...given, policy: { conflict, directions: {} } });
      for (const name of FIELD_NAMES.filter((one) => one !== 'nickname'))
        expect([name, field(name).canonical(after.ours)]).toEqual([name, field(name).canonical(after.theirs)]);
    }),
    { numRuns: 300 },
  );
});

test('exchange wins and application wins are mirror images', () => {
  fc.assert(
    fc.property(content, edits, edits, (start, left, right) => {
      const [one, two] = [edited(start, left), edited(start, right)];
      const link = pass({ ours: start, theirs: start, link: null }).link!;
      // The nickname is left out: the server alone rewrites it.
      const equal = { ...link, theirsBase: link.oursBase };
      const a = pass({ ours: one, theirs: two, link: equal }, policyOf({ conflict: 'exchange', directions: {} }));
      const b = pass({ ours: two, theirs: one, link: equal }, policyOf({ conflict: 'application', directions: {} }));
      for (const name of FIELD_NAMES.filter((each) => each !== 'nickname'))
        expect([name, field(name).canonical(a.ours)]).toEqual([name, field(name).canonical(b.theirs)]);
      expect(a.plan.conflicts.map(({ ours, theirs }) => [ours, theirs])).toEqual(
        b.plan.conflicts.map(({ ours, theirs }) => [theirs, ours]),
      );
    }),
    { numRuns: 300 },
  );
});

test('a question is listed once, and its answer travels whichever side wins', () => {
  fc.assert(
    fc.property(
      word,
      word,
      word,
      fc.constantFrom<('exchange' | 'application')[]>('exchange', 'application'),
      (was, mine, other, winner) => {
        fc.pre(new Set([was, mine, other]).size === 3);
        const policy = policyOf({ conflict: 'ask', directions: {} });
        const card = (company: string): ItemContent => field('company').set({ '@type': 'Card' }, company);
        const { link } = pass({ ours: card(was), theirs: card(was), link: null }, policy);
        const asked = pass({ ours: card(mine), theirs: card(other), link }, policy);
        expect(asked.plan.conflicts).toEqual([{ field: 'company', decidedBy: 'ask', ours: mine, theirs: other }]);
        expect([field('company').get(asked.ours), field('company').get(asked.theirs)]).toEqual([mine, other]);
        still(pass(asked, policy).plan);
        const answered = choose('contact', asked.link!, 'company', winner, asked);
        const after = pass({ ...asked, link: answered.link }, policy);
        const won = winner === 'exchange' ? other : mine;
        expect([field('company').get(after.ours), field('company').get(after.theirs), after.link?.state]).toEqual([
          won,
          won,
          'linked',
        ]);
        still(pass(after, policy).plan);
      },
    ),
  );
});

test('what lost is put in again by undo, once nobody has changed it since', () => {
  const card = (company: string): ItemContent => field('company').set({ '@type': 'Card' }, company);
  for (const decidedBy of ['exchange', 'application'] as const) {
    const policy = policyOf({ conflict: decidedBy, directions: {} });
    const { link } = pass({ ours: card('a'), theirs: card('a'), link: null }, policy);
    const after = pass({ ours: card('ours'), theirs: card('theirs'), link }, policy);
    const [lost] = after.plan.conflicts as [Conflict];
    const undone = undo('contact', { content: after.ours, deleted: false }, lost);
    const again = pass({ ...after, ours: undone.refused === undefined ? undone.content : after.ours }, policy);
    const back = decidedBy === 'exchange' ? 'ours' : 'theirs';
    expect([field('company').get(again.ours), field('company').get(again.theirs)]).toEqual([back, back]);
    expect(undo('contact', { content: card('later'), deleted: false }, lost).refused).toBe('company has been changed since.');
  }
});

test('an edit that came between our write and the reading back is seen as one', () => {
  const card = (company: string, notes: string) => field('notes').set(field('company').set({ '@type': 'Card' }, company), notes);
  const { link } = pass({ ours: card('a', 'n'), theirs: card('a', 'n'), link: null });
  const from = input({ ours: card('b', 'n'), theirs: card('a', 'n'), link });
  const between = card('b', 'edited');
  const agreed = agree(from, plan(from), { content: between, untouched: false });
  const next = pass({ ours: card('b', 'n'), theirs: between, link: agreed });
  expect(next.plan.ours).toMatchObject({ write: 'update', fields: ['notes'] });
  const over = card('theirs after ours', 'n');
  const seen = pass({ ours: card('b', 'n'), theirs: over, link: agree(from, plan(from), { content: over, untouched: false }) });
  expect(field('company').get(seen.ours)).toBe('theirs after ours');
});

test('both sides new with one identity are joined: what one lacks it gets, sets are united, differences go by policy', () => {
  const one = edited({ '@type': 'Card' }, [
    { name: 'company', value: 'ours' },
    { name: 'mobilePhone', value: '1' },
    { name: 'children', value: ['Ada'] },
  ]);
  const two = edited({ '@type': 'Card' }, [
    { name: 'company', value: 'theirs' },
    { name: 'notes', value: 'n' },
    { name: 'children', value: ['Bob'] },
  ]);
  const joined = pass({ ours: one, theirs: two, link: null });
  expect(joined.plan).toMatchObject({ decision: 'join', conflicts: [{ field: 'company', ours: 'ours', theirs: 'theirs' }] });
  for (const side of [joined.ours, joined.theirs])
    expect(['company', 'mobilePhone', 'notes', 'children'].map((name) => field(name).canonical(side))).toEqual([
      'theirs',
      '1',
      'n',
      ['ada', 'bob'],
    ]);
});

test('C43: a field that goes one way, or not at all, goes no other', () => {
  const card = (company: string): ItemContent => field('company').set({ '@type': 'Card' }, company);
  const cases = {
    both: [
      ['b', 'b'],
      ['c', 'c'],
    ],
    'to-exchange': [
      ['b', 'b'],
      ['a', 'c'],
    ],
    'from-exchange': [
      ['b', 'a'],
      ['c', 'c'],
    ],
    none: [
      ['b', 'a'],
      ['a', 'c'],
    ],
  } as const;
  for (const [direction, [ours, theirs]] of Object.entries(cases)) {
    const policy = policyOf({ conflict: null, directions: { company: direction as keyof typeof cases } });
    const { link } = pass({ ours: card('a'), theirs: card('a'), link: null }, policyOf({ conflict: null, directions: {} }));
    const of = (world: World) => [field('company').get(world.ours), field('company').get(world.theirs)];
    expect([direction, of(pass({ ours: card('b'), theirs: card('a'), link }, policy))]).toEqual([direction, ours]);
    expect([direction, of(pass({ ours: card('a'), theirs: card('c'), link }, policy))]).toEqual([direction, theirs]);
  }
});
