/** One database and one stand-in for many histories. */
import { Exchange } from '../servers/exchange/exchange.ts';
import { serve } from '../servers/exchange/server.ts';
import { startTestDatabase } from '../servers/postgres.ts';
import type { Place } from './company.ts';

export async function openPlace(): Promise<Place & AsyncDisposable> {
  const exchange = new Exchange();
  const server = await serve(exchange, { auth: { schemes: ['basic'] } });
  const pg = await startTestDatabase();
  return {
    ...{ exchange, server, database: pg.database },
    async [Symbol.asyncDispose]() {
      await pg.stop();
      await server.close();
    },
  };
}
