/**
 * What this process has learnt about servers, beyond what they say of themselves. Lost with the process, and harmless then:
 * it is learnt again.
 */
import type { Clock } from '../../platform/clock.ts';

/** A broken network looks like a server that cannot bear pipelining, so once is not enough to give it up. */
const STRIKES = 2;
const HOPELESS = 3;
const REST_MS = 3_600_000;

export class Habits {
  readonly #strikes = new Map<string, number>();
  readonly #delays = new Map<string, { readonly lastMs: number; readonly delayMs: number }>();
  readonly #troubles = new Map<string, Trouble>();
  readonly #withoutApop = new Set<string>();

  /** May several commands be under way with this server? */
  pipelines(server: string): boolean {
    return (this.#strikes.get(server) ?? 0) < STRIKES;
  }

  /** The server failed while several commands were under way; `surely` when nothing else explains it. */
  pipeliningFailed(server: string, surely = false): void {
    this.#strikes.set(server, surely ? STRIKES : (this.#strikes.get(server) ?? 0) + 1);
  }

  pipeliningWorked(server: string): void {
    if (this.pipelines(server)) this.#strikes.delete(server);
  }

  /** A server that offers APOP to everyone has no secret to check it with for those whose password it keeps as a hash. */
  refusesApop(account: string): boolean {
    return this.#withoutApop.has(account);
  }

  apopRefused(account: string): void {
    this.#withoutApop.add(account);
  }

  loggedIn(account: string, clock: Clock, delayMs: number | null): void {
    if (delayMs === null) this.#delays.delete(account);
    else this.#delays.set(account, { lastMs: clock.monotonicMs(), delayMs });
  }

  /** How long until the server lets this account in again (RFC 2449 6.5); 0: now. */
  loginDelayLeftMs(account: string, clock: Clock): number {
    const known = this.#delays.get(account);
    if (known === undefined) return 0;
    return Math.max(0, Math.ceil(known.lastMs + known.delayMs - clock.monotonicMs()));
  }

  announcedDelayMs(account: string): number | null {
    return this.#delays.get(account)?.delayMs ?? null;
  }

  /** The session broke while this message was, or may have been, read. */
  brokeSession(account: string, uidl: string, clock: Clock): void {
    const key = `${account} ${uidl}`;
    this.#troubles.set(key, { times: this.timesBroken(account, uidl) + 1, lastMs: clock.monotonicMs() });
  }

  readWell(account: string, uidl: string): void {
    this.#troubles.delete(`${account} ${uidl}`);
  }

  timesBroken(account: string, uidl: string): number {
    return this.#troubles.get(`${account} ${uidl}`)?.times ?? 0;
  }

  /** It has broken one session after the other: left alone for a while, so that passes can be completed. */
  isHopeless(account: string, uidl: string, clock: Clock): boolean {
    const trouble = this.#troubles.get(`${account} ${uidl}`);
    return trouble !== undefined && trouble.times >= HOPELESS && clock.monotonicMs() - trouble.lastMs < REST_MS;
  }
}

interface Trouble {
  readonly times: number;
  readonly lastMs: number;
}
