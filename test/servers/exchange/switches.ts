// Every behaviour that is field knowledge nobody here verified ([exp] in the reference) is a switch that a test can flip.
// `bin/mailroom-exchange probe` asks a real server about them.

export interface Switch {
  default: boolean;
  what: string;
  /** The test that turns it, below this folder. */
  test: string;
}

export const SWITCHES = {
  rewriteBodies: {
    default: true,
    what: 'HTML bodies come back wrapped and with CRLF (reference 35 [exp, documented in part])',
    test: 'probe/probe.test.ts',
  },
  rewriteRecipients: {
    default: true,
    what: 'Recipients come back resolved: display name and routing type of the directory (35 [exp])',
    test: 'probe/probe.test.ts',
  },
  rewriteSubjects: {
    default: true,
    what: 'Subjects lose control characters, categories lose duplicates (35 [exp])',
    test: 'probe/probe.test.ts',
  },
  overwriteNeedsChangeKey: {
    default: false,
    what: 'UpdateItem without a change key fails even with AlwaysOverwrite (33: documentation says yes, field reports no [exp])',
    test: 'probe/probe.test.ts',
  },
  deleteToDeletedItemsIsUpdate: {
    default: false,
    what: 'SyncFolderItems reports a move to Deleted Items as Update, not Delete (19 [exp])',
    test: 'probe/probe.test.ts',
  },
  patternChangeDropsExceptions: {
    default: true,
    what: 'A changed recurrence pattern drops all exceptions (42 [exp])',
    test: 'probe/probe.test.ts',
  },
  processExternalMeetings: {
    default: true,
    what: 'Meeting mail from outside reaches the calendar before anybody opens it (45; Set-CalendarProcessing says off by default [doc], seen on [exp])',
    test: 'meeting-mail.test.ts',
  },
  searchUid: {
    default: true,
    what: 'FindItem can search calendar:UID (44: not on old versions [exp])',
    test: 'probe/probe.test.ts',
  },
  newestFirst: {
    default: true,
    what: 'FindItem without SortOrder gives the newest item first ([exp])',
    test: 'probe/probe.test.ts',
  },
  caselessRestrictions: {
    default: true,
    what: 'Comparisons of a restriction do not regard case ([exp])',
    test: 'probe/probe.test.ts',
  },
  unknownZonesLeftOut: {
    default: true,
    what: 'GetServerTimeZones leaves unknown ids out; off: ErrorTimeZone (41 [exp])',
    test: 'probe/probe.test.ts',
  },
  refuseForeignProperties: {
    default: false,
    what: 'GetItem refuses properties of another kind of item instead of leaving them out (23: ErrorInvalidPropertyRequest [doc]; exchangelib asks so of real servers [run])',
    test: 'probe/probe.test.ts',
  },
  illegalCharacters: {
    default: false,
    what: 'Characters that XML 1.0 forbids are sent as character references (9 [wire])',
    test: 'switches.test.ts',
  },
  driftChangeKeys: {
    default: false,
    what: 'Change keys move in the background after a write (34 [wire])',
    test: 'switches.test.ts',
  },
  loseSyncStates: {
    default: false,
    what: 'Every SyncState but an empty one is answered with ErrorInvalidSyncStateData (22)',
    test: 'switches.test.ts',
  },
  stuckSyncStates: {
    default: false,
    what: 'SyncFolderItems says that there is more and gives the state it was asked with (22)',
    test: 'switches.test.ts',
  },
  repeatChanges: {
    default: false,
    what: 'SyncFolderItems delivers the changes of the last call once more (22)',
    test: 'switches.test.ts',
  },
  heartbeats: {
    default: true,
    what: 'Streams carry a status event every 45 s (53: real servers were seen sending none [exp])',
    test: 'probe/probe.test.ts',
  },
  twoBackEnds: {
    default: false,
    what: 'Requests without the affinity cookie alternate between two servers; subscriptions live on one (55 [doc])',
    test: 'limits.test.ts',
  },
  longSyncStates: { default: false, what: 'SyncStates are tens of kilobytes long (18 [doc])', test: 'probe/probe.test.ts' },
  moveLosesSyncStates: {
    default: false,
    what: 'A mailbox that was moved to another server has lost its SyncStates; its ids stay (59 [exp])',
    test: 'condition.test.ts',
  },
  regenerateMime: {
    default: false,
    what: 'MIME of a message is generated from its properties instead of kept ([exp])',
    test: 'probe/probe.test.ts',
  },
} as const satisfies Record<string, Switch>;

export type SwitchName = keyof typeof SWITCHES;
export type Switches = Record<SwitchName, boolean>;

export function defaultSwitches(): Switches {
  return Object.fromEntries(Object.entries(SWITCHES).map(([name, { default: on }]) => [name, on])) as Switches;
}
