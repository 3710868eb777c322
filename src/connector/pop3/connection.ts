/**
 * One connection to a POP3 server: bytes, TLS and time.
 *
 * - Commands may be sent before earlier ones are answered; the replies settle in order.
 * - Whatever breaks it (time, garbage, the other side) rejects all that is pending with one Failure, and every later command.
 * - A server must make progress: some hundred bytes or a whole reply within `timeoutMs`; a byte now and then is not enough.
 * - What has been read and not yet been taken (`hold`, `release`) is bounded: above that the socket is not read.
 */
import net from 'node:net';
import tls from 'node:tls';
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Body } from './body.ts';
import { brokenConnection, connectFailure, farewellFailure, outOfStep, stopped, tlsFailure } from './failures.ts';
import { type Reply, ReplyReader } from './reply-reader.ts';

const PROGRESS_BYTES = 256;
const MAX_HELD_BYTES = 8 * 1024 * 1024;
const MAX_UNASKED_LINES = 16;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Pending {
  reject(failure: Failure): void;
}

export class Connection {
  /** For messages: `mail.example.com:995`. */
  readonly where: string;
  readonly #endpoint: Endpoint;
  readonly #around: Surroundings;
  readonly #reader: ReplyReader;
  readonly #ended = new AbortController();
  readonly #pending = new Set<Pending>();
  #socket: net.Socket | null = null;
  #broken: Failure | null = null;
  #unasked: string[] = [];
  #watching = false;
  #progressAt = 0;
  #fresh = 0;
  #held = 0;
  #paused = false;

  constructor(endpoint: Endpoint, around: Surroundings) {
    this.#endpoint = endpoint;
    this.#around = around;
    this.where = `${endpoint.host}:${endpoint.port}`;
    this.#reader = new ReplyReader((line) => this.#heardUnasked(line));
    around.signal.addEventListener('abort', this.#stop, { once: true });
  }

  /** Opens the TCP connection; nothing is read before `secure` or `listen`. */
  async connect(): Promise<void> {
    const { host, port } = this.#endpoint;
    if (this.#around.signal.aborted) throw stopped(this.where);
    const socket = net.connect({ host, port });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    this.#socket = socket;
    await this.#within('connecting', connected(socket, 'connect'), (error) => connectFailure(this.where, error));
  }

  /** From here on the session is encrypted. Bytes that came before it are never read as part of it. */
  async secure(options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
    const plain = this.#socket!;
    this.#deafen(plain);
    if (!this.#reader.clean || this.#unasked.length > 0) throw this.#break(injected(this.where));
    const socket = tls.connect({ ...options, socket: plain });
    this.#socket = socket;
    plain.on('error', (error) => socket.destroy(error));
    await this.#within('the TLS handshake', connected(socket, 'secureConnect'), (error) => tlsFailure(this.where, error));
    return socket;
  }

  /** Starts to read. */
  listen(): void {
    const socket = this.#socket!;
    socket.on('data', (chunk: Buffer) => this.#heard(chunk));
    socket.on('error', (error) => this.#break(brokenConnection(this.where, error)));
    socket.on('end', () => this.#closedByServer());
    socket.on('close', () => this.#closedByServer());
  }

  /** The server speaks first. */
  greeting(): Promise<Reply> {
    return this.#reply(null);
  }

  /** Sends one command. `-ERR` is an answer, not an exception. */
  command(line: string, body: Body | null = null): Promise<Reply> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    if (this.#unasked.length > 0) return Promise.reject(this.#break(farewellFailure(this.where, this.#unasked.at(-1)!)));
    if (/[\r\n\0]/.test(line)) return Promise.reject(new Failure('refused', `A line break in a command to ${this.where}`));
    const reply = this.#reply(body);
    this.#write(`${line}\r\n`);
    return reply;
  }

  /** Bytes that the caller has not taken yet. */
  hold(bytes: number): void {
    this.#held += bytes;
    if (this.#held <= MAX_HELD_BYTES || this.#paused || this.#broken !== null) return;
    this.#paused = true;
    this.#socket?.pause();
  }

  release(bytes: number): void {
    this.#held -= bytes;
    if (!this.#paused || this.#held > MAX_HELD_BYTES) return;
    this.#paused = false;
    this.#progressed();
    this.#socket?.resume();
    this.#watch();
  }

  get broken(): Failure | null {
    return this.#broken;
  }

  /** It ended because we wanted it to. */
  get stopped(): boolean {
    return this.#around.signal.aborted;
  }

  /** Breaks when the server has said something that nobody had asked for: then no reply can be told from another. */
  checkStep(): void {
    if (this.#unasked.length > 0) throw this.#break(outOfStep(this.where, this.#unasked[0]!));
  }

  /** A reply came that cannot be the answer to what was asked. */
  breakStep(text: string): never {
    throw this.#break(outOfStep(this.where, text));
  }

  /** Ends it at once and says nothing to the server. */
  close(): void {
    this.#break(new Failure('unreachable', `The connection to ${this.where} has been closed`));
  }

  readonly #stop = (): void => {
    this.#break(stopped(this.where));
  };

  #reply(body: Body | null): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== null) return reject(this.#broken);
      const pending: Pending = { reject };
      this.#pending.add(pending);
      if (this.#reader.waiting === 0) this.#progressed();
      const settle = (reply: Reply) => {
        this.#pending.delete(pending);
        this.#progressed();
        resolve(reply);
      };
      this.#reader.expect({ body, settle });
      this.#watch();
    });
  }

  /** Commands of one turn of the event loop leave in one segment. */
  #write(line: string): void {
    const socket = this.#socket!;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(line, 'utf8');
  }

  #heard(chunk: Buffer): void {
    this.#fresh += chunk.length;
    if (this.#fresh >= PROGRESS_BYTES) this.#progressed();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#break(
        error instanceof Failure ? error : new Failure('garbled', `Reading from ${this.where} failed`, { cause: error }),
      );
    }
  }

  #heardUnasked(line: string): void {
    this.#unasked.push(line);
    if (this.#unasked.length > MAX_UNASKED_LINES) throw new Failure('garbled', `${this.where} talks without being asked`);
  }

  #closedByServer(): void {
    const farewell = this.#unasked.at(-1);
    this.#break(farewell === undefined ? brokenConnection(this.where) : farewellFailure(this.where, farewell));
  }

  #progressed(): void {
    this.#progressAt = this.#around.clock.monotonicMs();
    this.#fresh = 0;
  }

  /** One sleeper for all commands instead of a timer for each. */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    try {
      while (this.#reader.waiting > 0 && !this.#paused && this.#broken === null) {
        const left = this.#progressAt + this.#endpoint.timeoutMs - this.#around.clock.monotonicMs();
        if (left <= 0) this.#break(silent(this.where, this.#endpoint.timeoutMs));
        else await this.#around.clock.sleep(left, this.#ended.signal);
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) throw error;
    } finally {
      this.#watching = false;
    }
  }

  async #within<T>(what: string, done: Promise<T>, failed: (error: unknown) => Failure): Promise<T> {
    const { timeoutMs } = this.#endpoint;
    const over = new AbortController();
    const late = this.#around.clock.sleep(timeoutMs, AbortSignal.any([over.signal, this.#ended.signal])).then(
      () => Promise.reject(silent(this.where, timeoutMs, what)),
      () => new Promise<never>((_, reject) => this.#broken && reject(this.#broken)),
    );
    try {
      return await Promise.race([done, late]);
    } catch (error) {
      throw this.#break(error instanceof Failure ? error : failed(error));
    } finally {
      over.abort();
    }
  }

  #deafen(socket: net.Socket): void {
    socket.removeAllListeners('data');
    socket.removeAllListeners('error');
    socket.removeAllListeners('end');
    socket.removeAllListeners('close');
  }

  /** The first reason stays. */
  #break(failure: Failure): Failure {
    if (this.#broken !== null) return this.#broken;
    this.#broken = failure;
    this.#around.signal.removeEventListener('abort', this.#stop);
    this.#ended.abort();
    this.#socket?.on('error', () => {}); // what a dying socket still says interests nobody
    this.#socket?.destroy();
    for (const pending of this.#pending) pending.reject(failure);
    this.#pending.clear();
    return failure;
  }
}

function connected(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the server closed the connection'));
    socket.once(event, () => resolve());
    socket.on('error', reject); // stays, so that an error before anybody listens ends nothing but this connection
    socket.once('close', ended);
  });
}

function silent(where: string, timeoutMs: number, what = 'an answer'): Failure {
  return new Failure('unreachable', `${where} has kept us waiting for ${what} longer than ${Math.round(timeoutMs / 1000)} s`, {
    remedy:
      'Check that the server is not overloaded and that no firewall drops the connection; limits.timeoutMs says how long to wait.',
  });
}

function injected(where: string): Failure {
  return new Failure('garbled', `${where} sent more than its reply before TLS began; somebody may be injecting text`, {
    remedy: 'Use tls: implicit (port 995), which has no clear text before TLS.',
  });
}
