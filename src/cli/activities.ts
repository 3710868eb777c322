import { type CopyListing, listCopies } from '../store/activities.ts';
import { type Command, EXIT, textFlag, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';

export const activities: Command = {
  name: 'activities',
  summary: 'what came in and went out, one line per copy, oldest first',
  usage: '[--mailbox ADDRESS] [--limit N] [--json]',
  help: `  --mailbox ADDRESS  only this one
  --limit N          at most so many (a table shows 100 unless told)
  --json             every field, one object per copy; without --limit all of them`,
  options: { mailbox: { type: 'string' }, limit: { type: 'string' } },
  async run(args, context) {
    const house = await context.openHouse();
    const { out } = context;
    const mailbox = textFlag(args, 'mailbox');
    const limit = readLimit(textFlag(args, 'limit'), out.json ? undefined : 100);
    const filter = { mailboxId: mailbox ? findMailbox(house.config, mailbox).id : undefined, limit };
    const rows: string[][] = [];
    for await (const copy of listCopies(house.database, filter)) {
      if (out.json) out.line(JSON.stringify(copy));
      else rows.push(toRow(copy));
    }
    if (!out.json) out.table(['when', 'mailbox', 'folder', '', 'from', 'subject', 'size', 'notes', 'id'], rows);
    return EXIT.done;
  },
};

function readLimit(text: string | undefined, otherwise: number | undefined): number | undefined {
  if (text === undefined) return otherwise;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new UsageError(`--limit wants a whole number above 0, got "${text}"`);
}

export function toRow(copy: CopyListing): string[] {
  const from = copy.from[0];
  const notes = [
    ...(copy.bounce ? ['bounce'] : []),
    ...(copy.autoReply ? ['auto-reply'] : []),
    ...(copy.excluded ? ['too big, headers only'] : []),
    ...(copy.parse === 'ok' ? [] : [`read: ${copy.parse ?? 'no'}`]),
    ...(copy.goneAt ? ['gone from server'] : []),
  ];
  const when = copy.sentAt ?? copy.receivedAt;
  return [
    when ? `${when.slice(0, 10)} ${when.slice(11, 16)}` : 'no date',
    copy.mailbox,
    copy.folder,
    copy.direction,
    from ? (from.name ?? from.email) : '',
    copy.subject ?? '(no subject)',
    formatBytes(copy.sourceBytes),
    notes.join(', '),
    copy.id,
  ];
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
