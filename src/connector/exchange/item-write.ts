/**
 * One step carried out. Nothing here decides: what is written stands in the step.
 *
 * A change of another state than the expected one is a conflict. Exchange checks that itself for UpdateItem (NeverOverwrite);
 * for the other writes, which take any key, it is looked at before.
 */
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Etag, RemoteRef, Step, Target } from '../connector.ts';
import type { Ews } from './ews.ts';
import { findFile } from './item-file.ts';
import type { Kind } from './item-kind.ts';
import { findOccurrence } from './item-occurrence.ts';
import { photoOf } from './item-photo.ts';
import { look } from './item-read.ts';
import { createAttachment, deleteAttachment } from './operation/attachment.ts';
import { createItem, createResponse } from './operation/create-item.ts';
import { deleteItem } from './operation/delete-item.ts';
import { distinguishedId, folderId } from './operation/folder-id.ts';
import { type ItemId, itemIdXml } from './operation/item-id.ts';
import { updateItem } from './operation/update-item.ts';
import { field } from './property.ts';
import { childOf, type Element } from './read-answer.ts';
import { type Occurrence, type Operation, operationOf, type Send, type Telling } from './step.ts';

export const GONE: Target = { ref: null, etag: null };
export type Of<O extends Operation['operation']> = Extract<Operation, { operation: O }>;

export interface Writer {
  readonly ews: Ews;
  readonly kind: Kind;
  readonly clock: Clock;
}

export async function applyStep({ ews, kind, clock }: Writer, step: Step, target: Target): Promise<Target> {
  const operation = operationOf(step);
  switch (operation.operation) {
    case 'CreateItem':
      return await create(ews, kind, operation, sendNow(operation.telling, clock));
    case 'UpdateItem':
      return await update(ews, operation, needed(target), sendNow(operation.telling, clock));
    case 'DeleteItem':
      return await remove(ews, operation, needed(target));
    case 'Respond':
      return await respond(ews, operation, await unchanged(ews, needed(target)), sendNow(operation.telling, clock));
    case 'CreateAttachment':
    case 'CreateFile':
      return await attach(ews, operation, await unchanged(ews, needed(target)));
    case 'DeletePhoto':
      return await deletePhoto(ews, needed(target));
    case 'DeleteFile':
      return await deleteFile(ews, operation, needed(target));
  }
}

/** Guests are never told of what has begun (a step may be carried out long after it was made). */
const sendNow = ({ send, until }: Telling, clock: Clock): Send =>
  until !== null && clock.now().getTime() >= Date.parse(until) ? 'SendToNone' : send;

export function needed({ ref, etag }: Target): ItemId {
  if (ref === null || etag === null) throw new Failure('missing', 'the item that is to be changed is not there');
  return { ref, etag };
}

/** The item, if it still is in the expected state. */
async function unchanged(ews: Ews, target: ItemId): Promise<ItemId> {
  const found = await look(ews, target.ref);
  if (found === null) throw new Failure('missing', `changing an item at ${ews.where}: it is not there any more`);
  if (found.etag !== target.etag) throw changed(ews);
  return target;
}

const changed = (ews: Ews) => new Failure('conflict', `changing an item at ${ews.where}: it was changed there meanwhile`);

const create = async (ews: Ews, { home }: Kind, { folder, item }: Of<'CreateItem'>, send: Send): Promise<Target> =>
  await createItem(ews, { folder: folder === null ? distinguishedId(ews, home) : folderId(folder), item, send });

async function update(ews: Ews, { changes, occurrence }: Of<'UpdateItem'>, target: ItemId, send: Send): Promise<Target> {
  if (occurrence === undefined) return await updateItem(ews, itemIdXml(target), changes, send);
  const found = await occurrenceIn(ews, target, occurrence);
  if (found === null) throw new Failure('refused', `the occurrence of ${occurrence.originalStart} was deleted at ${ews.where}`);
  await updateItem(ews, itemIdXml(found), changes, send);
  return await stateOf(ews, target.ref);
}

/** Null: it is deleted. The series has to be in the expected state. */
async function occurrenceIn(ews: Ews, target: ItemId, occurrence: Occurrence): Promise<ItemId | null> {
  const found = await findOccurrence(ews, target, occurrence);
  if (found === null) throw new Failure('missing', `changing a series at ${ews.where}: it is not there any more`);
  if (found.series.etag !== target.etag) throw changed(ews);
  if (found.occurrence === 'nowhere')
    throw new Failure('refused', `the server has no occurrence of ${occurrence.originalStart} in this series`);
  return found.occurrence?.id ?? null;
}

/** After a change of an occurrence its series has another key. */
async function stateOf(ews: Ews, ref: RemoteRef): Promise<Target> {
  const found = await look(ews, ref);
  return found === null ? GONE : { ref, etag: found.etag };
}

async function remove(ews: Ews, { occurrence }: Of<'DeleteItem'>, target: ItemId): Promise<Target> {
  if (occurrence !== undefined) return await removeOccurrence(ews, occurrence, target);
  // What is not here may only have been moved: then it is to be deleted there, or not at all.
  await unchanged(ews, target);
  await deleteItem(ews, itemIdXml(target), 'SendToNone');
  return GONE;
}

async function removeOccurrence(ews: Ews, occurrence: Occurrence, target: ItemId): Promise<Target> {
  const found = await occurrenceIn(ews, target, occurrence);
  if (found === null) return target;
  await deleteItem(ews, itemIdXml(found), 'SendToNone');
  return await stateOf(ews, target.ref);
}

async function respond(ews: Ews, { object, before }: Of<'Respond'>, target: ItemId, send: Send): Promise<Target> {
  if (send === 'SendToNone' && object === 'CancelCalendarItem') return await remove(ews, { operation: 'DeleteItem' }, target);
  if (send === 'SendToNone') throw new Failure('refused', 'a meeting that has begun is not answered any more');
  const reference = itemIdXml(target, 't:ReferenceItemId');
  await createResponse(ews, `<t:${object}>${before}${reference}</t:${object}>`, send);
  return await stateOf(ews, target.ref);
}

export const ATTACHMENTS = field('item:Attachments');

async function attach(ews: Ews, { attachment }: Of<'CreateAttachment'> | Of<'CreateFile'>, target: ItemId): Promise<Target> {
  return await stateAfter(ews, target.ref, await createAttachment(ews, target, attachment));
}

/** `etag`: as the answer told it; null: it told none. */
const stateAfter = async (ews: Ews, ref: RemoteRef, etag: Etag | null): Promise<Target> =>
  etag === null ? await stateOf(ews, ref) : { ref, etag };

async function deletePhoto(ews: Ews, target: ItemId): Promise<Target> {
  const photo = photoOf(await attachedTo(ews, target));
  const id = childOf(photo, 'AttachmentId')?.attributes.Id;
  return id === undefined ? target : await stateAfter(ews, target.ref, await deleteAttachment(ews, id));
}

async function deleteFile(ews: Ews, { file }: Of<'DeleteFile'>, target: ItemId): Promise<Target> {
  const id = await findFile(ews, await attachedTo(ews, target), file);
  return id === null ? target : await stateAfter(ews, target.ref, await deleteAttachment(ews, id));
}

/** The item with what is attached to it, if it still is in the expected state. */
async function attachedTo(ews: Ews, target: ItemId): Promise<Element> {
  const found = await look(ews, target.ref, [ATTACHMENTS]);
  if (found === null) throw new Failure('missing', `changing an item at ${ews.where}: it is not there any more`);
  if (found.etag !== target.etag) throw changed(ews);
  return found.element;
}
