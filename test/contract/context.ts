import type { Credential, SessionContext } from '../../src/connector/connector.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';

/** A session's surroundings as a test needs them. */
export function contextFor(
  credential: Credential | (() => Promise<Credential>),
  options: Partial<SessionContext> = {},
): SessionContext {
  const ask = typeof credential === 'function' ? credential : async () => credential;
  return { log: silentLog, clock: systemClock, signal: new AbortController().signal, credential: ask, ...options };
}
