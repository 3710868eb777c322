/** Items as they are now: GetItem in small batches with just the properties of the kind, and what that does not bring. */
import { asFailure, Failure, type FailureCode } from '../../model/failure.ts';
import type { Etag, HeldContent, ItemVersion, ReadItem, RemoteRef } from '../connector.ts';
import type { Ews } from './ews.ts';
import { ExchangeFailure, isOfAll } from './failures.ts';
import { type Ask, withDictionaries } from './item-dictionaries.ts';
import { attachmentOf } from './item-file.ts';
import { KEY, keyOf, MARK } from './item-key.ts';
import type { GotElement, Kind, MoreReading } from './item-kind.ts';
import { getElements } from './operation/get-elements.ts';
import { zoneDefinition } from './operation/get-server-time-zones.ts';
import { inPortions } from './operation/in-portions.ts';
import { idOf } from './operation/item-id.ts';
import { itemShape } from './operation/item-shape.ts';
import { field, type Path } from './property.ts';
import { childOf, type Element, textOf } from './read-answer.ts';

/** Microsoft's advice for items with bodies. */
const BATCH = 10;
const ALWAYS: readonly Path[] = [field('item:ParentFolderId'), field('item:LastModifiedTime'), KEY, MARK];

/** Each with its element, in order of the refs. */
async function elementsOf(ews: Ews, kind: Kind, refs: readonly RemoteRef[], properties: readonly Path[]): Promise<GotElement[]> {
  const shape = itemShape(properties, { bodyType: kind.bodyType });
  return await inPortions(refs, BATCH, (some) => getElements(ews, some, { attempt: `reading ${kind.kind}s`, shape }));
}

export interface Reader {
  readonly ews: Ews;
  readonly kind: Kind;
  readonly held?: HeldContent | undefined;
}

/** One by one, in order of the refs. Null: there, but of another kind. */
export async function* readItems(reader: Reader, refs: readonly RemoteRef[]): AsyncGenerator<ReadItem | null> {
  const { ews, kind } = reader;
  for (const { ref, element, failure } of await fittingElements(ews, kind, refs)) {
    if (element === undefined) yield { ref, failure };
    else if (!kind.elements.includes(element.name)) yield null;
    else yield await understood(reader, ref, element);
  }
}

/** Some servers refuse a property that is not of the item's type, some leave it out: then it is asked for what it has. */
async function fittingElements(ews: Ews, kind: Kind, refs: readonly RemoteRef[]): Promise<GotElement[]> {
  const { otherProperties = [], elements } = kind;
  const ask: Ask = (some, properties) => elementsOf(ews, kind, some, [...ALWAYS, ...properties]);
  const got = await inPortions(refs, BATCH, (some) => withDictionaries(ews, kind, some, ask));
  const isOther = ({ element, failure }: GotElement) =>
    (element !== undefined && element.name !== elements[0] && elements.includes(element.name)) ||
    (failure instanceof ExchangeFailure && failure.responseCode === 'ErrorInvalidPropertyRequest');
  const others = got.filter(isOther).map(({ ref }) => ref);
  const again = await ask(others, otherProperties);
  const byRef = new Map(again.map((each) => [each.ref, each]));
  // Of the usual kind it is not: without the properties that were refused it would seem to have lost them all.
  const isUsual = (ref: RemoteRef) => byRef.get(ref)?.element?.name === elements[0];
  return got.map((each) => (isUsual(each.ref) ? each : (byRef.get(each.ref) ?? each)));
}

async function understood(reader: Reader, ref: RemoteRef, element: Element): Promise<ReadItem> {
  try {
    return { ref, version: await versionOf(reader, ref, element) };
  } catch (error) {
    const failure = asFailure(error);
    // Whatever is not of this one item concerns the others too.
    if (failure === undefined || isOfAll(failure) || !OF_ITEM.includes(failure.code)) throw error;
    return { ref, failure };
  }
}

const OF_ITEM: readonly FailureCode[] = ['refused', 'missing', 'garbled'];

async function versionOf(reader: Reader, ref: RemoteRef, element: Element): Promise<ItemVersion> {
  const read = await reader.kind.read(element, more(reader, ref));
  const { content, meetingId = null, meeting = null, readOnly = false, notes = [] } = read;
  const etag = etagOf(element);
  const changed = Date.parse(textOf(element, 'LastModifiedTime') ?? '');
  return {
    ...{ ref, etag, content, meetingId, meeting, readOnly, notes, key: keyOf(element) },
    folder: childOf(element, 'ParentFolderId')?.attributes.Id ?? '',
    changedAt: Number.isNaN(changed) ? null : new Date(changed),
  };
}

function etagOf(element: Element): Etag {
  const etag = idOf(element)?.etag;
  if (etag === undefined) throw new Failure('garbled', 'an item comes without its change key');
  return etag;
}

const more = ({ ews, kind, held }: Reader, ref: RemoteRef): MoreReading => ({
  items: (refs, properties) => elementsOf(ews, kind, refs as readonly RemoteRef[], properties),
  zone: (id) => zoneDefinition(ews, id),
  attachment: (id, limitBytes) => attachmentOf(ews, id, limitBytes),
  held: async () => (await held?.(ref)) ?? null,
});

/** Id, state and some properties of one item; null: it is not there. */
export async function look(
  ews: Ews,
  ref: RemoteRef,
  properties: readonly Path[] = [],
): Promise<{ readonly etag: Etag; readonly element: Element } | null> {
  const shape = itemShape(properties);
  const [got] = await getElements(ews, [ref], { attempt: 'looking at an item', shape });
  if (got?.element !== undefined) return { etag: etagOf(got.element), element: got.element };
  if (got?.failure?.code === 'missing') return null;
  throw got!.failure!;
}
