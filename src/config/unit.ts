/** Durations, sizes and dates as people write them: `30 s`, `24 MB`, `2026-01-01`, `90 days`. */

const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  week: 604_800_000,
  weeks: 604_800_000,
};

const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  byte: 1,
  bytes: 1,
  kb: 1000,
  mb: 1_000_000,
  gb: 1_000_000_000,
  kib: 1024,
  mib: 1_048_576,
  gib: 1_073_741_824,
};

const DAY_MS = 86_400_000;

export type Read<T> = { readonly value: T } | { readonly message: string; readonly suggestion: string };

export function readDuration(written: string): Read<number> {
  return readQuantity(
    written,
    MS,
    'a duration',
    'write a number with ms, s, min, h, days or weeks, for example "30 s" or "5 min"',
  );
}

export function readSize(written: string): Read<number> {
  return readQuantity(written, BYTES, 'a size', 'write a number with B, kB, MB, GB, KiB, MiB or GiB, for example "24 MB"');
}

function readQuantity(written: string, units: Readonly<Record<string, number>>, what: string, suggestion: string): Read<number> {
  const match = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]*)\s*$/i.exec(written);
  if (match === null) return { message: `"${written}" is not ${what}`, suggestion };
  const unit = units[match[2]!.toLowerCase()];
  if (match[2] === '') return { message: `"${written}" has no unit`, suggestion };
  if (unit === undefined) return { message: `"${match[2]}" is no unit of ${what}`, suggestion };
  return { value: Math.round(Number(match[1]) * unit) };
}

/** From when on mail is fetched: a day, a time before now, or everything. */
export type Since =
  | { readonly kind: 'date'; readonly date: Date }
  | { readonly kind: 'ago'; readonly ms: number }
  | { readonly kind: 'all' };

const SINCE_HINT = 'write a date such as 2026-01-01, an age such as "90 days", or all';

export function readSince(written: string): Read<Since> {
  if (written === 'all') return { value: { kind: 'all' } };
  if (/^\d{4}-\d{2}-\d{2}/.test(written)) return readDate(written);
  const age = readDuration(written);
  return 'value' in age
    ? { value: { kind: 'ago', ms: age.value } }
    : { message: `"${written}" is neither a date nor an age`, suggestion: SINCE_HINT };
}

// Date accepts 2026-02-31 as the third of March and reads a time without zone as local; Temporal does neither.
function readDate(written: string): Read<Since> {
  try {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(written) ? `${written}T00:00:00Z` : written;
    return { value: { kind: 'date', date: new Date(Temporal.Instant.from(day).epochMilliseconds) } };
  } catch {
    const known = /^\d{4}-\d{2}-\d{2}$/.test(written);
    return {
      message: known ? `${written} is not a day of the calendar` : `"${written}" is not a point in time`,
      suggestion: known ? SINCE_HINT : 'write a date such as 2026-01-01, or a time with its zone such as 2026-01-01T08:00:00Z',
    };
  }
}

/** Ages count from the start of today (UTC), so that a reload an hour later means the same mail. */
export function sinceDate(since: Since, now: Date): Date | null {
  if (since.kind === 'all') return null;
  if (since.kind === 'date') return since.date;
  return new Date(Math.floor((now.getTime() - since.ms) / DAY_MS) * DAY_MS);
}
