/**
 * What every connector that offers `disposal` has to keep: it takes off the server what it was told to, what was seen in the
 * same session, and only when the session was settled.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { RemoteRef, Session } from '../../src/connector/connector.ts';
import { letter } from './email-source.ts';
import { createLedger, type Ledger } from './ledger.ts';

export interface DisposalWorld {
  readonly folder: string;
  open(signal?: AbortSignal): Promise<Session>;
  deliver(raw: string): Promise<void>;
  /** What lies on the server, by the world's own eyes. */
  remaining(): Promise<readonly string[]>;
  close?(): Promise<void>;
}

export function emailDisposalContract(name: string, makeWorld: () => Promise<DisposalWorld>): void {
  describe(`${name} taking mail off the server`, () => {
    const worlds: DisposalWorld[] = [];
    const sessions: Session[] = [];
    const letters = ['one', 'two', 'three', 'four'].map((subject) => letter(subject));
    const leave = async () => {
      for (const session of sessions.splice(0)) await session[Symbol.asyncDispose]();
    };
    afterEach(async () => {
      await leave();
      for (const world of worlds.splice(0)) await world.close?.();
    });
    const create = async (raws: readonly string[] = letters): Promise<DisposalWorld> => {
      const world = await makeWorld();
      worlds.push(world);
      for (const raw of raws) await world.deliver(raw);
      return world;
    };
    const enter = async (world: DisposalWorld): Promise<Session> => {
      await leave();
      const session = await world.open();
      sessions.push(session);
      return session;
    };
    const refOf = (ledger: Ledger, raw: string): RemoteRef =>
      [...ledger.present].find(([, message]) => Buffer.from(message.source).toString() === raw)![0];
    const sorted = async (world: DisposalWorld) => [...(await world.remaining())].sort();
    const without = (...raws: string[]) => letters.filter((raw) => !raws.includes(raw)).sort();

    test('what was asked for is off the server, confirmed, and told as gone by the next pass', async () => {
      const world = await create();
      const ledger = createLedger();
      const session = await enter(world);
      await ledger.pass(session.email!, world.folder);
      const refs = [refOf(ledger, letters[1]!), refOf(ledger, letters[3]!)];
      await session.disposal!.remove(refs);
      expect([...(await session.disposal!.settle())].sort()).toEqual([...refs].sort());
      expect(await sorted(world)).toEqual(without(letters[1]!, letters[3]!));
      await ledger.pass((await enter(world)).email!, world.folder);
      expect(ledger.texts().sort()).toEqual(without(letters[1]!, letters[3]!));
      expect(ledger.arrivals).toHaveLength(4);
    });

    test('a later session removes what an earlier one brought, after a pass with nothing new', async () => {
      const world = await create();
      const ledger = createLedger();
      await ledger.pass((await enter(world)).email!, world.folder);
      const session = await enter(world);
      await ledger.pass(session.email!, world.folder);
      const ref = refOf(ledger, letters[0]!);
      await session.disposal!.remove([ref]);
      expect(await session.disposal!.settle()).toEqual([ref]);
      expect(await sorted(world)).toEqual(without(letters[0]!));
    });

    test('a session that ends without being settled removes nothing', async () => {
      const world = await create();
      const ledger = createLedger();
      const session = await enter(world);
      await ledger.pass(session.email!, world.folder);
      await session.disposal!.remove([...ledger.present.keys()]);
      await leave();
      expect(await sorted(world)).toEqual([...letters].sort());
    });

    test('settling without a removal removes nothing and confirms nothing', async () => {
      const world = await create();
      const session = await enter(world);
      await createLedger().pass(session.email!, world.folder);
      expect(await session.disposal!.settle()).toEqual([]);
      expect(await sorted(world)).toEqual([...letters].sort());
    });

    test('a reference that is not on the server (any more) is left alone and not confirmed', async () => {
      const world = await create();
      const session = await enter(world);
      const ledger = createLedger();
      await ledger.pass(session.email!, world.folder);
      const ref = refOf(ledger, letters[2]!);
      await session.disposal!.remove(['never seen' as RemoteRef, ref]);
      expect(await session.disposal!.settle()).toEqual([ref]);
      expect(await sorted(world)).toEqual(without(letters[2]!));
    });

    test('of identical twins only the one that was asked for goes', async () => {
      const world = await create([letters[0]!, letters[0]!, letters[1]!]);
      const session = await enter(world);
      const ledger = createLedger();
      await ledger.pass(session.email!, world.folder);
      expect(ledger.present.size).toBe(3);
      const ref = refOf(ledger, letters[0]!);
      await session.disposal!.remove([ref]);
      expect(await session.disposal!.settle()).toEqual([ref]);
      expect(await sorted(world)).toEqual([letters[0]!, letters[1]!].sort());
    });

    test('asking twice is asking once', async () => {
      const world = await create();
      const session = await enter(world);
      const ledger = createLedger();
      await ledger.pass(session.email!, world.folder);
      const ref = refOf(ledger, letters[0]!);
      await session.disposal!.remove([ref, ref]);
      await session.disposal!.remove([ref]);
      expect(await session.disposal!.settle()).toEqual([ref]);
      expect(await sorted(world)).toEqual(without(letters[0]!));
    });
  });
}
