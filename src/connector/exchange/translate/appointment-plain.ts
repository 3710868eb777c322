/** Fields of an appointment that are one property, or two, on both sides. */
import type { AppointmentFieldName } from '../../../model/appointment-field.ts';
import { type ItemContent, type Json, VENDOR } from '../../../model/item.ts';
import { REGARDING } from '../../../model/regarding-field.ts';
import { field, type Path, type Setting } from '../property.ts';
import { childOf, type Element, isTrue, textOf } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { regarding } from './regarding.ts';

/** What an occurrence can have of its own, besides its time. */
export const PLAIN_PROPERTIES: readonly Path[] = [
  ...['item:Subject', 'item:Body', 'item:Importance', 'item:ReminderIsSet', 'item:ReminderMinutesBeforeStart'],
  ...['calendar:Location', 'calendar:LegacyFreeBusyStatus'],
].map(field);

/** What belongs to the whole. */
export const WHOLE_PROPERTIES: readonly Path[] = [
  ...['item:Sensitivity', 'item:Categories', 'calendar:UID', 'calendar:IsCancelled'].map(field),
  ...['calendar:JoinOnlineMeetingUrl', 'calendar:MeetingWorkspaceUrl', 'calendar:NetShowUrl'].map(field),
  ...regarding.paths,
];

type Content = Record<string, Json>;
const SHOW_AS = `${VENDOR}showAs`;
const SENSITIVITY = `${VENDOR}sensitivity`;

export function plainContent(item: Element): Content {
  const location = textOf(item, 'Location')?.trim();
  return {
    title: textOf(item, 'Subject') ?? '',
    ...bodyContent(childOf(item, 'Body')),
    ...(location ? { locations: { location: { '@type': 'Location', name: location } } } : {}),
    ...PRIORITY[textOf(item, 'Importance') ?? ''],
    ...(SHOWN[textOf(item, 'LegacyFreeBusyStatus') ?? ''] ?? SHOWN.Busy),
    ...reminderContent(item),
  };
}

export function wholeContent(item: Element): Content {
  const categories = childOf(item, 'Categories')?.children.map(({ text }) => text.trim()) ?? [];
  const uid = textOf(item, 'UID')?.trim();
  const about = regarding.read(item);
  const online = ['JoinOnlineMeetingUrl', 'MeetingWorkspaceUrl', 'NetShowUrl']
    .map((name) => textOf(item, name)?.trim())
    .find(Boolean);
  return {
    ...(uid ? { uid } : {}),
    ...SENSITIVE[textOf(item, 'Sensitivity') ?? ''],
    ...(categories.length === 0 ? {} : { keywords: Object.fromEntries(categories.map((name) => [name, true])) }),
    ...(about === null ? {} : { [REGARDING]: about }),
    ...(isTrue(textOf(item, 'IsCancelled')) ? { status: 'cancelled' } : {}),
    ...(online === undefined ? {} : { virtualLocations: { onlineMeeting: { '@type': 'VirtualLocation', uri: online } } }),
  };
}

function bodyContent(body: Element | undefined): Content {
  if (body === undefined || body.text.trim() === '') return {};
  const type = body.attributes.BodyType === 'HTML' ? 'text/html' : 'text/plain';
  return { description: body.text, descriptionContentType: type };
}

const PRIORITY: Readonly<Record<string, Content>> = { High: { priority: 1 }, Low: { priority: 9 } };

/** LegacyFreeBusyType; elsewhere is free to those who ask, as Outlook shows it. */
const SHOWN: Readonly<Record<string, Content>> = {
  Free: { freeBusyStatus: 'free' },
  Busy: { freeBusyStatus: 'busy' },
  Tentative: { freeBusyStatus: 'busy', [SHOW_AS]: 'tentative' },
  OOF: { freeBusyStatus: 'busy', [SHOW_AS]: 'oof' },
  WorkingElsewhere: { freeBusyStatus: 'free', [SHOW_AS]: 'workingElsewhere' },
  NoData: { freeBusyStatus: 'free', [SHOW_AS]: 'noData' },
};
const SHOW_AS_NAMES: Readonly<Record<string, string>> = {
  ...{ tentative: 'Tentative', oof: 'OOF', workingElsewhere: 'WorkingElsewhere', noData: 'NoData' },
};

const SENSITIVE: Readonly<Record<string, Content>> = {
  Personal: { privacy: 'private', [SENSITIVITY]: 'personal' },
  Private: { privacy: 'private' },
  Confidential: { privacy: 'secret' },
};

/** PidLidReminderDelta (MS-OXORMDR 2.2.1.3): this number stands for whatever is usual. */
const USUAL_REMINDER = 0x5ae980e1;

function reminderContent(item: Element): Content {
  if (!isTrue(textOf(item, 'ReminderIsSet'))) return {};
  const told = Number(textOf(item, 'ReminderMinutesBeforeStart') ?? Number.NaN);
  const minutes = Number.isInteger(told) && Math.abs(told) < USUAL_REMINDER ? told : 15;
  const trigger = {
    '@type': 'OffsetTrigger',
    offset: minutes === 0 ? 'PT0S' : `${minutes < 0 ? '' : '-'}PT${Math.abs(minutes)}M`,
  };
  return { alerts: { reminder: { '@type': 'Alert', action: 'display', trigger } } };
}

const text = (json: Json | undefined): string => (typeof json === 'string' ? json : '');
const one = (uri: string, value: Setting['value']): Setting => ({ path: field(uri), value });

/** By the name of the field. */
export const PLAIN_SETTINGS = {
  subject: ({ title }) => [one('item:Subject', text(title))],
  body: (content) => [one('item:Body', bodyValue(content))],
  location: (content) => [one('calendar:Location', locationOf(content))],
  importance: ({ priority }) => [one('item:Importance', importanceName(priority))],
  showAs: (content) => [one('calendar:LegacyFreeBusyStatus', shownAs(content))],
  reminder: reminderSettings,
  sensitivity: (content) => [one('item:Sensitivity', sensitivityName(content))],
  categories: ({ keywords }) => [one('item:Categories', categoriesOf(keywords))],
  regarding: (content) => regarding.write(content[REGARDING] ?? null),
} satisfies Partial<Record<AppointmentFieldName, (content: ItemContent) => Setting[]>>;

function bodyValue({ description, descriptionContentType }: ItemContent): Setting['value'] {
  if (text(description) === '') return null;
  const BodyType = text(descriptionContentType).toLowerCase().startsWith('text/html') ? 'HTML' : 'Text';
  return { markup: escapeXml(text(description)), attributes: { BodyType } };
}

function locationOf({ locations }: ItemContent): string | null {
  const { location } = (locations ?? {}) as { readonly location?: { readonly name?: Json } };
  return text(location?.name).trim() || null;
}

/** RFC 8984 4.4.1: 1 to 4 are high, 6 to 9 low. */
function importanceName(priority: Json | undefined): string {
  if (typeof priority !== 'number' || priority === 0 || priority === 5) return 'Normal';
  return priority < 5 ? 'High' : 'Low';
}

function shownAs(content: ItemContent): string {
  const special = SHOW_AS_NAMES[text(content[SHOW_AS])];
  return special ?? (content.freeBusyStatus === 'free' ? 'Free' : 'Busy');
}

function sensitivityName(content: ItemContent): string {
  if (content.privacy === 'secret') return 'Confidential';
  if (content.privacy !== 'private') return 'Normal';
  return content[SENSITIVITY] === 'personal' ? 'Personal' : 'Private';
}

function categoriesOf(keywords: Json | undefined): readonly string[] | null {
  const names = Object.entries((keywords ?? {}) as { readonly [name: string]: Json })
    .filter(([, on]) => on === true)
    .map(([name]) => name);
  return names.length === 0 ? null : names;
}

/** Exchange has one reminder, by minutes before the start. */
function reminderSettings({ alerts }: ItemContent): Setting[] {
  const { reminder } = (alerts ?? {}) as { readonly reminder?: { readonly trigger?: { readonly offset?: Json } } };
  const minutes = minutesBefore(text(reminder?.trigger?.offset));
  if (minutes === null) return [one('item:ReminderIsSet', 'false')];
  return [one('item:ReminderIsSet', 'true'), one('item:ReminderMinutesBeforeStart', String(minutes))];
}

function minutesBefore(offset: string): number | null {
  try {
    const minutes = -Temporal.Duration.from(offset).total({ unit: 'minutes', relativeTo: '2026-01-01' });
    return minutes >= 0 ? Math.round(minutes) : null;
  } catch {
    return null;
  }
}
