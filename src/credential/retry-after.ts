const LONGEST_MS = 24 * 3_600_000;

/** RFC 9110 10.2.3: seconds or a date. Bounded, because a mistaken date must not silence a mailbox for years. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_MS) : undefined;
}
