import { Failure } from '../../../model/failure.ts';
import type { Etag, RemoteRef } from '../../connector.ts';
import { childOf, type Element, type ResponseMessage } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';

export interface ItemId {
  readonly ref: RemoteRef;
  readonly etag: Etag;
}

export const itemIdXml = ({ ref, etag }: { readonly ref: string; readonly etag: string | null }, name = 't:ItemId'): string =>
  `<${name} Id="${escapeXml(ref)}"${etag === null ? '' : ` ChangeKey="${escapeXml(etag)}"`}/>`;

/** An occurrence by its number in the series, from 1 (OccurrenceItemIdType). */
export const occurrenceIdXml = ({ ref, etag }: ItemId, number: number): string =>
  `<t:OccurrenceItemId RecurringMasterId="${escapeXml(ref)}" ChangeKey="${escapeXml(etag)}" InstanceIndex="${number}"/>`;

export function idOf(item: Element | undefined): ItemId | null {
  const { Id, ChangeKey } = childOf(item, 'ItemId')?.attributes ?? {};
  return Id === undefined || ChangeKey === undefined ? null : { ref: Id as RemoteRef, etag: ChangeKey as Etag };
}

/** The item that a write answers with. */
export function writtenId(message: ResponseMessage, attempt: string): ItemId {
  const id = idOf(message.items[0]);
  if (id === null) throw new Failure('garbled', `${attempt}: the answer names no item`);
  return id;
}
