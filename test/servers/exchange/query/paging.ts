// Views: IndexedPage…View, FractionalPage…View and ContactsView (reference 26 [doc]).
import { refuse } from '../errors.ts';
import type { Element } from '../xml/element.ts';
import { compareValues } from './restriction.ts';

export interface Page<T> {
  things: T[];
  attributes: Record<string, string>;
}

/** The most that one answer holds; more needs paging (reference 10: find count 1000). */
const POLICY_MAXIMUM = 1000;

export function page<T>(all: T[], view: Element | undefined, nameOf: (thing: T) => string): Page<T> {
  const total = String(all.length);
  const asked = Number(view?.attributes.MaxEntriesReturned ?? POLICY_MAXIMUM);
  if (asked < 1) refuse('ErrorInvalidPagingMaxRows', 'The paging maximum rows must be greater than zero.');
  const size = Math.min(asked, POLICY_MAXIMUM);
  if (view === undefined) {
    const things = all.slice(0, size);
    return { things, attributes: { TotalItemsInView: total, IncludesLastItemInRange: String(things.length === all.length) } };
  }
  if (view.name.startsWith('Fractional')) return fraction(all, view, size);
  if (view.name === 'ContactsView') {
    const { InitialName, FinalName } = view.attributes;
    const within = all.filter((thing) => {
      const name = nameOf(thing);
      return (
        (InitialName === undefined || compareValues(name, InitialName) >= 0) &&
        (FinalName === undefined || compareValues(name, FinalName) <= 0)
      );
    });
    const things = within.slice(0, size);
    return {
      things,
      attributes: { TotalItemsInView: String(within.length), IncludesLastItemInRange: String(things.length === within.length) },
    };
  }
  return indexed(all, view, size);
}

function indexed<T>(all: T[], view: Element, size: number): Page<T> {
  const offset = Number(view.attributes.Offset);
  if (offset < 0) refuse('ErrorInvalidIndexedPagingParameters', 'Paging offset is less than zero.');
  if (view.attributes.BasePoint === 'End') {
    const end = Math.max(0, all.length - offset);
    const start = Math.max(0, end - size);
    const last = start === 0;
    return { things: all.slice(start, end), attributes: paging(all.length - start, last, all.length) };
  }
  const things = all.slice(offset, offset + size);
  const next = Math.min(all.length, offset + things.length);
  return { things, attributes: paging(next, next >= all.length, all.length) };
}

function paging(next: number, last: boolean, total: number): Record<string, string> {
  return { IndexedPagingOffset: String(next), TotalItemsInView: String(total), IncludesLastItemInRange: String(last) };
}

function fraction<T>(all: T[], view: Element, size: number): Page<T> {
  const [numerator, denominator] = [Number(view.attributes.Numerator), Number(view.attributes.Denominator)];
  if (denominator < 1 || numerator < 0 || numerator > denominator) {
    refuse('ErrorInvalidFractionalPagingParameters', 'The fractional paging parameters are invalid.');
  }
  const start = Math.floor((numerator / denominator) * all.length);
  const things = all.slice(start, start + size);
  const attributes = {
    NumeratorOffset: String(start + things.length),
    AbsoluteDenominator: String(all.length),
    TotalItemsInView: String(all.length),
    IncludesLastItemInRange: String(start + things.length >= all.length),
  };
  return { things, attributes };
}
