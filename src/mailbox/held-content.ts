/** What an item said when it was last read: so that a connector need not fetch again what has not changed in it. */
import type { HeldContent } from '../connector/connector.ts';
import { readRemoteItem } from '../store/remote-items.ts';
import type { ReconcileContext } from './reconcile-context.ts';

export const heldContent =
  ({ database, mailbox, kind }: ReconcileContext): HeldContent =>
  async (ref) =>
    (await readRemoteItem(database, mailbox.id, kind, ref))?.content ?? null;
