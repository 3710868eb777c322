// Full time zone definitions, as GetServerTimeZones gives them (reference 41; MS-OXWSGTZ): periods, groups of yearly changes,
// and the dates at which one group follows another.
import { type Element, el } from '../xml/element.ts';
import { WEEKDAYS } from './recurrence.ts';
import type { Zone } from './zone.ts';
import { type Era, erasOf, standardOffset } from './zone-rules.ts';

/** Bias is what has to be added to local time to get UTC. */
function bias(offset: number): string {
  const minutes = Math.abs(Math.round(offset / 60));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `${offset > 0 ? '-' : ''}PT${hours > 0 || rest === 0 ? `${hours}H` : ''}${rest > 0 ? `${rest}M` : ''}`;
}

function offsetsOf(era: Era): number[] {
  return era.changes.length === 0 ? [era.offset] : [...new Set(era.changes.flatMap((change) => [change.from, change.to]))];
}

const periodId = (zone: Zone, era: Era, offset: number) => {
  const daylight = offset !== standardOffset(era);
  return `trule:Microsoft/Registry/${zone.id}/${era.first}-${daylight ? 'Daylight' : 'Standard'}${offsetsOf(era).length > 2 ? `-${offset}` : ''}`;
};

function duration(time: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  const parts = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
  return parts === '' ? 'PT0S' : `PT${parts}`;
}

function periods(zone: Zone, eras: Era[]): Element {
  const made = eras.flatMap((era) =>
    offsetsOf(era).map((offset) =>
      el('Period', undefined, {
        Bias: bias(offset),
        Name: offset === standardOffset(era) ? 'Standard' : 'Daylight',
        Id: periodId(zone, era, offset),
      }),
    ),
  );
  return el('Periods', made);
}

function group(zone: Zone, era: Era, index: number): Element {
  const to = (offset: number) => el('To', periodId(zone, era, offset), { Kind: 'Period' });
  const content =
    era.changes.length === 0
      ? [el('Transition', [to(era.offset)])]
      : era.changes.map((change) =>
          el('RecurringDayTransition', [
            to(change.to),
            el('TimeOffset', duration(change.time)),
            el('Month', change.month),
            el('DayOfWeek', WEEKDAYS[change.weekday - 1]!),
            el('Occurrence', change.occurrence),
          ]),
        );
  return el('TransitionsGroup', content, { Id: String(index) });
}

function transitions(eras: Era[]): Element {
  const made = eras.map((era, index) => {
    const to = el('To', String(index), { Kind: 'Group' });
    return index === 0
      ? el('Transition', [to])
      : el('AbsoluteDateTransition', [to, el('DateTime', `${era.first}-01-01T00:00:00`)]);
  });
  return el('Transitions', made);
}

export function definitionOf(zone: Zone, full: boolean): Element {
  const names = { Id: zone.id, Name: zone.name };
  if (!full) return el('TimeZoneDefinition', undefined, names);
  const eras = erasOf(zone);
  const groups = el(
    'TransitionsGroups',
    eras.map((era, index) => group(zone, era, index)),
  );
  return el('TimeZoneDefinition', [periods(zone, eras), groups, transitions(eras)], names);
}
