/** A change that ends before its last step: what stands there then, what is agreed by it, and what guests are still owed. */
import type { ItemVersion, RemoteRef } from '../connector/connector.ts';
import { uncountGuestMail } from '../store/guest-mails.ts';
import { changeLink, type Intent, type Link, type LinkChange, readLink } from '../store/links.ts';
import { saveRemoteItems } from '../store/remote-items.ts';
import { suspectItem } from '../store/suspects.ts';
import { agreedAfter, hasToldGuests, isUntouched, owedToGuests } from './agreement.ts';
import { heldContent } from './held-content.ts';
import type { Outcome } from './outcome.ts';
import type { Pass } from './reconcile-context.ts';
import { write } from './write.ts';

/**
 * The item is read anew and the intent dropped, to be planned again. What was written by then is agreed, so that nobody takes it
 * for their edit; a wish to tell guests that was not carried out stands again.
 */
export async function abandon(pass: Pass, link: Link, intent: Intent): Promise<Outcome> {
  const { ref } = intent.target;
  const [read] = ref === null ? [] : await pass.store.read([ref as RemoteRef], heldContent(pass));
  const gone = read?.failure?.code === 'missing';
  // What stands there has to be known: until then it stays as it is.
  if (read?.failure && !gone) throw read.failure;
  const remote = read?.version ?? null;
  const tells = intent.steps.some(({ mails }) => mails) && !hasToldGuests(intent);
  await write(pass, async (transaction) => {
    const place = { mailboxId: link.mailboxId, kind: link.kind, streamId: null };
    if (remote) await saveRemoteItems(transaction, place, [remote]);
    else if (gone) await suspectItem(transaction, link.mailboxId, link.kind, ref!);
    const now = await readLink(transaction, link.id);
    await changeLink(transaction, link.id, {
      ...{ intent: null, attempt: intent.attempt, retryAt: null, theirsSeen: null, oursSeen: null },
      ...(remote === null ? {} : agreedSoFar(pass, link, intent, remote)),
      mail: owedToGuests(intent, now?.mail ?? 'none', intent.next > 0),
    });
    if (tells) await uncountGuestMail(transaction, link);
  });
  if (tells) pass.mailBudget.left += 1;
  pass.steps.reach(`items: ${intent.change} abandoned`);
  // Where it went is found out once the folders have been read again.
  if (gone) return 'later';
  return intent.next > 0 ? 'further' : 'again';
}

function agreedSoFar(pass: Pass, link: Link, intent: Intent, remote: ItemVersion): LinkChange {
  if (intent.next === 0 || (intent.change !== 'create' && intent.change !== 'update')) return {};
  const left = [...new Set(intent.steps.slice(intent.next).flatMap(({ partOf = [] }) => partOf))];
  const read = { content: remote.content, untouched: isUntouched(intent, remote), left };
  const next = agreedAfter(link.kind, pass.itemPolicy, intent.agreement, read);
  if (next === null) return {};
  const { oursBase, theirsBase, filtered } = next;
  return { oursBase, theirsBase, filtered };
}

export async function doubt(pass: Pass, link: Link, step: { readonly name: string }): Promise<Outcome> {
  const reason = `${step.name} may have told the guests; nobody knows, and it is not done again. Look, then say: mailroom appointments resolve ${link.activityId} done|not-done`;
  await write(pass, (transaction) => changeLink(transaction, link.id, { state: 'in-doubt', reason }));
  pass.log.error('a write that tells guests is in doubt', { mailbox: link.mailboxId, activity: link.activityId });
  pass.tell({ inDoubt: 1 });
  return 'done';
}
