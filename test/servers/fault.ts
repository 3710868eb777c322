/** What can happen to a connection, and what the fault proxy keeps about it. */
export type Direction = 'to-server' | 'to-client';

/** When a fault strikes: after a number of bytes of one connection (0: as soon as the first would pass), or when a text (latin1) has passed. */
export type When =
  | { readonly direction: Direction; readonly afterBytes: number }
  | { readonly direction: Direction; readonly after: string };

/**
 * `cut`: the connection ends there, on both sides (`how`: by RST, or in an orderly way). `stall`: nothing passes any more in either
 * direction, the connection stays. `swallow-reply`: what the server answers next is received and dropped, then the connection
 * is cut or stalls. `flip-bit`: the byte after that place is damaged.
 */
export type Fault = When & {
  readonly kind: 'cut' | 'stall' | 'swallow-reply' | 'flip-bit';
  readonly how?: 'reset' | 'close';
  /** For `swallow-reply`; default: cut. */
  readonly then?: 'cut' | 'stall';
  /** How many connections it strikes before it is spent; default: 1. */
  readonly times?: number;
};

export interface Counts {
  connections: number;
  bytesToServer: number;
  bytesToClient: number;
  /** How often the client spoke after the server had spoken, or first. A window of pipelined commands may count as several. */
  roundTrips: number;
}

/** One connection through the proxy. */
export interface Wire {
  cut(how: 'reset' | 'close'): void;
  resume(): void;
}

export interface State {
  readonly counts: Counts;
  delayMs: number;
  bytesPerSecond: number | null;
  readonly armed: Set<ArmedFault>;
  readonly wires: Set<Wire>;
}

export interface ArmedFault {
  readonly fault: Fault;
  strike(): void;
}
