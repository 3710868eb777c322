/** A calendar of the Exchange stand-in, the store, and passes between them in this very process, on a clock of our own. */
import { expect } from 'vitest';
import type { MailboxConfig } from '../../src/config/config.ts';
import type { ItemStore } from '../../src/connector/connector.ts';
import { createItemIn } from '../../src/mailbox/items.ts';
import type { ItemContent } from '../../src/model/item.ts';
import type { StepPoints } from '../../src/platform/step.ts';
import type { Database } from '../../src/store/database.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import { ALICE, BOB, CAROL, type CalendarWorld } from '../contract/exchange-calendar-world.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { type ItemWorld, itemWorld, OPEN_POLICY, type TestClock } from './item-world.ts';

/** `alice` organizes, `bob` and `carol` are invited. */
export const PEOPLE = { alice: ALICE, bob: BOB, carol: CAROL } as const;
export type PersonId = keyof typeof PEOPLE;

const guest = (address: string) => ({
  ...{ '@type': 'Participant', roles: { attendee: true }, email: address, sendTo: { imip: `mailto:${address}` } },
});
export const GUESTS = { bob: guest(BOB), carol: guest(CAROL) };

export const event = (title: string, more: object = {}): ItemContent =>
  ({
    ...{ '@type': 'Event', title, start: '2026-05-04T10:00:00', duration: 'PT1H', timeZone: 'Europe/Zurich' },
    ...more,
  }) as unknown as ItemContent;

export interface Desk extends ItemWorld {
  readonly config: MailboxConfig;
  /** In the application, for this mailbox. */
  make(content: ItemContent, wish?: { readonly invite?: boolean }): Promise<ListedItem>;
  /** What lies in the calendar there. */
  there(): readonly Item[];
  /** Kinds of the meeting mail that came in. */
  mail(): readonly string[];
  /** The server changes its key by itself. */
  touch(): void;
}

export function desk(
  database: Database,
  world: CalendarWorld,
  id: PersonId,
  store: (real: ItemStore) => ItemStore = (real) => real,
  fileBytes = 0,
): Desk {
  const address = PEOPLE[id];
  const calendar = world.of(address, fileBytes);
  const passes = itemWorld(database, {
    ...{ kind: 'appointment', mailbox: { id, address }, clock: sharedClock(world) },
    store: () => store(calendar.store),
  });
  const config = { id, address, aliases: [], items: { appointments: OPEN_POLICY } } as unknown as MailboxConfig;
  const mailbox = () => world.exchange.mailboxOf(address)!;
  const there = () => calendar.itemsIn('calendar');
  return Object.assign(passes, {
    ...{ config, there },
    make: (content: ItemContent, wish = {}) => createItemIn(database, config, 'appointment', content, wish),
    mail: () => calendar.itemsIn('inbox').map(({ kind }) => kind),
    touch: () => {
      for (const item of there()) mailbox().touch(item);
    },
  });
}

/** The server's clock: `advance` moves it for everybody. */
const sharedClock = ({ clock }: CalendarWorld): TestClock => ({
  now: () => new Date(clock.now()),
  monotonicMs: () => clock.now(),
  sleep: async () => {},
  advance: (ms) => clock.advance(ms),
});

/** A pass over each, and another one that finds nothing to do. */
export async function quiet(...desks: readonly Desk[]): Promise<void> {
  for (const each of desks) await each.sync();
  for (const each of desks) expect(await each.sync()).toMatchObject({ writes: 0, updatedHere: 0, conflicts: 0, parked: 0 });
}

/** What the first item of the calendar there says that it is regarding: the text of the property, or nothing. */
export const regardingThere = (of: Desk): readonly string[] =>
  Object.entries(of.there()[0]!.named).flatMap(([name, { values }]) => (/regarding/i.test(name) ? values : []));

export const appointmentsHere = async (database: Database): Promise<readonly ListedItem[]> =>
  Array.fromAsync(listItems(database, { kind: 'appointment' }));

/** Does something when a step point is reached for the n-th time (from 1) whose name matches. */
export function atStep(name: RegExp, nth: number, work: () => void): StepPoints {
  let seen = 0;
  return {
    reach(reached) {
      if (!name.test(reached)) return;
      seen += 1;
      if (seen === nth) work();
    },
  };
}
