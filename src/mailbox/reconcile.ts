/**
 * One complete pass over the items of one kind in one mailbox, both ways.
 *
 *   recover ─▶ read ─▶ settle what is missing ─▶ their new items ─▶ links that something happened to ─▶ our new items
 *
 * - Reading decides nothing; deciding (`sync`) touches nothing; doing is one call at a time with a commit after each.
 * - Killed at any point it goes on from what is committed, loses nothing and makes nothing twice.
 * - One item's failure parks that item. A pass with nothing new writes nothing, on either side.
 * - Deletions beyond the brake wait for a person.
 */
import type { FolderSelector, ItemFolder, ItemStore } from '../connector/connector.ts';
import { itemFailure } from '../model/failure.ts';
import { FIELDS } from '../model/fields.ts';
import type { Database } from '../store/database.ts';
import { dueLinks, linksInIntent } from '../store/due-links.ts';
import { guestMailsSince } from '../store/guest-mails.ts';
import { feedPosition } from '../store/items.ts';
import { readLink } from '../store/links.ts';
import { endAttempt, forgetCursors, takeStream } from '../store/streams.ts';
import { suspectUntold, suspectUnwatched } from '../store/suspects.ts';
import { holdBack } from './brake.ts';
import { recover } from './carry-out.ts';
import { toItemPolicy } from './item-policy.ts';
import { adoptAll, offerAll } from './new-items.ts';
import { offeredUpTo, saveOffered } from './offered.ts';
import { park } from './park.ts';
import { readFolders } from './read-items.ts';
import type { Pass, ReconcileContext } from './reconcile-context.ts';
import { reconcileLink } from './reconcile-link.ts';
import { settleMissing, type Verdict } from './settle-missing.ts';
import { write } from './write.ts';

const DAY_MS = 86_400_000;

export async function reconcile(context: ReconcileContext, store: ItemStore): Promise<void> {
  const pass = await begin(context, store);
  try {
    for (const id of await linksInIntent(pass.database, placeOf(pass), pass.clock.now())) await eachAlone(pass, id, resume);
    const complete = await readFolders(context, store, pass.folders);
    const whole = pass.folders.every(({ id }) => complete.has(id));
    if (whole) await write(pass, (transaction) => suspectWhatIsNotTold(pass, transaction));
    const verdicts = whole ? await settleMissing(pass) : new Map<string, Verdict>();
    const position = await feedPosition(pass.database);
    await adoptAll(pass);
    await reconcileDue(pass, verdicts);
    await offerAll(pass);
    await end(pass, position, whole);
  } catch (error) {
    await endAttempt(pass.database, pass.stream).catch(() => {});
    throw error;
  }
}

const placeOf = (pass: Pass) => ({ mailboxId: pass.mailbox.id, kind: pass.kind });

async function begin(context: ReconcileContext, store: ItemStore): Promise<Pass> {
  const { policy, mailbox, kind, database } = context;
  const watched = await store.folders(policy.folders as readonly FolderSelector[]);
  const tracked = policy.track.folders.length === 0 ? [] : await store.folders(policy.track.folders as readonly FolderSelector[]);
  const folders = [...new Map([...watched, ...tracked].map((folder) => [folder.id, folder])).values()] as readonly ItemFolder[];
  const stream = await takeStream(database, { ...context.streamKey, folder: ALL }, null);
  const sent = await guestMailsSince(database, mailbox.id, new Date(context.clock.now().getTime() - DAY_MS));
  const itemPolicy = toItemPolicy(policy, mailbox, tracked);
  return {
    ...context,
    ...{ store, stream, folders, itemPolicy, fields: FIELDS[kind] },
    mailBudget: { left: Math.max(0, policy.invitationsPerDay - sent) },
    policyId: JSON.stringify([itemPolicy.track, itemPolicy.importPrivate, mailbox.addresses]),
  };
}

/** The stream of the pass itself: its cursor is the position of the change feed up to which our items were offered. */
const ALL = '*';

async function end(pass: Pass, position: number, whole: boolean): Promise<void> {
  if (pass.options.dryRun) await endAttempt(pass.database, pass.stream);
  else await saveOffered(pass, position, whole);
}

/** In a folder that is not watched any more nothing is told of; watched again, it is read from the beginning. */
async function suspectWhatIsNotTold(pass: Pass, transaction: Database): Promise<void> {
  const watched = pass.folders.map(({ id }) => id);
  await suspectUntold(transaction, pass.mailbox.id, pass.kind);
  await suspectUnwatched(transaction, pass.mailbox.id, pass.kind, watched);
  await forgetCursors(transaction, pass.streamKey, [ALL, ...watched]);
}

async function resume(pass: Pass, id: string): Promise<void> {
  const link = await readLink(pass.database, id);
  if (link?.intent && !pass.options.dryRun) await recover(pass, link);
}

async function reconcileDue(pass: Pass, verdicts: ReadonlyMap<string, Verdict>): Promise<void> {
  const all = offeredUpTo(pass) === null;
  const due = await dueLinks(pass.database, placeOf(pass), pass.clock.now(), all);
  const ids = [...new Set([...due, ...verdicts.keys()])];
  const held = await holdBack(pass, ids, verdicts);
  for (const id of ids) {
    if (!held.has(id)) await eachAlone(pass, id, () => reconcileLink(pass, id, verdicts.get(id) ?? null));
  }
}

/** One item's failure parks that item; what concerns the server or the mailbox ends the pass. */
async function eachAlone(pass: Pass, id: string, work: (pass: Pass, id: string) => Promise<void>): Promise<void> {
  pass.signal.throwIfAborted();
  try {
    await work(pass, id);
  } catch (error) {
    const failure = itemFailure(error);
    const link = await readLink(pass.database, id);
    if (link) await park(pass, link, failure);
  }
}
