/** Calendars of a few people on the Exchange stand-in, each with an item store over it, and a clock that the test owns. */
import { afterAll, beforeEach, expect } from 'vitest';
import type { ItemChange, ItemStore, ItemVersion, Step, Target } from '../../src/connector/connector.ts';
import { createEws } from '../../src/connector/exchange/ews.ts';
import { createItemStore } from '../../src/connector/exchange/item-store.ts';
import { createLanes } from '../../src/connector/exchange/lane.ts';
import { createAppointmentKind } from '../../src/connector/exchange/translate/appointment.ts';
import type { ItemContent, MailIntent } from '../../src/model/item.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { AnswerLog } from '../servers/exchange/check/validate.ts';
import { StillClock } from '../servers/exchange/clock.ts';
import { Exchange, type ExchangeOptions } from '../servers/exchange/exchange.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { contextFor } from './context.ts';
import { type RequestLog, requestLog } from './exchange-requests.ts';
import { PASSWORD, settingsFor } from './exchange-world.ts';

export const ALICE = 'alice@example.com';
export const BOB = 'bob@example.com';
export const CAROL = 'carol@example.com';
const NOW = '2026-03-02T08:00:00Z';
export const NOWHERE: Target = { ref: null, etag: null };

export interface Calendar {
  readonly store: ItemStore;
  readonly address: string;
  create(content: ItemContent, mail?: MailIntent): Promise<ItemVersion>;
  change(theirs: ItemVersion, content: ItemContent, fields: readonly string[], mail?: MailIntent): Promise<ItemVersion>;
  apply(change: ItemChange): Promise<Target>;
  read(target: Pick<Target, 'ref'>): Promise<ItemVersion>;
  /** All of the default calendar. */
  all(): Promise<readonly ItemVersion[]>;
  itemsIn(folder: string): readonly Item[];
}

export interface CalendarWorld {
  exchange: Exchange;
  clock: StillClock;
  server: RunningServer;
  requests: RequestLog;
  /** Operations that were answered, the last one last. */
  readonly asked: string[];
  /** `fileBytes`: attached files up to this size are read and written. */
  of(address: string, fileBytes?: number): Calendar;
}

/** Mailboxes are new for each test; answers are checked against the schema at the end. */
export async function calendarWorld(options: ExchangeOptions = {}, password = PASSWORD): Promise<CalendarWorld> {
  const clock = new StillClock(NOW);
  const exchange = new Exchange({ clock, ...options });
  const log = new AnswerLog(process.env.MAILROOM_EXCHANGE_ANSWERS);
  const requests = requestLog();
  const asked: string[] = [];
  const onAnswer = (text: string, operation: string) => {
    asked.push(operation);
    log.take(text, operation);
  };
  const server = await serve(exchange, { auth: { schemes: ['basic'] }, onAnswer, onRequest: requests.take });
  afterAll(async () => {
    await server.close();
    const verdict = log.validate();
    log.dispose();
    expect(verdict.invalid).toEqual([]);
  });
  beforeEach(() => {
    for (const address of [ALICE, BOB, CAROL]) exchange.addMailbox(address, password);
    exchange.faults.clear();
    exchange.outside.splice(0);
  });
  const place = { exchange, clock, server, asked, requests, password };
  return { ...place, of: (address, fileBytes = 0) => calendarOf(place, address, fileBytes) };
}

let records = 0;

type Place = Omit<CalendarWorld, 'of'> & { readonly password: string };

function calendarOf({ exchange, clock, server, password }: Place, address: string, fileBytes: number): Calendar {
  const context = contextFor({ method: 'password', username: address, password });
  const settings = settingsFor(server, address, { method: 'password', access: 'direct' });
  const ews = createEws(settings, context, createLanes());
  const ours = { ...systemClock, now: () => new Date(clock.now()) };
  const store = createItemStore({ ews, log: silentLog, clock: ours }, createAppointmentKind(fileBytes));
  const calendar: Calendar = {
    ...{ store, address },
    async create(content, mail = 'none') {
      records += 1;
      await store.folders([]);
      const key = { record: `r-${records}`, mailbox: address, attempt: 1 };
      return await calendar.read(await calendar.apply({ change: 'create', key, folder: null, content, mail }));
    },
    async change(theirs, content, fields, mail = 'none') {
      return await calendar.read(await calendar.apply({ change: 'update', theirs, content, fields, key: null, mail }));
    },
    async apply(change) {
      const start: Target = change.change === 'create' ? NOWHERE : change.theirs;
      return await applyAll(store, store.steps(change), start);
    },
    async read({ ref }) {
      const [{ version, failure } = {}] = await store.read([ref!]);
      if (version === undefined) throw failure;
      return version;
    },
    async all() {
      const [folder] = await store.folders([]);
      const found: ItemVersion[] = [];
      for await (const page of store.changes(folder!.id, null, { items: 500 })) {
        for (const { version, failure } of page.changed) {
          if (version === undefined) throw failure;
          found.push(version);
        }
      }
      return found;
    },
    itemsIn(folder) {
      const mailbox = exchange.mailboxOf(address)!;
      return mailbox.itemsIn(mailbox.folderNamed(folder).key);
    },
  };
  return calendar;
}

/** Steps go through storage in between, as they do in the gateway. */
export async function applyAll(store: ItemStore, steps: readonly Step[], start: Target): Promise<Target> {
  let target = start;
  for (const step of JSON.parse(JSON.stringify(steps)) as Step[]) target = await store.apply(step, target);
  return target;
}

/** What the two contents have to agree in: all that the application wrote. */
export function written(content: ItemContent, read: ItemContent): ItemContent {
  return Object.fromEntries(Object.keys(content).map((name) => [name, read[name] ?? null])) as ItemContent;
}
