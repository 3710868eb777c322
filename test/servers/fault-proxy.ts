/**
 * A TCP proxy on loopback that does to a connection what networks do: cut, stall, delay, drop, slow down, damage. It also
 * counts bytes and round trips, so that a test can demand that their number does not grow.
 */
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { HOST, listen, portOf } from './ports.ts';
import { createWire, type Wire } from './wire.ts';

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

export interface Armed {
  strikes(): number;
  /** Resolves at the first strike. */
  readonly struck: Promise<void>;
  disarm(): void;
}

export interface Counts {
  connections: number;
  bytesToServer: number;
  bytesToClient: number;
  /** How often the client spoke after the server had spoken, or first. A window of pipelined commands may count as several. */
  roundTrips: number;
}

export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  counts(): Counts;
  resetCounts(): void;
  arm(fault: Fault): Armed;
  /** Milliseconds by which everything is late, each way. */
  delay(ms: number): void;
  /** Bytes per second and direction; null: no limit. */
  rate(bytesPerSecond: number | null): void;
  /** From now on connections are refused, until `accept`. Those that are open stay. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Ends all open connections by RST. */
  cutAll(): void;
  /** Whatever is stalled flows again. */
  resume(): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startFaultProxy(target: { readonly host?: string; readonly port: number }): Promise<FaultProxy> {
  const state: State = { counts: noCounts(), delayMs: 0, bytesPerSecond: null, armed: new Set(), wires: new Set() };
  let server: Server | null = await accepting(state, target);
  const port = portOf(server);
  const refuse = async () => {
    const closing = server;
    server = null;
    // Not awaited: it ends only with the last connection. The port is closed at once.
    closing?.close();
  };
  const stop = async () => {
    for (const wire of [...state.wires]) wire.cut('reset');
    await refuse();
  };
  return {
    ...{ host: HOST, port, refuse, stop, [Symbol.asyncDispose]: stop },
    counts: () => ({ ...state.counts }),
    resetCounts: () => void Object.assign(state.counts, noCounts()),
    arm: (fault) => arm(state, fault),
    delay: (ms) => void Object.assign(state, { delayMs: ms }),
    rate: (bytesPerSecond) => void Object.assign(state, { bytesPerSecond }),
    cutAll() {
      for (const wire of [...state.wires]) wire.cut('reset');
    },
    resume() {
      for (const wire of state.wires) wire.resume();
    },
    async accept() {
      server ??= await accepting(state, target, port);
    },
  };
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

const noCounts = (): Counts => ({ connections: 0, bytesToServer: 0, bytesToClient: 0, roundTrips: 0 });

function accepting(state: State, target: { readonly host?: string; readonly port: number }, port = 0): Promise<Server> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client: Socket) => {
    state.counts.connections += 1;
    const upstream = dial({ port: target.port, host: target.host ?? HOST, noDelay: true, allowHalfOpen: true });
    createWire(state, client, upstream);
  });
  return listen(server, port);
}

function arm(state: State, fault: Fault): Armed {
  let strikes = 0;
  let tell = () => {};
  const struck = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const one: ArmedFault = {
    fault,
    strike() {
      strikes += 1;
      if (strikes >= (fault.times ?? 1)) state.armed.delete(one);
      tell();
    },
  };
  state.armed.add(one);
  return { strikes: () => strikes, struck, disarm: () => void state.armed.delete(one) };
}
