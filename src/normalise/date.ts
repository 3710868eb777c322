/**
 * RFC 5322 dates with the obsolete forms and the misformats that occur (ISO 8601, month first, names of zones, two-digit years).
 * What cannot be read is null: never the moment of parsing, so that reading again gives the same.
 */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** RFC 5322 4.3 and the names that mail of real senders carries; minutes east of Greenwich. */
const ZONES: Readonly<Record<string, number>> = {
  ut: 0, utc: 0, gmt: 0, z: 0, wet: 0, est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420,
  akst: -540, akdt: -480, hst: -600, ast: -240, adt: -180, nst: -210, ndt: -150, bst: 60, west: 60, cet: 60, met: 60, mez: 60,
  cest: 120, mest: 120, mesz: 120, eet: 120, sast: 120, eest: 180, msk: 180, msd: 240, ist: 330, hkt: 480, sgt: 480, awst: 480,
  jst: 540, kst: 540, aest: 600, aedt: 660, nzst: 720, nzdt: 780,
}; // biome-ignore format: a table

interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  zone: number;
}

const CLOCK = /(?:^|[\sT])(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d{1,9})?)?\s*([ap]m)?/i;

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length >= 4) return year;
  return text.length === 3 || year >= 50 ? year + 1900 : year + 2000; // RFC 5322 4.3
}

function monthNumber(word: string): number {
  return MONTHS.indexOf(word.slice(0, 3).toLowerCase()) + 1;
}

type Day = Pick<Fields, 'year' | 'month' | 'day'>;

function dayOf(text: string): Day | null {
  const dayFirst = /(?:^|[^\d:])(\d{1,2})(?:st|nd|rd|th)?[\s.-]*([A-Za-z]{3,9})\.?,?[\s-]*(\d{2,4})(?![\d:])/.exec(text);
  if (dayFirst && monthNumber(dayFirst[2] ?? '') > 0)
    return { day: Number(dayFirst[1]), month: monthNumber(dayFirst[2] ?? ''), year: fullYear(dayFirst[3] ?? '') };
  const iso = /(?:^|\D)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)/.exec(text);
  if (iso) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const monthFirst = /([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?:.*?[\s,])(\d{4})(?!\d)/.exec(text); // ctime and US order
  if (monthFirst && monthNumber(monthFirst[1] ?? '') > 0)
    return { month: monthNumber(monthFirst[1] ?? ''), day: Number(monthFirst[2]), year: Number(monthFirst[3]) };
  return null;
}

function zoneOf(text: string): number {
  const numeric = /(?:^|[\s\d"]|GMT|UTC|UT|Z)([+-])\s?(\d{1,2}):?(\d{2})(?!\d)/.exec(text);
  if (numeric) return (numeric[1] === '-' ? -1 : 1) * (Number(numeric[2]) * 60 + Number(numeric[3]));
  const short = /(?:GMT|UTC)([+-])(\d{1,2})(?!\d)/.exec(text);
  if (short) return (short[1] === '-' ? -1 : 1) * Number(short[2]) * 60;
  for (const word of text.match(/[A-Za-z]+/g) ?? []) {
    const zone = ZONES[word.toLowerCase()];
    if (zone !== undefined) return zone;
  }
  return 0; // RFC 5322 4.3: unknown names and military letters count as -0000
}

function hour24(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

function isReal(fields: Fields): boolean {
  const { year, month, day, hour, minute, second, zone } = fields;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const inDay = hour <= 24 && minute <= 59 && second <= 60 && Math.abs(zone) < 24 * 60;
  return year >= 1900 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days && inDay;
}

/** The instant of a raw Date header as ISO 8601, or null. */
export function readDate(raw: string | null): string | null {
  if (raw === null) return null;
  const text = raw
    .slice(0, 200)
    .replace(/\([^()]*\)/g, ' ')
    .replace(/[\s_]+/g, ' ')
    .replace(/ ?: ?/g, ':')
    .trim();
  const day = dayOf(text);
  const clock = CLOCK.exec(text);
  if (day === null || clock === null) return null;
  const fields: Fields = {
    ...day,
    hour: hour24(Number(clock[1]), clock[4]),
    minute: Number(clock[2]),
    second: Number(clock[3] ?? 0),
    zone: zoneOf(text.slice(clock.index + clock[0].length)),
  };
  if (!isReal(fields)) return null;
  const at = Date.UTC(fields.year, fields.month - 1, fields.day, fields.hour, fields.minute - fields.zone, fields.second);
  return new Date(at).toISOString();
}
