/**
 * Dictionaries of an item (e-mail, phones and addresses of a contact) are asked for as a whole. Some servers pass over that
 * without a word, and tell only an entry that is asked for by itself: every contact would seem to have lost all it had.
 *
 * Which of the two a server does shows in what it tells, and is kept for the session. What brings nothing either way decides nothing.
 */
import { asFailure } from '../../model/failure.ts';
import type { RemoteRef } from '../connector.ts';
import type { Ews } from './ews.ts';
import { isOfAll } from './failures.ts';
import type { GotElement, Kind } from './item-kind.ts';
import { type Path, valueAt } from './property.ts';

export type Ask = (refs: readonly RemoteRef[], properties: readonly Path[]) => Promise<readonly GotElement[]>;

/** By session: one kind alone has dictionaries. */
const known = new WeakMap<Ews, 'whole' | 'by entry'>();

/** One batch, asked for in the way that brings its dictionaries. */
export async function withDictionaries(
  ews: Ews,
  { properties, entries, elements }: Kind,
  refs: readonly RemoteRef[],
  ask: Ask,
): Promise<readonly GotElement[]> {
  if (entries === undefined) return await ask(refs, properties);
  if (known.get(ews) === 'by entry') return await ask(refs, entries);
  const tells = ({ element }: GotElement) =>
    element !== undefined && entries.some((path) => 'list' in path && valueAt(element, path) !== undefined);
  const got = await ask(refs, properties);
  if (got.some(tells)) known.set(ews, 'whole');
  const silent = got.filter(({ element }) => element?.name === elements[0]).map(({ ref }) => ref);
  if (known.has(ews) || silent.length === 0) return got;
  const again = await unlessRefused(ask(silent, entries));
  if (!again.some(tells)) return got;
  known.set(ews, 'by entry');
  const byRef = new Map(again.map((each) => [each.ref, each]));
  return got.map((each) => byRef.get(each.ref) ?? each);
}

/** A server that does not know such paths at all has no more to tell. */
async function unlessRefused(asked: Promise<readonly GotElement[]>): Promise<readonly GotElement[]> {
  try {
    return await asked;
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined || isOfAll(failure) || !['refused', 'garbled'].includes(failure.code)) throw error;
    return [];
  }
}
