/** Which way a field travels between this activity and this item: what was configured, within what the item allows. */
import { showAs } from '../model/appointment-field.ts';
import { attachments } from '../model/attachment-field.ts';
import type { Direction, Field } from '../model/field.ts';
import { FIELDS } from '../model/fields.ts';
import { regarding } from '../model/regarding-field.ts';
import { rowOf } from './deletion.ts';
import type { ItemPolicy } from './item-policy.ts';
import type { PlanInput } from './plan-input.ts';

export interface Way {
  readonly field: Field;
  readonly in: boolean;
  readonly out: boolean;
}

/** Every field of the kind in order. */
export function ways(input: PlanInput): readonly Way[] {
  return FIELDS[input.kind].map((field) => {
    const direction = configured(field, input.policy);
    const allowed = limits(field, input);
    return {
      field,
      in: allowed.in && (direction === 'both' || direction === 'from-exchange'),
      out: allowed.out && (direction === 'both' || direction === 'to-exchange'),
    };
  });
}

function configured(field: Field, policy: ItemPolicy): Direction {
  const chosen = policy.directions[field.name];
  return chosen !== undefined && field.directions.includes(chosen) ? chosen : field.direction;
}

interface Limits {
  readonly in: boolean;
  readonly out: boolean;
}
const FREE: Limits = { in: true, out: true };
const NEITHER: Limits = { in: false, out: false };

function limits(field: Field, input: PlanInput): Limits {
  const { primary, theirs, ours } = input;
  if (field.name === attachments.name && !takesPlaceOnce(input)) return NEITHER;
  if (ours !== null && rowOf(input.kind, ours.content) === 'service')
    return { in: false, out: field.scope === 'shared' || OF_SERVICE.has(field.name) };
  if (field.scope === 'copy') return primary ? { in: true, out: theirs?.readOnly !== true } : NEITHER;
  if (theirs?.readOnly === true) return { in: primary, out: false };
  if (theirs?.meeting == null) return FREE;
  // Only the organizer's mailbox is written; guests' copies come from Exchange's own invitation.
  if (!primary) return NEITHER;
  return { in: true, out: theirs.meeting.role === 'organizer' };
}

const OF_SERVICE: ReadonlySet<string> = new Set([showAs.name, regarding.name]);

/** Neither a series, whose occurrences can have files of their own, nor a service appointment, on either side. */
function takesPlaceOnce({ kind, ours, theirs }: PlanInput): boolean {
  return [ours, theirs].every((side) => side === null || rowOf(kind, side.content) === kind);
}
