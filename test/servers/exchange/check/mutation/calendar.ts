// Calendar items, series and meetings switched off, piece by piece (MS-OXWSMTGS).
import { each, eachLine, edit, lost, type Mutation, taken, unread } from './mutation.ts';

const TEST = 'requirement/calendar';
const MTGS = 'MS-OXWSMTGS';
const FILE = 'calendar/properties.ts';
const lines = (text: string, make: Parameters<typeof eachLine>[3]) => eachLine(TEST, MTGS, text, make);
/** What is told of one occurrence of a series. */
const told = (what: string, instead = '') =>
  edit(FILE, `    el('${what}', writeDateTime(${TOLD[what]}, context.zone)),\n`, instead);
const TOLD: Readonly<Record<string, string>> = {
  Start: 'startOf(view)',
  End: 'endOf(view)',
  OriginalStart: 'originalStart(master, day)',
};

export const CALENDAR: readonly Mutation[] = [
  ...lines(
    `R167 Location, R233 MeetingWorkspaceUrl, R235 NetShowUrl, R151 UID, R187 RequiredAttendees, R189 OptionalAttendees
     R191 Resources`,
    lost,
  ),
  ...lines(
    `R157 Start, R159 End, R227 ConferenceType, R185 Organizer, R209 AppointmentState, R193 ConflictingMeetingCount
     R195 AdjacentMeetingCount, R213 FirstOccurrence, R215 LastOccurrence, R161 OriginalStart, R217 ModifiedOccurrences
     R219 DeletedOccurrences`,
    unread,
  ),
  ...each(TEST, MTGS, {
    R516: taken('ConferenceType', '0', '1'),
    R137: edit(
      'property/settle.ts',
      `return el('Attendee', [resolved(box, exchange), response`,
      `return el('Attendee', [box, response`,
    ),
    R139: edit('property/settle.ts', `[resolved(box, exchange), response, child`, `[resolved(box, exchange), child`),
    R514: edit(FILE, 'if (!isMeeting(item)) return 0;', ''),
    R53: edit(FILE, `? 'Single' : 'RecurringMaster'`, `? 'Occurrence' : 'RecurringMaster'`),
    R56: edit(FILE, `? 'Single' : 'RecurringMaster'`, `? 'Single' : 'Single'`),
    R54: edit(FILE, `? 'Occurrence' : 'Exception'`, `? 'Exception' : 'Exception'`),
    R55: edit(FILE, `? 'Occurrence' : 'Exception'`, `? 'Occurrence' : 'Occurrence'`),
    R390: edit('calendar/settle.ts', `    el(\n      part.name,`, `    el(\n      part.name.replace('Weekly', 'Daily'),`),
    R391: edit(
      'calendar/settle.ts',
      `        if (one.name === 'StartDate')`,
      `        if (one.name === 'NumberOfOccurrences') return el(one.name, 9);\n        if (one.name === 'StartDate')`,
    ),
    R377: edit(FILE, `days.map((day) => occurrenceInfo('Occurrence', viewOf(item, day), context))`, '[]'),
    R381: edit(FILE, '  return el(name, [\n    itemIdElement(view, context),', '  return el(name, ['),
    R383: told('Start'),
    R385: told('End'),
    R387: told('OriginalStart'),
    R373: edit(FILE, `days.map((day) => el('DeletedOccurrence'`, `days.slice(1).map((day) => el('DeletedOccurrence'`),
  }),
  ...each('meeting', MTGS, {
    R740: edit(FILE, `=== 'true' ? 4 : 0)`, `=== 'true' && !isOrganizer(item, context) ? 4 : 0)`),
    R741: edit(FILE, `=== 'true' ? 4 : 0)`, `=== 'true' && isOrganizer(item, context) ? 4 : 0)`),
  }),
];
