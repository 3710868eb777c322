import { textOf } from '../property/context.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item } from '../store/model.ts';

/** The item of a meeting in a mailbox, by UID. */
export function meetingByUid(mailbox: Mailbox, uid: string | undefined): Item | undefined {
  if (uid === undefined) return undefined;
  for (const item of mailbox.items.values()) {
    if (item.kind !== 'CalendarItem' || textOf(item, 'UID') !== uid) continue;
    if (mailbox.folders.get(item.folder)?.kind === 'CalendarFolder') return item;
  }
  return undefined;
}
