/** What every connector that offers `filing` has to keep: our copy of sent mail is put away once and found again. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Session } from '../../src/connector/connector.ts';
import { letter } from './email-source.ts';

export interface FilingWorld {
  open(): Promise<Session>;
  /** What lies in the Sent folder, with its flags and date. */
  sent(): Promise<readonly { readonly raw: string; readonly flags: readonly string[] }[]>;
  close?(): Promise<void>;
}

export function filingContract(name: string, makeWorld: () => Promise<FilingWorld>): void {
  describe(`${name} as a place to file copies`, () => {
    const ends: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });
    const start = async () => {
      const world = await makeWorld();
      ends.push(async () => world.close?.());
      const session = await world.open();
      ends.push(async () => session[Symbol.asyncDispose]());
      return { world, session, filing: session.filing! };
    };

    test('a copy is appended with its bytes and flags and found by its Message-ID, with and without brackets', async () => {
      const { world, filing } = await start();
      expect(await filing.find('sent', 'mine@example.test')).toBeNull();
      const raw = Buffer.from(letter('mine', 3000));
      const appended = await filing.append('sent', raw, ['\\Seen'], new Date('2026-02-03T04:05:06Z'));
      expect(appended?.folder).toBeTruthy();
      expect(await world.sent()).toEqual([{ raw: raw.toString(), flags: ['\\Seen'] }]);
      const found = await filing.find('sent', 'mine@example.test');
      expect(found).not.toBeNull();
      expect(await filing.find('sent', '<mine@example.test>')).toBe(found);
      if (appended?.ref) expect(appended.ref).toBe(found);
    });

    test('a Message-ID that only contains the one looked for is another one', async () => {
      const { filing } = await start();
      await filing.append('sent', Buffer.from(letter('not-mine')), ['\\Seen'], new Date());
      expect(await filing.find('sent', 'mine@example.test')).toBeNull();
      expect(await filing.find('sent', 'not-mine@example.test')).not.toBeNull();
    });

    test('a role without a folder files nothing', async () => {
      const { filing } = await start();
      expect(await filing.append('important', Buffer.from(letter('x')), [], new Date())).toBeNull();
      expect(await filing.find('important', 'x@example.test')).toBeNull();
    });
  });
}
