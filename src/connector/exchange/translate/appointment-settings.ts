/** What of an appointment's content is written for which field. */
import type { AppointmentFieldName } from '../../../model/appointment-field.ts';
import { Failure } from '../../../model/failure.ts';
import type { ItemContent } from '../../../model/item.ts';
import { field, type Setting } from '../property.ts';
import { writeRecurrence } from '../recurrence.ts';
import { type AttendeeList, attendeeChange, attendeeSetting, LISTS } from './appointment-people.ts';
import { PLAIN_SETTINGS } from './appointment-plain.ts';
import { seriesIn } from './appointment-series.ts';
import { timeSettings } from './appointment-time.ts';

export interface Writing {
  /** IANA zone of the mailbox's owner. */
  readonly zone: string;
  /** Files travel. */
  readonly files: boolean;
}

/** What belongs to each mailbox's copy: all that an attendee may write. */
export const COPY_FIELDS: readonly string[] = ['showAs', 'sensitivity', 'reminder', 'categories', 'regarding'];
/** What one occurrence can have of its own, and its time. */
const OCCURRENCE_FIELDS: readonly AppointmentFieldName[] = ['subject', 'body', 'location', 'importance', 'showAs', 'reminder'];

/** Time and pattern go together: a pattern begins on a day, and a zone says what its hours are. */
export function timeAndPattern(content: ItemContent, writing: Writing): Setting[] {
  const series = seriesIn(content);
  const pattern: Setting = {
    path: field('calendar:Recurrence'),
    value: series === null ? null : { markup: writeRecurrence(series).replace(/^<t:Recurrence>|<\/t:Recurrence>$/g, '') },
  };
  return [...timeSettings(content, writing.zone), pattern];
}

const nothing = () => [];

/** Complete by type: a field of the model without its line here does not compile. */
const BY_FIELD: Readonly<Record<AppointmentFieldName, (content: ItemContent) => Setting[]>> = {
  ...PLAIN_SETTINGS,
  requiredAttendees: (content) => [attendeeSetting(content, 'requiredAttendees')],
  optionalAttendees: (content) => [attendeeSetting(content, 'optionalAttendees')],
  resources: (content) => [attendeeSetting(content, 'resources')],
  // Written together, by `timeAndPattern`.
  ...{ time: nothing, recurrence: nothing },
  // Exchange alone says them; a cancellation is a step of its own.
  ...{ organizer: nothing, response: nothing, responses: nothing, status: nothing, onlineMeeting: nothing },
  // Each a step of its own.
  attachments: nothing,
};

/** Failure('refused') for a field that appointments do not have. */
export function settingsOf(name: string, content: ItemContent): Setting[] {
  if (!Object.hasOwn(BY_FIELD, name)) throw new Failure('refused', `an appointment has no field ${name}`);
  return BY_FIELD[name as AppointmentFieldName](content);
}

/** The same for an item that is there already. */
export function changeOf(name: string, content: ItemContent, theirs: ItemContent): Setting[] {
  const list = (Object.keys(LISTS) as AttendeeList[]).find((one) => one === name);
  return list === undefined ? settingsOf(name, content) : attendeeChange(content, theirs, list);
}

export function allSettings(content: ItemContent, writing: Writing): Setting[] {
  return [...timeAndPattern(content, writing), ...Object.values(BY_FIELD).flatMap((settings) => settings(content))];
}

/** An occurrence with all it can have of its own. */
export function occurrenceSettings(content: ItemContent, writing: Writing): Setting[] {
  return [...timeSettings(content, writing.zone), ...OCCURRENCE_FIELDS.flatMap((name) => settingsOf(name, content))];
}

/** Those of `wanted` that are not as in `held`; of the time all or nothing. */
export function differing(wanted: ItemContent, held: ItemContent, writing: Writing): Setting[] {
  const time = unlike(timeSettings(wanted, writing.zone), timeSettings(held, writing.zone));
  const fields = OCCURRENCE_FIELDS.map((name) => unlike(settingsOf(name, wanted), settingsOf(name, held)));
  return [...time, ...fields.flat()];
}

const unlike = (wanted: Setting[], held: Setting[]) => (JSON.stringify(wanted) === JSON.stringify(held) ? [] : wanted);
