/** One database and one stand-in for many histories, and one clock for both. */
import { type TestClock, testClock } from '../integration/item-world.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { serve } from '../servers/exchange/server.ts';
import { startTestDatabase } from '../servers/postgres.ts';
import type { Place } from './company.ts';

export async function openPlace(): Promise<Place & AsyncDisposable> {
  const time: { clock: TestClock } = { clock: testClock() };
  const clock: TestClock = {
    now: () => time.clock.now(),
    monotonicMs: () => time.clock.monotonicMs(),
    sleep: async () => {},
    advance: (ms) => time.clock.advance(ms),
  };
  const exchange = new Exchange({ clock: { now: () => clock.now().getTime() } });
  const server = await serve(exchange, { auth: { schemes: ['basic'] } });
  const pg = await startTestDatabase();
  const { database } = pg;
  // Nobody pulls the plug here: what is killed is the gateway.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
    await database.raw(`alter system set ${setting} = off`);
  await database.raw('select pg_reload_conf()');
  return {
    ...{ exchange, server, database, clock },
    async clear() {
      time.clock = testClock();
      // Emptying a few small tables is much faster than giving new files to all of them.
      await database.raw('delete from mailboxes; delete from activities; delete from changes');
    },
    async [Symbol.asyncDispose]() {
      await pg.stop();
      await server.close();
    },
  };
}
