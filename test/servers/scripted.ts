/**
 * A line server that does exactly what a script says, byte for byte: for servers that lie, stall, stop in the middle or send
 * what no server may. For IMAP, POP3 and SMTP alike; it knows no protocol. What it sent and heard is kept.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { authority, type CertificateKind } from './certificates.ts';
import { HOST, listen, portOf } from './ports.ts';

/** Called for each connection; the first has number 1. When it returns, the connection is closed. */
export type Script = (peer: Peer, number: number) => Promise<void>;

export interface Peer {
  /** Sends each line with CRLF, in one piece. */
  say(...lines: string[]): Promise<void>;
  /** Sends bytes as they are; with `piece`, in that many bytes at a time, each a segment of its own. */
  raw(bytes: string | Uint8Array, piece?: number): Promise<void>;
  /** The next line without its ending. Rejects with `Gone` when the client leaves. */
  line(): Promise<string>;
  /** The next line, which must fit: otherwise the script has failed, and `stop` says so. */
  expect(pattern: RegExp | string): Promise<string>;
  bytes(count: number): Promise<Buffer>;
  /** Everything up to and with a terminator, such as CRLF.CRLF. */
  until(terminator: string): Promise<Buffer>;
  /** Speaks TLS from here on. */
  upgrade(certificate?: CertificateKind): Promise<void>;
  /** Says nothing more until the client leaves. */
  hang(): Promise<void>;
  /** Ends the connection in an orderly way, or as a crash would (RST). */
  close(): void;
  reset(): void;
}

export interface Entry {
  readonly connection: number;
  readonly from: 'client' | 'server';
  /** As latin1. */
  readonly text: string;
}

export interface ScriptedServer {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
  connections(): number;
  transcript(): readonly Entry[];
  /** All that clients said, as one text. */
  heard(): string;
  /** Resolves as soon as what clients said contains a match. */
  untilHeard(pattern: RegExp): Promise<void>;
  /** Closes everything; rejects when a script met something it did not expect. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ScriptedOptions {
  /** Speaks TLS from the first byte, with this certificate. */
  readonly implicitTls?: CertificateKind;
}

/** The client left while the script waited for it; ends a script without making it fail. */
export class Gone extends Error {}

export async function startScripted(script: Script, options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const record = createRecord();
  const sockets = new Set<Socket>();
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  let count = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('error', () => {}); // the client's reset is seen as its end
    const one = play(script, socket, count, record, options).catch((error: unknown) => {
      if (!(error instanceof Gone)) failures.push(error);
      socket.destroy();
    });
    running.add(one);
  });
  await listen(server);
  const stop = async () => {
    await shut(server, sockets);
    await Promise.all(running);
    if (failures.length > 0) throw failures[0];
  };
  return {
    ...{ host: HOST, port: portOf(server), caPem: (await authority()).caPem, connections: () => count },
    ...{ transcript: record.entries, heard: record.heard, untilHeard: record.untilHeard, stop, [Symbol.asyncDispose]: stop },
  };
}

/** One way out of a script: a promise that the test opens when it likes. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

async function play(script: Script, socket: Socket, number: number, record: Record, options: ScriptedOptions): Promise<void> {
  const peer = createPeer(socket, number, record);
  if (options.implicitTls !== undefined) await peer.upgrade(options.implicitTls);
  await script(peer, number);
  peer.close();
}

function shut(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

type Record = ReturnType<typeof createRecord>;

function createRecord() {
  const entries: Entry[] = [];
  const watchers = new Set<() => void>();
  const heard = () =>
    entries
      .filter((entry) => entry.from === 'client')
      .map((entry) => entry.text)
      .join('');
  return {
    entries: () => entries,
    heard,
    add(connection: number, from: 'client' | 'server', bytes: Buffer) {
      entries.push({ connection, from, text: bytes.toString('latin1') });
      for (const watcher of [...watchers]) watcher();
    },
    untilHeard: (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!pattern.test(heard())) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}

function createPeer(plain: Socket, number: number, record: Record): Peer {
  let socket: Socket = plain;
  const inbox = createInbox((chunk) => record.add(number, 'client', chunk));
  inbox.attach(plain);
  const raw = async (bytes: string | Uint8Array, piece = Number.POSITIVE_INFINITY) => {
    const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
    for (let at = 0; at < all.length; at += Math.min(piece, all.length)) {
      const part = all.subarray(at, Math.min(at + piece, all.length));
      record.add(number, 'server', part);
      await written(socket, part);
    }
  };
  const line = async () => (await inbox.take((held) => held.indexOf('\n') + 1)).toString('latin1').replace(/\r?\n$/, '');
  return {
    ...{ raw, line, bytes: (count) => inbox.take((held) => (held.length >= count ? count : 0)) },
    say: (...lines) => raw(lines.map((one) => `${one}\r\n`).join('')),
    until: (terminator) =>
      inbox.take((held) =>
        held.includes(terminator, 0, 'latin1') ? held.indexOf(terminator, 0, 'latin1') + terminator.length : 0,
      ),
    async expect(pattern) {
      const said = await line();
      const fits = typeof pattern === 'string' ? said === pattern : pattern.test(said);
      if (!fits) throw new Error(`the script expected ${pattern}, but the client said ${JSON.stringify(said)}`);
      return said;
    },
    async upgrade(kind = 'good') {
      const { cert, key } = await (await authority()).certificate(kind);
      inbox.detach(socket);
      socket.pause();
      // The client's hello may be here already; anything else was sent in clear text and must not be taken for secured.
      const early = inbox.drain();
      if (early[0] === TLS_HANDSHAKE) socket.unshift(early);
      const secured = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert, key }) });
      secured.on('error', () => {});
      socket = secured;
      inbox.attach(secured);
      await handshake(secured);
    },
    hang: () => inbox.ended,
    close: () => void socket.end(),
    reset: () => void plain.resetAndDestroy(),
  };
}

/** Waits for the write to leave and yields, so that the next piece becomes a segment of its own. */
function written(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(new Gone('the client left')) : setImmediate(resolve)));
  });
}

function handshake(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secure', resolve);
    socket.once('close', () => reject(new Gone('the client refused the TLS handshake')));
  });
}

const TLS_HANDSHAKE = 0x16; // RFC 8446, 5.1

function createInbox(tell: (chunk: Buffer) => void) {
  let held = Buffer.alloc(0);
  let gone = false;
  let wake = () => {};
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const data = (chunk: Buffer) => {
    tell(chunk);
    held = Buffer.concat([held, chunk]);
    wake();
  };
  const close = () => {
    gone = true;
    wake();
    end();
  };
  return {
    ended,
    attach: (socket: Socket) => void socket.on('data', data).on('end', close).on('close', close),
    detach: (socket: Socket) => void socket.off('data', data).off('end', close).off('close', close),
    drain(): Buffer {
      const drained = held;
      held = Buffer.alloc(0);
      return drained;
    },
    /** `enough` says how many bytes of those held are taken; 0 is: not yet. */
    async take(enough: (held: Buffer) => number): Promise<Buffer> {
      for (;;) {
        const count = enough(held);
        if (count > 0) {
          const taken = held.subarray(0, count);
          held = held.subarray(count);
          return taken;
        }
        if (gone) throw new Gone('the client left');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
