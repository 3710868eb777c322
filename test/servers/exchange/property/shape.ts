// Item shapes: what GetItem, FindItem and SyncFolderItems return of an item (reference 23 [doc]).
import { refuse } from '../errors.ts';
import { mimeOf } from '../mime/content.ts';
import type { Item, ItemKind } from '../store/model.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import type { Context } from './context.ts';
import { hasField } from './kind.ts';
import { type Path, readPath } from './path.ts';
import { allFields, readProperty } from './read.ts';
import { readField } from './read-field.ts';

export interface ItemShape {
  base: string;
  paths: Path[];
  mime: boolean;
  bodyType: 'Best' | 'HTML' | 'Text';
}

const GROUPS = new Set([
  'item',
  'message',
  'meeting',
  'meetingRequest',
  'calendar',
  'contacts',
  'distributionlist',
  'task',
  'postitem',
  'conversation',
]);

export function readShape(element: Element | undefined): ItemShape {
  const paths = (child(element, 'AdditionalProperties')?.children ?? []).map(readPath);
  for (const path of paths) {
    if (path.kind === 'field' && !GROUPS.has(path.group)) refuse('ErrorInvalidPropertyRequest');
  }
  return {
    base: childText(element, 'BaseShape') ?? 'AllProperties',
    paths,
    mime: childText(element, 'IncludeMimeContent') === 'true',
    bodyType: (childText(element, 'BodyType') as 'Best' | undefined) ?? 'Best',
  };
}

const COMMON_DEFAULT = ['ItemId', 'Subject', 'Sensitivity', 'Attachments', 'HasAttachments', 'Body', 'ResponseObjects'];
const MESSAGE_DEFAULT = [
  ...COMMON_DEFAULT,
  'Size',
  'DateTimeSent',
  'DateTimeCreated',
  'IsFromMe',
  'IsSubmitted',
  'IsDraft',
  'From',
  'Sender',
  'ToRecipients',
  'CcRecipients',
  'BccRecipients',
  'IsReadReceiptRequested',
  'IsDeliveryReceiptRequested',
  'InternetMessageId',
  'IsRead',
  'Importance',
];
const CALENDAR_DEFAULT = [
  ...COMMON_DEFAULT,
  'Start',
  'End',
  'LegacyFreeBusyStatus',
  'Location',
  'IsRecurring',
  'CalendarItemType',
  'Organizer',
  'RequiredAttendees',
  'OptionalAttendees',
  'Resources',
  'Recurrence',
  'FirstOccurrence',
  'LastOccurrence',
  'ModifiedOccurrences',
  'DeletedOccurrences',
];
const MEETING_DEFAULT = [
  ...MESSAGE_DEFAULT,
  'AssociatedCalendarItemId',
  'IsDelegated',
  'IsOutOfDate',
  'HasBeenProcessed',
  'ResponseType',
  'MeetingRequestType',
  'IntendedFreeBusyStatus',
  ...CALENDAR_DEFAULT,
];

/** The Default shapes per kind of item [doc: "default" tables of the BaseShape page]. */
const DEFAULTS: Readonly<Record<ItemKind, readonly string[]>> = {
  Item: MESSAGE_DEFAULT,
  Message: MESSAGE_DEFAULT,
  PostItem: MESSAGE_DEFAULT,
  CalendarItem: CALENDAR_DEFAULT,
  Contact: [
    ...COMMON_DEFAULT,
    'FileAs',
    'DisplayName',
    'GivenName',
    'Surname',
    'Initials',
    'CompleteName',
    'CompanyName',
    'EmailAddresses',
    'PhysicalAddresses',
    'PhoneNumbers',
    'ImAddresses',
    'JobTitle',
    'Department',
  ],
  DistributionList: [...COMMON_DEFAULT, 'DisplayName', 'FileAs', 'ContactSource', 'Members'],
  Task: [...COMMON_DEFAULT, 'DueDate', 'StartDate', 'Status', 'PercentComplete', 'IsComplete', 'Recurrence', 'Owner'],
  MeetingMessage: MEETING_DEFAULT,
  MeetingRequest: MEETING_DEFAULT,
  MeetingResponse: MEETING_DEFAULT,
  MeetingCancellation: MEETING_DEFAULT,
};

/** Never returned by FindItem and Sync*, whatever the shape (reference 20 [doc]). */
const ONLY_GET_ITEM = new Set([
  'Body',
  'Attachments',
  'ToRecipients',
  'CcRecipients',
  'BccRecipients',
  'ReplyTo',
  'RequiredAttendees',
  'OptionalAttendees',
  'Resources',
  'TextBody',
  'UniqueBody',
  'NormalizedBody',
  'MimeContent',
  'Members',
  'ResponseObjects',
  'ConflictingMeetings',
  'AdjacentMeetings',
  'FirstOccurrence',
  'LastOccurrence',
  'ModifiedOccurrences',
  'DeletedOccurrences',
  'InternetMessageHeaders',
  'Recurrence',
  'EffectiveRights',
]);
/** What a list view does return although Recurrence and rights look heavy: clients ask for them by name. */
const LISTED_BY_NAME = new Set(['EffectiveRights', 'Recurrence']);

export async function itemElement(item: Item, shape: ItemShape, context: Context, view: 'get' | 'list'): Promise<Element> {
  const inView: Context = { ...context, bodyType: shape.bodyType };
  const names = new Set(baseNames(item, shape));
  for (const path of shape.paths) if (path.kind === 'field') names.add(path.element);
  const listed = (name: string) =>
    view === 'get' ||
    !ONLY_GET_ITEM.has(name) ||
    (LISTED_BY_NAME.has(name) && shape.paths.some((path) => path.kind === 'field' && path.element === name));
  const found: (Element | undefined)[] = [];
  for (const name of names) if (name !== 'MimeContent' && listed(name)) found.push(readField(item, name, inView));
  if (view === 'get' && (shape.mime || names.has('MimeContent'))) found.push(await mimeOf(item, inView));
  const merged = new Map<string, Element>();
  for (const path of shape.paths) {
    if (path.kind === 'field') continue;
    const element = readProperty(item, path, inView);
    if (element === undefined || (path.kind === 'indexed' && names.has(path.list))) continue;
    if (path.kind === 'extended') found.push(element);
    else merged.set(path.list, mergeEntries(merged.get(path.list), element));
  }
  return el(item.kind, [...found, ...merged.values()]);
}

function baseNames(item: Item, shape: ItemShape): readonly string[] {
  if (shape.base === 'IdOnly') return ['ItemId'];
  if (shape.base === 'AllProperties') return allFields(item);
  return DEFAULTS[item.kind].filter((name) => hasField(item.kind, name));
}

/** Two indexed properties of one list come back in one list. */
function mergeEntries(before: Element | undefined, now: Element): Element {
  if (before === undefined) return now;
  const entries = [...before.children];
  for (const entry of now.children) {
    const same = entries.findIndex((one) => one.name === 'Entry' && one.attributes.Key === entry.attributes.Key);
    if (same < 0) entries.push(entry);
    else entries[same] = { ...entries[same]!, children: [...entries[same]!.children, ...entry.children] };
  }
  return { ...now, children: entries };
}
