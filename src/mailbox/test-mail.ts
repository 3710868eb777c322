/** A mail from a mailbox to itself, to see that sending works; when it comes in it is recognised and left out. */
import type { MailboxConfig, SendConfig } from '../config/config.ts';
import type { SendReceipt } from '../connector/connector.ts';
import { asFailure } from '../model/failure.ts';
import { compose } from '../outbox/compose.ts';
import { noteTestMessage } from '../store/test-messages.ts';
import type { CheckedStep } from './checked-step.ts';
import { withSession } from './session.ts';
import type { SyncContext } from './sync-context.ts';

export async function sendTestMail(context: SyncContext, mailbox: MailboxConfig, send: SendConfig): Promise<CheckedStep> {
  try {
    return stepOf(mailbox, await deliver(context, mailbox, send));
  } catch (error) {
    const failure = asFailure(error);
    if (!failure) throw error;
    return { step: 'send', ok: false, detail: failure.message, code: failure.code, remedy: failure.remedy ?? null };
  }
}

async function deliver(context: SyncContext, mailbox: MailboxConfig, send: SendConfig): Promise<SendReceipt> {
  const self = { name: null, email: mailbox.address };
  const { source, messageId, envelopeId } = await compose({
    from: self,
    to: [self],
    cc: [],
    replyTo: [],
    subject: 'Mailroom test: sending works',
    text: 'This mail was sent by "mailroom test --send". You can delete it.\n',
    html: null,
    attachments: [],
    threading: { inReplyTo: null, references: [] },
    forwardedMessageId: null,
    automatic: 'generated',
    date: context.clock.now(),
  });
  await noteTestMessage(context.database, messageId);
  return withSession(context, mailbox, send, context.signal, (session) =>
    session.sender!.send({ from: mailbox.address, recipients: [mailbox.address], envelopeId, source, beforeDot: async () => {} }),
  );
}

function stepOf(mailbox: MailboxConfig, receipt: SendReceipt): CheckedStep {
  const [recipient] = receipt.recipients;
  const said = recipient?.response || receipt.response;
  if (receipt.outcome === 'accepted' && recipient?.outcome === 'accepted') {
    return { step: 'send', ok: true, detail: `a mail to ${mailbox.address} was accepted: ${said}`, code: null, remedy: null };
  }
  const { failure } = receipt;
  return {
    step: 'send',
    ok: false,
    detail: failure?.message ?? `the server did not take a mail to ${mailbox.address}: ${said}`,
    code: failure?.code ?? 'refused',
    remedy: failure?.remedy ?? remedyFor(recipient?.status ?? null, said),
  };
}

/** RFC 3463; a full mailbox is 4.2.2 or 5.2.2, a full server 4.3.1. */
function remedyFor(status: string | null, said: string): string {
  if (status?.endsWith('.2.2') || /quota|mailbox (is )?full|over ?quota/i.test(said))
    return 'Make room in the mailbox: it is over its quota.';
  if (status?.endsWith('.3.1') || /insufficient system storage/i.test(said))
    return 'The mail server has no room left; its administrator has to make some.';
  return 'Read what the server says; its administrator knows the rule behind it.';
}
