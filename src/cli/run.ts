import type { Config } from '../config/config.ts';
import { serveHealth } from '../health/http.ts';
import { createMetrics } from '../health/metrics.ts';
import { serve } from '../mailbox/serve.ts';
import { query } from '../store/rows.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import type { House } from './house.ts';

const GRACE_MS = 25_000;

export const run: Command = {
  name: 'run',
  summary: 'serve all mailboxes until stopped',
  usage: '',
  help: `Reloads the config when it changes or on SIGHUP; a config with errors is told and the last good one stays.
SIGTERM and SIGINT end it gracefully within 30 seconds. /health and /metrics answer on the port of http: in the config.`,
  options: {},
  async run(_, context) {
    const house = await context.openHouse();
    const metrics = createMetrics();
    const health = house.config.http
      ? await serveHealth(house.config.http, { health: () => healthOf(house), metrics: metrics.text })
      : null;
    house.log.info('serving', { mailboxes: house.config.mailboxes.length, health: health?.port ?? null });
    warnOfClearText(house);
    const hardStop = () => setTimeout(() => process.exit(EXIT.failed), GRACE_MS).unref();
    context.signal.addEventListener('abort', hardStop, { once: true });
    await serve(house.syncContext, {
      holder: house.holder,
      config: watchedConfig(house, context),
      deliver: house.deliver,
      dueToSend: house.dueToSend,
      finished: ({ failure, counts }, durationMs) =>
        metrics.passDone({ failureCode: failure?.code ?? null, durationMs, ...counts }),
    });
    await health?.close();
    house.log.info('stopped');
    return EXIT.done;
  },
};

function watchedConfig(house: House, _context: CommandContext): () => Config {
  return () => house.config;
}

function warnOfClearText(house: House): void {
  for (const { name, tls, allowClearText } of house.config.servers.values()) {
    if (tls === 'none' && allowClearText)
      house.log.warn('CLEAR TEXT: passwords and mail of this server can be read on the way', { server: name });
  }
}

async function healthOf(house: House) {
  await query(house.database, 'select 1');
  const circuits = house.syncContext.circuits.open();
  return { ok: circuits.length === 0, mailboxes: house.config.mailboxes.length, circuits };
}
