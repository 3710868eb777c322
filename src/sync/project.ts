/**
 * Our content as it is meant to look there. What was closed in the application is free and reminds nobody; what was over when it
 * was made never did.
 */
import { APPOINTMENT_FIELDS } from '../model/appointment-field.ts';
import type { ItemContent, ItemKind } from '../model/item.ts';
import { put, textAt } from '../model/json.ts';
import { isClosed } from './deletion.ts';
import type { ItemPolicy } from './item-policy.ts';
import { isPast } from './past.ts';
import type { OurSide } from './plan-input.ts';

const DAY = 24 * 60 * 60 * 1000;
const LATE_DAYS = 7;
const showAs = APPOINTMENT_FIELDS.find((field) => field.name === 'showAs')!;

/** Depends on what was made and when alone, never on the present: nothing is written only because time goes by. */
export function projected(kind: ItemKind, policy: ItemPolicy, { content, createdAt }: OurSide): ItemContent {
  if (kind === 'task') return isClosed(content) || wasDue(content, createdAt) ? silent(content) : content;
  if (kind !== 'appointment') return content;
  const free = policy.closed === 'free' && isClosed(content);
  const late = isPast(content, new Date(createdAt.getTime() - LATE_DAYS * DAY));
  const shown = free ? showAs.set(content, 'free') : content;
  return free || late ? silent(shown) : shown;
}

const silent = (content: ItemContent) => put(content, ['alerts', 'reminder'], null);

function wasDue(content: ItemContent, createdAt: Date): boolean {
  const due = textAt(content, 'due')?.slice(0, 10);
  return due !== undefined && due < new Date(createdAt.getTime() - DAY).toISOString().slice(0, 10);
}
