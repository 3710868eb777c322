/**
 * Random histories: mail comes, goes, changes and is renumbered between passes that complete or are broken off anywhere. At the
 * end the ledger holds what the server holds, and nothing was handed out twice under one numbering.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EmailPage, Session } from '../../src/connector/connector.ts';
import { type EmailWorld, letter } from './email-source.ts';
import { createLedger } from './ledger.ts';

type Step =
  | { readonly kind: 'deliver'; readonly size: number }
  | { readonly kind: 'remove' | 'flag' | 'unflag'; readonly which: number }
  | { readonly kind: 'renumber' }
  | { readonly kind: 'pass'; readonly pages: number; readonly size: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver' as const), size: fc.constantFrom(0, 0, 500, 4000) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'flag', 'unflag'), which: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renumber' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      pages: fc.constantFrom(1, 2, 3, 99),
      size: fc.integer({ min: 1, max: 4 }),
    }),
  },
);

export function emailHistories(name: string, numRuns: number, makeWorld: () => Promise<EmailWorld>): void {
  test(`${name}: after any history the ledger holds what the server holds`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const world = await makeWorld();
        try {
          await live(world, steps);
        } finally {
          await world.close?.();
        }
      }),
      { numRuns, seed: 20_260_101 },
    );
  });
}

async function live(world: EmailWorld, steps: readonly Step[]): Promise<void> {
  const truth = new Map<string, readonly string[]>();
  const ledger = createLedger();
  const handedOut = new Set<string>();
  let count = 0;
  const note = (pages: readonly EmailPage[]) => {
    for (const page of pages) {
      if (page.reset) handedOut.clear();
      for (const { ref } of page.arrived) {
        expect(handedOut.has(ref), `${ref} came twice`).toBe(false);
        handedOut.add(ref);
      }
    }
  };
  const inSession = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await world.open();
    try {
      return await work(session);
    } finally {
      await session[Symbol.asyncDispose]();
    }
  };
  const pick = (which: number) => [...truth.keys()][which % Math.max(truth.size, 1)];
  const take: { readonly [K in Step['kind']]: (step: Extract<Step, { kind: K }> & Step) => Promise<unknown> } = {
    async deliver({ size }) {
      count += 1;
      const raw = letter(`n${count}`, size);
      truth.set(raw, []);
      await world.deliver(raw);
    },
    async remove({ which }) {
      const raw = pick(which);
      if (raw !== undefined && truth.delete(raw)) await world.remove(raw);
    },
    flag: async ({ which }) => setFlags(pick(which), ['\\Seen']),
    unflag: async ({ which }) => setFlags(pick(which), []),
    renumber: async () => world.renumber?.(),
    pass: async ({ pages, size }) =>
      note(
        await inSession((session) => ledger.breakOffAfter(pages, session.email!, world.folder, { messages: size, bytes: 5000 })),
      ),
  };
  const setFlags = async (raw: string | undefined, flags: readonly string[]) => {
    if (raw === undefined || !world.setFlags) return;
    truth.set(raw, flags);
    await world.setFlags(raw, flags);
  };
  for (const one of steps) await (take[one.kind] as (step: Step) => Promise<unknown>)(one);
  for (let last = 0; last < 2; last += 1) note(await inSession((session) => ledger.pass(session.email!, world.folder)));
  const held = [...ledger.present.values()].map(({ source, flags }) => [Buffer.from(source).toString(), [...flags]]);
  expect(held.sort()).toEqual([...truth].map(([raw, flags]) => [raw, [...flags]]).sort());
}
