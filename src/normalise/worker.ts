/** A thread of the reader pool: takes packed batches, answers with what it read, and tells by a counter how far it is. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Batch } from './batch.ts';
import { readEmail } from './read-email.ts';

const progress = new Int32Array(workerData.progress as SharedArrayBuffer);

parentPort?.on('message', (batch: Batch) => {
  const read = batch.messages.map(({ offset, length, headersOnly }) => {
    const result = readEmail(new Uint8Array(batch.bytes, offset, length), { headersOnly });
    Atomics.add(progress, 0, 1);
    return result;
  });
  parentPort?.postMessage({ kind: 'read', read });
});
parentPort?.postMessage({ kind: 'ready' });
