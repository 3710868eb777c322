/**
 * The days of a task, which Exchange gives as instants: midnights of UTC (MS-OXOTASK 2.2.2.2.4), or of the zone of whoever wrote
 * them. The day on which a task was completed may come as the very moment.
 */
import { dayOf, instantOf } from '../field.ts';

/** `zone`: IANA zone of the mailbox's owner; null: it is not known. */
export type ReadDay = (told: string | undefined, zone: string | null) => string | null;

/** Start and due day: nobody means an hour by them, so an odd one is the midnight of some zone, the owner's first of all. */
export const plannedDay: ReadDay = (told, zone) => {
  const at = instantOf(told);
  if (at === null) return null;
  const local = localTime(at, zone);
  const isMidnight = local.equals(local.startOfDay());
  return written(told) ?? (isMidnight || !mayBeMidnight(at) ? local.toPlainDate().toString() : dayOf(told));
};

/** What was done at half past three was done on that day, and where it was known where, by the clock there. */
export const completedDay: ReadDay = (told, zone) => {
  const at = instantOf(told);
  return at === null ? null : (written(told) ?? localTime(at, zone).toPlainDate().toString());
};

const localTime = (at: number, zone: string | null) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone ?? 'UTC');

/** A midnight as it stands there, of UTC or of whichever offset, is that day. */
const written = (told = '') => /^\s*(\d{4}-\d\d-\d\d)(T00:00(:00(\.0+)?)?)?(Z|[+-]\d\d:\d\d)?\s*$/.exec(told)?.[1] ?? null;

/** All zones are whole quarters of an hour from UTC. */
const mayBeMidnight = (at: number) => at % (15 * 60_000) === 0;
