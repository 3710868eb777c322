/** One worker thread with its limits: reads a batch or fails as a whole, and says so. */
import { Worker } from 'node:worker_threads';
import type { ReadEmail } from '../model/email.ts';
import { packBatch, type ReadableMessage, type WorkerAnswer } from './batch.ts';

export interface ThreadLimits {
  /** A message that takes longer ends the thread. */
  readonly parseMs: number;
  /** JavaScript heap of the thread; Buffers are outside of it. */
  readonly memoryMb: number;
  /** The file the thread runs; tests put one that misbehaves. */
  readonly workerFile: URL;
}

interface Job {
  readonly resolve: (read: readonly ReadEmail[]) => void;
  readonly reject: (reason: Error) => void;
}

export class ReaderThread {
  readonly #limits: ThreadLimits;
  readonly #worker: Worker;
  readonly #progress = new Int32Array(new SharedArrayBuffer(4));
  readonly #ready: Promise<void>;
  #job: Job | null = null;
  #timer: NodeJS.Timeout | null = null;
  #death: Error | null = null;

  constructor(limits: ThreadLimits) {
    this.#limits = limits;
    this.#worker = new Worker(limits.workerFile, {
      workerData: { progress: this.#progress.buffer },
      // What is read is short-lived: unbounded, the young generation took 40 MB more and no less time (bench/first-sync.ts).
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 16 },
      execArgv: [],
    });
    this.#worker.unref(); // An idle pool keeps no process alive.
    const ready = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.#ready.catch(() => undefined); // Told again to whoever asks to read.
    this.#worker.on('message', (answer: WorkerAnswer) => (answer.kind === 'ready' ? ready.resolve() : this.#settle(answer.read)));
    this.#worker.on('error', (error: Error) =>
      this.#die(new Error(`the reader thread failed: ${error.message}`, { cause: error }), ready.reject),
    );
    this.#worker.on('exit', (code) => this.#die(new Error(`the reader thread ended with code ${code}`), ready.reject));
  }

  get dead(): boolean {
    return this.#death !== null;
  }

  /** Rejects where the thread could not start: nothing was wrong with a message. */
  async start(): Promise<void> {
    this.#worker.ref();
    try {
      await this.#ready;
    } finally {
      this.#worker.unref();
    }
  }

  async read(messages: readonly ReadableMessage[]): Promise<readonly ReadEmail[]> {
    if (this.#death !== null) throw this.#death;
    const batch = packBatch(messages);
    this.#worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.#job = { resolve, reject };
        this.#worker.postMessage(batch, [batch.bytes]);
        this.#watch(Atomics.load(this.#progress, 0));
      });
    } finally {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#worker.unref();
    }
  }

  async stop(): Promise<void> {
    this.#die(new Error('the reader pool was closed'));
    await this.#worker.terminate();
  }

  /** The counter of read messages has to move within each `parseMs`. */
  #watch(seen: number): void {
    this.#timer = setTimeout(() => {
      const now = Atomics.load(this.#progress, 0);
      if (now !== seen) {
        this.#watch(now);
        return;
      }
      this.#die(new Error(`reading took longer than ${this.#limits.parseMs} ms`));
      void this.#worker.terminate();
    }, this.#limits.parseMs);
  }

  #settle(read: readonly ReadEmail[]): void {
    const job = this.#job;
    this.#job = null;
    job?.resolve(read);
  }

  #die(reason: Error, alsoTell?: (reason: Error) => void): void {
    this.#death ??= reason;
    alsoTell?.(this.#death);
    const job = this.#job;
    this.#job = null;
    job?.reject(this.#death);
  }
}
