/**
 * What every connector that offers `email` has to keep. A connector calls it with a world: a mailbox of its own for each test,
 * reached by the session under test and, behind its back, by the world's own hand. Optional abilities stay out where the
 * protocol has none (POP3 has no flags, no dates and one folder).
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { EmailSource, Session } from '../../src/connector/connector.ts';
import { Failure } from '../../src/model/failure.ts';
import { createLedger } from './ledger.ts';

export interface Delivered {
  readonly date?: Date;
  readonly flags?: readonly ('\\Seen' | '\\Flagged' | '\\Answered')[];
}

/** What the protocol has; tests of the rest are not registered. */
export interface EmailAbilities {
  /** It tells when a message was received, and the world delivers with a date. */
  readonly dates: boolean;
  /** The world has setFlags and flagsOf. */
  readonly flags: boolean;
  /** The world has renumber. */
  readonly renumber: boolean;
  /** The server holds the mailbox still for the session, and ends it when somebody changes the store behind its back. */
  readonly endsWhenChanged?: boolean;
  /** The server lists sizes as its store counts them, not those of the sources. */
  readonly estimatedSizes?: boolean;
}

export interface EmailWorld {
  readonly folder: string;
  /** The session of one test; the suite closes it. */
  open(signal?: AbortSignal): Promise<Session>;
  deliver(raw: string, delivered?: Delivered): Promise<void>;
  /** Takes a message with exactly these bytes off the server. */
  remove(raw: string): Promise<void>;
  setFlags?(raw: string, flags: readonly string[]): Promise<void>;
  /** The flags as they stand on the server, to see that reading left them alone. */
  flagsOf?(raw: string): Promise<readonly string[]>;
  /** The server forgets its numbers: every reference is void afterwards. Called while no session is open. */
  renumber?(): Promise<void>;
  close?(): Promise<void>;
}

export const letter = (name: string, size = 0): string =>
  `From: a@example.test\r\nTo: b@example.test\r\nSubject: ${name}\r\nMessage-ID: <${name}@example.test>\r\n` +
  `Date: Mon, 5 Jan 2026 10:00:00 +0000\r\n\r\nText of ${name}.\r\n${size > 0 ? `${'x'.repeat(76)}\r\n`.repeat(Math.ceil(size / 78)) : ''}`;

const numbered = (count: number, size = 0) => Array.from({ length: count }, (_, n) => letter(`m${n + 1}`, size));

export function emailSourceContract(name: string, abilities: EmailAbilities, makeWorld: () => Promise<EmailWorld>): void {
  describe(`${name} as a source of email`, () => {
    const worlds: EmailWorld[] = [];
    const sessions: Session[] = [];
    afterEach(async () => {
      for (const session of sessions.splice(0)) await session[Symbol.asyncDispose]();
      for (const world of worlds.splice(0)) await world.close?.();
    });
    const create = async (): Promise<EmailWorld> => {
      const world = await makeWorld();
      worlds.push(world);
      return world;
    };
    /** A fresh session each time, as after a restart; the one before is closed first. */
    const enter = async (world: EmailWorld, signal?: AbortSignal): Promise<EmailSource> => {
      for (const session of sessions.splice(0)) await session[Symbol.asyncDispose]();
      const session = await world.open(signal);
      sessions.push(session);
      return session.email!;
    };
    const fill = async (world: EmailWorld, letters: readonly string[]) => {
      for (const raw of letters) await world.deliver(raw);
    };

    test('an empty folder gives one complete page, and so does the pass after it', async () => {
      const world = await create();
      const ledger = createLedger();
      for (let pass = 1; pass <= 2; pass += 1) {
        const pages = await ledger.pass(await enter(world), world.folder);
        expect(pages.at(-1)).toMatchObject({ reset: false, arrived: [], flagged: [], gone: [], complete: true });
      }
    });

    test('every message arrives once, byte for byte, with its whole size', async () => {
      const world = await create();
      const letters = [...numbered(5), letter('big', 20_000), `Subject: =?utf-8?q?=C3=BC?=\r\n\r\n\xe4\xf6..\r\n.\r\n..x\r\n`];
      await fill(world, letters);
      const ledger = createLedger();
      const pages = await ledger.pass(await enter(world), world.folder);
      expect(pages.map((page) => page.complete)).toEqual([...pages.slice(1).map(() => false), true]);
      const utf8 = letters.map((text) => Buffer.from(text, 'utf8').toString('latin1'));
      expect(ledger.texts().sort()).toEqual(utf8.sort());
      expect(new Set(ledger.arrivals.map((message) => message.ref)).size).toBe(letters.length);
      for (const message of ledger.arrivals) {
        expect(message).toMatchObject({ headersOnly: false, sizeBytes: message.source.length });
      }
    });

    test('a second pass with nothing new brings nothing', async () => {
      const world = await create();
      await fill(world, numbered(7));
      const ledger = createLedger();
      await ledger.pass(await enter(world), world.folder);
      for (const source of [await enter(world)]) {
        for (let pass = 1; pass <= 2; pass += 1) {
          for (const page of await ledger.pass(source, world.folder)) {
            expect(page).toMatchObject({ reset: false, arrived: [], flagged: [], gone: [] });
          }
        }
      }
      expect(ledger.arrivals).toHaveLength(7);
    });

    test('what comes later arrives in the next pass, alone', async () => {
      const world = await create();
      await fill(world, numbered(3));
      const ledger = createLedger();
      await ledger.pass(await enter(world), world.folder);
      await world.deliver(letter('later'));
      await ledger.pass(await enter(world), world.folder);
      expect(ledger.arrivals).toHaveLength(4);
      expect(Buffer.from(ledger.arrivals[3]!.source).toString()).toBe(letter('later'));
    });

    test('pages are bounded by count and by bytes, and the last one alone is complete', async () => {
      const world = await create();
      await fill(world, numbered(9, 5000));
      const byCount = await createLedger().pass(await enter(world), world.folder, { messages: 4 });
      expect(byCount.every((page) => page.arrived.length <= 4)).toBe(true);
      const byBytes = await createLedger().pass(await enter(world), world.folder, { bytes: 12_000 });
      for (const pages of [byCount, byBytes]) {
        expect(pages.flatMap((page) => page.arrived)).toHaveLength(9);
        expect(pages.map((page) => page.complete)).toEqual([...pages.slice(1).map(() => false), true]);
      }
      for (const page of byBytes) {
        const bytes = page.arrived.reduce((sum, message) => sum + message.source.length, 0);
        expect(bytes <= 12_000 || page.arrived.length === 1).toBe(true);
      }
    });

    test('a message above the limit comes by its headers, and the others whole', async () => {
      const world = await create();
      const letters = [letter('one'), letter('huge', 50_000), letter('two')];
      await fill(world, letters);
      const ledger = createLedger();
      await ledger.pass(await enter(world), world.folder, { messageBytes: 10_000 });
      const huge = ledger.arrivals.find((message) => message.headersOnly)!;
      expect(Buffer.from(huge.source).toString()).toBe(letters[1]!.slice(0, letters[1]!.indexOf('\r\n\r\n') + 4));
      expect(huge.sizeBytes).toBe(letters[1]!.length);
      expect(ledger.arrivals.filter((message) => !message.headersOnly)).toHaveLength(2);
      await ledger.pass(await enter(world), world.folder, { messageBytes: 10_000 });
      expect(ledger.arrivals).toHaveLength(3);
    });

    test('broken off after any page and started again from its cursor, nothing is lost or repeated', async () => {
      for (let pages = 1; pages <= 3; pages += 1) {
        const world = await create();
        await fill(world, numbered(8));
        const ledger = createLedger();
        await ledger.breakOffAfter(pages, await enter(world), world.folder, { messages: 2 });
        await world.deliver(letter('in-between'));
        await ledger.pass(await enter(world), world.folder, { messages: 3 });
        await ledger.pass(await enter(world), world.folder, { messages: 3 });
        expect(ledger.texts().sort()).toEqual([...numbered(8), letter('in-between')].sort());
        expect(ledger.arrivals).toHaveLength(9);
      }
    });

    test('a page that was never committed comes again', async () => {
      const world = await create();
      await fill(world, numbered(4));
      const ledger = createLedger();
      const source = await enter(world);
      for await (const page of source.changes(world.folder, null, ledger.known, {
        messages: 2,
        bytes: 1 << 20,
        messageBytes: 1 << 20,
        since: null,
      })) {
        expect(page.arrived.length).toBeGreaterThan(0);
        break;
      }
      await ledger.pass(await enter(world), world.folder, { messages: 2 });
      expect(ledger.texts().sort()).toEqual(numbered(4).sort());
    });

    test('a session can go on after a pass that was broken off', async () => {
      const world = await create();
      await fill(world, numbered(6));
      const ledger = createLedger();
      const source = await enter(world);
      await ledger.breakOffAfter(1, source, world.folder, { messages: 2 });
      await ledger.pass(source, world.folder, { messages: 2 });
      expect(ledger.arrivals).toHaveLength(6);
    });

    test('what was removed is gone, once', async () => {
      const world = await create();
      await fill(world, numbered(5));
      const ledger = createLedger();
      await ledger.pass(await enter(world), world.folder);
      const [second, last] = [ledger.arrivals[1]!, ledger.arrivals[4]!];
      for (const message of [second, last]) await world.remove(Buffer.from(message.source).toString());
      const gone = (await ledger.pass(await enter(world), world.folder)).flatMap((page) => page.gone);
      expect([...gone].sort()).toEqual([second.ref, last.ref].sort());
      const again = (await ledger.pass(await enter(world), world.folder)).flatMap((page) => page.gone);
      expect(again).toEqual([]);
      expect(ledger.present.size).toBe(3);
    });

    test('removals and arrivals between two passes are both told', async () => {
      const world = await create();
      await fill(world, numbered(3));
      const ledger = createLedger();
      await ledger.pass(await enter(world), world.folder);
      for (const raw of numbered(3)) await world.remove(raw);
      await fill(world, [letter('new1'), letter('new2'), letter('new3')]);
      await ledger.pass(await enter(world), world.folder);
      expect(ledger.texts().sort()).toEqual([letter('new1'), letter('new2'), letter('new3')]);
    });

    test('a message that goes away during the pass is no error, and what comes in then arrives', async () => {
      const world = await create();
      await fill(world, numbered(6));
      const ledger = createLedger();
      const source = await enter(world);
      const bounds = { messages: 1, bytes: 1 << 20, messageBytes: 1 << 20, since: null };
      const read = async () => {
        let first = true;
        for await (const page of source.changes(world.folder, null, ledger.known, bounds)) {
          ledger.commit(page);
          if (first) {
            await world.remove(letter('m5'));
            await world.deliver(letter('meanwhile'));
          }
          first = false;
        }
      };
      if (abilities.endsWhenChanged) await expect(read()).rejects.toMatchObject({ code: 'unreachable' });
      else await read();
      await ledger.pass(await enter(world), world.folder);
      const expected = [...numbered(6).filter((raw) => raw !== letter('m5')), letter('meanwhile')];
      expect(ledger.texts().sort()).toEqual(expected.sort());
    });

    test('the preview counts what a first run would bring, without reading', async () => {
      const world = await create();
      const letters = [...numbered(3), letter('huge', 30_000)];
      await fill(world, letters);
      const preview = await (await enter(world)).preview(world.folder, { since: null, messageBytes: 10_000 });
      expect(preview).toMatchObject({ messages: 4, oversized: 1 });
      const bytes = letters.join('').length;
      if (abilities.estimatedSizes) expect(preview.bytes).toBeGreaterThan(bytes / 2);
      else expect(preview.bytes).toBe(bytes);
    });

    test('the folder is found by its path and as inbox, and a selector for nothing is a failure', async () => {
      const world = await create();
      await world.deliver(letter('one'));
      const source = await enter(world);
      const found = await source.probe([world.folder, { role: 'inbox' }], new Map());
      expect(found.map((folder) => [folder.path, folder.role, folder.mayHaveChanged])).toEqual([[world.folder, 'inbox', true]]);
      const failure = await source.probe(['No such folder'], new Map()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Failure);
      expect(failure).toMatchObject({ code: 'missing' });
    });

    test('an aborted session ends with a failure and not otherwise', async () => {
      const world = await create();
      await fill(world, numbered(5));
      const controller = new AbortController();
      const source = await enter(world, controller.signal);
      const ledger = createLedger();
      const reading = (async () => {
        for await (const page of source.changes(world.folder, null, ledger.known, {
          messages: 1,
          bytes: 1 << 20,
          messageBytes: 1 << 20,
          since: null,
        })) {
          ledger.commit(page);
          controller.abort();
        }
      })();
      await expect(reading).rejects.toBeInstanceOf(Failure);
      await ledger.pass(await enter(world), world.folder);
      expect(ledger.texts().sort()).toEqual(numbered(5).sort());
      expect(ledger.arrivals).toHaveLength(5);
    });

    if (abilities.dates)
      test('each message tells when it was received, and a first run leaves out what is older than `since`', async () => {
        const world = await create();
        const since = new Date('2026-01-01T00:00:00Z');
        await world.deliver(letter('old'), { date: new Date('2025-12-31T23:59:58Z') });
        await world.deliver(letter('young'), { date: new Date('2026-01-01T00:00:02Z') });
        await world.deliver(letter('ancient'), { date: new Date('2020-06-01T12:00:00Z') });
        const preview = await (await enter(world)).preview(world.folder, { since, messageBytes: 10_000 });
        expect(preview).toMatchObject({ messages: 1, oversized: 0 });
        const ledger = createLedger();
        for (let pass = 1; pass <= 2; pass += 1) {
          await ledger.pass(await enter(world), world.folder, { since });
          expect(ledger.texts()).toEqual([letter('young')]);
        }
        expect(ledger.arrivals[0]!.receivedAt).toEqual(new Date('2026-01-01T00:00:02Z'));
        // Dragged into the folder later, so it is wanted, whatever its age.
        await world.deliver(letter('dragged'), { date: new Date('2019-01-01T00:00:00Z') });
        await ledger.pass(await enter(world), world.folder, { since });
        expect(ledger.texts().sort()).toEqual([letter('dragged'), letter('young')]);
      });

    if (abilities.flags)
      test('a message brings its flags, a change of them is told, and reading sets none', async () => {
        const world = await create();
        await world.deliver(letter('seen'), { flags: ['\\Seen'] });
        await world.deliver(letter('unseen'));
        await world.deliver(letter('third'));
        const ledger = createLedger();
        await ledger.pass(await enter(world), world.folder);
        const flags = () => [...ledger.present.values()].map((message) => [...message.flags].sort());
        expect(flags()).toEqual([['\\Seen'], [], []]);
        expect(await world.flagsOf!(letter('unseen'))).toEqual([]);
        await world.setFlags!(letter('unseen'), ['\\Seen', '\\Flagged']);
        await world.setFlags!(letter('seen'), []);
        const pages = await ledger.pass(await enter(world), world.folder);
        expect(pages.flatMap((page) => page.arrived)).toEqual([]);
        expect(flags()).toEqual([[], ['\\Flagged', '\\Seen'], []]);
        expect((await ledger.pass(await enter(world), world.folder)).flatMap((page) => page.flagged)).toEqual([]);
      });

    if (abilities.renumber)
      test('after renumbering the first page says so, everything comes again, and what came in between too', async () => {
        const world = await create();
        await fill(world, numbered(5));
        const ledger = createLedger();
        await ledger.pass(await enter(world), world.folder);
        for (const session of sessions.splice(0)) await session[Symbol.asyncDispose]();
        await world.deliver(letter('in-between'));
        await world.renumber!();
        await ledger.breakOffAfter(1, await enter(world), world.folder, { messages: 2 });
        const pages = await ledger.pass(await enter(world), world.folder, { messages: 2 });
        expect(ledger.resets).toBe(1);
        expect(pages.every((page) => !page.reset)).toBe(true);
        expect(ledger.texts().sort()).toEqual([...numbered(5), letter('in-between')].sort());
        await ledger.pass(await enter(world), world.folder);
        expect(ledger.resets).toBe(1);
        expect(ledger.arrivals).toHaveLength(11);
      });
  });
}
