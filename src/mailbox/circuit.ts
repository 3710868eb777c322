/**
 * A credential that many mailboxes share must not be tried by all of them once the server refuses it: a few thousand wrong
 * logins lock the account. One confirmed retry opens the circuit; while it is open nobody tries, except one mailbox now and
 * then, which closes it again when the server agrees.
 */
import type { AuthConfig, ServerConfig } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';

const RETRY_AFTER_MS = 60_000;
const PROBE_EVERY_MS = 4 * 3_600_000;

interface State {
  refusals: number;
  nextTryAt: number;
  message: string;
}

export interface Circuits {
  /** Throws while the circuit of a shared credential is open. */
  enter(server: ServerConfig, auth: AuthConfig): void;
  refused(server: ServerConfig, auth: AuthConfig, failure: Failure): void;
  accepted(server: ServerConfig, auth: AuthConfig): void;
  open(): readonly { readonly server: string; readonly message: string }[];
}

export function createCircuits(clock: Clock): Circuits {
  const states = new Map<string, State>();
  const keyOf = (server: ServerConfig, auth: AuthConfig) => `${server.name}\n${auth.username ?? ''}`;
  return {
    enter(server, auth) {
      const state = auth.shared ? states.get(keyOf(server, auth)) : undefined;
      if (!state) return;
      const now = clock.monotonicMs();
      if (now >= state.nextTryAt) {
        state.nextTryAt = now + RETRY_AFTER_MS; // this one may try, the others wait for what it finds
        return;
      }
      throw new Failure('throttled', `the shared credential of server "${server.name}" was refused: ${state.message}`, {
        retryAfterMs: state.nextTryAt - now,
        remedy: `mend the credential of server "${server.name}", then run "mailroom test --server ${server.name}"`,
      });
    },
    refused(server, auth, failure) {
      if (!auth.shared) return;
      const state = states.get(keyOf(server, auth)) ?? { refusals: 0, nextTryAt: 0, message: '' };
      state.refusals += 1;
      state.message = failure.message;
      state.nextTryAt = clock.monotonicMs() + (state.refusals >= 2 ? PROBE_EVERY_MS : RETRY_AFTER_MS);
      states.set(keyOf(server, auth), state);
    },
    accepted(server, auth) {
      states.delete(keyOf(server, auth));
    },
    open: () =>
      [...states]
        .filter(([, state]) => state.refusals >= 2)
        .map(([key, state]) => ({ server: key.split('\n')[0]!, message: state.message })),
  };
}
