import { isSeries } from '../../../src/model/appointment-time.ts';
import type { ItemContent } from '../../../src/model/item.ts';
import type { Item } from '../../servers/exchange/store/model.ts';
import { appointment } from './appointment.ts';
import { contact } from './contact.ts';
import type { Kind } from './kind.ts';
import { isMeetingHere, isMeetingThere, meeting } from './meeting.ts';
import { series } from './series.ts';
import { seriesMeeting } from './series-meeting.ts';
import { task } from './task.ts';

export const KIND_NAMES = ['contact', 'appointment', 'series', 'meeting', 'series meeting', 'task'] as const;
export type KindName = (typeof KIND_NAMES)[number];

export const KINDS: Record<KindName, Kind> = { contact, appointment, series, meeting, 'series meeting': seriesMeeting, task };

export function kindHere(content: ItemContent): Kind {
  if (isSeries(content)) return isMeetingHere(content) ? seriesMeeting : series;
  if (isMeetingHere(content)) return meeting;
  return { Card: contact, Event: appointment, Task: task }[content['@type']];
}

export function kindThere(item: Item): Kind {
  if (item.kind === 'Contact') return contact;
  if (item.fields.Recurrence !== undefined) return isMeetingThere(item) ? seriesMeeting : series;
  if (isMeetingThere(item)) return meeting;
  return item.kind === 'Task' ? task : appointment;
}
