/**
 * A change of an appointment as steps, each one call.
 *
 * An item is made first, then its exceptions and files one by one; whenever the pattern or the hours of a series are written, the server
 * may have dropped its exceptions, so all of them are written again. Guests are told by the last step, so that they get one mail
 * about the whole.
 */
import { Failure } from '../../../model/failure.ts';
import { type ItemContent, type MeetingResponse, VENDOR } from '../../../model/item.ts';
import type { ItemChange, ItemVersion, Step } from '../../connector.ts';
import type { Setting } from '../property.ts';
import type { Series } from '../recurrence.ts';
import { escapeXml } from '../soap.ts';
import { createItemStep, deleteItemStep, respondStep, sendFor, type Telling, type Update, updateItemStep } from '../step.ts';
import { exceptionSteps } from './appointment-exceptions.ts';
import { fileSteps } from './appointment-files.ts';
import { lastStart, overridesOf, seriesIn } from './appointment-series.ts';
import { allSettings, COPY_FIELDS, changeOf, settingsOf, timeAndPattern, type Writing } from './appointment-settings.ts';
import { timesOf } from './appointment-time.ts';

type Of<C extends ItemChange['change']> = Extract<ItemChange, { change: C }>;
type Base = Pick<ItemVersion, 'ref' | 'etag'>;
const ELEMENT = 'CalendarItem';
const refused = (why: string) => new Failure('refused', why);

export function appointmentSteps(change: ItemChange, writing: Writing): readonly Step[] {
  switch (change.change) {
    case 'create':
      return create(change, writing);
    case 'update':
      return update(change, writing);
    case 'delete':
      return [remove(change, writing)];
    case 'respond':
      return [respond(change, writing)];
  }
}

function create({ key, folder, content, mail }: Of<'create'>, writing: Writing): Step[] {
  const series = seriesIn(content);
  const overrides = overridesOf(content);
  if (series === null && Object.keys(overrides).length > 0) throw refused('overrides without a recurrence rule');
  const telling = { send: sendFor(mail), until: tellUntil(content, writing) };
  // The item has no name yet: the key tells its writes from others.
  const base = { ref: key.record, etag: `${key.mailbox} ${key.attempt}` } as Base;
  const more = [...exceptionSteps(content, content, true, { base, writing }), ...filesOf(null, content, writing)];
  const alone = more.length === 0;
  const settings = allSettings(content, writing);
  const first = createItemStep({ element: ELEMENT, folder, key, settings, ...(alone ? { telling } : {}) });
  return alone ? [first] : [first, ...more, ...tell(content, base, telling)];
}

function update(change: Of<'update'>, writing: Writing): Step[] {
  const { theirs, mail, key } = change;
  const content = withItsZones(change.content, theirs.content);
  const fields = writable(change);
  if (mail === 'cancel') return isTold(theirs) ? [cancel(theirs, writing)] : [];
  const placed = fields.includes('time') || fields.includes('recurrence');
  const moved = placed && !sameTime(content, theirs.content, writing);
  const place = moved ? withoutNothing(timeAndPattern(content, writing), seriesIn(theirs.content)) : [];
  const settings = [...place, ...fields.flatMap((name) => changeOf(name, content, theirs.content))];
  const telling = { send: sendFor(mail), until: tellUntil(content, writing) };
  const exceptions = placed ? exceptionSteps(theirs.content, content, moved, { base: theirs, writing }) : [];
  const more = [...exceptions, ...(fields.includes('attachments') ? filesOf(theirs.content, content, writing) : [])];
  const alone = more.length === 0;
  const whole = updateItemStep({ element: ELEMENT, theirs, key, settings, ...(alone ? { telling } : {}) });
  const needed = settings.length > 0 || key !== null;
  return [...(needed ? [whole] : []), ...more, ...(alone ? [] : tell(content, theirs, telling))];
}

/** Of what is no series, neither before nor after. */
function filesOf(theirs: ItemContent | null, content: ItemContent, { files }: Writing): readonly Step[] {
  const repeats = seriesIn(content) !== null || (theirs !== null && seriesIn(theirs) !== null);
  return files && !repeats ? fileSteps(theirs, content) : [];
}

/** A zone that Exchange has for the end belongs to the one it has for the start. */
function withItsZones(content: ItemContent, theirs: ItemContent): ItemContent {
  const { [`${VENDOR}endTimeZone`]: _, ...rest } = content;
  return content.timeZone === theirs.timeZone ? content : (rest as ItemContent);
}

const isTold = ({ meeting }: ItemVersion) => meeting?.role === 'organizer' && meeting.sent && !meeting.cancelled;

/** A single appointment has no pattern to take away. */
const withoutNothing = (settings: readonly Setting[], before: Series | null) =>
  settings.filter(
    ({ path, value }) => value !== null || before !== null || !('uri' in path) || path.uri !== 'calendar:Recurrence',
  );

function sameTime(content: ItemContent, theirs: ItemContent, writing: Writing): boolean {
  if ((seriesIn(content) === null) !== (seriesIn(theirs) === null)) return false;
  return JSON.stringify(timeAndPattern(content, writing)) === JSON.stringify(timeAndPattern(theirs, writing));
}

/** Failure('refused') for what belongs to the organizer, or cannot be written at all. */
function writable({ theirs, fields }: Of<'update'>): readonly string[] {
  if (theirs.readOnly) throw refused('this appointment is read, and never written: its time zone is like none that is known');
  if (theirs.meeting?.role !== 'attendee') return fields;
  const shared = fields.filter((name) => !COPY_FIELDS.includes(name));
  if (shared.length > 0) throw refused(`${shared.join(', ')} of a meeting are its organizer's to change`);
  return fields;
}

/** The subject as it is: a write that changes nothing and tells of all that the others changed. */
function tell(content: ItemContent, theirs: Update['theirs'], telling: Telling): Step[] {
  if (telling.send === 'SendToNone') return [];
  return [updateItemStep({ element: ELEMENT, theirs, key: null, settings: settingsOf('subject', content), telling })];
}

/** From this moment on guests are not told any more, for it has begun (the last occurrence of a series); null: there is none. */
function tellUntil(content: ItemContent, { zone }: Writing): string | null {
  const start = lastStart(content);
  if (start === null) return null;
  const times = timesOf({ ...content, start }, zone);
  return times.start.toZonedDateTime(times.place).toInstant().toString();
}

/** What guests know of is cancelled, which takes it to Deleted Items; all else is deleted without a word. */
function remove({ theirs, mail }: Of<'delete'>, writing: Writing): Step {
  return mail === 'cancel' && isTold(theirs) ? cancel(theirs, writing) : deleteItemStep();
}

function cancel(theirs: ItemVersion, writing: Writing): Step {
  const telling = toAll(theirs.content, writing);
  return respondStep(theirs, { object: 'CancelCalendarItem', before: '', becomes: null, again: false, telling });
}

const toAll = (content: ItemContent, writing: Writing): Telling => ({
  send: 'SendToAllAndSaveCopy',
  until: tellUntil(content, writing),
});

const RESPONSES = {
  accepted: ['AcceptItem', 'Accept'],
  tentative: ['TentativelyAcceptItem', 'Tentative'],
  declined: ['DeclineItem', 'Decline'],
} as const satisfies Record<MeetingResponse, readonly [string, string]>;

function respond({ theirs, response, comment }: Of<'respond'>, writing: Writing): Step {
  if (theirs.meeting?.role !== 'attendee') throw refused('only somebody who was invited can answer');
  if (theirs.meeting.cancelled) throw refused('the meeting is cancelled, there is nothing to answer');
  const [object, becomes] = RESPONSES[response];
  const before = comment === null ? '' : `<t:Body BodyType="Text">${escapeXml(comment)}</t:Body>`;
  const again = theirs.content[`${VENDOR}response`] === response;
  return respondStep(theirs, { object, before, becomes, again, telling: toAll(theirs.content, writing) });
}
