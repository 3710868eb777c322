/** When a deferred message is tried again, and for how long (RFC 5321 4.5.4.1: at least four to five days). */
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const LIFETIME_MS = 5 * DAY;

/** The first is short for a server that is busy, the second outlasts most greylisting. */
const DELAYS_MS: readonly number[] = [1, 5, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE);

/** After so many tries; with a tenth of jitter, so that a thousand deferred messages do not come back at once. */
export function retryDelayMs(tries: number, random: () => number = Math.random): number {
  const delay = DELAYS_MS[Math.min(Math.max(tries, 1), DELAYS_MS.length) - 1]!;
  return Math.round(delay * (1 + random() / 10));
}
