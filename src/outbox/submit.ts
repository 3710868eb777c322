/** From what a person or an application wrote to a stored message with its envelope. */
import type { EmailAddress } from '../model/email.ts';
import { Failure } from '../model/failure.ts';
import type { OutboxRecipient, OutboxState } from '../model/outbox.ts';
import { findRequested, readSource, saveOutboxItem } from '../store/outbox.ts';
import { type OriginalEmail, readOriginal } from '../store/outbox-evidence.ts';
import { checkAddress, parseAddress, sameAddress } from './address.ts';
import { type AttachmentToSend, type ComposedEmail, compose } from './compose.ts';
import type { OutboxContext, OutboxMailbox } from './context.ts';
import { refuseLoop } from './guard.ts';
import { LIFETIME_MS } from './retry.ts';
import { later } from './settle.ts';
import { subjectFor, threadOf } from './thread.ts';

/** Addresses as text (`a@b`, `Name <a@b>`) or in parts. */
export type AddressInput = string | EmailAddress;

export interface EmailDraft {
  /** Default: the mailbox's own address. */
  readonly from?: AddressInput | undefined;
  readonly to: readonly AddressInput[];
  readonly cc?: readonly AddressInput[] | undefined;
  readonly bcc?: readonly AddressInput[] | undefined;
  readonly replyTo?: readonly AddressInput[] | undefined;
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments?: readonly AttachmentToSend[] | undefined;
  /** The activity this answers, or passes on (attached whole). */
  readonly inReplyTo?: string | undefined;
  readonly forwardOf?: string | undefined;
  /** No person pressed a button: it says so in its header, and the loop guard looks at it. */
  readonly automatic?: boolean | undefined;
  /** Not before this. */
  readonly sendAt?: Date | undefined;
  /** Kept until it is released. */
  readonly draft?: boolean | undefined;
  /** Who does not know whether its request came through gives the same key again, and gets the first mail, whatever else it says. */
  readonly requestKey?: string | undefined;
}

export interface Submitted {
  readonly activityId: string;
  readonly messageId: string;
  readonly state: OutboxState;
  /** It was there already. */
  readonly repeated: boolean;
}

/** Stores it; nothing is sent here. Throws Failure('refused') for what must not or cannot go. */
export async function submit(context: OutboxContext, mailbox: OutboxMailbox, draft: EmailDraft): Promise<Submitted> {
  const submitted = (await findFirst(context, mailbox, draft)) ?? (await submitNew(context, mailbox, draft));
  // Two requests with one key at the same moment: the other was faster.
  return submitted ?? (await findFirst(context, mailbox, draft))!;
}

async function findFirst(
  { database }: OutboxContext,
  mailbox: OutboxMailbox,
  { requestKey }: EmailDraft,
): Promise<Submitted | null> {
  const first = requestKey === undefined ? null : await findRequested(database, mailbox.id, requestKey);
  return first && { activityId: first.activityId, messageId: first.messageId, state: first.state, repeated: true };
}

async function submitNew(context: OutboxContext, mailbox: OutboxMailbox, draft: EmailDraft): Promise<Submitted | null> {
  const envelope = readEnvelope(mailbox, draft);
  const original = await findOriginal(context, draft);
  const addresses = envelope.recipients.map(({ address }) => address);
  if (draft.automatic)
    await refuseLoop(context, mailbox, addresses, draft.inReplyTo !== undefined && (original?.automatic ?? false));
  const now = context.clock.now();
  const sendAt = draft.sendAt ?? null;
  const composed = await composeDraft(context, draft, envelope, original, sendAt ?? now);
  const state = draft.draft ? 'draft' : 'pending';
  const nextTryAt = sendAt !== null && sendAt > now ? sendAt : now;
  const activityId = await saveOutboxItem(context.database, {
    ...{ mailboxId: mailbox.id, state, sendAt, nextTryAt, expiresAt: later(nextTryAt, LIFETIME_MS) },
    ...{ ...composed, envelopeFrom: mailbox.address, automatic: draft.automatic ?? false },
    filing: mailbox.saveToSent ? 'wanted' : 'none',
    read: await readWithBcc(context, composed.source, envelope.bcc),
    ...{ recipients: envelope.recipients, requestKey: draft.requestKey ?? null },
  });
  if (activityId === null) return null;
  context.steps.reach('outbox: submitted');
  return { activityId, messageId: composed.messageId, state, repeated: false };
}

interface Envelope {
  readonly from: EmailAddress;
  readonly to: readonly EmailAddress[];
  readonly cc: readonly EmailAddress[];
  readonly bcc: readonly EmailAddress[];
  readonly replyTo: readonly EmailAddress[];
  readonly recipients: readonly Pick<OutboxRecipient, 'role' | 'address'>[];
}

const readAll = (inputs: readonly AddressInput[] = []): readonly EmailAddress[] =>
  inputs.map((input) => (typeof input === 'string' ? parseAddress(input) : checkAddress(input)));

function readEnvelope(mailbox: OutboxMailbox, draft: EmailDraft): Envelope {
  const [from] = readAll([draft.from ?? mailbox.address]);
  refuseForeignSender(mailbox, from!);
  const [to, cc, bcc, replyTo] = [readAll(draft.to), readAll(draft.cc), readAll(draft.bcc), readAll(draft.replyTo)];
  const recipients: Pick<OutboxRecipient, 'role' | 'address'>[] = [];
  for (const [role, list] of Object.entries({ to, cc, bcc }) as ['to' | 'cc' | 'bcc', readonly EmailAddress[]][])
    for (const { email } of list)
      if (!recipients.some(({ address }) => sameAddress(address, email))) recipients.push({ role, address: email });
  if (recipients.length === 0) throw new Failure('refused', 'a mail needs at least one recipient');
  return { from: from!, to, cc, bcc, replyTo, recipients };
}

function refuseForeignSender(mailbox: OutboxMailbox, from: EmailAddress): void {
  const own = [mailbox.address, ...mailbox.aliases, ...mailbox.sendAs];
  if (own.some((address) => sameAddress(address, from.email))) return;
  throw new Failure('refused', `the mailbox ${mailbox.address} may not send as ${from.email}`, {
    remedy: 'Add the address to its aliases or to send.sendAs, if it is its own or the server allows it.',
  });
}

async function findOriginal(context: OutboxContext, draft: EmailDraft): Promise<OriginalEmail | null> {
  const id = draft.inReplyTo ?? draft.forwardOf;
  if (id === undefined) return null;
  if (draft.inReplyTo !== undefined && draft.forwardOf !== undefined)
    throw new Failure('refused', 'a mail answers another or passes it on, not both');
  const original = isActivityId(id) ? await readOriginal(context.database, id) : null;
  if (!original) throw new Failure('missing', `there is no email with the id ${id}`);
  return original;
}

export const isActivityId = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);

async function composeDraft(
  context: OutboxContext,
  draft: EmailDraft,
  envelope: Envelope,
  original: OriginalEmail | null,
  date: Date,
): Promise<ComposedEmail> {
  const relation = draft.forwardOf === undefined ? 'reply' : 'forward';
  const html = draft.html ?? null;
  return compose({
    ...{ from: envelope.from, to: envelope.to, cc: envelope.cc, replyTo: envelope.replyTo, html, date },
    subject: draft.subject ?? (original ? subjectFor(original, relation) : ''),
    text: draft.text ?? (html === null ? null : context.htmlToText(html)),
    attachments: [...(draft.attachments ?? []), ...(await forwarded(context, draft, original))],
    threading: original ? threadOf(original, relation) : { inReplyTo: null, references: [] },
    forwardedMessageId: relation === 'forward' && original ? (threadOf(original, 'reply').inReplyTo ?? null) : null,
    automatic: !draft.automatic ? 'no' : original && relation === 'reply' ? 'replied' : 'generated',
  });
}

async function forwarded(
  context: OutboxContext,
  draft: EmailDraft,
  original: OriginalEmail | null,
): Promise<readonly AttachmentToSend[]> {
  if (draft.forwardOf === undefined || !original) return [];
  if (original.headersOnly) throw new Failure('refused', 'this email was stored by its header only and cannot be passed on');
  const content = await readSource(context.database, original.sourceSha256);
  return [{ name: `${(original.subject ?? '').slice(0, 80) || 'message'}.eml`, type: 'message/rfc822', content }];
}

/** Bcc stands in no byte that is sent; only our own activity knows of it. */
async function readWithBcc(context: OutboxContext, source: Uint8Array, bcc: readonly EmailAddress[]) {
  const read = await context.read(source);
  return { ...read, email: { ...read.email, bcc } };
}
