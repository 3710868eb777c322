/** Messages on their way to a reader thread: one buffer that changes hands, so that the thread's copy is the only one made. */
import type { ReadEmail } from '../model/email.ts';

export interface ReadableMessage {
  readonly source: Uint8Array;
  readonly headersOnly: boolean;
}

export interface Batch {
  readonly bytes: ArrayBuffer;
  readonly messages: readonly { readonly offset: number; readonly length: number; readonly headersOnly: boolean }[];
}

export type WorkerAnswer = { readonly kind: 'ready' } | { readonly kind: 'read'; readonly read: readonly ReadEmail[] };

/** The caller keeps its own bytes: it stores them. Sources are often slices of larger buffers, which cannot be transferred anyway. */
export function packBatch(messages: readonly ReadableMessage[]): Batch {
  const total = messages.reduce((sum, each) => sum + each.source.length, 0);
  const bytes = new ArrayBuffer(total);
  const into = new Uint8Array(bytes);
  let offset = 0;
  const packed = messages.map(({ source, headersOnly }) => {
    into.set(source, offset);
    const at = { offset, length: source.length, headersOnly };
    offset += source.length;
    return at;
  });
  return { bytes, messages: packed };
}
