/**
 * Connections to a server, kept alive between sessions, per server **and credential**: NTLM authenticates the connection, so a
 * shared one would run one user's call as another. A lane is one connection at a time, used by one call at a time.
 */
import { hash } from 'node:crypto';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Credential } from '../connector.ts';
import { networkFailure } from './failures.ts';
import { chargedTo, type ExchangeSettings } from './settings.ts';
import { createTurns } from './turns.ts';

/** Idle connections are given up before the usual two minutes of the server. */
const IDLE_MS = 100_000;
const MAX_IDLE_LANES = 4;
/** Exchange 2016 and later refuse the sixth at a time (ConcurrentSyncCalls), and the account may have other programs at it. */
const SYNC_CALLS = 2;

export interface LaneRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly signal: AbortSignal;
  readonly attempt: string;
  /** It only reads: a connection that breaks may be asked anew. */
  readonly repeatable: boolean;
}

export class Lane {
  readonly #settings: ExchangeSettings;
  readonly #agent: http.Agent;
  /** The connection that a login has made good. */
  authenticated: Socket | null = null;

  constructor(settings: ExchangeSettings) {
    this.#settings = settings;
    const { url, ca, serverName } = settings;
    const options = { keepAlive: true, maxSockets: 1, timeout: IDLE_MS };
    const tls = { ...(ca === null ? {} : { ca }), ...(serverName === null ? {} : { servername: serverName }) };
    this.#agent = url.protocol === 'https:' ? new https.Agent({ ...options, ...tls }) : new http.Agent(options);
  }

  get isAuthenticated(): boolean {
    return this.authenticated !== null && !this.authenticated.destroyed;
  }

  /** The answer's head; its body is the caller's to read or to destroy. */
  async send(request: LaneRequest): Promise<IncomingMessage> {
    const once = () => this.#request(request);
    const { response, reused, error } = await once();
    if (response !== null) return response;
    // A connection that lay idle may have been closed by the server just now. That it has read nothing cannot be known.
    if (!reused || !request.repeatable || request.signal.aborted) throw networkFailure(error, request.attempt);
    const again = await once();
    if (again.response !== null) return again.response;
    throw networkFailure(again.error, request.attempt);
  }

  #request({ headers, body, signal }: LaneRequest): Promise<Outcome> {
    const { url, timeoutMs } = this.#settings;
    return new Promise((settle) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        ...{ method: 'POST', agent: this.#agent, signal },
        headers: { ...headers, 'Content-Length': body.length },
      });
      request.setTimeout(timeoutMs, () =>
        request.destroy(Object.assign(new Error(`nothing came for ${timeoutMs} ms`), { code: 'ETIMEDOUT' })),
      );
      request.once('response', (response) => settle({ response, reused: request.reusedSocket, error: null }));
      request.on('error', (error: Error & { code?: string }) => {
        const idle = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        settle({ response: null, reused: idle, error });
      });
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

interface Outcome {
  readonly response: IncomingMessage | null;
  readonly reused: boolean;
  readonly error: unknown;
}

export interface TakenLane {
  readonly lane: Lane;
  /** It may be used again. */
  give(): void;
  /** The credential was refused: connections that it had made good before are not used any more. */
  refuse(): void;
}

export interface Lanes {
  /** A free connection of this server and credential, or a new one. */
  take(settings: ExchangeSettings, credential: Credential): TakenLane;
  /** A turn at asking what has changed, of those that the charged account has; what it gives ends it. */
  syncTurn(settings: ExchangeSettings, username: string, signal: AbortSignal): Promise<() => void>;
}

export function createLanes(): Lanes {
  const idle = new Map<string, Lane[]>();
  const refusals = new Map<string, number>();
  const turns = createTurns(SYNC_CALLS);
  return {
    take(settings, credential) {
      const key = keyOf(settings, credential);
      const waiting = idle.get(key) ?? [];
      const lane = waiting.pop() ?? new Lane(settings);
      const refused = refusals.get(key);
      return {
        lane,
        give() {
          const others = idle.get(key) ?? [];
          if (others.length >= MAX_IDLE_LANES || refusals.get(key) !== refused) return lane.close();
          idle.set(key, [...others, lane]);
        },
        refuse() {
          refusals.set(key, (refusals.get(key) ?? 0) + 1);
          for (const other of idle.get(key) ?? []) other.close();
          idle.delete(key);
        },
      };
    },
    syncTurn: (settings, username, signal) => turns.take(`${settings.url.host} ${chargedTo(settings, username)}`, signal),
  };
}

/** As a digest, because a secret is part of it. */
function keyOf({ url, ca, serverName, channelBinding, timeoutMs }: ExchangeSettings, credential: Credential): string {
  const parts = [url.href, ca, serverName, channelBinding, timeoutMs, credential];
  return hash('sha256', JSON.stringify(parts));
}

/** The certificate a server has shown on this connection; null without TLS. */
export function certificateOf(response: IncomingMessage): Buffer | null {
  const socket = response.socket as TLSSocket;
  if (!('getPeerX509Certificate' in socket)) return null;
  return socket.getPeerX509Certificate()?.raw ?? null;
}
