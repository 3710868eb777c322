/**
 * Where a step ended whose answer was lost. What is looked at, in this order: the item's own state, our mark or what became of it,
 * and of what tells others the mail in Sent Items. A time is compared with times of the same server only.
 */
import type { Step, StepOutcome, Target } from '../connector.ts';
import type { Ews } from './ews.ts';
import { findFile } from './item-file.ts';
import { MARK } from './item-key.ts';
import type { Kind } from './item-kind.ts';
import { findOccurrence } from './item-occurrence.ts';
import { photoOf } from './item-photo.ts';
import { look } from './item-read.ts';
import { findByRecord } from './item-search.ts';
import { ATTACHMENTS, GONE, needed, type Of } from './item-write.ts';
import { field, type Path, valueAt } from './property.ts';
import { type Element, isTrue } from './read-answer.ts';
import { wasSent } from './sent-mail.ts';
import { type Occurrence, type Operation, operationOf } from './step.ts';

const UNKNOWN: StepOutcome = { outcome: 'unknown' };
const NOT_APPLIED: StepOutcome = { outcome: 'not-applied' };
const MY_RESPONSE = field('calendar:MyResponseType');
const REPLY_TIME = field('calendar:AppointmentReplyTime');
const CANCELLED = field('calendar:IsCancelled');

export async function outcomeOf(ews: Ews, kind: Kind, step: Step, target: Target): Promise<StepOutcome> {
  const operation = operationOf(step);
  if (operation.operation === 'CreateItem') return await created(ews, kind, operation);
  if ('occurrence' in operation && operation.occurrence) return await ofOccurrence(ews, operation, operation.occurrence, target);
  const found = await look(ews, needed(target).ref, toLookAt(operation));
  if (found === null && operation.operation === 'DeleteItem') return { outcome: 'applied', target: GONE };
  if (found?.etag === target.etag) return NOT_APPLIED;
  if (found !== null && (await isDone(ews, operation, found.element))) {
    return { outcome: 'applied', target: { ref: target.ref, etag: found.etag } };
  }
  if (!step.mails) return UNKNOWN;
  if (operation.operation === 'UpdateItem') return (await isTold(ews, operation)) === false ? NOT_APPLIED : UNKNOWN;
  return operation.operation === 'Respond' ? await ofResponse(ews, operation, target, found) : UNKNOWN;
}

function toLookAt({ operation }: Operation): readonly Path[] {
  return [MARK, ATTACHMENTS, ...(operation === 'Respond' ? [MY_RESPONSE, REPLY_TIME, CANCELLED] : [])];
}

async function isDone(ews: Ews, operation: Operation, item: Element): Promise<boolean> {
  switch (operation.operation) {
    case 'UpdateItem':
      return valueAt(item, MARK) === operation.mark;
    case 'Respond':
      return isAnswered(operation, item);
    case 'DeletePhoto':
      return photoOf(item) === undefined;
    case 'CreateAttachment':
      // Where a picture is to be added none was before: a step takes the old one away.
      return operation.photo && photoOf(item) !== undefined;
    case 'CreateFile':
      return (await findFile(ews, item, operation.file)) !== null;
    case 'DeleteFile':
      return (await findFile(ews, item, operation.file)) === null;
    default:
      return false;
  }
}

/** An answer that was given before already has to be a later one. */
function isAnswered({ becomes, again, told }: Of<'Respond'>, item: Element): boolean {
  if (becomes === null || valueAt(item, MY_RESPONSE) !== becomes) return false;
  return !again || Date.parse(valueAt(item, REPLY_TIME) ?? '') > Date.parse(told?.since ?? '');
}

/** Null: nobody can say. */
async function isTold(ews: Ews, { told }: Of<'UpdateItem'> | Of<'Respond'>): Promise<boolean | null> {
  return told === null ? null : await wasSent(ews, told);
}

/** Declined and called off, an item goes to Deleted Items; what is not there any more can be told of only once. */
async function ofResponse(
  ews: Ews,
  operation: Of<'Respond'>,
  target: Target,
  found: Awaited<ReturnType<typeof look>>,
): Promise<StepOutcome> {
  const told = await isTold(ews, operation);
  if (told === null) return UNKNOWN;
  if (!told) return NOT_APPLIED;
  if (found === null) return { outcome: 'applied', target: GONE };
  if (operation.becomes !== null) return { outcome: 'applied', target: { ref: target.ref, etag: found.etag } };
  // Called off, and still there: planned anew it goes without a word.
  return isTrue(valueAt(found.element, CANCELLED)) ? NOT_APPLIED : UNKNOWN;
}

async function ofOccurrence(
  ews: Ews,
  operation: Of<'UpdateItem'> | Of<'DeleteItem'>,
  occurrence: Occurrence,
  target: Target,
): Promise<StepOutcome> {
  const found = await findOccurrence(ews, needed(target), occurrence);
  if (found === null) return { outcome: 'unknown' };
  if (found.series.etag === target.etag) return { outcome: 'not-applied' };
  const { occurrence: one } = found;
  if (one === 'nowhere') return UNKNOWN;
  const applied = operation.operation === 'DeleteItem' ? one === null : one?.mark === operation.mark;
  return applied ? { outcome: 'applied', target: found.series } : { outcome: 'unknown' };
}

/** By the key: the same record and attempt is what we made, or a copy that a user made of it. */
async function created(ews: Ews, kind: Kind, { key }: Of<'CreateItem'>): Promise<StepOutcome> {
  const found = await findByRecord(ews, kind, key.record);
  const ours = found.filter((one) => one.key.mailbox === key.mailbox && one.key.attempt === key.attempt);
  const item = ours.find(({ trashed }) => !trashed) ?? ours[0];
  if (item === undefined) return { outcome: 'not-applied' };
  return { outcome: 'applied', target: { ref: item.ref, etag: item.etag }, trashed: item.trashed };
}
