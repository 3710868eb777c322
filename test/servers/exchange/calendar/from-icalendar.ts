// A calendar item from the iCalendar text that a client gives as MimeContent (reference 29).
import { isoSeconds } from '../clock.ts';
import { refuse } from '../errors.ts';
import { type Context, setText } from '../property/context.ts';
import { mailboxElement } from '../property/settle.ts';
import type { Item } from '../store/model.ts';
import { type Element, el } from '../xml/element.ts';
import { type Component, type Property, parseCalendar, propertiesOf, propertyOf, unescapeText } from './icalendar.ts';
import { recurrenceOf } from './rrule.ts';
import { dayKey } from './series.ts';
import { findZone, instantOf, UTC, wallClock, type Zone, zoneOfPlace } from './zone.ts';

const text = (event: Component, name: string) => {
  const property = propertyOf(event, name);
  return property === undefined ? undefined : unescapeText(property.value);
};

function zoneOfProperty(property: Property | undefined, context: Context): Zone {
  const id = property?.parameters.TZID;
  if (id === undefined) return property?.value.endsWith('Z') ? (context.zone ?? UTC) : (context.zone ?? UTC);
  return findZone(id) ?? zoneOfPlace(id) ?? context.zone ?? UTC;
}

const isDate = (property: Property) => property.parameters.VALUE === 'DATE' || /^\d{8}$/.test(property.value);

function instant(property: Property, context: Context): number {
  const [, year, month, day, hour = '00', minute = '00', second = '00', z] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(property.value) ?? [];
  if (year === undefined) refuse('ErrorMimeContentInvalid', `'${property.value}' is no time.`);
  const local = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  return instantOf(local, z === undefined ? zoneOfProperty(property, context) : UTC);
}

export function fillFromCalendar(item: Item, source: string, context: Context) {
  const calendar = parseCalendar(source);
  const events = calendar.components.filter((one) => one.name === 'VEVENT');
  const master = events.find((one) => propertyOf(one, 'RECURRENCE-ID') === undefined) ?? events[0];
  if (master === undefined) refuse('ErrorMimeContentInvalid', 'The MIME content holds no event.');
  fillEvent(item, master, context);
  const rule = propertyOf(master, 'RRULE');
  const start = propertyOf(master, 'DTSTART');
  if (rule === undefined || start === undefined) return;
  const zone = zoneOfProperty(start, context);
  item.fields.Recurrence = recurrenceOf(rule.value, wallClock(instant(start, context), zone).toPlainDate(), zone);
  for (const property of propertiesOf(master, 'EXDATE')) {
    for (const value of property.value.split(',')) {
      const day = dayKey(wallClock(instant({ ...property, value }, context), zone).toPlainDate());
      item.exceptions[day] = { deleted: true, fields: {}, removed: [], named: {}, attachments: null };
    }
  }
  for (const event of events) addException(item, event, zone, context);
}

function addException(item: Item, event: Component, zone: Zone, context: Context) {
  const id = propertyOf(event, 'RECURRENCE-ID');
  if (id === undefined) return;
  const changed: Item = { ...item, fields: {}, named: {}, exceptions: {} };
  fillEvent(changed, event, context);
  for (const name of ['UID', 'StartTimeZone', 'EndTimeZone', 'ItemClass', 'IsAllDayEvent']) delete changed.fields[name];
  for (const name of ['Start', 'End']) {
    const written = changed.fields[name];
    if (written !== undefined) changed.fields[name] = el(name, isoSeconds(Date.parse(written.text)));
  }
  const day = dayKey(wallClock(instant(id, context), zone).toPlainDate());
  item.exceptions[day] = { deleted: false, fields: changed.fields, removed: [], named: {}, attachments: null };
}

const BUSY: Readonly<Record<string, string>> = {
  FREE: 'Free',
  TENTATIVE: 'Tentative',
  BUSY: 'Busy',
  OOF: 'OOF',
  WORKINGELSEWHERE: 'WorkingElsewhere',
};
const CLASSES: Readonly<Record<string, string>> = {
  PRIVATE: 'Private',
  CONFIDENTIAL: 'Confidential',
  PERSONAL: 'Personal',
  PUBLIC: 'Normal',
};

function fillEvent(item: Item, event: Component, context: Context) {
  setText(item, 'Subject', text(event, 'SUMMARY'));
  setText(item, 'Location', text(event, 'LOCATION'));
  setText(item, 'UID', text(event, 'UID'));
  const description = text(event, 'DESCRIPTION');
  const html = propertiesOf(event, 'X-ALT-DESC').find((one) => one.parameters.FMTTYPE === 'text/html');
  if (html !== undefined) item.fields.Body = el('Body', unescapeText(html.value), { BodyType: 'HTML' });
  else if (description !== undefined) item.fields.Body = el('Body', description, { BodyType: 'Text' });
  fillTimes(item, event, context);
  const categories = propertiesOf(event, 'CATEGORIES').flatMap((one) => one.value.split(/(?<!\\),/).map(unescapeText));
  if (categories.length > 0)
    item.fields.Categories = el(
      'Categories',
      categories.map((one) => el('String', one)),
    );
  setText(item, 'Sensitivity', CLASSES[text(event, 'CLASS')?.toUpperCase() ?? '']);
  const busy = text(event, 'X-MICROSOFT-CDO-BUSYSTATUS') ?? (text(event, 'TRANSP') === 'TRANSPARENT' ? 'FREE' : undefined);
  setText(item, 'LegacyFreeBusyStatus', BUSY[busy?.toUpperCase() ?? '']);
  const priority = Number(text(event, 'PRIORITY') ?? '0');
  if (priority > 0) setText(item, 'Importance', priority < 5 ? 'High' : priority > 5 ? 'Low' : 'Normal');
  fillAlarm(item, event);
  fillPeople(item, event, context);
}

function fillTimes(item: Item, event: Component, context: Context) {
  const start = propertyOf(event, 'DTSTART');
  if (start === undefined) refuse('ErrorMimeContentInvalid', 'The event has no start.');
  const zone = zoneOfProperty(start, context);
  const allDay = isDate(start) || text(event, 'X-MICROSOFT-CDO-ALLDAYEVENT')?.toUpperCase() === 'TRUE';
  setText(item, 'Start', isoSeconds(instant(start, context)));
  const end = propertyOf(event, 'DTEND');
  const length = propertyOf(event, 'DURATION');
  if (end !== undefined) setText(item, 'End', isoSeconds(instant(end, context)));
  else if (length !== undefined)
    setText(item, 'End', isoSeconds(instant(start, context) + Temporal.Duration.from(length.value).total('milliseconds')));
  else if (allDay) setText(item, 'End', isoSeconds(instant(start, context) + 86_400_000));
  setText(item, 'IsAllDayEvent', String(allDay));
  item.fields.StartTimeZone = el('StartTimeZone', undefined, { Id: zone.id });
  const endZone = end === undefined ? zone : zoneOfProperty(end, context);
  if (endZone.id !== zone.id) item.fields.EndTimeZone = el('EndTimeZone', undefined, { Id: endZone.id });
}

function fillAlarm(item: Item, event: Component) {
  const alarm = event.components.find((one) => one.name === 'VALARM');
  const trigger = alarm === undefined ? undefined : propertyOf(alarm, 'TRIGGER');
  setText(item, 'ReminderIsSet', String(trigger !== undefined));
  const match = /^-(P.*)$/.exec(trigger?.value ?? '');
  if (match !== null)
    setText(item, 'ReminderMinutesBeforeStart', String(Math.round(Temporal.Duration.from(match[1]!).total('minutes'))));
}

const address = (property: Property) => property.value.replace(/^mailto:/i, '');

function fillPeople(item: Item, event: Component, context: Context) {
  const organizer = propertyOf(event, 'ORGANIZER');
  if (organizer !== undefined)
    item.fields.Organizer = el('Organizer', [mailboxElement(address(organizer), context.exchange, organizer.parameters.CN)]);
  const lists: Record<string, Element[]> = {};
  for (const property of propertiesOf(event, 'ATTENDEE')) {
    const role = property.parameters.ROLE ?? 'REQ-PARTICIPANT';
    const name =
      property.parameters.CUTYPE === 'RESOURCE' || property.parameters.CUTYPE === 'ROOM'
        ? 'Resources'
        : role === 'REQ-PARTICIPANT' || role === 'CHAIR'
          ? 'RequiredAttendees'
          : 'OptionalAttendees';
    if (organizer !== undefined && address(property).toLowerCase() === address(organizer).toLowerCase()) continue;
    const response = RESPONSES[property.parameters.PARTSTAT ?? ''] ?? 'Unknown';
    lists[name] = [
      ...(lists[name] ?? []),
      el('Attendee', [mailboxElement(address(property), context.exchange, property.parameters.CN), el('ResponseType', response)]),
    ];
  }
  for (const [name, list] of Object.entries(lists)) item.fields[name] = el(name, list);
}

const RESPONSES: Readonly<Record<string, string>> = { ACCEPTED: 'Accept', DECLINED: 'Decline', TENTATIVE: 'Tentative' };
