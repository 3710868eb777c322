/** Items of every kind in step while things are killed: mailboxes on the Exchange stand-in, edits on both sides, and what must come of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectDatabase } from '../../src/store/database.ts';
import { createGateway, type Finished, finished, type Gateway } from '../gateway/gateway.ts';
import type { Exchange } from '../servers/exchange/exchange.ts';
import { appointmentLedger } from './appointment-ledger.ts';
import { contactLedger } from './contact-ledger.ts';
import { ADDRESSES, BOX, GUESTS, type ItemLedger, type ItemsPlace } from './item-ledger.ts';
import { countMails, inDoubt, meetingLedger } from './meeting-ledger.ts';
import type { LedgerCount } from './report.ts';
import { taskLedger } from './task-ledger.ts';

const LEDGERS: readonly ItemLedger[] = [contactLedger, appointmentLedger, taskLedger, meetingLedger];
export const PASSWORD = 'secret';

export interface ItemsScenario {
  /** One pass, killed or not. `killDatabase` is called at that moment. */
  attempt(options: ItemKill): Promise<Finished>;
  /** The step points that the last attempt reached. */
  steps(): readonly string[];
  /** Resumes until a pass writes nothing, then tells everything that is wrong. */
  verdict(): Promise<ItemsVerdict>;
  remove(): Promise<void>;
}

export interface ItemKill {
  readonly killAtStep?: number;
  readonly killAfterMs?: number;
  readonly killDatabase?: { readonly afterMs: number; strike(): Promise<void> };
}

export interface ItemsVerdict {
  readonly problems: readonly string[];
  /** Of the mails that guests were meant to get. */
  readonly ledger: LedgerCount;
  readonly inDoubt: readonly string[];
}

interface Where {
  readonly exchange: Exchange;
  readonly url: string;
  readonly databaseUrl: string;
}

/** Everything agreed on both sides: the state from which each kill starts. */
export async function agreedItems(where: Where): Promise<void> {
  for (const address of ADDRESSES) where.exchange.addMailbox(address, PASSWORD);
  const gateway = await createGateway(configFor(where));
  await mustSync(gateway);
  await inPlace(where, async (place) => {
    for (const ledger of LEDGERS) await ledger.begin(place);
  });
  // The guests' copies are known once they have been read.
  for (let passes = 0; passes < 2; passes += 1) await mustSync(gateway);
  await gateway.remove();
}

/** Edits on both sides, none of them carried over yet. */
export async function itemsScenario(where: Where): Promise<ItemsScenario> {
  await inPlace(where, async (place) => {
    for (const ledger of LEDGERS) await ledger.edit(place);
  });
  const gateway = await createGateway(configFor(where));
  const stepLog = join(gateway.folder, 'steps');
  return {
    attempt: (kill) => attempt(gateway, kill, stepLog),
    steps: () => (existsSync(stepLog) ? stepsIn(readFileSync(stepLog, 'utf8')) : []),
    verdict: () => inPlace(where, (place) => verdict(gateway, place)),
    remove: () => gateway.remove(),
  };
}

const stepsIn = (log: string) => [...log.matchAll(/^\d+ (.*)$/gm)].map(([, name]) => name!);

async function inPlace<T>({ exchange, databaseUrl }: Where, work: (place: ItemsPlace) => Promise<T>): Promise<T> {
  const database = connectDatabase(databaseUrl);
  try {
    return await work({ exchange, database });
  } finally {
    await database.destroy();
  }
}

const POLICY = {
  ...{ track: 'everything', filters: [{}], conflicts: { default: 'exchange' } },
  deletion: { inExchange: 'delete', inApplication: 'delete' },
};

/** One mailbox at a time, so that a step is the same one in each run. */
const configFor = ({ url, databaseUrl }: Where) => ({
  ...{ data: './data', workers: 1, http: false, log: { level: 'error' }, database: { url: databaseUrl } },
  limits: { concurrentMailboxes: 1 },
  servers: { ex: { type: 'exchange', url, allowClearText: true, limits: { timeout: '1 s' } } },
  defaults: { items: { server: 'ex', auth: { username: '{address}', password: { env: 'BOX_PASSWORD' } } } },
  mailboxes: [
    { address: BOX, items: { contacts: POLICY, appointments: POLICY, tasks: POLICY } },
    ...GUESTS.map((address) => ({ address, items: { appointments: POLICY } })),
  ],
});

async function mustSync(gateway: Gateway): Promise<void> {
  const done = await attempt(gateway, {});
  if (done.code !== 0) throw new Error(`the pass ended with ${done.code}: ${done.stdout}${done.stderr}`);
}

async function attempt(gateway: Gateway, kill: ItemKill, stepLog?: string): Promise<Finished> {
  const env: Record<string, string> = { BOX_PASSWORD: PASSWORD };
  if (kill.killAtStep !== undefined) env.MAILROOM_KILL_AT_STEP = String(kill.killAtStep);
  if (stepLog !== undefined) env.MAILROOM_STEP_LOG = stepLog;
  const child = gateway.start(['sync', '--json'], env);
  const end = finished(child);
  const { killAfterMs, killDatabase } = kill;
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  if (killDatabase) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, killDatabase.afterMs)), end]);
    await killDatabase.strike();
  }
  return end.finally(() => clearTimeout(timer));
}

const PASSES = 7;

async function verdict(gateway: Gateway, place: ItemsPlace): Promise<ItemsVerdict> {
  for (let pass = 1; ; pass += 1) {
    const before = written(place);
    const done = await attempt(gateway, {});
    const { ledger, problems } = await look(place);
    const doubtful = (await inDoubt(place)).map(({ content }) => String(content.title));
    const wrong = (more: readonly string[]) => ({ ledger, inDoubt: doubtful, problems: [...problems, ...more] });
    if (done.code !== 0) return wrong([`a resumed pass ended with ${done.code}: ${done.stdout}${done.stderr}`]);
    // A write whose answer is lost is made again only after the server's time-out: until then there is less than expected.
    if (written(place) === before && (problems.length === 0 || pass === PASSES)) return wrong([]);
    if (pass === PASSES) return wrong([`after ${PASSES} passes there is still something to write`]);
  }
}

/** Every change in the mailboxes is counted there, whoever made it. */
const written = ({ exchange }: ItemsPlace) => ADDRESSES.map((address) => exchange.mailboxOf(address)!.counter).join();

async function look(place: ItemsPlace): Promise<{ readonly ledger: LedgerCount; readonly problems: readonly string[] }> {
  const { ledger, problems } = await countMails(place);
  for (const each of LEDGERS) problems.push(...(await each.compare(place)));
  return { ledger, problems };
}
