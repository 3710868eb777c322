/** Every field of every kind of item, once. */
import { APPOINTMENT_FIELDS } from './appointment-field.ts';
import { CONTACT_FIELDS } from './contact-field.ts';
import type { Field } from './field.ts';
import type { ItemKind } from './item.ts';
import { TASK_FIELDS } from './task-field.ts';

export const FIELDS: Record<ItemKind, readonly Field[]> = {
  appointment: APPOINTMENT_FIELDS,
  contact: CONTACT_FIELDS,
  task: TASK_FIELDS,
};
