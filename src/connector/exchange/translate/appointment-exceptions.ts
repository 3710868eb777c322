/**
 * The exceptions of a series as steps, one for each. Deleted days go first, so that a moved occurrence does not run into one.
 *
 * Whenever the pattern or the hours of a series are written, the server may have dropped its exceptions, so all of them are
 * written again; otherwise only what differs.
 */
import { Failure } from '../../../model/failure.ts';
import type { ItemContent } from '../../../model/item.ts';
import type { ItemVersion, Step } from '../../connector.ts';
import type { Setting } from '../property.ts';
import type { Series } from '../recurrence.ts';
import { indexOfDay } from '../recurrence-days.ts';
import { deleteItemStep, type Occurrence, updateItemStep } from '../step.ts';
import { indexIn, isExcluded, type Overrides, occurrenceContent, overridesOf, seriesIn } from './appointment-series.ts';
import { differing, occurrenceSettings, type Writing } from './appointment-settings.ts';
import { timesOf } from './appointment-time.ts';

type Base = Pick<ItemVersion, 'ref' | 'etag'>;

export interface Exceptions {
  /** What the steps are known by. */
  readonly base: Base;
  readonly writing: Writing;
}

/** `moved`: the pattern or the hours are written before, after which any of the exceptions may be gone. */
export function exceptionSteps(theirs: ItemContent, content: ItemContent, moved: boolean, context: Exceptions): Step[] {
  const series = seriesIn(content);
  if (series === null) return [];
  return moved ? afresh(content, overridesOf(theirs), series, context) : changed(theirs, content, series, context);
}

/** Exceptions after the pattern was written: whichever are left there, these shall be. */
function afresh(content: ItemContent, before: Overrides, series: Series, context: Exceptions): Step[] {
  const wanted = overridesOf(content);
  const kept = Object.keys(before).filter(
    (start) => !(start in wanted) && !isExcluded(before[start]) && isDay(series, start, content),
  );
  const starts = [...Object.keys(wanted), ...kept].sort();
  const excluded = starts.filter((start) => isExcluded(wanted[start]));
  const steps = excluded.map((start) => deleteItemStep({ occurrence: occurrence(series, content, start, context.writing) }));
  for (const start of starts.filter((one) => !excluded.includes(one))) {
    const one = occurrenceContent(content, start, wanted[start] ?? {});
    const settings = occurrenceSettings(one, context.writing);
    steps.push(exception(series, content, start, settings, context));
  }
  return steps;
}

/** The pattern stays: only what differs from what is there. */
function changed(theirs: ItemContent, content: ItemContent, series: Series, context: Exceptions): Step[] {
  const [before, wanted] = [overridesOf(theirs), overridesOf(content)];
  const starts = [...new Set([...Object.keys(before), ...Object.keys(wanted)])].sort();
  const removed = starts.filter((start) => isExcluded(wanted[start]) && !isExcluded(before[start]));
  const steps = removed.map((start) => deleteItemStep({ occurrence: occurrence(series, content, start, context.writing) }));
  for (const start of starts) {
    if (isExcluded(wanted[start])) continue;
    if (isExcluded(before[start])) throw new Failure('refused', `Exchange cannot bring back the deleted occurrence of ${start}`);
    const now = occurrenceContent(content, start, wanted[start] ?? {});
    const held = occurrenceContent(theirs, start, before[start] ?? {});
    // What the series itself has other now, its occurrences have too.
    const settings = differing(now, { ...held, ...shared(theirs, content, before[start] ?? {}) }, context.writing);
    if (settings.length > 0) steps.push(exception(series, content, start, settings, context));
  }
  return steps;
}

/** Properties that an occurrence has from its series change with it. */
function shared(theirs: ItemContent, content: ItemContent, patch: Overrides[string]): ItemContent {
  const own = new Set(Object.keys(patch).map((path) => path.split('/')[0]!));
  const names = Object.keys({ ...theirs, ...content }).filter((name) => !own.has(name) && !TIMES.has(name));
  return Object.fromEntries(names.map((name) => [name, content[name] ?? null])) as unknown as ItemContent;
}
const TIMES = new Set(['start', 'duration', 'timeZone', 'showWithoutTime', 'recurrenceRules', 'recurrenceOverrides']);

function isDay(series: Series, start: string, content: ItemContent): boolean {
  return indexOfDay(series, start.slice(0, 10)) !== null && start.slice(11) === String(content.start).slice(11);
}

/** Which occurrence is meant, by number, and when it begins by the pattern, so that the number can be checked. */
function occurrence(series: Series, content: ItemContent, start: string, { zone }: Writing): Occurrence {
  const times = timesOf({ ...content, start }, zone);
  return { number: indexIn(series, start), originalStart: times.start.toZonedDateTime(times.place).toInstant().toString() };
}

function exception(
  series: Series,
  content: ItemContent,
  start: string,
  settings: readonly Setting[],
  { base, writing }: Exceptions,
): Step {
  const one = occurrence(series, content, start, writing);
  return updateItemStep({ element: 'CalendarItem', theirs: base, key: null, settings, occurrence: one });
}
