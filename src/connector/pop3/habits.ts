/**
 * What this process has learnt about servers, beyond what they say of themselves. Lost with the process, and harmless then:
 * it is learnt again.
 */
import type { Clock } from '../../platform/clock.ts';

/** A broken network looks like a server that cannot bear pipelining, so once is not enough to give it up. */
const STRIKES = 2;

export class Habits {
  readonly #strikes = new Map<string, number>();
  readonly #delays = new Map<string, { readonly lastMs: number; readonly delayMs: number }>();
  readonly #troublesome = new Map<string, Set<string>>();

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

  /** A message whose reading broke the session: it is read last, so that those behind it get through. */
  brokeSession(account: string, ref: string): void {
    const refs = this.#troublesome.get(account) ?? new Set();
    this.#troublesome.set(account, refs.add(ref));
  }

  readWell(account: string, ref: string): void {
    this.#troublesome.get(account)?.delete(ref);
  }

  troublesome(account: string): ReadonlySet<string> {
    return this.#troublesome.get(account) ?? new Set();
  }
}
