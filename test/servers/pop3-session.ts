/** Our own POP3 client against a server of a test. */
import type { Credential, SessionContext } from '../../src/connector/connector.ts';
import { createPop3Connector } from '../../src/connector/pop3/pop3-connector.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { contextFor } from '../contract/context.ts';

export const PASSWORD: Credential = { method: 'password', username: 'anna', password: 'secret' };

/** Fifty times as fast, for waits that a test has to live through. */
export const hastyClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => systemClock.monotonicMs() * 50,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
};

export interface Pop3ClientOptions {
  readonly credential?: Credential | (() => Promise<Credential>);
  /** Default: none, in clear text. */
  readonly settings?: object;
  readonly context?: Partial<SessionContext>;
}

/** One connector, so that what it learns about the server lasts from session to session. */
export function pop3Client(server: { readonly host: string; readonly port: number }, options: Pop3ClientOptions = {}) {
  const connector = createPop3Connector();
  const settings = connector.parseSettings({
    ...{ host: server.host, port: server.port, tls: 'none', allowClearText: true, limits: { timeoutMs: 5000 } },
    ...options.settings,
  });
  const context = contextFor(options.credential ?? PASSWORD, options.context);
  return {
    open: () => connector.open(settings, context),
    diagnose: () => Array.fromAsync(connector.diagnose(settings, context)),
  };
}
