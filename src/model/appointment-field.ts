/** The fields of an appointment: a JSCalendar Event (RFC 8984); what it lacks stands in properties of `VENDOR`. */

import { body, subject } from './activity-field.ts';
import { timeField } from './appointment-time.ts';
import { attachments } from './attachment-field.ts';
import { categories, importance, sensitivity } from './copy-field.ts';
import { type Field, fixed, valueField } from './field.ts';
import { VENDOR } from './item.ts';
import { isObject, put, textAt } from './json.ts';
import { optionalAttendees, organizer, requiredAttendees, resources, responses } from './participant-field.ts';
import { recurrenceField } from './recurrence-field.ts';
import { regarding } from './regarding-field.ts';
import { alertAt } from './reminder.ts';

const location = valueField({
  name: 'location',
  get: (content) => textAt(content, 'locations', 'location', 'name'),
  set: (content, value) => {
    const path = ['locations', 'location'];
    return value === null
      ? put(content, path, null)
      : put(put(content, [...path, '@type'], 'Location'), [...path, 'name'], value);
  },
});

/** Exchange alone says that a meeting is cancelled; what becomes there of one that the application cancels is policy. */
const status = valueField({
  name: 'status',
  ...fixed('from-exchange'),
  get: (content) => textAt(content, 'status'),
  set: (content, value) => put(content, ['status'], value),
  canonical: (value) => value ?? 'confirmed',
});

const SHOW_AS = `${VENDOR}showAs`;
/** RFC 8984 4.4.2 knows free and busy alone. */
const FREE_BUSY: { readonly [showAs: string]: string } = {
  free: 'free',
  busy: 'busy',
  tentative: 'busy',
  oof: 'busy',
  workingElsewhere: 'free',
  noData: 'free',
};
export const showAs = valueField({
  name: 'showAs',
  scope: 'copy',
  directions: ['both'],
  get: (content) => {
    const [said, shown] = [textAt(content, SHOW_AS), textAt(content, 'freeBusyStatus')];
    return said !== null && said in FREE_BUSY && (shown === null || FREE_BUSY[said] === shown) ? said : shown;
  },
  set: (content, value) => {
    const known = typeof value === 'string' && value in FREE_BUSY ? value : null;
    const plain = known === null || known === 'free' || known === 'busy';
    return put(put(content, ['freeBusyStatus'], known === null ? null : FREE_BUSY[known]!), [SHOW_AS], plain ? null : known);
  },
  canonical: (value) => value ?? 'busy',
});

/** Minutes before the start. */
const reminder = valueField({
  name: 'reminder',
  scope: 'copy',
  get: (content) => {
    const offset = textAt(content, 'alerts', 'reminder', 'trigger', 'offset');
    return offset === null ? null : minutesBefore(offset);
  },
  set: (content, value) =>
    alertAt(content, typeof value === 'number' ? { '@type': 'OffsetTrigger', offset: offsetOf(value) } : null),
});

function minutesBefore(offset: string): number | null {
  const found = /^([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?$/.exec(offset);
  if (found === null) return null;
  const [, sign, week = '0', day = '0', hour = '0', minute = '0'] = found;
  const minutes = ((Number(week) * 7 + Number(day)) * 24 + Number(hour)) * 60 + Number(minute);
  return minutes === 0 ? 0 : sign === '-' ? minutes : -minutes;
}

const offsetOf = (minutes: number) => `${minutes < 0 ? '' : '-'}PT${Math.abs(minutes)}M`;

/** How the mailbox's own user answered. */
const response = valueField({
  name: 'response',
  scope: 'copy',
  ...fixed('from-exchange'),
  get: (content) => textAt(content, `${VENDOR}response`),
  set: (content, value) => put(content, [`${VENDOR}response`], value),
});

const onlineMeeting = valueField({
  name: 'onlineMeeting',
  ...fixed('from-exchange'),
  get: (content) => {
    const uri = textAt(content, 'virtualLocations', 'onlineMeeting', 'uri');
    return uri === null ? null : { uri, name: textAt(content, 'virtualLocations', 'onlineMeeting', 'name') };
  },
  set: (content, value) => {
    const path = ['virtualLocations', 'onlineMeeting'];
    if (!isObject(value)) return put(content, path, null);
    const typed = put(put(content, [...path, '@type'], 'VirtualLocation'), [...path, 'uri'], value.uri ?? null);
    return put(typed, [...path, 'name'], value.name ?? null);
  },
});

export const APPOINTMENT_FIELDS = [
  subject,
  body,
  location,
  timeField,
  recurrenceField,
  organizer,
  requiredAttendees,
  optionalAttendees,
  resources,
  responses,
  importance,
  status,
  showAs,
  sensitivity,
  reminder,
  categories,
  regarding,
  response,
  onlineMeeting,
  attachments,
] as const satisfies readonly Field[];

export type AppointmentFieldName = (typeof APPOINTMENT_FIELDS)[number]['name'];

/** Guests are told when one of these changes. */
export const SENSITIVE: ReadonlySet<string> = new Set<AppointmentFieldName>([
  'subject',
  'body',
  'location',
  'time',
  'recurrence',
  'requiredAttendees',
  'optionalAttendees',
  'resources',
  'organizer',
  'importance',
  'status',
]);
