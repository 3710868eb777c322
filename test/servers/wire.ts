/** One connection through the fault proxy: two lanes, and the faults that may strike them. */
import type { Socket } from 'node:net';
import type { ArmedFault, Direction, State, Wire } from './fault.ts';

interface Lane {
  readonly direction: Direction;
  readonly from: Socket;
  readonly to: Socket;
  /** Bytes that have passed, and the end of them, in which a text may begin. */
  passed: number;
  tail: string;
  /** Held back while stalled. */
  readonly held: Buffer[];
  /** When the last chunk leaves, for a rate that adds up. */
  freeAt: number;
  /** What is late, in its order: timers of different lengths that end together do not keep one. */
  readonly late: Buffer[];
  ended: boolean;
}

interface Inside {
  readonly state: State;
  readonly lanes: Readonly<Record<Direction, Lane>>;
  lastSpeaker: Direction;
  stalled: boolean;
  swallowing: ArmedFault | null;
  over: boolean;
}

export function createWire(state: State, client: Socket, server: Socket): Wire {
  const inside: Inside = {
    state,
    lanes: { 'to-server': lane('to-server', client, server), 'to-client': lane('to-client', server, client) },
    lastSpeaker: 'to-client',
    stalled: false,
    swallowing: null,
    over: false,
  };
  const wire: Wire = {
    cut(how) {
      inside.over = true;
      state.wires.delete(wire);
      for (const socket of [client, server]) {
        if (how === 'reset') socket.resetAndDestroy();
        else socket.destroySoon();
      }
    },
    resume() {
      inside.stalled = false;
      for (const one of Object.values(inside.lanes)) {
        for (const chunk of one.held.splice(0)) forward(inside, one, chunk);
        finish(inside, one);
      }
    },
  };
  state.wires.add(wire);
  for (const one of Object.values(inside.lanes)) attach(inside, one, wire);
  return wire;
}

function lane(direction: Direction, from: Socket, to: Socket): Lane {
  return { direction, from, to, passed: 0, tail: '', held: [], freeAt: 0, late: [], ended: false };
}

function attach(inside: Inside, one: Lane, wire: Wire): void {
  one.from.on('data', (chunk: Buffer) => receive(inside, one, chunk, wire));
  one.from.on('end', () => {
    one.ended = true;
    finish(inside, one);
  });
  one.from.on('error', () => wire.cut('reset'));
  one.from.on('close', () => {
    if (!inside.over && !inside.stalled && inside.lanes[other(one.direction)].ended) inside.state.wires.delete(wire);
  });
}

const other = (direction: Direction): Direction => (direction === 'to-server' ? 'to-client' : 'to-server');

/** Splits what came at the places where faults strike; the bytes before a fault still pass. */
function receive(inside: Inside, one: Lane, chunk: Buffer, wire: Wire): void {
  if (inside.over) return;
  if (inside.swallowing !== null && one.direction === 'to-client') swallowed(inside, wire);
  else if (inside.stalled) one.held.push(chunk);
  else passUpToFault(inside, one, chunk, wire);
}

function passUpToFault(inside: Inside, one: Lane, chunk: Buffer, wire: Wire): void {
  count(inside, one, chunk);
  const next = nextStrike(inside, one, chunk);
  pass(inside, one, chunk.subarray(0, next?.at ?? chunk.length));
  if (next === null) return;
  next.armed.strike();
  const rest = strike(inside, one, next.armed, chunk.subarray(next.at), wire);
  if (rest.length > 0) receiveRest(inside, one, rest, wire);
}

/** The rest was counted with the whole. */
function receiveRest(inside: Inside, one: Lane, rest: Buffer, wire: Wire): void {
  const { counts } = inside.state;
  if (one.direction === 'to-server') counts.bytesToServer -= rest.length;
  else counts.bytesToClient -= rest.length;
  receive(inside, one, rest, wire);
}

function count(inside: Inside, one: Lane, chunk: Buffer): void {
  const { counts } = inside.state;
  if (one.direction === 'to-server') {
    counts.bytesToServer += chunk.length;
    if (inside.lastSpeaker === 'to-client') counts.roundTrips += 1;
  } else counts.bytesToClient += chunk.length;
  inside.lastSpeaker = one.direction;
}

function pass(inside: Inside, one: Lane, chunk: Buffer): void {
  if (chunk.length === 0) return;
  one.passed += chunk.length;
  one.tail = (one.tail + chunk.toString('latin1')).slice(-200);
  forward(inside, one, chunk);
}

function nextStrike(inside: Inside, one: Lane, chunk: Buffer): { at: number; armed: ArmedFault } | null {
  const found = [...inside.state.armed]
    .filter(({ fault }) => fault.direction === one.direction)
    .map((armed) => ({ armed, at: place(armed, one, chunk) }))
    .filter(({ at }) => at !== null) as { at: number; armed: ArmedFault }[];
  return found.sort((a, b) => a.at - b.at)[0] ?? null;
}

/** How many bytes of this chunk still pass before the fault; null: all of them. */
function place({ fault }: ArmedFault, one: Lane, chunk: Buffer): number | null {
  if ('afterBytes' in fault) {
    const at = fault.afterBytes - one.passed;
    // A damaged byte must be there; the other faults strike behind the last byte too.
    const last = fault.kind === 'flip-bit' ? chunk.length - 1 : chunk.length;
    return at >= 0 && at <= last ? at : null;
  }
  const before = one.tail.slice(-(fault.after.length - 1) || one.tail.length);
  const at = (before + chunk.toString('latin1')).indexOf(fault.after);
  if (at < 0) return null;
  const end = at + fault.after.length - before.length;
  return end > 0 ? end : null;
}

/** Does it, and returns what still has to pass. */
function strike(inside: Inside, one: Lane, armed: ArmedFault, rest: Buffer, wire: Wire): Buffer {
  const { kind, how = 'reset' } = armed.fault;
  if (kind === 'cut') {
    whenSent(one, () => wire.cut(how));
    inside.over = true;
    return Buffer.alloc(0);
  }
  if (kind === 'stall') {
    inside.stalled = true;
    if (rest.length > 0) one.held.push(rest);
    return Buffer.alloc(0);
  }
  if (kind === 'swallow-reply') {
    inside.swallowing = armed;
    return rest;
  }
  pass(inside, one, Buffer.from([rest[0]! ^ 0x01]));
  return rest.subarray(1);
}

/** The server has answered, so it has done what was asked; only now may the connection suffer. */
function swallowed(inside: Inside, wire: Wire): void {
  const { how = 'reset', then = 'cut' } = inside.swallowing!.fault;
  inside.swallowing = null;
  if (then === 'cut') wire.cut(how);
  else inside.stalled = true;
}

function forward(inside: Inside, one: Lane, chunk: Buffer): void {
  const { delayMs, bytesPerSecond } = inside.state;
  const now = performance.now();
  const takesMs = bytesPerSecond === null ? 0 : (chunk.length / bytesPerSecond) * 1000;
  one.freeAt = Math.max(one.freeAt, now + delayMs) + takesMs;
  if (one.freeAt <= now && one.late.length === 0) send(one, chunk);
  else sendLater(inside, one, chunk, one.freeAt - now);
}

function sendLater(inside: Inside, one: Lane, chunk: Buffer, inMs: number): void {
  one.late.push(chunk);
  // A slow lane must not pile up what a fast sender pours in.
  if (one.late.length > 64) one.from.pause();
  setTimeout(() => {
    const next = one.late.shift()!;
    if (one.late.length <= 64) one.from.resume();
    send(one, next);
    finish(inside, one);
  }, inMs);
}

function send(one: Lane, chunk: Buffer): void {
  if (one.to.destroyed || one.to.writableEnded) return;
  if (one.to.write(chunk)) return;
  one.from.pause();
  one.to.once('drain', () => one.from.resume());
}

/** Passes the end on, once everything before it has left; a stalled connection hides even that. */
function finish(inside: Inside, one: Lane): void {
  if (!one.ended || one.late.length > 0 || inside.stalled || one.to.writableEnded) return;
  one.to.end();
}

function whenSent(one: Lane, then: () => void): void {
  const look = () => (one.late.length === 0 ? one.to.write(Buffer.alloc(0), () => then()) : setTimeout(look, 1));
  look();
}
