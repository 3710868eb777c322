/** Looks after the private PostgreSQL of a process that lives long: whoever kills it (a lack of memory) must not end the service. */
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { EmbeddedPostgres } from './embedded.ts';

const LOOK_EVERY_MS = 1_000;

/** Until the answer is called; that waits for a start that is under way. */
export function keepAlive(server: EmbeddedPostgres, log: Log, clock: Clock): () => Promise<void> {
  const stop = new AbortController();
  const ended = look(server, log, clock, stop.signal);
  return () => {
    stop.abort();
    return ended;
  };
}

async function look(server: EmbeddedPostgres, log: Log, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await server.revive()) log.error('the embedded PostgreSQL had ended and was started again; its log says why');
    } catch (error) {
      log.error('the embedded PostgreSQL has ended and does not start', { reason: (error as Error).message });
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}
