/**
 * A credential that many mailboxes share must not be tried by all of them once the server refuses it: a few thousand wrong
 * logins lock the account. So until the server has accepted it one mailbox tries and the others wait for what it finds. One
 * confirmed retry opens the circuit; while it is open nobody tries, except one mailbox now and then, which closes it again when
 * the server agrees.
 */
import type { AuthConfig, ServerConfig } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';

const RETRY_AFTER_MS = 60_000;
const PROBE_EVERY_MS = 4 * 3_600_000;

export interface Circuits {
  /** Resolves when this one may log in; what came of it has to be told. Rejects while the circuit is open. */
  enter(server: ServerConfig, auth: AuthConfig): Promise<void>;
  accepted(server: ServerConfig, auth: AuthConfig): void;
  /** Null: ended otherwise than by a Failure. Of a session that was accepted, only `auth-rejected` counts. */
  failed(server: ServerConfig, auth: AuthConfig, failure: Failure | null): void;
  open(): readonly { readonly server: string; readonly message: string }[];
}

interface State {
  accepted: boolean;
  refusals: number;
  nextTryAt: number;
  message: string;
  trying: PromiseWithResolvers<Failure | null> | null;
}

export function createCircuits(clock: Clock): Circuits {
  const states = new Map<string, State>();
  const keyOf = (server: ServerConfig, auth: AuthConfig) => `${server.name}\n${auth.username ?? ''}`;
  const stateOf = (server: ServerConfig, auth: AuthConfig): State | null => {
    if (!auth.shared) return null;
    const fresh = { accepted: false, refusals: 0, nextTryAt: 0, message: '', trying: null };
    const state = states.get(keyOf(server, auth)) ?? fresh;
    states.set(keyOf(server, auth), state);
    return state;
  };
  return {
    async enter(server, auth) {
      const state = stateOf(server, auth);
      if (state) await enter(state, server.name, clock);
    },
    accepted(server, auth) {
      const state = stateOf(server, auth);
      if (state) settle(Object.assign(state, { accepted: true, refusals: 0 }), null);
    },
    failed(server, auth, failure) {
      const state = stateOf(server, auth);
      if (state) fail(state, failure, clock.monotonicMs());
    },
    open: () =>
      [...states]
        .filter(([, state]) => state.refusals >= 2)
        .map(([key, state]) => ({ server: key.split('\n')[0]!, message: state.message })),
  };
}

async function enter(state: State, server: string, clock: Clock): Promise<void> {
  while (!state.accepted) {
    const waitMs = state.refusals === 0 ? 0 : state.nextTryAt - clock.monotonicMs();
    if (waitMs > 0) throw openCircuit(state, server, waitMs);
    if (state.trying === null) {
      state.trying = Promise.withResolvers();
      return;
    }
    const failure = await state.trying.promise;
    if (failure !== null) throw failure;
  }
}

function openCircuit({ message }: State, server: string, waitMs: number): Failure {
  return new Failure('throttled', `the shared credential of server "${server}" was refused: ${message}`, {
    retryAfterMs: waitMs,
    remedy: `mend the credential of server "${server}", then run "mailroom test --server ${server}"`,
  });
}

function fail(state: State, failure: Failure | null, now: number): void {
  if (failure?.code === 'auth-rejected') refuse(state, failure, now);
  // What keeps one from the server keeps all from it; what is wrong with one mailbox does not, and a server that asks for less
  // may mean that mailbox alone (Exchange charges the one that is impersonated).
  else settle(state, failure?.code === 'unreachable' ? failure : null);
}

/** Sessions that were open when the server began to refuse all meet it, and are one refusal. */
function refuse(state: State, failure: Failure, now: number): void {
  if (state.trying === null && !state.accepted) return;
  const refusals = state.refusals + 1;
  const nextTryAt = now + (refusals >= 2 ? PROBE_EVERY_MS : RETRY_AFTER_MS);
  settle(Object.assign(state, { accepted: false, refusals, nextTryAt, message: failure.message }), null);
}

function settle(state: State, failure: Failure | null): void {
  const { trying } = state;
  state.trying = null;
  trying?.resolve(failure);
}
