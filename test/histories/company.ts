/** A company of three on the Exchange stand-in, the application, and the gateway between them, which may be killed at any step. */
import type { ItemKindConfig, MailboxConfig } from '../../src/config/config.ts';
import type { ItemStore, Session, Step, Target } from '../../src/connector/connector.ts';
import { createExchangeConnector } from '../../src/connector/exchange/exchange-connector.ts';
import { reconcile } from '../../src/mailbox/reconcile.ts';
import type { noItemCounts } from '../../src/mailbox/reconcile-context.ts';
import { asFailure, Failure } from '../../src/model/failure.ts';
import { ITEM_KINDS, type ItemKind } from '../../src/model/item.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Database } from '../../src/store/database.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { contextFor } from '../contract/context.ts';
import { PASSWORD, settingsFor } from '../contract/exchange-world.ts';
import { OPEN_POLICY, SETTLE_MS, type TestClock } from '../integration/item-world.ts';
import type { Exchange } from '../servers/exchange/exchange.ts';
import type { RunningServer } from '../servers/exchange/server.ts';
import type { Mailbox } from '../servers/exchange/store/mailbox.ts';
import type { Folder } from '../servers/exchange/store/model.ts';
import type { Coverage } from './coverage.ts';
import type { Defect } from './defect/defect.ts';
import { delegate } from './delegate.ts';
import type { Kind } from './kind/kind.ts';
import { Life, type PassOptions } from './life.ts';
import { addressOf, MAILBOXES, type MailboxId } from './mailbox-id.ts';

export interface Place {
  readonly exchange: Exchange;
  readonly server: RunningServer;
  readonly database: Database;
  /** The server's and ours. */
  readonly clock: TestClock;
  /** Nothing is left of the company before. */
  clear(): Promise<void>;
}

/** A guest's copy is the guest's: only what the organizer deletes goes on the other side. */
const ORGANIZED = { deleteWhen: ['organizer' as const] };
const DELETIONS = { inExchange: ORGANIZED, inApplication: ORGANIZED, outsideFilters: null };
const FILES = { directions: { attachments: 'both' } } as const;
const CALENDAR_POLICY: ItemKindConfig = { ...OPEN_POLICY, ...FILES, deletion: DELETIONS, series: DELETIONS };

type FolderName = Kind['folder'];

/** With the kinds of items that its history is about. */
export async function openCompany(
  place: Place,
  kinds: readonly Kind[],
  defect: Defect | null,
  coverage: Coverage,
): Promise<Company> {
  await place.clear();
  await adoptMailboxes(
    place.database,
    MAILBOXES.map((id) => ({ id, address: addressOf(id) })),
  );
  place.exchange.faults.clear();
  place.exchange.outside.length = 0;
  for (const id of MAILBOXES) place.exchange.addMailbox(addressOf(id), PASSWORD);
  return new Company(place, kinds, defect, coverage);
}

export class Company {
  readonly database: Database;
  readonly exchange: Exchange;
  readonly clock: TestClock;
  readonly coverage: Coverage;
  readonly kinds: readonly Kind[];
  readonly itemKinds: readonly ItemKind[];
  readonly folders: readonly FolderName[];
  /** The next write does not arrive before `arriveLate` is called. */
  nextIsLate = false;
  readonly #server: RunningServer;
  readonly #defect: Defect | null;
  readonly #others = new Map<string, Folder>();
  readonly #sessions = new Map<MailboxId, Session>();
  readonly #onTheWay: (() => Promise<unknown>)[] = [];
  readonly #connector = createExchangeConnector();

  constructor(place: Place, kinds: readonly Kind[], defect: Defect | null, coverage: Coverage) {
    const { database, exchange, clock, server } = place;
    [this.database, this.exchange, this.clock, this.#server] = [database, exchange, clock, server];
    [this.kinds, this.#defect, this.coverage] = [kinds, defect, coverage];
    this.itemKinds = ITEM_KINDS.filter((kind) => kinds.some(({ item }) => item === kind));
    this.folders = [...new Set(kinds.map(({ folder }) => folder))];
    for (const kind of kinds) for (const id of MAILBOXES) this.#addOther(id, kind);
  }

  #addOther(id: MailboxId, { folder, folderClass }: Kind): void {
    const mailbox = this.mailbox(id);
    const own = mailbox.folderNamed(folder);
    if (this.#others.has(`${id} ${folder}`)) return;
    this.#others.set(`${id} ${folder}`, mailbox.addFolder({ parent: own.key, name: 'Other', kind: own.kind, folderClass }));
  }

  mailbox(id: MailboxId): Mailbox {
    return this.exchange.mailboxOf(addressOf(id))!;
  }

  /** A folder of that kind that nobody watches. */
  other(id: MailboxId, folder: FolderName): Folder {
    return this.#others.get(`${id} ${folder}`)!;
  }

  config(id: MailboxId): MailboxConfig {
    const items = { contacts: OPEN_POLICY, appointments: CALENDAR_POLICY, tasks: OPEN_POLICY };
    return { id, address: addressOf(id), aliases: [], items } as unknown as MailboxConfig;
  }

  /** Over all kinds of items, one after the other. */
  async pass(id: MailboxId, options: PassOptions = {}): Promise<void> {
    const life = new Life(this.database, options, this.coverage);
    this.coverage.passes += 1;
    try {
      for (const kind of this.itemKinds) await reconcile(this.#context(id, life, kind), life.guard(await this.#store(id, kind)));
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

  #context(id: MailboxId, life: Life, kind: ItemKind) {
    const { database, clock } = this;
    const policy = kind === 'appointment' ? CALENDAR_POLICY : OPEN_POLICY;
    return {
      ...{ database, clock, steps: life, kind, policy, log: silentLog, settleMs: SETTLE_MS },
      signal: new AbortController().signal,
      mailbox: { id, addresses: [addressOf(id)], owner: addressOf(id) },
      streamKey: { mailboxId: id, kind: `exchange/${kind}`, host: 'stand-in', username: addressOf(id) },
      options: { dryRun: false, allowDeletions: true },
      tell: (event: Partial<ReturnType<typeof noItemCounts>> | { readonly trouble: Failure }) => {
        if (!('trouble' in event)) this.coverage.conflicts += event.conflicts ?? 0;
      },
    };
  }

  async #session(id: MailboxId): Promise<Session> {
    const held = this.#sessions.get(id);
    if (held) return held;
    const login = { method: 'password', access: 'direct' } as const;
    const { attachmentBytes } = CALENDAR_POLICY;
    const settings = { ...settingsFor(this.#server, addressOf(id), login), attachmentBytes };
    const credential = { method: 'password', username: addressOf(id), password: PASSWORD } as const;
    const made = await this.#connector.open(settings, contextFor(credential, { clock: this.clock }));
    this.#sessions.set(id, made);
    return made;
  }

  async #store(id: MailboxId, kind: ItemKind): Promise<ItemStore> {
    const { appointments, contacts, tasks } = await this.#session(id);
    const store = { appointment: appointments, contact: contacts, task: tasks }[kind]!;
    const delayed = { ...delegate(store), apply: (step: Step, target: Target) => this.#apply(store, step, target) };
    return this.#defect?.wrap?.(delayed) ?? delayed;
  }

  async #apply(store: ItemStore, step: Step, target: Target): Promise<Target> {
    if (!this.nextIsLate) return store.apply(step, target);
    this.nextIsLate = false;
    this.#onTheWay.push(() => store.apply(step, target));
    throw new Failure('unreachable', 'the connection broke, and the request is still on its way');
  }

  async arriveLate(): Promise<void> {
    for (const write of this.#onTheWay.splice(0)) {
      this.coverage.lateWrites += 1;
      await write().catch(() => {});
    }
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
