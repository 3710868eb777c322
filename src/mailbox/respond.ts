/** Answering an invitation: by a response object in the attendee's own copy, never by writing into it (MS-OXWSMTGS). */
import type { Etag, ItemVersion, RemoteRef } from '../connector/connector.ts';
import { countGuestMail } from '../store/guest-mails.ts';
import { changeLink, type Intent, type Link } from '../store/links.ts';
import type { KnownRemoteItem } from '../store/remote-items.ts';
import { carryOut } from './carry-out.ts';
import type { Outcome } from './outcome.ts';
import type { Pass } from './reconcile-context.ts';
import { write } from './write.ts';

export async function respond(pass: Pass, link: Link, remote: KnownRemoteItem, version: number): Promise<Outcome> {
  if (pass.options.dryRun) return 'done';
  if (pass.mailBudget.left <= 0) return wait(pass, link, version);
  const theirs: ItemVersion = { ...remote, ref: remote.ref as RemoteRef, etag: remote.etag as Etag };
  const steps = pass.store.steps({ change: 'respond', theirs, ...link.response! });
  const intent: Intent = {
    ...{ change: 'respond', mail: 'none', fields: [], next: 0, attempt: link.attempt, version, agreement: link.response },
    ...{ steps: steps as Intent['steps'], target: { ref: remote.ref, etag: remote.etag } },
    startedAt: pass.clock.now().toISOString(),
  };
  await write(pass, async (transaction) => {
    await changeLink(transaction, link.id, { intent });
    await countGuestMail(transaction, link, pass.clock.now());
  });
  pass.mailBudget.left -= 1;
  pass.steps.reach('items: response committed');
  return carryOut(pass, { ...link, intent });
}

async function wait(pass: Pass, link: Link, version: number): Promise<Outcome> {
  const reason = 'the answer waits: this mailbox has used up its invitations and answers of the last 24 hours';
  await write(pass, (transaction) => changeLink(transaction, link.id, { reason, oursSeen: version }));
  return 'done';
}
