/**
 * Windows zones by their definition (TimeZoneDefinitionType, MS-OXWSGTZ 2.2.4.11), as GetServerTimeZones and an item's
 * StartTimeZone give it: for ids that CLDR does not know ("Customized Time Zone", zones that a server was taught by hand).
 */
import { type ClockChange, type ClockChanges, firstMinute, YEARS } from './clock-changes.ts';
import { childOf, type Element, textOf } from './read-answer.ts';

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** A change of clocks in a year, by wall clock before it. */
interface Turn {
  readonly local: number;
  readonly offset: number;
}

/** Null where the element holds no definition, or one that cannot be understood. */
export function changesOfDefinition(zone: Element, year: number): ClockChanges | null {
  const periods = childOf(zone, 'Periods')?.children ?? [];
  if (periods.length === 0) return null;
  const offsets = new Map(periods.map(({ attributes }) => [attributes.Id ?? '', -minutesOf(attributes.Bias ?? '')]));
  if ([...offsets.values()].some(Number.isNaN)) return null;
  try {
    return changesFrom(zone, offsets, year);
  } catch {
    return null;
  }
}

function changesFrom(zone: Element, offsets: ReadonlyMap<string, number>, year: number): ClockChanges {
  // One year earlier, for the offset with which the first one begins.
  const years = Array.from({ length: YEARS + 2 }, (_, index) => turnsOf(zone, offsets, year - 1 + index));
  const turns = years.flat();
  let offset = years[0]!.at(-1)!.offset;
  const changes: ClockChange[] = [];
  for (const turn of turns) {
    const minute = Math.round(turn.local - offset);
    if (turn.offset !== offset) changes.push({ minute, offset: turn.offset });
    offset = turn.offset;
  }
  const [first, end] = [firstMinute(year), firstMinute(year + YEARS)];
  const before = changes.filter(({ minute }) => minute <= first);
  return {
    year,
    offset: before.at(-1)?.offset ?? years[0]!.at(-1)!.offset,
    changes: changes.filter(({ minute }) => minute > first && minute < end),
  };
}

/** A group without changes holds from the year's beginning; one with changes says nothing of the days before the first. */
function turnsOf(zone: Element, offsets: ReadonlyMap<string, number>, year: number): Turn[] {
  const group = groupOf(zone, year);
  if (group === null) return [{ local: firstMinute(year), offset: [...offsets.values()][0]! }];
  return group.children
    .map((transition) => ({ local: localMinute(transition, year), offset: offsetAfter(transition, offsets) }))
    .sort((one, other) => one.local - other.local);
}

function groupOf(zone: Element, year: number): Element | null {
  const groups = childOf(zone, 'TransitionsGroups')?.children ?? [];
  const inForce = (childOf(zone, 'Transitions')?.children ?? []).filter(
    (transition) => Number((textOf(transition, 'DateTime') ?? '0').slice(0, 4)) <= year,
  );
  const last = inForce.at(-1);
  const id = textOf(last, 'To');
  return groups.find(({ attributes }) => attributes.Id === id) ?? groups[0] ?? null;
}

function offsetAfter(transition: Element, offsets: ReadonlyMap<string, number>): number {
  const offset = offsets.get(textOf(transition, 'To') ?? '');
  if (offset === undefined) throw new Error('a transition to a period that is not there');
  return offset;
}

/** Minutes since 1970 as if the wall clock were UTC. */
function localMinute(transition: Element, year: number): number {
  if (transition.name === 'Transition') return firstMinute(year);
  const date = textOf(transition, 'DateTime');
  if (date !== undefined) return Date.parse(`${date.slice(0, 19)}Z`) / 60_000;
  const month = MONTHS.indexOf(textOf(transition, 'Month') ?? '') + 1 || Number(textOf(transition, 'Month'));
  const day = Number(textOf(transition, 'Day') ?? 0) || weekdayIn(transition, year, month);
  return Date.UTC(year, month - 1, day) / 60_000 + minutesOf(textOf(transition, 'TimeOffset') ?? 'PT0S');
}

/** Occurrence 1 to 4, or -1 (some write 5) for the last one of the month. */
function weekdayIn(transition: Element, year: number, month: number): number {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const weekday = DAYS.indexOf(textOf(transition, 'DayOfWeek') ?? '') + 1;
  const occurrence = Number(textOf(transition, 'Occurrence'));
  if (weekday === 0 || !Number.isInteger(occurrence)) throw new Error('a transition without its day');
  const days = Array.from({ length: first.daysInMonth }, (_, index) => first.add({ days: index })).filter(
    (date) => date.dayOfWeek === weekday,
  );
  return (occurrence < 0 ? days.at(-1)! : (days[occurrence - 1] ?? days.at(-1)!)).day;
}

/** xs:duration of days and times; NaN for anything else. */
function minutesOf(duration: string): number {
  const found = /^(-?)P(?:0Y)?(?:0M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(duration);
  if (found === null) return Number.NaN;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(2).map((part) => Number(part ?? 0));
  return (found[1] === '-' ? -1 : 1) * (days * 1440 + hours * 60 + minutes + seconds / 60);
}
