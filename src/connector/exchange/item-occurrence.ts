/**
 * One occurrence of a series, found by its number and known by when it begins by the pattern. Nothing is written by a number
 * alone: a server that counts otherwise would have the wrong day changed.
 */
import { Failure } from '../../model/failure.ts';
import type { Ews } from './ews.ts';
import { ExchangeFailure, messageFailure } from './failures.ts';
import { instantOf } from './field.ts';
import { MARK } from './item-key.ts';
import { type ItemId, idOf, itemIdXml, occurrenceIdXml } from './operation/item-id.ts';
import { itemShape } from './operation/item-shape.ts';
import { field, valueAt } from './property.ts';
import type { Element, ResponseMessage } from './read-answer.ts';
import type { Occurrence } from './step.ts';

export interface FoundOccurrence {
  /** The series as it is now. */
  readonly series: ItemId;
  /** Null: it is deleted; `nowhere`: the series, as it is now, has none of that start. */
  readonly occurrence: { readonly id: ItemId; readonly mark: string | undefined } | null | 'nowhere';
}

const ORIGINAL_START = field('calendar:OriginalStart');
const START = field('calendar:Start');
const DELETED = 'ErrorCalendarOccurrenceIsDeletedFromRecurrence';
/** A whole day begins at another hour in another zone, and the next one not before a day is over. */
const TOLERANCE_MS = 12 * 3_600_000;
/** Where a server leaves out those that are deleted. */
const NEIGHBOURS = [0, -1, 1, -2, 2, -3, 3];

/** Null: the series is not there. */
export async function findOccurrence(ews: Ews, series: ItemId, occurrence: Occurrence): Promise<FoundOccurrence | null> {
  let found: FoundOccurrence | null = null;
  for (const number of NEIGHBOURS.map((neighbour) => occurrence.number + neighbour).filter((each) => each >= 1)) {
    found = await lookAt(ews, series, number, occurrence.originalStart);
    if (found?.occurrence !== 'nowhere') return found;
  }
  return found;
}

async function lookAt(ews: Ews, { ref, etag }: ItemId, number: number, originalStart: string): Promise<FoundOccurrence | null> {
  const attempt = 'looking for an occurrence of a series';
  const ids = itemIdXml({ ref, etag: null }) + occurrenceIdXml({ ref, etag }, number);
  const shape = itemShape([ORIGINAL_START, START, MARK]);
  const { messages } = await ews.call(`<m:GetItem>${shape}<m:ItemIds>${ids}</m:ItemIds></m:GetItem>`, { attempt });
  const [whole, one] = messages;
  if (whole === undefined || one === undefined) throw new Failure('garbled', `${attempt}: not every item is answered`);
  const missing = messageFailure(whole, attempt);
  if (missing?.code === 'missing') return null;
  if (missing !== null) throw missing;
  const now = idOf(whole.items[0]);
  if (now === null) throw new Failure('garbled', `${attempt}: the series comes without its id`);
  return { series: { ref, etag: now.etag }, occurrence: readOne(one, attempt, originalStart) };
}

function readOne(message: ResponseMessage, attempt: string, originalStart: string): FoundOccurrence['occurrence'] {
  const failure = messageFailure(message, attempt);
  if (failure instanceof ExchangeFailure && failure.responseCode === DELETED) return null;
  if (failure?.responseCode === 'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange') return 'nowhere';
  if (failure !== null) throw failure;
  const [item] = message.items;
  const id = idOf(item);
  if (id === null) throw new Failure('garbled', `${attempt}: the occurrence comes without its id`);
  return isThat(item!, originalStart) ? { id, mark: valueAt(item!, MARK) } : 'nowhere';
}

function isThat(item: Element, originalStart: string): boolean {
  // Where it is left out the occurrence was not moved; if it was, it is taken for another and left alone.
  const told = instantOf(valueAt(item, ORIGINAL_START) ?? valueAt(item, START));
  return told !== null && Math.abs(told - Date.parse(originalStart)) < TOLERANCE_MS;
}
