import type { ItemContent } from '../../../src/model/item.ts';
import type { Item } from '../../servers/exchange/store/model.ts';
import { appointment } from './appointment.ts';
import { contact } from './contact.ts';
import type { Kind } from './kind.ts';
import { task } from './task.ts';

export const KIND_NAMES = ['contact', 'appointment', 'task'] as const;
export type KindName = (typeof KIND_NAMES)[number];

export const KINDS: Record<KindName, Kind> = { contact, appointment, task };

export function kindHere(content: ItemContent): Kind {
  return { Card: contact, Event: appointment, Task: task }[content['@type']];
}

export function kindThere(item: Item): Kind {
  if (item.kind === 'Contact') return contact;
  return item.kind === 'Task' ? task : appointment;
}
