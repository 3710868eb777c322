import { Readable } from 'node:stream';

const CHUNK_BYTES = 64 * 1024;

export interface Gate {
  /** The first byte is asked for: the server waits for data. */
  readonly begun: () => void;
  /** All bytes have been given; the end (and with it the final dot) follows when this resolves, and never when it rejects. */
  readonly mayEnd: (source: Readable) => Promise<void>;
}

/** The message as a stream that lets the final dot go only through the gate. */
export function createSource(bytes: Uint8Array, gate: Gate): Readable {
  let at = 0;
  let asked = false;
  return new Readable({
    // Nothing read ahead: "all bytes given" shall mean given on, not kept here.
    highWaterMark: 1,
    read() {
      if (at === 0) gate.begun();
      if (at < bytes.byteLength) {
        const chunk = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(CHUNK_BYTES, bytes.byteLength - at));
        at += chunk.byteLength;
        this.push(chunk);
        return;
      }
      if (asked) return;
      asked = true;
      gate.mayEnd(this).then(
        () => this.push(null),
        // A plain error of our own: nodemailer writes its own code into what it is given.
        (error: unknown) => this.destroy(new Error('the final dot was held back', { cause: error })),
      );
    },
  });
}
