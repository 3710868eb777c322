/** Is it a valid Event or Task of JSCalendar (RFC 8984, 4 and 5)? What is wrong with it, in words. */
import { isPlace } from '../../src/connector/exchange/zone.ts';
import type { Json } from '../../src/model/item.ts';
import type { JsonObject } from '../../src/model/json.ts';
import {
  anyOf,
  type Check,
  duration,
  filled,
  form,
  id,
  integer,
  languageTag,
  list,
  localDateTime,
  mailto,
  map,
  mediaType,
  nothing,
  object,
  oneOf,
  set,
  signedDuration,
  text,
  uri,
  utcDateTime,
  yesOrNo,
} from './grammar.ts';
import { overridesOf, recurrenceRule } from './recurrence.ts';

const zone = form('time zone of IANA', isPlace);
const startOrEnd = oneOf('start', 'end');
const relation = object({ type: 'Relation', properties: { relation: set(oneOf('first', 'next', 'child', 'parent')) } });

const link = object({
  ...{ type: 'Link', required: ['href'] },
  properties: {
    ...{ href: uri, cid: filled, contentType: mediaType, size: integer(0), rel: filled, title: text },
    display: oneOf('badge', 'graphic', 'fullsize', 'thumbnail'),
  },
});
const links = map(id, link);

const location = object({
  type: 'Location',
  properties: {
    ...{ name: text, description: text, locationTypes: set(filled), relativeTo: startOrEnd, timeZone: zone, links },
    coordinates: form('geo URI', (value) => value.startsWith('geo:')),
  },
});

const virtualLocation = object({
  ...{ type: 'VirtualLocation', required: ['uri'] },
  properties: {
    ...{ name: text, description: text, uri },
    features: set(oneOf('audio', 'chat', 'feed', 'moderator', 'phone', 'screen', 'video')),
  },
});

/** Methods by name: imip is a mailto URI, web a page (4.4.4). */
const methods: Check = (value, at) => [
  ...map(
    form('method', (name) => /^[A-Za-z0-9]+$/.test(name)),
    uri,
  )(value, at),
  ...((value as JsonObject).imip === undefined ? [] : mailto((value as JsonObject).imip!, `${at}/imip`)),
];

const address = form('address', (value) => /^[^\s@]+@[^\s@]+$/.test(value));
const progress = oneOf('needs-action', 'in-process', 'completed', 'failed', 'cancelled');
const participant = object({
  ...{ type: 'Participant', required: ['roles'] },
  properties: {
    ...{ name: text, email: address, description: text, sendTo: methods, locationId: id, language: languageTag, links },
    kind: oneOf('individual', 'group', 'location', 'resource'),
    roles: set(oneOf('owner', 'attendee', 'optional', 'informational', 'chair', 'contact')),
    participationStatus: oneOf('needs-action', 'accepted', 'declined', 'tentative', 'delegated'),
    ...{ participationComment: text, expectReply: yesOrNo, scheduleAgent: oneOf('server', 'client', 'none') },
    ...{ scheduleForceSend: yesOrNo, scheduleSequence: integer(0), scheduleUpdated: utcDateTime, scheduleStatus: list(text) },
    ...{ sentBy: address, invitedBy: id, delegatedTo: set(id), delegatedFrom: set(id), memberOf: set(id) },
    ...{ progress, progressUpdated: utcDateTime, percentComplete: integer(0, 100) },
  },
  also: ({ roles }, at) => (Object.keys((roles ?? {}) as object).length === 0 ? [`${at}: no role`] : []),
});

const trigger = anyOf(
  object({ type: 'OffsetTrigger', required: ['offset'], properties: { offset: signedDuration, relativeTo: startOrEnd } }),
  object({ type: 'AbsoluteTrigger', required: ['when'], properties: { when: utcDateTime } }),
);
const alert = object({
  ...{ type: 'Alert', required: ['trigger'] },
  properties: {
    ...{ trigger, acknowledged: utcDateTime, relatedTo: map(filled, relation), action: oneOf('display', 'email') },
  },
});

const COMMON = {
  ...{ uid: filled, relatedTo: map(filled, relation), prodId: text, created: utcDateTime, updated: utcDateTime },
  sequence: integer(0),
  method: oneOf('publish', 'request', 'reply', 'add', 'cancel', 'refresh', 'counter', 'declinecounter'),
  ...{ title: text, description: text, showWithoutTime: yesOrNo, links, locale: languageTag, color: text },
  descriptionContentType: form('media type of text', (value) => /^text\/[\w.+-]+(;.*)?$/i.test(value)),
  ...{ locations: map(id, location), virtualLocations: map(id, virtualLocation), keywords: set(filled), categories: set(uri) },
  ...{ recurrenceId: localDateTime, recurrenceIdTimeZone: anyOf(nothing, zone), excluded: yesOrNo },
  ...{ recurrenceRules: list(recurrenceRule), excludedRecurrenceRules: list(recurrenceRule) },
  recurrenceOverrides: map(localDateTime, (value, at) => (value === null ? [`${at}: no PatchObject`] : [])),
  ...{ priority: integer(0, 9), freeBusyStatus: oneOf('free', 'busy'), privacy: oneOf('public', 'private', 'secret') },
  ...{ replyTo: methods, sentBy: address, participants: map(id, participant), requestStatus: text },
  ...{ useDefaultAlerts: yesOrNo, alerts: map(id, alert), timeZone: anyOf(nothing, zone) },
};

const ofOccurrences = (value: JsonObject, at: string) => overridesOf(value, at, whole);

const event = object({
  ...{ type: 'Event', required: ['uid', 'updated', 'start'], also: ofOccurrences },
  properties: { ...COMMON, start: localDateTime, duration, status: oneOf('confirmed', 'cancelled', 'tentative') },
});

const task = object({
  ...{ type: 'Task', required: ['uid', 'updated'], also: ofOccurrences },
  properties: {
    ...{ ...COMMON, start: localDateTime, due: localDateTime, estimatedDuration: duration },
    ...{ percentComplete: integer(0, 100), progress, progressUpdated: utcDateTime },
  },
});

function whole(value: Json, at: string): string[] {
  return (value as JsonObject | null)?.['@type'] === 'Task' ? task(value, at) : event(value, at);
}

export const wrongInCalendarObject = (value: object): string[] => whole(value as Json, '');
