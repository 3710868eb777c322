import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listCopies, readActivity, readSource } from '../store/activities.ts';
import { type Command, EXIT, textFlag, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'write activities as NDJSON and messages as .eml files',
  usage: '--to FOLDER [--mailbox ADDRESS] [--json]',
  help: `Writes FOLDER/activities.ndjson (one object per copy, with the content) and FOLDER/messages/<sha256>.eml (the exact bytes;
a message that is in several mailboxes with the same bytes is written once).`,
  options: { to: { type: 'string' }, mailbox: { type: 'string' } },
  async run(args, context) {
    const folder = textFlag(args, 'to');
    if (!folder) throw new UsageError('where to? give --to FOLDER');
    const house = await context.openHouse();
    const address = textFlag(args, 'mailbox');
    const mailboxId = address ? findMailbox(house.config, address).id : undefined;
    await mkdir(join(folder, 'messages'), { recursive: true });
    const lines = createWriteStream(join(folder, 'activities.ndjson'));
    const counts = { activities: 0, messages: 0 };
    const written = new Set<string>();
    for await (const copy of listCopies(house.database, { mailboxId })) {
      const activity = await readActivity(house.database, copy.id);
      if (!lines.write(`${JSON.stringify({ ...copy, content: activity?.content })}\n`)) await once(lines, 'drain');
      counts.activities += 1;
      context.out.progress(`exported ${counts.activities}`);
      if (written.has(copy.sourceSha256)) continue;
      written.add(copy.sourceSha256);
      const source = await readSource(house.database, copy.sourceSha256);
      if (!source) continue;
      await writeFile(join(folder, 'messages', `${copy.sourceSha256}.eml`), source);
      counts.messages += 1;
    }
    lines.end();
    await once(lines, 'finish');
    context.out.answer(
      { folder, ...counts },
      `wrote ${counts.activities} copies to ${join(folder, 'activities.ndjson')} and ${counts.messages} messages`,
    );
    return EXIT.done;
  },
};
