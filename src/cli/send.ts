import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Config, MailboxConfig } from '../config/config.ts';
import { outboxMailboxOf } from '../mailbox/send.ts';
import type { EmailAddress } from '../model/email.ts';
import { asFailure } from '../model/failure.ts';
import type { OutboxItem } from '../model/outbox.ts';
import type { EmailDraft } from '../outbox/outbox.ts';
import { readActivity } from '../store/activities.ts';
import { releaseLease, renewLeases, takeLease } from '../store/leases.ts';
import { type Command, type CommandArguments, type CommandContext, EXIT, textFlag, textFlags, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';
import type { House } from './house.ts';

const LEASE_MS = 60_000;

export const send: Command = {
  name: 'send',
  summary: 'send an email from a mailbox',
  usage: '--from A --to B [--subject S] [--text T] [--html FILE] [--attach FILE] [--json]',
  help: `  --from A          the mailbox's address, an alias, or one it may send as
  --mailbox M       the mailbox, where several may send as A
  --to, --cc, --bcc B   several times, or with commas; "Name <address>" is understood
  --subject S
  --text T          the text; "-" reads it from standard input
  --html FILE       an HTML file; without --text its text is the alternative
  --attach FILE     several times
  --reply-to-activity ID   answers that email: threading, subject, and its sender where no --to is given
  --forward-activity ID    passes it on, attached whole
  --at TIME         not before then (ISO 8601, such as 2026-03-04T08:00:00+01:00)
  --automatic       nobody pressed a button: marked so, and held back by the loop guard
  --id KEY          your own name for this request: given again, it means the mail that is there already
  --draft           keeps it until "mailroom outbox release ID"
  --json            {"id": activity, "messageId", "state", "recipients"}

The mail is stored first. Where "mailroom run" serves the mailbox it sends it, otherwise this command does at once.`,
  options: {
    ...{ from: { type: 'string' }, mailbox: { type: 'string' }, subject: { type: 'string' }, text: { type: 'string' } },
    ...{ to: { type: 'string', multiple: true }, cc: { type: 'string', multiple: true } },
    ...{ bcc: { type: 'string', multiple: true }, attach: { type: 'string', multiple: true } },
    ...{ html: { type: 'string' }, at: { type: 'string' }, automatic: { type: 'boolean' }, draft: { type: 'boolean' } },
    ...{ id: { type: 'string' }, 'reply-to-activity': { type: 'string' }, 'forward-activity': { type: 'string' } },
  },
  async run(args, context) {
    if (args.words.length > 0) throw new UsageError(`"${args.words[0]}" belongs to no option; addresses go after --to`);
    const draft = await readDraft(args);
    const house = await context.openHouse();
    const mailbox = chooseMailbox(house.config, textFlag(args, 'mailbox'), textFlag(args, 'from'));
    const complete = await withRecipients(house, draft);
    const submitted = await house.sending.outbox.submit(outboxMailboxOf(mailbox), complete);
    if (submitted.repeated) context.out.note('mailroom send: this request is known: the mail is there already');
    if (submitted.state === 'pending') await sendAtOnce(house, context, mailbox);
    return tell(context, await house.sending.outbox.show(submitted.activityId));
  },
};

async function readDraft(args: CommandArguments): Promise<EmailDraft> {
  const html = textFlag(args, 'html');
  return {
    ...{ from: textFlag(args, 'from'), subject: textFlag(args, 'subject'), text: await readText(textFlag(args, 'text')) },
    ...{ to: addressList(args, 'to'), cc: addressList(args, 'cc'), bcc: addressList(args, 'bcc') },
    html: html === undefined ? undefined : (await readGiven(html)).toString('utf8'),
    attachments: await Promise.all(
      textFlags(args, 'attach').map(async (path) => ({ name: basename(path), content: await readGiven(path) })),
    ),
    ...{ inReplyTo: textFlag(args, 'reply-to-activity'), forwardOf: textFlag(args, 'forward-activity') },
    ...{
      automatic: args.flags.automatic === true,
      draft: args.flags.draft === true,
      requestKey: textFlag(args, 'id'),
      sendAt: readTime(textFlag(args, 'at')),
    },
  };
}

async function readText(text: string | undefined): Promise<string | undefined> {
  if (text !== '-') return text;
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

async function readGiven(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

function readTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(at.getTime()))
    throw new UsageError(`--at ${text} is no time; write it as 2026-03-04T08:00:00+01:00`);
  return at;
}

const addressList = (args: CommandArguments, name: string): readonly string[] => textFlags(args, name).flatMap(splitAddresses);

/** At commas, but not at those within quotes or angle brackets. */
export function splitAddresses(text: string): readonly string[] {
  const parts = text.match(/(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^,"<>])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** Whose From it is; where nobody's, who may send as it. */
function chooseMailbox(config: Config, id: string | undefined, from: string | undefined): MailboxConfig {
  if (id !== undefined) return findMailbox(config, id);
  if (from === undefined) {
    if (config.mailboxes.length === 1) return config.mailboxes[0]!;
    throw new UsageError('from which mailbox? give --from');
  }
  const address = (/<([^<>]*)>\s*$/.exec(from)?.[1] ?? from).trim().toLowerCase();
  const may = config.mailboxes.filter(({ send: way }) => way?.sendAs.some((one) => one.toLowerCase() === address));
  const own = config.mailboxes.some((one) => [one.address, ...one.aliases].some((each) => each.toLowerCase() === address));
  if (own || may.length === 0) return findMailbox(config, address);
  if (may.length === 1) return may[0]!;
  throw new UsageError(
    `several mailboxes may send as ${address}: choose with --mailbox ${may.map((one) => one.id).join(' or ')}`,
  );
}

/** An answer goes to who wrote, unless it says otherwise (RFC 5322 3.6.3). */
async function withRecipients(house: House, draft: EmailDraft): Promise<EmailDraft> {
  if (draft.to.length > 0 || draft.inReplyTo === undefined) return draft;
  if (!/^[0-9a-f-]{36}$/i.test(draft.inReplyTo)) return draft;
  const original = await readActivity(house.database, draft.inReplyTo);
  const people = (key: string) => (original?.content[key] as readonly EmailAddress[] | undefined) ?? [];
  return { ...draft, to: people('replyTo').length > 0 ? people('replyTo') : people('from') };
}

/** Where no running server has the mailbox. */
async function sendAtOnce(house: House, context: CommandContext, mailbox: MailboxConfig): Promise<void> {
  const holder = `${house.holder} send`;
  const lease = await takeLease(house.database, mailbox.id, holder, LEASE_MS);
  if (!lease) return;
  const renewing = setInterval(() => void renewLeases(house.database, holder, LEASE_MS).catch(() => {}), LEASE_MS / 4);
  try {
    await house.sending.deliverNow(mailbox);
  } catch (error) {
    const failure = asFailure(error);
    if (!failure) throw error;
    context.out.note(`mailroom send: it waits in the outbox: ${failure.message}`);
    if (failure.remedy) context.out.note(`  what to do: ${failure.remedy}`);
  } finally {
    clearInterval(renewing);
    await releaseLease(house.database, lease).catch(() => {});
  }
}

function tell({ out }: CommandContext, item: OutboxItem): number {
  const { activityId: id, messageId, state, note } = item;
  const recipients = item.recipients.map(({ address, state: result, response }) => ({ address, state: result, response }));
  out.answer({ id, messageId, state, recipients }, `${state}: activity ${id}, Message-ID <${messageId}>`);
  if (note !== null && state !== 'sent') out.note(`  ${note}`);
  return ['failed', 'partial', 'in-doubt'].includes(state) ? EXIT.failed : EXIT.done;
}
