/**
 * Our key on an item: a named property of a set of our own, written with every item that we make (MS-OXPROPS calls such sets
 * private). It is `1 <record> <mailbox> <attempt>`, each part percent-encoded, so that all items of a record share a beginning.
 * It stays with the item when that is moved, and comes along when it is copied or sent.
 *
 * Beside it stands what we last wrote: the mark of one UpdateItem, by which a change whose answer was lost is known again.
 */
import { createHash } from 'node:crypto';
import type { ItemKey } from '../../model/item.ts';
import { type Path, type Setting, valueAt } from './property.ts';
import type { Element } from './read-answer.ts';

export const OWN_SET = '3c9b2f56-8e0f-4e0e-9d5c-6a8f1d27b4e1';
export const KEY: Path = { extended: { type: 'String', set: OWN_SET, name: 'MailroomKey' } };
export const MARK: Path = { extended: { type: 'String', set: OWN_SET, name: 'MailroomWrite' } };

const VERSION = '1';

export const keyPrefix = (record: string): string => `${VERSION} ${encodeURIComponent(record)} `;

export const keySetting = ({ record, mailbox, attempt }: ItemKey): Setting => ({
  path: KEY,
  value: `${keyPrefix(record)}${encodeURIComponent(mailbox)} ${attempt}`,
});

export function keyOf(item: Element): ItemKey | null {
  const [version, record, mailbox, attempt, ...more] = (valueAt(item, KEY) ?? '').split(' ');
  if (version !== VERSION || !record || !mailbox || !/^\d{1,9}$/.test(attempt ?? '') || more.length > 0) return null;
  try {
    return { record: decodeURIComponent(record), mailbox: decodeURIComponent(mailbox), attempt: Number(attempt) };
  } catch {
    return null; // somebody else's writing
  }
}

/** The same for the same change of the same state of an item, and for no other. */
export function markOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
