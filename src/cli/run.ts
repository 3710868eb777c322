import { loadConfig } from '../config/load.ts';
import { type ConfigWatch, watchConfig } from '../config/watch.ts';
import { healthReport, serveHealth } from '../health/http.ts';
import { createMetrics } from '../health/metrics.ts';
import { serve } from '../mailbox/serve.ts';
import { listMailboxes } from '../store/mailboxes.ts';
import { query } from '../store/rows.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { ConfigError } from './frame.ts';
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
    const watch = await watchFiles(house, context);
    const hardStop = () => setTimeout(() => process.exit(EXIT.failed), GRACE_MS).unref();
    context.signal.addEventListener('abort', hardStop, { once: true });
    await serve(house.syncContext, {
      holder: house.holder,
      config: watch.current,
      deliver: house.deliver,
      dueToSend: house.dueToSend,
      finished: ({ failure, counts }, durationMs) =>
        metrics.passDone({ failureCode: failure?.code ?? null, durationMs, ...counts }),
    });
    await watch.close();
    await health?.close();
    house.log.info('stopped');
    return EXIT.done;
  },
};

async function watchFiles(house: House, context: CommandContext): Promise<ConfigWatch> {
  const { log, clock, database } = house;
  const { environment: env, configFile: file, signal } = context;
  const first = await loadConfig(file, { env, now: clock.now() });
  if ('problems' in first) throw new ConfigError(first);
  const known = async () =>
    (await listMailboxes(database)).map(({ id, address, state }) => ({
      id,
      address,
      paused: state === 'paused',
      fingerprint: null,
    }));
  const watch = await watchConfig({ file, env, clock, log, signal, first, known, changed: house.takeOver });
  const hangUp = () => void watch.reload();
  process.on('SIGHUP', hangUp);
  return {
    ...watch,
    close() {
      process.off('SIGHUP', hangUp);
      return watch.close();
    },
  };
}

function warnOfClearText(house: House): void {
  for (const { name, tls, allowClearText } of house.config.servers.values()) {
    if (tls === 'none' && allowClearText)
      house.log.warn('CLEAR TEXT: passwords and mail of this server can be read on the way', { server: name });
  }
}

async function healthOf(house: House) {
  await query(house.database, 'select 1');
  return healthReport(house.currentConfig().mailboxes.length, house.syncContext.circuits.open());
}
