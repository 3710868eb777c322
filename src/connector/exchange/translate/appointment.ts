/**
 * An appointment, both ways: a calendar item of Exchange and a JSCalendar Event (RFC 8984).
 *
 * - A series is its master with its exceptions; reading asks for those too, writing takes a step for each.
 * - Start, End and both zones are written together, whole days in the zone of the mailbox's owner.
 * - An attendee's copy takes only what belongs to the copy: show-as, sensitivity, reminder, categories. The rest is the organizer's.
 * - Files are those of single appointments: a series keeps its own, and its occurrences theirs.
 * - Guests are told by one step of a change, the last one, and never of what is past.
 */
import { type ItemContent, type Json, VENDOR } from '../../../model/item.ts';
import type { Kind, MoreReading, Reading } from '../item-kind.ts';
import { ownersPlace } from '../operation/get-user-configuration.ts';
import { uniquePaths } from '../property.ts';
import { childOf, type Element } from '../read-answer.ts';
import { FILE_PROPERTIES, type FilesReading, filesContent } from './appointment-files.ts';
import { PEOPLE_PROPERTIES, peopleContent } from './appointment-people.ts';
import { PLAIN_PROPERTIES, plainContent, WHOLE_PROPERTIES, wholeContent } from './appointment-plain.ts';
import { appointmentSteps } from './appointment-steps.ts';
import { TIME_PROPERTIES, whenContent, whenOf } from './appointment-time.ts';
import { writtenZone, zoneOf } from './appointment-zone.ts';
import { MEETING_PROPERTIES, meetingFacts, meetingIdOf } from './meeting.ts';
import { SERIES_PROPERTIES, seriesContent } from './series-reading.ts';

/** One for each session: it learns the zone of the mailbox's owner. Files up to `fileBytes` are read and written; 0: none are. */
export function createAppointmentKind(fileBytes = 0): Kind {
  const files = fileBytes === 0 ? [] : FILE_PROPERTIES;
  const paths = [
    files,
    TIME_PROPERTIES,
    PLAIN_PROPERTIES,
    WHOLE_PROPERTIES,
    PEOPLE_PROPERTIES,
    SERIES_PROPERTIES,
    MEETING_PROPERTIES,
  ];
  // That of the machine until the mailbox has said its own: it stands in the same company.
  let zone = Temporal.Now.timeZoneId();
  return {
    ...{ kind: 'appointment', home: 'calendar', elements: ['CalendarItem'], folder: 'CalendarFolder', hidden: [] },
    properties: uniquePaths(paths.flat()),
    fileBytes,
    async prepare(ews) {
      zone = (await ownersPlace(ews)) ?? zone;
    },
    read: (item, more) => read(item, more, { zone, fileBytes }),
    steps: (change) => appointmentSteps(change, { zone, files: fileBytes > 0 }),
  };
}

const NO_FILES: FilesReading = { content: {}, notes: [] };

interface Surroundings {
  /** The owner's. */
  readonly zone: string;
  readonly fileBytes: number;
}

async function read(item: Element, more: MoreReading, { zone: ownersZone, fileBytes }: Surroundings): Promise<Reading> {
  const zone = await zoneOf(item, { definition: more.zone, written: () => writtenZone(item, more) }, ownersZone);
  const meeting = meetingFacts(item);
  const whole = {
    '@type': 'Event',
    ...plainContent(item),
    ...wholeContent(item),
    ...whenContent(whenOf(item, zone.place)),
    ...zoneContent(item, zone.unknown),
    ...(meeting === null ? {} : peopleContent(item, meeting.role)),
  } as ItemContent;
  const { content, notes } = await seriesContent(item, whole, zone.place, more);
  const isSeries = content.recurrenceRules !== undefined;
  const files = isSeries || fileBytes === 0 ? NO_FILES : await filesContent(item, more, fileBytes);
  const strange = zone.unknown === null ? [] : [`the time zone ${zone.unknown.name} is like none of IANA`];
  return {
    ...{ content: { ...whole, ...content, ...files.content }, meeting, meetingId: meeting === null ? null : meetingIdOf(item) },
    // Its days would be others where the clocks change.
    readOnly: isSeries && zone.unknown !== null,
    notes: [...notes, ...strange, ...files.notes],
  };
}

function zoneContent(item: Element, unknown: { readonly id: string; readonly name: string } | null): Record<string, Json> {
  const [start, end] = ['StartTimeZone', 'EndTimeZone'].map((name) => childOf(item, name)?.attributes.Id);
  return {
    ...(unknown === null ? {} : { [`${VENDOR}timeZone`]: { id: unknown.id, name: unknown.name } }),
    ...(end === undefined || end === start ? {} : { [`${VENDOR}endTimeZone`]: end }),
  };
}
