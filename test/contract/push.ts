/** What every connector that offers `push` has to keep: hints come, carry nothing, and end when asked to. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Hint, Session } from '../../src/connector/connector.ts';
import { Failure } from '../../src/model/failure.ts';
import { letter } from './email-source.ts';

export interface PushWorld {
  readonly folder: string;
  open(): Promise<Session>;
  deliver(raw: string): Promise<void>;
  remove(raw: string): Promise<void>;
  /** The server drops every connection. */
  cut(): Promise<void>;
  close?(): Promise<void>;
}

export function pushContract(name: string, makeWorld: () => Promise<PushWorld>): void {
  describe(`${name} as a source of hints`, () => {
    const ends: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });
    const start = async () => {
      const world = await makeWorld();
      ends.push(async () => world.close?.());
      const session = await world.open();
      ends.push(async () => session[Symbol.asyncDispose]());
      const controller = new AbortController();
      ends.push(async () => controller.abort());
      const hints = session.push!.hints(new Map([[world.folder, null]]), controller.signal)[Symbol.asyncIterator]();
      return { world, hints, controller };
    };
    const sane = (result: IteratorResult<Hint>, folder: string) => {
      expect(result.done).toBe(false);
      expect([folder, null]).toContain(result.value.folder);
    };

    test('listening begins with a hint, so that what came just before is looked at; then one follows each change', async () => {
      const { world, hints } = await start();
      sane(await hints.next(), world.folder);
      for (const change of [
        () => world.deliver(letter('one')),
        () => world.deliver(letter('two')),
        () => world.remove(letter('one')),
      ]) {
        const next = hints.next();
        await change();
        sane(await next, world.folder);
      }
    });

    test('aborting ends it without an error', async () => {
      const { hints, controller } = await start();
      await hints.next();
      const next = hints.next();
      controller.abort();
      expect((await next).done).toBe(true);
    });

    test('a broken connection is a failure', async () => {
      const { world, hints } = await start();
      await hints.next();
      const next = hints.next().then(
        () => null,
        (error: unknown) => error,
      );
      await world.cut();
      const failure = await next;
      expect(failure).toBeInstanceOf(Failure);
      expect(failure).toMatchObject({ code: 'unreachable' });
    });
  });
}
