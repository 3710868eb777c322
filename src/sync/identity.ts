/** Which of our links an item of a mailbox belongs to: by our key, then by meeting and occurrence, never by guess. */
import type { ItemKey } from '../model/item.ts';

export interface SeenItem {
  readonly ref: string;
  readonly key: ItemKey | null;
  readonly meetingId: string | null;
  /** Of an occurrence that is an item of its own: its date in the series. */
  readonly recurrenceId: string | null;
}

/** What we made or read in this mailbox for one record. */
export interface KnownLink {
  readonly record: string;
  /** Null while it is not known where it is. */
  readonly ref: string | null;
  /** The attempt that counts: the newest one begun. */
  readonly attempt: number;
  readonly meetingId: string | null;
  readonly recurrenceId: string | null;
}

export type Identity =
  | { readonly is: 'known'; readonly record: string }
  /** Made by an earlier attempt of ours whose answer was lost, and made again: to be deleted by us. */
  | { readonly is: 'our-duplicate'; readonly record: string }
  /** The user copied it: it carries our key and is none of ours. */
  | { readonly is: 'copy'; readonly record: string }
  | { readonly is: 'stranger' };

const STRANGER: Identity = { is: 'stranger' };

/** `present`: refs that are there besides, so that an item that was moved is told from one that was copied. */
export function identify(item: SeenItem, mailbox: string, links: readonly KnownLink[], present: ReadonlySet<string>): Identity {
  const byRef = links.find(({ ref }) => ref === item.ref);
  if (byRef !== undefined) return { is: 'known', record: byRef.record };
  // Another mailbox's key came along with an invitation or a moved item.
  if (item.key !== null && item.key.mailbox === mailbox) return byKey(item.key, links, present);
  return byMeeting(item, links, present);
}

function byKey(key: ItemKey, links: readonly KnownLink[], present: ReadonlySet<string>): Identity {
  const link = links.find(({ record }) => record === key.record);
  if (link === undefined) return { is: 'known', record: key.record };
  if (key.attempt < link.attempt) return { is: 'our-duplicate', record: key.record };
  return link.ref !== null && present.has(link.ref) ? { is: 'copy', record: key.record } : { is: 'known', record: key.record };
}

/** One meeting is in a mailbox once: a second item of it is a copy, and what has no meeting id is a stranger. */
function byMeeting(item: SeenItem, links: readonly KnownLink[], present: ReadonlySet<string>): Identity {
  if (item.meetingId === null) return STRANGER;
  const link = links.find((one) => one.meetingId === item.meetingId && one.recurrenceId === item.recurrenceId);
  if (link === undefined) return STRANGER;
  return link.ref !== null && present.has(link.ref) ? { is: 'copy', record: link.record } : { is: 'known', record: link.record };
}
