// bin/mailroom-exchange: the stand-in from a shell. One line tells when it serves; a signal ends it.
import { readFileSync } from 'node:fs';
import { machineClock, runningFrom } from './clock.ts';
import { command, type Settings } from './command-line.ts';
import { Exchange } from './exchange.ts';
import { readFaultRules } from './faults.ts';
import { probe } from './probe/probe.ts';
import { serve } from './server.ts';
import { relayTo, serveSmtp } from './smtp.ts';
import { keepState, readState } from './state-file.ts';

function build(settings: Settings): Exchange {
  const exchange = new Exchange({
    seed: settings.seed,
    clock: settings.clock === undefined ? machineClock : runningFrom(settings.clock),
    version: settings.version,
    zone: settings.zone,
    switches: Object.fromEntries(settings.switch),
  });
  const data = settings.state === undefined ? undefined : readState(settings.state);
  const kept = new Map(data?.mailboxes.map((one) => [one.address.toLowerCase(), one]));
  for (const [list, mayImpersonate] of [
    [settings.mailbox, false],
    [settings.service, true],
  ] as const) {
    for (const { address, password } of list) {
      const before = kept.get(address.toLowerCase());
      exchange.addMailbox(address, password, before === undefined ? { mayImpersonate } : { mayImpersonate, data: before });
    }
  }
  for (const { address, members } of settings.group) {
    exchange.groups.set(address.toLowerCase(), { address, name: address.split('@')[0]!, members });
  }
  if (settings.faults !== undefined) exchange.faults.add(...readFaultRules(readFileSync(settings.faults, 'utf8')));
  return exchange;
}

async function run(settings: Settings) {
  const exchange = build(settings);
  const tls =
    settings.tls === undefined ? {} : { tls: { cert: readFileSync(settings.tls[0]!), key: readFileSync(settings.tls[1]!) } };
  const auth = { schemes: settings.auth, extendedProtection: settings.extendedProtection };
  const server = await serve(exchange, { host: settings.host, port: settings.port, auth, ...tls });
  const smtp = settings.smtpPort === undefined ? undefined : await serveSmtp(exchange, settings.smtpPort, settings.host);
  if (settings.smartHost !== undefined) relayTo(exchange, settings.smartHost.host, settings.smartHost.port);
  const stopKeeping = settings.state === undefined ? undefined : keepState(settings.state, exchange);
  const mail = smtp === undefined ? '' : `, SMTP on ${settings.host}:${smtp.port}`;
  process.stdout.write(`mailroom-exchange serves ${exchange.mailboxes.size} mailboxes at ${server.url}${mail}\n`);
  const stop = async () => {
    stopKeeping?.();
    await Promise.all([server.close(), smtp?.close()]);
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

try {
  await command(run, probe).parseAsync();
} catch (error) {
  process.stderr.write(`mailroom-exchange: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
