/** Defects of what is written, and of how it is found out whether it was. */
import type { ItemChange, ItemStore, Step, Target } from '../../../src/connector/connector.ts';
import { asFailure } from '../../../src/model/failure.ts';
import { delegate } from '../delegate.ts';
import type { Defect } from './defect.ts';

const NOWHERE: Target = { ref: null, etag: null };

type Apply = (step: Step, target: Target) => Promise<Target>;
const applying = (store: ItemStore, apply: Apply): ItemStore => ({ ...delegate(store), apply });
const making = (store: ItemStore, steps: (change: ItemChange) => readonly Step[]): ItemStore => ({ ...delegate(store), steps });

/** The target with the state that it has now. */
async function asItIs(store: ItemStore, target: Target): Promise<Target> {
  const [now] = target.ref === null ? [] : await store.read([target.ref]);
  return now?.version ? { ref: target.ref, etag: now.version.etag } : target;
}

/** Carries it out; where that fails so, does something else. */
const orElse = (store: ItemStore, code: string, otherwise: (step: Step, target: Target) => Promise<Target>): ItemStore =>
  applying(store, async (step, target) => {
    try {
      return await store.apply(step, target);
    } catch (error) {
      if (asFailure(error)?.code !== code) throw error;
      return otherwise(step, target);
    }
  });

const isSent = (change: ItemChange) =>
  change.change === 'update' && change.theirs.meeting?.role === 'organizer' && change.theirs.meeting.sent;

export const WRITING: readonly Defect[] = [
  {
    name: 'a change is written over whatever is there',
    wrap: (store) => orElse(store, 'conflict', async (step, target) => store.apply(step, await asItIs(store, target))),
  },
  {
    name: 'what was lost is taken for not done',
    wrap: (store) => ({ ...delegate(store), find: async () => [], outcome: async () => ({ outcome: 'not-applied' }) }),
  },
  {
    name: 'what was lost is taken for done',
    wrap: (store) => ({ ...delegate(store), outcome: async (_, target) => ({ outcome: 'applied', target }) }),
  },
  {
    name: 'a creation is sent twice',
    wrap: (store) =>
      applying(store, async (step, target) => {
        if (target.ref === null && /^Create/.test(step.name)) await store.apply(step, target);
        return store.apply(step, target);
      }),
  },
  {
    name: 'a deletion only says that it was done',
    wrap: (store) => applying(store, async (step, target) => (/^Delete/.test(step.name) ? NOWHERE : store.apply(step, target))),
  },
  {
    name: 'changed occurrences are not written',
    wrap: (store) => making(store, (change) => store.steps(change).filter(({ data }) => !('occurrence' in data))),
  },
  {
    name: 'a mail to guests whose answer is lost is sent again',
    wrap: (store) =>
      orElse(store, 'unreachable', async (step, target) => {
        if (!step.mails) return store.apply(step, target);
        return store.apply(step, await asItIs(store, target));
      }),
  },
  {
    name: 'guests are told of every change',
    wrap: (store) =>
      making(store, (change) => store.steps(isSent(change) ? ({ ...change, mail: 'update' } as ItemChange) : change)),
  },
  {
    name: 'an answer is given twice',
    wrap: (store) =>
      applying(store, async (step, target) => {
        const done = await store.apply(step, target);
        return /^(Tentatively)?Accept/.test(step.name) ? store.apply(step, done) : done;
      }),
  },
];
