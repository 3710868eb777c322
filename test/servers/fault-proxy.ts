/**
 * A TCP proxy on loopback that does to a connection what networks do: cut, stall, delay, drop, slow down, damage. It also
 * counts bytes and round trips, so that a test can demand that their number does not grow.
 */
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import type { ArmedFault, Counts, Fault, State } from './fault.ts';
import { HOST, listen, portOf } from './ports.ts';
import { createWire } from './wire.ts';

export interface Armed {
  strikes(): number;
  /** Resolves at the first strike. */
  readonly struck: Promise<void>;
  disarm(): void;
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
