/** Time zones by what their clocks do: Vienna and Berlin are one to Windows, and whoever reads one back as the other changed nothing. */

const YEARS = 2;
const known = new Map<string, string | null>();

/** Offsets and changes of two years, as one text; null for a name that is no zone. */
export function zoneRules(zone: string, year: number): string | null {
  const name = `${year} ${zone}`;
  if (!known.has(name)) known.set(name, rulesOf(zone, year));
  return known.get(name)!;
}

export function isZone(zone: string): boolean {
  return zoneRules(zone, 2020) !== null;
}

function rulesOf(zone: string, year: number): string | null {
  const end = Temporal.Instant.from(`${year + YEARS}-01-01T00:00Z`);
  const told: string[] = [];
  try {
    let at: Temporal.ZonedDateTime | null = Temporal.Instant.from(`${year}-01-01T00:00Z`).toZonedDateTimeISO(zone);
    told.push(at.offset);
    for (at = at.getTimeZoneTransition('next'); at !== null && before(at, end); at = at.getTimeZoneTransition('next'))
      told.push(`${at.toInstant().toString()}${at.offset}`);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return told.join(' ');
}

const before = (at: Temporal.ZonedDateTime, end: Temporal.Instant) => Temporal.Instant.compare(at.toInstant(), end) < 0;
