/**
 * The application's side of appointments, contacts and tasks: what the command line and later the API call.
 *
 * - What cannot be kept, or Exchange cannot hold, is refused here, with a sentence on what to do; nothing wrong waits in the store.
 * - Guests are told of nothing unless a call says so; that wish is stored and used up by the write that carries it out.
 * - Each call is one transaction that ends with the change feed. Who serves the mailboxes is told to look.
 */
import type { MailboxConfig } from '../config/config.ts';
import { acceptContent, mergePatch } from '../model/accept-content.ts';
import { Failure } from '../model/failure.ts';
import { type ItemKind, type Json, type MeetingResponse, SECTION_OF } from '../model/item.ts';
import { same } from '../model/json.ts';
import { appendChanges, type ChangeKind } from '../store/changes.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { createItem, type Item, type ListedItem, lockItem, markItemDeleted, readListedItem, updateItem } from '../store/items.ts';
import { addLink, changeLink, type Link, linksOf } from '../store/links.ts';
import { readRemoteItem } from '../store/remote-items.ts';
import { requestSyncWhereServed } from '../store/requests.ts';
import { wantRemoteItem } from '../store/strangers.ts';
import { refuseOrganizers, refuseRecurrence, withOrganizer } from './admit-item.ts';
import { owedToGuests } from './agreement.ts';
import { indexOf } from './item-index.ts';
import { ownerOf } from './reconciled-mailbox.ts';
import { refuseReturn } from './refuse-return.ts';

export interface ItemWish {
  /** Tell the guests: invite them, or of the change, or that it is called off. */
  readonly invite?: boolean;
  /** The version that the caller has seen: fails when it is another by now. */
  readonly version?: number;
}

export async function createItemIn(
  database: Database,
  mailbox: MailboxConfig,
  kind: ItemKind,
  content: Json,
  wish: ItemWish = {},
): Promise<ListedItem> {
  keepsKind(mailbox, kind);
  const admitted = withOrganizer(kind, acceptContent(kind, content), mailbox);
  refuseRecurrence(kind, null, admitted);
  const id = await inTransaction(database, async (transaction) => {
    const owner = ownerOf(mailbox);
    const item = await createItem(transaction, { kind, content: admitted, owner, index: indexOf(kind, admitted) });
    const mail = wish.invite ? ('invite' as const) : ('none' as const);
    await addLink(transaction, { activityId: item.id, mailboxId: mailbox.id, kind, isPrimary: true, explicit: true, mail });
    await requestSyncWhereServed(transaction, [mailbox.id]);
    await tell(transaction, 'activity-created', item.id);
    return item.id;
  });
  return (await readListedItem(database, id))!;
}

/** A JSON Merge Patch (RFC 7396): null takes a property away. */
export function changeItem(database: Database, id: string, patch: Json, wish: ItemWish = {}): Promise<ListedItem> {
  return onItem(database, id, wish, async (transaction, item, links) => {
    const content = acceptContent(item.kind, mergePatch(item.content, patch));
    refuseRecurrence(item.kind, item.content, content);
    await refuseOrganizers(transaction, item, content, links);
    const changed = !same(content, item.content);
    await refuseReturn(transaction, item, content, links);
    if (changed) await updateItem(transaction, item, content, indexOf(item.kind, content));
    if (wish.invite) await tellGuests(transaction, links, 'invite');
    return changed ? 'activity-updated' : null;
  });
}

/** What is deleted already and waits for leave to tell the guests is given it. */
export function deleteItem(database: Database, id: string, wish: ItemWish = {}): Promise<ListedItem> {
  return onAnyItem(database, id, wish, async (transaction, item, links) => {
    const waits = wish.invite && links.some(({ state }) => state === 'needs-intent');
    if (!waits) refuseDeleted(item);
    if (item.deletedAt === null) await markItemDeleted(transaction, item, 'application');
    if (wish.invite) await tellGuests(transaction, links, 'cancel');
    return item.deletedAt === null ? 'activity-deleted' : null;
  });
}

/** Answers an invitation in the name of a mailbox that has it. The organizer is told: an answer is a wish to mail. */
export function respondToItem(
  database: Database,
  id: string,
  answer: { readonly response: MeetingResponse; readonly comment: string | null; readonly mailboxId: string | null },
): Promise<ListedItem> {
  return onItem(database, id, {}, async (transaction, _, links) => {
    const link = await invitedLink(transaction, links, answer.mailboxId);
    const { response, comment } = answer;
    await changeLink(transaction, link.id, { response: { response, comment } });
    return null;
  });
}

/** A person has looked whether the guests were told. done: it is not told again; not-done: the next pass tells them. */
export function resolveItem(database: Database, id: string, verdict: 'done' | 'not-done'): Promise<ListedItem> {
  return onAnyItem(database, id, {}, async (transaction, _, links) => {
    const doubtful = links.filter(({ state }) => state === 'in-doubt');
    if (doubtful.length === 0) throw new Failure('refused', `nothing about item ${id} is in doubt`);
    for (const link of doubtful) {
      await changeLink(transaction, link.id, {
        ...{ state: 'linked', reason: null, intent: null, tries: 0, retryAt: null, theirsSeen: null, oursSeen: null },
        ...(verdict === 'done' ? { response: null } : {}),
        ...(verdict === 'not-done' && link.intent ? { mail: owedToGuests(link.intent, link.mail, true) } : {}),
      });
    }
    return null;
  });
}

/** An item of the mailbox that nothing brings in by itself is brought in by the next pass. */
export async function trackItem(database: Database, remoteId: string, mailbox: MailboxConfig): Promise<void> {
  const known = /^\d{1,18}$/.test(remoteId) && (await wantRemoteItem(database, remoteId, mailbox.id));
  if (!known) {
    throw new Failure('missing', `${mailbox.address} has no item ${remoteId}`, {
      remedy: 'list those that are not in step with "list --untracked"',
    });
  }
  await requestSyncWhereServed(database, [mailbox.id]);
}

type Work = (transaction: Database, item: Item, links: readonly Link[]) => Promise<ChangeKind | null>;

const onItem = (database: Database, id: string, wish: ItemWish, work: Work): Promise<ListedItem> =>
  onAnyItem(database, id, wish, (transaction, item, links) => {
    refuseDeleted(item);
    return work(transaction, item, links);
  });

function refuseDeleted({ id, deletedAt, deletedBy }: Item): void {
  if (deletedAt !== null) throw new Failure('missing', `item ${id} was deleted in the ${deletedBy}`);
}

/** Also one that is deleted. */
async function onAnyItem(database: Database, id: string, wish: ItemWish, work: Work): Promise<ListedItem> {
  await inTransaction(database, async (transaction) => {
    const item = UUID.test(id) ? await lockItem(transaction, id) : null;
    if (item === null) throw new Failure('missing', `there is no item ${id}`);
    checkVersion(item, wish.version);
    const links = await linksOf(transaction, id);
    const change = await work(transaction, item, links);
    await requestSyncWhereServed(
      transaction,
      links.map(({ mailboxId }) => mailboxId),
    );
    if (change !== null) await tell(transaction, change, id);
  });
  return (await readListedItem(database, id))!;
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function checkVersion({ id, version }: Item, seen: number | undefined): void {
  if (seen === undefined || seen === version) return;
  throw new Failure('conflict', `item ${id} is at version ${version}, and you have seen version ${seen}`, {
    remedy: 'read it again, and decide anew',
  });
}

/** The organizer's mailbox mails; a wish that nobody can carry out is an error, not a silence. */
async function tellGuests(transaction: Database, links: readonly Link[], mail: 'invite' | 'cancel'): Promise<void> {
  const link = links.find(({ isPrimary, state }) => isPrimary && state !== 'unlinked');
  if (link?.kind !== 'appointment') {
    throw new Failure('refused', 'there is nobody to tell: it is no appointment that is in step with a mailbox', {
      remedy: 'leave out --invite',
    });
  }
  await changeLink(transaction, link.id, {
    // Of what stands there already they are told all the more.
    mail: mail === 'invite' && link.mail === 'update' ? 'update' : mail,
    ...(link.state === 'needs-intent' ? { state: 'linked', reason: null } : {}),
    // What waits for its time is looked at now.
    ...(link.state === 'parked' ? { oursSeen: null } : {}),
  });
}

async function invitedLink(transaction: Database, links: readonly Link[], mailboxId: string | null): Promise<Link> {
  const invited: Link[] = [];
  for (const link of links.filter(({ ref }) => ref !== null)) {
    const remote = await readRemoteItem(transaction, link.mailboxId, link.kind, link.ref!);
    if (remote?.meeting?.role === 'attendee' && (mailboxId === null || link.mailboxId === mailboxId)) invited.push(link);
  }
  if (invited.length === 1) return invited[0]!;
  const reason =
    invited.length === 0
      ? 'no mailbox here was invited to it'
      : `several mailboxes were invited to it: ${invited.map((link) => link.mailboxId).join(', ')}`;
  throw new Failure('refused', reason, invited.length === 0 ? {} : { remedy: 'say in whose name with --mailbox' });
}

function keepsKind(mailbox: MailboxConfig, kind: ItemKind): void {
  const section = SECTION_OF[kind];
  if (mailbox.items?.[section]) return;
  throw new Failure('refused', `${mailbox.address} keeps no ${section} in step`, {
    remedy: `write items: { server: NAME, ${section}: true } at this mailbox`,
  });
}

async function tell(transaction: Database, kind: ChangeKind, activityId: string): Promise<void> {
  await appendChanges(transaction, [{ kind, activityId, copyId: null, mailboxId: null }]);
}
