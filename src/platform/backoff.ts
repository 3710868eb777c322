/** Waiting longer after each failure, with jitter, so that five thousand mailboxes never come back in step. */
export interface Backoff {
  /** How long to wait before the next try; grows with each call. */
  next(): number;
  /** Call only after a connection has survived its first useful work, not when it merely opened. */
  survived(): void;
}

export function createBackoff(
  options: { readonly firstMs: number; readonly maxMs: number },
  random: () => number = Math.random,
): Backoff {
  let failures = 0;
  return {
    next() {
      const ceiling = Math.min(options.maxMs, options.firstMs * 2 ** failures);
      failures = Math.min(failures + 1, 30);
      return Math.round(ceiling / 2 + (random() * ceiling) / 2);
    },
    survived() {
      failures = 0;
    },
  };
}
