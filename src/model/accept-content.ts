/** The door: what an application writes becomes content that can be kept in step, or is refused with the place and the reason. */
import { cardSchema, eventSchema, taskSchema } from './content-schema.ts';
import { Failure } from './failure.ts';
import { holdable } from './holdable.ts';
import type { ItemContent, ItemKind, Json } from './item.ts';
import { at, isObject, textAt } from './json.ts';
import { normaliseContent } from './normalise-content.ts';
import { isZone } from './zone-rules.ts';

const SCHEMAS = { appointment: eventSchema, contact: cardSchema, task: taskSchema };
const WORDS: Record<ItemKind, string> = { appointment: 'an appointment', contact: 'a contact', task: 'a task' };

/** Throws Failure('refused'); its message names each place as a JSON path (`$.recurrenceRules[0].frequency`). */
export function acceptContent(kind: ItemKind, given: Json): ItemContent {
  const result = SCHEMAS[kind].safeParse(given);
  if (!result.success)
    throw refused(
      kind,
      result.error.issues.map(({ path, message }) => `${jsonPath(path)}: ${message}`),
    );
  const content = normaliseContent(kind, given as ItemContent);
  const wrong = kind === 'appointment' ? wrongAppointment(content) : [];
  if (wrong.length > 0) throw refused(kind, wrong);
  return content;
}

/** RFC 7396: null takes a property away, an object goes deeper, all else replaces. */
export function mergePatch(content: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const held = isObject(content) ? content : {};
  const kept = Object.entries(held).filter(([key]) => !Object.hasOwn(patch, key));
  const changed = Object.entries(patch).filter(([, value]) => value !== null);
  const merged = new Map([
    ...kept,
    ...changed.map(([key, value]) => [key, mergePatch(Object.hasOwn(held, key) ? held[key]! : null, value)] as const),
  ]);
  // In the order in which they stood.
  const names = [...Object.keys(held), ...Object.keys(patch)].filter((key) => merged.has(key));
  return Object.fromEntries(names.map((key) => [key, merged.get(key)!]));
}

function refused(kind: ItemKind, reasons: readonly string[]): Failure {
  return new Failure('refused', `This is not ${WORDS[kind]} that can be kept in step: ${reasons.join('; ')}.`, {
    remedy: 'Mend what is named and hand it in again.',
  });
}

function jsonPath(path: readonly PropertyKey[]): string {
  const plain = (step: PropertyKey) => /^[A-Za-z_@][\w@]*$/.test(String(step));
  return path.reduce<string>(
    (text, step) =>
      text + (typeof step === 'number' ? `[${step}]` : plain(step) ? `.${String(step)}` : `[${JSON.stringify(String(step))}]`),
    '$',
  );
}

function wrongAppointment(content: ItemContent): readonly string[] {
  const zone = textAt(content, 'timeZone');
  const rules = at(content, 'recurrenceRules');
  const overrides = at(content, 'recurrenceOverrides');
  const series = holdable(Array.isArray(rules) && rules.length === 0 ? null : rules, overrides);
  const under = series !== null && typeof series.path[0] === 'string' ? 'recurrenceOverrides' : 'recurrenceRules';
  return [
    ...(content.showWithoutTime === true || zone !== null ? [] : ['$.timeZone: an appointment that is not all-day needs one']),
    ...(zone === null || isZone(zone) ? [] : [`$.timeZone: ${zone} is no IANA time zone`]),
    ...('excludedRecurrenceRules' in content ? ['$.excludedRecurrenceRules: Exchange has none: exclude single dates'] : []),
    ...(series === null ? [] : [`${jsonPath([under, ...series.path])}: ${series.reason}`]),
    ...(wholeDays(content) ? [] : ['$.duration: an all-day appointment lasts whole days']),
    ...realTimes(content),
  ];
}

const wholeDays = (content: ItemContent) =>
  content.showWithoutTime !== true || /^P(\d+W)?(\d+D)?$/.test(textAt(content, 'duration') ?? 'P1D');

function realTimes(content: ItemContent): readonly string[] {
  try {
    Temporal.PlainDateTime.from(textAt(content, 'start') ?? '');
    return [];
  } catch (error) {
    if (error instanceof RangeError) return ['$.start: there is no such day or time'];
    throw error;
  }
}
