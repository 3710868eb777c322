/**
 * Readers in worker threads, so that no message blocks the process, fills its heap or takes it down.
 *
 * - Every message gets an answer: one that outlasts `parseMs` or kills its thread comes back as `failed`, the others of its batch
 *   are read again one by one by a fresh thread.
 * - Thread limits do not count Buffers: above `parseBytes` only the header is read.
 * - With `workers: 0` all is read in the calling thread (small tools, tests).
 */
import { createHash } from 'node:crypto';
import { setImmediate as yieldNow } from 'node:timers/promises';
import type { ReadEmail } from '../model/email.ts';
import type { ReadableMessage } from './batch.ts';
import { failedEmail, readEmail } from './read-email.ts';
import { ReaderThread, type ThreadLimits } from './reader-thread.ts';

export interface ReaderPoolOptions {
  readonly workers: number;
  readonly parseBytes?: number;
  readonly parseMs?: number;
  readonly memoryMb?: number;
  readonly workerFile?: URL;
}

export interface ReaderPool {
  /** One answer for each message, in the same order. Rejects only when the pool is closed or no thread can be started. */
  read(messages: readonly ReadableMessage[]): Promise<readonly ReadEmail[]>;
  /** For what is read from now on; what is left out goes back to its default. */
  limit(limits: Pick<ReaderPoolOptions, 'parseBytes' | 'parseMs'>): void;
  close(): Promise<void>;
}

const DEFAULT_PARSE_BYTES = 50 * 1024 * 1024;
const DEFAULT_PARSE_MS = 10_000;
const DEFAULT_MEMORY_MB = 256;
const BATCH_MESSAGES = 32;
const BATCH_BYTES = 2 * 1024 * 1024;
/** More than the reader takes of a header. */
const HEADER_BYTES = 3 * 1024 * 1024;
const HASH_STEP = 4 * 1024 * 1024;

interface Slot {
  readonly message: ReadableMessage;
  readonly index: number;
}

/** The file beside this one, with its extension: .ts by type stripping, .js once compiled. */
function ownWorkerFile(): URL {
  const extension = /\.[a-z]+$/.exec(new URL(import.meta.url).pathname)?.[0] ?? '.js';
  return new URL(`./worker${extension}`, import.meta.url);
}

/** Batches small enough that both threads of a small page have work. */
function batches(slots: readonly Slot[], workers: number): Slot[][] {
  const share = Math.max(1, Math.ceil(slots.length / Math.max(1, workers)));
  const most = Math.min(BATCH_MESSAGES, share);
  const out: Slot[][] = [];
  let bytes = 0;
  for (const slot of slots) {
    const current = out.at(-1);
    bytes += slot.message.source.length;
    if (current === undefined || current.length >= most || bytes > BATCH_BYTES) {
      out.push([slot]);
      bytes = slot.message.source.length;
    } else current.push(slot);
  }
  return out;
}

async function hashInSteps(source: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < source.length; at += HASH_STEP) {
    hash.update(source.subarray(at, at + HASH_STEP));
    await yieldNow();
  }
  return hash.digest('hex');
}

class ThreadQueue {
  readonly #limits: ThreadLimits;
  readonly #idle: ReaderThread[] = [];
  readonly #waiting: ((thread: ReaderThread | null) => void)[] = [];
  readonly #all = new Set<ReaderThread>();
  #room: number;
  #closed = false;

  constructor(workers: number, limits: ThreadLimits) {
    this.#room = workers;
    this.#limits = limits;
  }

  /** Reads what it can; a thread's death is told by `null`, that it could not be started by throwing. */
  async read(messages: readonly ReadableMessage[]): Promise<{ read: readonly ReadEmail[] } | { died: Error }> {
    const thread = await this.#take();
    try {
      return { read: await thread.read(messages) };
    } catch (error) {
      if (this.#closed) throw error;
      return { died: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      this.#giveBack(thread);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake(null);
    await Promise.all([...this.#all].map((thread) => thread.stop()));
  }

  async #take(): Promise<ReaderThread> {
    if (this.#closed) throw new Error('the reader pool was closed');
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#room > 0) return await this.#launch();
    const handed = await new Promise<ReaderThread | null>((resolve) => this.#waiting.push(resolve));
    return handed ?? (await this.#take());
  }

  async #launch(): Promise<ReaderThread> {
    this.#room -= 1;
    const thread = new ReaderThread(this.#limits);
    this.#all.add(thread);
    try {
      await thread.start();
      return thread;
    } catch (error) {
      this.#giveBack(thread);
      throw error;
    }
  }

  #giveBack(thread: ReaderThread): void {
    const next = this.#waiting.shift();
    if (thread.dead) {
      this.#all.delete(thread);
      this.#room += 1;
      next?.(null);
    } else if (next !== undefined) next(thread);
    else this.#idle.push(thread);
  }
}

class ThreadedPool implements ReaderPool {
  readonly #queue: ThreadQueue;
  readonly #workers: number;
  readonly #limits: { parseMs: number; memoryMb: number; workerFile: URL };
  #parseBytes: number;

  constructor(options: ReaderPoolOptions) {
    this.#workers = options.workers;
    this.#parseBytes = options.parseBytes ?? DEFAULT_PARSE_BYTES;
    this.#limits = {
      parseMs: options.parseMs ?? DEFAULT_PARSE_MS,
      memoryMb: options.memoryMb ?? DEFAULT_MEMORY_MB,
      workerFile: options.workerFile ?? ownWorkerFile(),
    };
    this.#queue = new ThreadQueue(options.workers, this.#limits);
  }

  /** The threads look at the same object, so that those that run follow too. */
  limit({ parseBytes = DEFAULT_PARSE_BYTES, parseMs = DEFAULT_PARSE_MS }: Parameters<ReaderPool['limit']>[0]): void {
    this.#parseBytes = parseBytes;
    this.#limits.parseMs = parseMs;
  }

  async read(messages: readonly ReadableMessage[]): Promise<readonly ReadEmail[]> {
    const results = new Array<ReadEmail>(messages.length);
    const slots = messages.map((message, index) => ({ message, index }));
    const small = slots.filter(({ message }) => message.source.length <= this.#parseBytes);
    const large = slots.filter(({ message }) => message.source.length > this.#parseBytes);
    const readLarge = async (): Promise<void> => {
      for (const slot of large) await this.#readLarge(slot, results); // one after the other: their bytes are many
    };
    await Promise.all([...batches(small, this.#workers).map((batch) => this.#readBatch(batch, results)), readLarge()]);
    return results;
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #readBatch(batch: readonly Slot[], results: ReadEmail[]): Promise<void> {
    const outcome = await this.#queue.read(batch.map((slot) => slot.message));
    if ('read' in outcome) {
      batch.forEach((slot, at) => {
        results[slot.index] = outcome.read[at] as ReadEmail;
      });
      return;
    }
    for (const slot of batch) await this.#readAlone(slot, results);
  }

  async #readAlone({ message, index }: Slot, results: ReadEmail[]): Promise<void> {
    const outcome = await this.#queue.read([message]);
    results[index] = 'read' in outcome ? (outcome.read[0] as ReadEmail) : failedEmail(message.source, outcome.died.message);
  }

  async #readLarge({ message, index }: Slot, results: ReadEmail[]): Promise<void> {
    const sourceSha256 = await hashInSteps(message.source);
    const header = { source: message.source.subarray(0, HEADER_BYTES), headersOnly: true };
    await this.#readAlone({ message: header, index }, results);
    const read = results[index] as ReadEmail;
    results[index] = { ...read, sourceSha256, email: { ...read.email, parseNote: tooLargeNote(read, message.source.length) } };
  }
}

function tooLargeNote(read: ReadEmail, bytes: number): string {
  const note = `${bytes} bytes are more than the limit for reading: only the header was read`;
  return read.email.parse === 'failed' ? `${note}, and that failed: ${read.email.parseNote}` : note;
}

function inlinePool(options: ReaderPoolOptions): ReaderPool {
  let parseBytes = options.parseBytes ?? DEFAULT_PARSE_BYTES;
  const readOne = async ({ source, headersOnly }: ReadableMessage): Promise<ReadEmail> => {
    if (source.length <= parseBytes) return readEmail(source, { headersOnly });
    const read = readEmail(source.subarray(0, HEADER_BYTES), { headersOnly: true });
    const email = { ...read.email, parseNote: tooLargeNote(read, source.length) };
    return { ...read, email, sourceSha256: await hashInSteps(source) };
  };
  return {
    read: async (messages) => {
      const out: ReadEmail[] = [];
      for (const message of messages) out.push(await readOne(message));
      return out;
    },
    limit(limits) {
      parseBytes = limits.parseBytes ?? DEFAULT_PARSE_BYTES;
    },
    close: async () => undefined,
  };
}

export function createReaderPool(options: ReaderPoolOptions): ReaderPool {
  return options.workers === 0 ? inlinePool(options) : new ThreadedPool(options);
}
