/**
 * What every connector that offers `sender` has to keep: the receipt tells the truth. A world is a server with addresses that
 * take, defer and refuse, and with a ledger of what it took.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { OutgoingEmail, Session } from '../../src/connector/connector.ts';
import { Failure } from '../../src/model/failure.ts';

export interface SenderWorld {
  readonly from: string;
  readonly good: readonly [string, string];
  readonly deferred: string;
  readonly refused: string;
  open(signal?: AbortSignal): Promise<Session>;
  /** Resolves when at least so many messages were taken (as far as the server is ever going to). */
  taken(count: number): Promise<readonly { readonly recipients: readonly string[]; readonly raw: Buffer }[]>;
  close?(): Promise<void>;
}

let counter = 0;

export function emailSenderContract(name: string, makeWorld: () => Promise<SenderWorld>): void {
  describe(`${name} as a sender of email`, () => {
    const ends: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });
    const start = async (signal?: AbortSignal) => {
      const world = await makeWorld();
      ends.push(async () => world.close?.());
      const session = await world.open(signal);
      ends.push(async () => session[Symbol.asyncDispose]());
      return { world, sender: session.sender! };
    };
    const compose = (world: SenderWorld, changes: Partial<OutgoingEmail> = {}): OutgoingEmail => {
      counter += 1;
      const id = `contract-${process.pid}-${counter}`;
      const source = Buffer.from(
        `Message-ID: <${id}@example.test>\r\nSubject: ${id}\r\n\r\nfirst\r\n.\r\n..two\r\n.three\r\nlast\r\n`,
      );
      return { from: world.from, recipients: [world.good[0]], envelopeId: id, source, beforeDot: async () => {}, ...changes };
    };
    const body = (source: Uint8Array) => Buffer.from(source).toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n');

    test('an accepted message arrives once, with its lines and dots, for all its recipients', async () => {
      const { world, sender } = await start();
      const email = compose(world, { recipients: world.good });
      const receipt = await sender.send(email);
      expect(receipt).toMatchObject({ outcome: 'accepted' });
      expect(receipt.recipients.map(({ address, outcome }) => [address, outcome])).toEqual(
        world.good.map((address) => [address, 'accepted']),
      );
      const taken = await world.taken(1);
      expect(taken.flatMap((one) => one.recipients).sort()).toEqual([...world.good].sort());
      for (const one of taken) expect(body(one.raw)).toBe(body(email.source));
    });

    test('beforeDot is asked once, before the message can be taken; no server takes one whose dot was held back', async () => {
      const { world, sender } = await start();
      let asked = 0;
      const held = compose(world, {
        beforeDot: async () => {
          asked += 1;
          throw new Failure('conflict', 'another run owns it');
        },
      });
      expect(await sender.send(held)).toMatchObject({ outcome: 'not-sent' });
      expect(asked).toBe(1);
      const session = await world.open();
      ends.push(async () => session[Symbol.asyncDispose]());
      const next = compose(world);
      expect(await session.sender!.send(next)).toMatchObject({ outcome: 'accepted' });
      const taken = await world.taken(1);
      expect(taken.map((one) => body(one.raw))).toEqual([body(next.source)]);
    });

    test('each recipient has its own result, and only those that were taken get the message', async () => {
      const { world, sender } = await start();
      const recipients = [world.refused, world.good[0], world.deferred];
      const receipt = await sender.send(compose(world, { recipients }));
      expect(receipt.outcome).toBe('accepted');
      expect(receipt.recipients.map(({ address, outcome }) => [address, outcome])).toEqual([
        [world.refused, 'refused'],
        [world.good[0], 'accepted'],
        [world.deferred, 'deferred'],
      ]);
      for (const one of receipt.recipients) expect(one.response).not.toBe('');
      expect((await world.taken(1)).flatMap((one) => one.recipients)).toEqual([world.good[0]]);
    });

    test('when nobody is taken nothing was sent, and the session can send the next one', async () => {
      const { world, sender } = await start();
      for (const recipients of [[world.refused], [world.deferred], [world.refused, world.deferred]]) {
        const receipt = await sender.send(compose(world, { recipients }));
        expect(receipt.outcome).toBe('not-sent');
        expect(receipt.recipients.map(({ outcome }) => outcome)).not.toContain('accepted');
      }
      expect(await sender.send(compose(world))).toMatchObject({ outcome: 'accepted' });
      expect(await world.taken(1)).toHaveLength(1);
    });

    test('a session that was stopped sends nothing more', async () => {
      const controller = new AbortController();
      const { world, sender } = await start(controller.signal);
      controller.abort();
      const receipt = await sender.send(compose(world)).catch((error: unknown) => error);
      if (receipt instanceof Failure) expect(receipt.code).toBe('unreachable');
      else expect(receipt).toMatchObject({ outcome: 'not-sent' });
      expect(await world.taken(0)).toHaveLength(0);
    });
  });
}
