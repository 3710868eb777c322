/** A company of three on the Exchange stand-in, the application, and the gateway between them, which may be killed at any step. */
import type { MailboxConfig } from '../../src/config/config.ts';
import type { ItemStore, Session, Step, Target } from '../../src/connector/connector.ts';
import { createExchangeConnector } from '../../src/connector/exchange/exchange-connector.ts';
import { reconcile } from '../../src/mailbox/reconcile.ts';
import type { noItemCounts } from '../../src/mailbox/reconcile-context.ts';
import { asFailure, Failure } from '../../src/model/failure.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Database } from '../../src/store/database.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { contextFor } from '../contract/context.ts';
import { PASSWORD, settingsFor } from '../contract/exchange-world.ts';
import { OPEN_POLICY, SETTLE_MS, type TestClock, testClock } from '../integration/item-world.ts';
import type { Exchange } from '../servers/exchange/exchange.ts';
import type { RunningServer } from '../servers/exchange/server.ts';
import type { Mailbox } from '../servers/exchange/store/mailbox.ts';
import type { Folder } from '../servers/exchange/store/model.ts';
import { MAILBOXES, type MailboxId } from './action.ts';
import type { Coverage } from './coverage.ts';
import type { Defect } from './defect.ts';
import { delegate } from './delegate.ts';

export interface Place {
  readonly exchange: Exchange;
  readonly server: RunningServer;
  readonly database: Database;
}

export interface Company {
  readonly database: Database;
  readonly exchange: Exchange;
  readonly clock: TestClock;
  readonly coverage: Coverage;
  readonly late: LateWrites;
  mailbox(id: MailboxId): Mailbox;
  other(id: MailboxId): Folder;
  config(id: MailboxId): MailboxConfig;
  pass(id: MailboxId, options?: PassOptions): Promise<void>;
  close(): Promise<void>;
}

export interface PassOptions {
  readonly kill?: number | null;
  /** Done in the mailbox when that step is reached. */
  readonly between?: { readonly step: number; work(): void } | null;
}

export interface LateWrites {
  /** The next write does not arrive before `arrive` is called. */
  next: boolean;
  arrive(): Promise<void>;
}

class Killed extends Error {}

const addressOf = (id: MailboxId) => `${id}@example.com`;

export async function openCompany(
  { exchange, server, database }: Place,
  defect: Defect | null,
  coverage: Coverage,
): Promise<Company> {
  await database.raw('truncate mailboxes, activities, changes cascade');
  await adoptMailboxes(
    database,
    MAILBOXES.map((id) => ({ id, address: addressOf(id) })),
  );
  exchange.faults.clear();
  exchange.outside.length = 0;
  const others = new Map(MAILBOXES.map((id) => [id, withOther(exchange.addMailbox(addressOf(id), PASSWORD))]));
  return new Open({ exchange, server, database }, defect, coverage, others);
}

function withOther(mailbox: Mailbox): Folder {
  const own = mailbox.folderNamed('contacts');
  return mailbox.addFolder({ parent: own.key, name: 'Other', kind: 'ContactsFolder', folderClass: 'IPF.Contact' });
}

class Open implements Company {
  readonly database: Database;
  readonly exchange: Exchange;
  readonly clock = testClock();
  readonly coverage: Coverage;
  readonly late: LateWrites;
  readonly #server: RunningServer;
  readonly #defect: Defect | null;
  readonly #others: ReadonlyMap<MailboxId, Folder>;
  readonly #sessions = new Map<MailboxId, Session>();
  readonly #onTheWay: (() => Promise<unknown>)[] = [];
  readonly #connector = createExchangeConnector();

  constructor(place: Place, defect: Defect | null, coverage: Coverage, others: ReadonlyMap<MailboxId, Folder>) {
    this.database = place.database;
    this.exchange = place.exchange;
    this.coverage = coverage;
    this.#server = place.server;
    this.#defect = defect;
    this.#others = others;
    this.late = {
      next: false,
      arrive: async () => {
        for (const write of this.#onTheWay.splice(0)) {
          coverage.lateWrites += 1;
          await write().catch(() => {});
        }
      },
    };
  }

  mailbox(id: MailboxId): Mailbox {
    return this.exchange.mailboxOf(addressOf(id))!;
  }

  other(id: MailboxId): Folder {
    return this.#others.get(id)!;
  }

  config(id: MailboxId): MailboxConfig {
    return { id, address: addressOf(id), aliases: [], items: { contacts: OPEN_POLICY } } as unknown as MailboxConfig;
  }

  async pass(id: MailboxId, { kill = null, between = null }: PassOptions = {}): Promise<void> {
    const life = new Life(this.database, kill, between, this.coverage);
    this.coverage.passes += 1;
    try {
      const store = this.#storeFor(await this.#session(id));
      await reconcile(this.#context(id, life), life.guard(store));
    } catch (error) {
      if (life.isOver) await this.#dropped();
      else if (asFailure(error) === undefined) throw error;
      else this.coverage.failedPasses += 1;
    } finally {
      life.end();
    }
    if (life.isOver) await this.#defect?.afterKill?.(this.database);
    await this.#defect?.afterPass?.(this.database);
  }

  #context(id: MailboxId, life: Life) {
    const { database, clock } = this;
    return {
      ...{ database, clock, steps: life, kind: 'contact' as const, policy: OPEN_POLICY, log: silentLog, settleMs: SETTLE_MS },
      signal: new AbortController().signal,
      mailbox: { id, addresses: [addressOf(id)], owner: addressOf(id) },
      streamKey: { mailboxId: id, kind: 'exchange/contact', host: 'stand-in', username: addressOf(id) },
      options: { dryRun: false, allowDeletions: true },
      tell: (event: Partial<ReturnType<typeof noItemCounts>> | { readonly trouble: Failure }) => {
        if (!('trouble' in event)) this.coverage.conflicts += event.conflicts ?? 0;
      },
    };
  }

  async #session(id: MailboxId): Promise<Session> {
    const held = this.#sessions.get(id);
    if (held) return held;
    const settings = settingsFor(this.#server, addressOf(id), { method: 'password', access: 'direct' });
    const credential = { method: 'password', username: addressOf(id), password: PASSWORD } as const;
    const made = await this.#connector.open(settings, contextFor(credential, { clock: this.clock }));
    this.#sessions.set(id, made);
    return made;
  }

  #storeFor(session: Session): ItemStore {
    const store = session.contacts!;
    const delayed = { ...delegate(store), apply: (step: Step, target: Target) => this.#apply(store, step, target) };
    return this.#defect?.wrap?.(delayed) ?? delayed;
  }

  async #apply(store: ItemStore, step: Step, target: Target): Promise<Target> {
    if (!this.late.next) return store.apply(step, target);
    this.late.next = false;
    this.#onTheWay.push(() => store.apply(step, target));
    throw new Failure('unreachable', 'the connection broke, and the request is still on its way');
  }

  async #dropped(): Promise<void> {
    for (const session of this.#sessions.values()) await session[Symbol.asyncDispose]();
    this.#sessions.clear();
  }

  async close(): Promise<void> {
    // What is on its way belongs to this history alone.
    this.#onTheWay.length = 0;
    await this.#dropped();
  }
}

interface Pool {
  readonly client: { acquireConnection: () => Promise<unknown> };
}

/** From a start to its death: once killed it reaches neither the database nor the server. */
class Life {
  isOver = false;
  readonly #kill: number | null;
  readonly #between: PassOptions['between'];
  readonly #coverage: Coverage;
  readonly #pool: Pool;
  readonly #acquire: Pool['client']['acquireConnection'];
  #reached = 0;

  constructor(database: Database, kill: number | null, between: PassOptions['between'], coverage: Coverage) {
    this.#kill = kill;
    this.#between = between;
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
    this.#reached += 1;
    if (this.#reached === this.#between?.step) this.#between.work();
    if (this.#reached !== this.#kill) return;
    this.isOver = true;
    this.#coverage.kills += 1;
    if (/ after |step committed/.test(name)) this.#coverage.killsAfterWrite += 1;
    throw new Killed();
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
