// Occurrences of a series, seen as items.
import type { ObjectId } from '../store/ids.ts';
import type { Item } from '../store/model.ts';
import type { Element } from '../xml/element.ts';

export function occurrenceOf(item: Item, _element: Element, _id: ObjectId): Item {
  return item;
}

export function storeOccurrence(_item: Item, _draft: Item) {}

export function deleteOccurrence(_item: Item) {}
