// EWS budgets (reference 10, 53): what one identity may do at the same time. Exchange charges the mailbox that is acted on when
// impersonation is used, else the caller. Refusals are counted, so that a test can show that a client never met one.

export interface Limits {
  concurrency: number;
  /** Streams at the same time: 10 from 2016 on, 3 before [doc]. */
  streams: number;
  /** Sync* calls at the same time (10: policy value 5 [doc, wire]). */
  syncCalls: number;
  subscriptions: number;
  idsPerStream: number;
}

export const DEFAULT_LIMITS: Limits = { concurrency: 27, streams: 10, syncCalls: 5, subscriptions: 5000, idsPerStream: 200 };

export interface Usage {
  running: number;
  streams: number;
  syncCalls: number;
  mostRunning: number;
  mostStreams: number;
  mostSyncCalls: number;
  refused: number;
  /** Calls that came before the back-off they had been told was over. */
  early: number;
  requests: number;
}

export class Budget {
  readonly limits: Limits = { ...DEFAULT_LIMITS };
  readonly #usage = new Map<string, Usage>();

  usageOf(identity: string): Usage {
    const key = identity.toLowerCase();
    const known = this.#usage.get(key);
    if (known !== undefined) return known;
    const fresh = {
      running: 0,
      streams: 0,
      syncCalls: 0,
      mostRunning: 0,
      mostStreams: 0,
      mostSyncCalls: 0,
      refused: 0,
      early: 0,
      requests: 0,
    };
    this.#usage.set(key, fresh);
    return fresh;
  }

  /** Takes what an operation costs; the code to refuse it with, or what gives it back. */
  take(identity: string, operation: string): string | (() => void) {
    const usage = this.usageOf(identity);
    const stream = operation === 'GetStreamingEvents';
    const sync = operation.startsWith('SyncFolder');
    const over = stream ? usage.streams >= this.limits.streams : usage.running >= this.limits.concurrency;
    usage.requests++;
    if (over || (sync && usage.syncCalls >= this.limits.syncCalls)) {
      usage.refused++;
      return over ? 'ErrorExceededConnectionCount' : 'ErrorServerBusy';
    }
    if (stream) usage.streams++;
    else usage.running++;
    if (sync) usage.syncCalls++;
    usage.mostRunning = Math.max(usage.mostRunning, usage.running);
    usage.mostStreams = Math.max(usage.mostStreams, usage.streams);
    usage.mostSyncCalls = Math.max(usage.mostSyncCalls, usage.syncCalls);
    return () => {
      if (stream) usage.streams--;
      else usage.running--;
      if (sync) usage.syncCalls--;
    };
  }
}
