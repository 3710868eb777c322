// One storage, two doors: MAPI properties that are another name of a schema field (reference 25).
//
// DavMail writes nearly everything through these, the gateway through schema fields; both must see the same value.
import { namedKey, tagKey } from './path.ts';

/** How a field's text becomes the MAPI value, and back. */
export interface Translation {
  toMapi(text: string): string;
  fromMapi(text: string): string;
}

export type Alias =
  | { kind: 'field'; element: string; translation?: Translation; readOnly?: boolean }
  | { kind: 'entry'; list: string; index: string; part?: string }
  | { kind: 'strings'; element: string }
  | { kind: 'body'; html: boolean }
  | { kind: 'recipient'; element: string; part: 'Name' | 'EmailAddress' | 'RoutingType' }
  | { kind: 'computed'; name: string };

function oneOf(...words: string[]): Translation {
  return {
    toMapi: (text) => String(Math.max(0, words.indexOf(text))),
    fromMapi: (text) => words[Number(text)] ?? words[0]!,
  };
}

const percent: Translation = {
  toMapi: (text) => String(Number(text) / 100),
  fromMapi: (text) => String(Math.round(Number(text) * 100)),
};
const sensitivity = oneOf('Normal', 'Personal', 'Private', 'Confidential');
const freeBusy = oneOf('Free', 'Tentative', 'Busy', 'OOF', 'WorkingElsewhere');
const responses = oneOf('Unknown', 'Organizer', 'Tentative', 'Accept', 'Decline', 'NoResponseReceived');

const field = (element: string, translation?: Translation): Alias => ({
  kind: 'field',
  element,
  ...(translation ? { translation } : {}),
});
const shown = (element: string): Alias => ({ kind: 'field', element, readOnly: true });
const computed = (name: string): Alias => ({ kind: 'computed', name });
const entry = (list: string, index: string, part?: string): Alias => ({ kind: 'entry', list, index, ...(part ? { part } : {}) });
const phone = (index: string) => entry('PhoneNumbers', index);
const address = (index: string, part: string) => entry('PhysicalAddresses', index, part);

const TAGS: Record<number, Alias> = {
  26: field('ItemClass'),
  55: field('Subject'),
  57: field('DateTimeSent'),
  23: field('Importance', oneOf('Low', 'Normal', 'High')),
  54: field('Sensitivity', sensitivity),
  66: { kind: 'recipient', element: 'From', part: 'Name' },
  100: { kind: 'recipient', element: 'From', part: 'RoutingType' },
  101: { kind: 'recipient', element: 'From', part: 'EmailAddress' },
  112: shown('ConversationTopic'),
  125: computed('headers'),
  3098: { kind: 'recipient', element: 'Sender', part: 'Name' },
  3102: { kind: 'recipient', element: 'Sender', part: 'RoutingType' },
  3103: { kind: 'recipient', element: 'Sender', part: 'EmailAddress' },
  3586: shown('DisplayBcc'),
  3587: shown('DisplayCc'),
  3588: shown('DisplayTo'),
  3590: field('DateTimeReceived'),
  3591: computed('messageFlags'),
  3592: shown('Size'),
  3611: shown('HasAttachments'),
  3613: computed('normalizedSubject'),
  3619: computed('imapId'),
  4086: computed('instanceKey'),
  4095: computed('entryId'),
  4096: { kind: 'body', html: false },
  4115: { kind: 'body', html: true },
  4149: field('InternetMessageId'),
  4153: field('References'),
  4162: field('InReplyTo'),
  4240: computed('flagStatus'),
  12289: computed('displayName'),
  12295: shown('DateTimeCreated'),
  12296: shown('LastModifiedTime'),
  12299: computed('searchKey'),
  16378: shown('LastModifiedName'),
  23809: { kind: 'recipient', element: 'Sender', part: 'EmailAddress' },
  23810: { kind: 'recipient', element: 'From', part: 'EmailAddress' },
  26378: computed('commitTime'),
  26382: computed('flatUrl'),
  14850: phone('Callback'),
  14853: field('Generation'),
  14854: field('GivenName'),
  14856: phone('BusinessPhone'),
  14857: phone('HomePhone'),
  14858: field('Initials'),
  14865: field('Surname'),
  14870: field('CompanyName'),
  14871: field('JobTitle'),
  14872: field('Department'),
  14873: field('OfficeLocation'),
  14874: phone('PrimaryPhone'),
  14875: phone('BusinessPhone2'),
  14876: phone('MobilePhone'),
  14877: phone('RadioPhone'),
  14878: phone('CarPhone'),
  14879: phone('OtherTelephone'),
  14881: phone('Pager'),
  14883: phone('OtherFax'),
  14884: phone('BusinessFax'),
  14885: phone('HomeFax'),
  14892: phone('Telex'),
  14893: phone('Isdn'),
  14894: phone('AssistantPhone'),
  14895: phone('HomePhone2'),
  14896: field('AssistantName'),
  14913: field('WeddingAnniversary'),
  14914: field('Birthday'),
  14916: field('MiddleName'),
  14917: computed('title'),
  14918: field('Profession'),
  14920: field('SpouseName'),
  14923: phone('TtyTddPhone'),
  14926: field('Manager'),
  14927: field('Nickname'),
  14929: field('BusinessHomePage'),
  14935: phone('CompanyMainPhone'),
  14936: { kind: 'strings', element: 'Children' },
  14937: address('Home', 'City'),
  14938: address('Home', 'CountryOrRegion'),
  14939: address('Home', 'PostalCode'),
  14940: address('Home', 'State'),
  14941: address('Home', 'Street'),
  14943: address('Other', 'City'),
  14944: address('Other', 'CountryOrRegion'),
  14945: address('Other', 'PostalCode'),
  14946: address('Other', 'State'),
  14947: address('Other', 'Street'),
};

const NAMED: readonly [string, number | string, Alias][] = [
  ['PublicStrings', 'Keywords', { kind: 'strings', element: 'Categories' }],
  ['Address', 0x8005, field('FileAs')],
  ['Address', 0x8015, shown('HasPicture')],
  ['Address', 0x8045, address('Business', 'Street')],
  ['Address', 0x8046, address('Business', 'City')],
  ['Address', 0x8047, address('Business', 'State')],
  ['Address', 0x8048, address('Business', 'PostalCode')],
  ['Address', 0x8049, address('Business', 'CountryOrRegion')],
  ['Address', 0x8062, entry('ImAddresses', 'ImAddress1')],
  ['Address', 0x8083, entry('EmailAddresses', 'EmailAddress1')],
  ['Address', 0x8093, entry('EmailAddresses', 'EmailAddress2')],
  ['Address', 0x80a3, entry('EmailAddresses', 'EmailAddress3')],
  ['Task', 0x8101, field('Status', oneOf('NotStarted', 'InProgress', 'Completed', 'WaitingOnOthers', 'Deferred'))],
  ['Task', 0x8102, field('PercentComplete', percent)],
  ['Task', 0x8104, field('StartDate')],
  ['Task', 0x8105, field('DueDate')],
  ['Task', 0x810f, field('CompleteDate')],
  ['Task', 0x8110, field('ActualWork')],
  ['Task', 0x8111, field('TotalWork')],
  ['Task', 0x811c, shown('IsComplete')],
  ['Task', 0x811f, shown('Owner')],
  ['Task', 0x8126, shown('IsRecurring')],
  ['Appointment', 0x8201, shown('AppointmentSequenceNumber')],
  ['Appointment', 0x8205, field('LegacyFreeBusyStatus', freeBusy)],
  ['Appointment', 0x8208, field('Location')],
  ['Appointment', 0x820d, field('Start')],
  ['Appointment', 0x820e, field('End')],
  ['Appointment', 0x8215, field('IsAllDayEvent')],
  ['Appointment', 0x8217, shown('AppointmentState')],
  ['Appointment', 0x8218, { kind: 'field', element: 'MyResponseType', translation: responses, readOnly: true }],
  ['Appointment', 0x8223, computed('recurring')],
  ['Appointment', 0x825e, computed('zoneDefinition')],
  ['Meeting', 0x3, computed('globalObjectId')],
  ['Meeting', 0x23, computed('globalObjectId')],
  ['Common', 0x8501, field('ReminderMinutesBeforeStart')],
  ['Common', 0x8502, field('ReminderDueBy')],
  ['Common', 0x8503, field('ReminderIsSet')],
  ['Common', 0x8506, computed('private')],
  ['Common', 0x8534, field('Mileage')],
  ['Common', 0x8535, field('BillingInformation')],
  ['Common', 0x8539, { kind: 'strings', element: 'Companies' }],
];

const ALIASES = new Map<string, Alias>([
  ...Object.entries(TAGS).map(([tag, alias]) => [tagKey(Number(tag)), alias] as const),
  ...NAMED.map(([set, id, alias]) => [namedKey(set, id), alias] as const),
]);

export function aliasOf(key: string): Alias | undefined {
  return ALIASES.get(key);
}
