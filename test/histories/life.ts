/** A gateway from its start to its death: once killed it reaches neither the database nor the server. */
import type { ItemStore } from '../../src/connector/connector.ts';
import type { Database } from '../../src/store/database.ts';
import type { Moment } from './action.ts';
import type { Coverage } from './coverage.ts';
import { delegate } from './delegate.ts';

export interface PassOptions {
  readonly kill?: Moment | null;
  /** Done in the mailbox at that moment. */
  readonly between?: { readonly moment: Moment; work(): void } | null;
}

class Killed extends Error {}

interface Pool {
  readonly client: { acquireConnection: () => Promise<unknown> };
}

export class Life {
  isOver = false;
  readonly #options: PassOptions;
  readonly #coverage: Coverage;
  readonly #pool: Pool;
  readonly #acquire: Pool['client']['acquireConnection'];
  readonly #reached = new Map<Moment, number>();

  constructor(database: Database, options: PassOptions, coverage: Coverage) {
    this.#options = options;
    this.#coverage = coverage;
    this.#pool = database as unknown as Pool;
    const acquire = this.#pool.client.acquireConnection;
    this.#acquire = acquire;
    this.#pool.client.acquireConnection = (...given: []) => {
      if (this.isOver) return Promise.reject(new Killed());
      return acquire.apply(this.#pool.client, given);
    };
  }

  end(): void {
    this.#pool.client.acquireConnection = this.#acquire;
  }

  reach(name: string): void {
    if (this.isOver) throw new Killed();
    const { kill, between } = this.#options;
    if (between && this.#isNow(between.moment, name)) between.work();
    if (!kill || !this.#isNow(kill, name)) return;
    this.isOver = true;
    this.#coverage.kills += 1;
    if (/ after |step committed/.test(name)) this.#coverage.killsAfterWrite += 1;
    throw new Killed();
  }

  #isNow(moment: Moment, name: string): boolean {
    if (!name.includes(moment.step)) return false;
    const reached = (this.#reached.get(moment) ?? 0) + 1;
    this.#reached.set(moment, reached);
    return reached === moment.nth;
  }

  guard(store: ItemStore): ItemStore {
    const held = delegate(store);
    const alive =
      <Given extends unknown[], Answer>(call: (...given: Given) => Promise<Answer>) =>
      async (...given: Given): Promise<Answer> => {
        if (this.isOver) throw new Killed();
        return call(...given);
      };
    return { ...held, read: alive(held.read), apply: alive(held.apply), find: alive(held.find), outcome: alive(held.outcome) };
  }
}
