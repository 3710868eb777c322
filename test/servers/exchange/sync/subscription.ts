// Subscriptions and their events (reference 51-55).
import { isoSeconds } from '../clock.ts';
import { refuse } from '../errors.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { StoreEvent } from '../store/model.ts';
import { type Element, el } from '../xml/element.ts';

export interface Subscription {
  id: string;
  kind: 'pull' | 'push' | 'streaming';
  owner: string;
  mailbox: Mailbox;
  /** Keys of folders; undefined is all of them. */
  folders: Set<number> | undefined;
  names: Set<string>;
  timeoutMinutes: number;
  lastUsed: number;
  /** Number of the last event that was delivered. */
  position: number;
  backEnd: number;
}

/** Everything that is older than the ring of events cannot be told any more. */
export function readWatermark(text: string, mailbox: Mailbox): number {
  const match = /^([0-9a-f-]{36}):(\d+)$/.exec(Buffer.from(text, 'base64').toString('ascii'));
  if (match === null || match[1] !== mailbox.guid) refuse('ErrorInvalidWatermark', 'The watermark is invalid.');
  const position = Number(match[2]);
  const oldest = mailbox.events[0]?.number ?? mailbox.eventNumber + 1;
  if (position > mailbox.eventNumber) refuse('ErrorInvalidWatermark', 'The watermark is invalid.');
  if (position + 1 < oldest && mailbox.events.length > 0 && oldest > 1 && position !== 0)
    refuse('ErrorEventNotFound', 'The events are gone.');
  return position;
}

export function writeWatermark(mailbox: Mailbox, position: number): string {
  return Buffer.from(`${mailbox.guid}:${position}`).toString('base64');
}

export function eventsSince(subscription: Subscription, position: number): StoreEvent[] {
  return subscription.mailbox.events.filter((event) => event.number > position && concerns(subscription, event));
}

function concerns({ folders, names }: Subscription, event: StoreEvent): boolean {
  if (!names.has(`${event.name}Event`)) return false;
  if (folders === undefined) return true;
  const own = event.folderId !== undefined && [...folders].some((key) => event.folderKey === key);
  return own || folders.has(event.folder) || (event.oldFolder !== undefined && folders.has(event.oldFolder));
}

export function eventElement(event: StoreEvent, mailbox: Mailbox, watermark: boolean): Element {
  const changeKey = event.changeKey;
  const subject =
    event.item === undefined
      ? el('FolderId', undefined, { Id: event.folderId, ChangeKey: changeKey })
      : el('ItemId', undefined, { Id: event.item, ChangeKey: changeKey });
  const old =
    event.oldFolder === undefined
      ? []
      : [
          event.item === undefined
            ? el('OldFolderId', undefined, { Id: event.oldId })
            : el('OldItemId', undefined, { Id: event.oldId }),
          el('OldParentFolderId', undefined, { Id: mailbox.folderId(event.oldFolder) }),
        ];
  return el(`${event.name}Event`, [
    watermark ? el('Watermark', writeWatermark(mailbox, event.number)) : undefined,
    el('TimeStamp', isoSeconds(event.time)),
    subject,
    el('ParentFolderId', undefined, { Id: mailbox.folderId(event.folder) }),
    ...old,
    event.name === 'Modified' && event.folderKey !== undefined
      ? el('UnreadCount', unreadIn(mailbox, event.folderKey))
      : undefined,
  ]);
}

/** Counted when the event is told, not at every change. */
function unreadIn(mailbox: Mailbox, key: number): number {
  return mailbox.itemsIn(key).filter((item) => item.fields.IsRead?.text === 'false').length;
}

export function statusEvent(mailbox: Mailbox | undefined, position: number): Element {
  return el('StatusEvent', [mailbox === undefined ? undefined : el('Watermark', writeWatermark(mailbox, position))]);
}
