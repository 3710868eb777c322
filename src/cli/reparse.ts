import { listToReparse, readSource } from '../store/activities.ts';
import { inTransaction } from '../store/database.ts';
import { replaceReading } from '../store/email-rows.ts';
import { execute } from '../store/rows.ts';
import { type Command, EXIT } from './command.ts';

const BATCH = 50;

export const reparse: Command = {
  name: 'reparse',
  summary: 'read stored mail again, after an upgrade of the reader or for what could not be read',
  usage: '[--all] [--json]',
  help: `Without --all: what another version of the reader read, and what was read badly or not at all.
The raw sources are never changed.`,
  options: { all: { type: 'boolean' } },
  async run(args, context) {
    const house = await context.openHouse();
    const options = { all: args.flags.all === true, parserVersion: house.parserVersion, limit: BATCH };
    let after = '00000000-0000-0000-0000-000000000000';
    const counts = { read: 0, failed: 0 };
    for (;;) {
      const batch = await listToReparse(house.database, after, options);
      if (batch.length === 0 || context.signal.aborted) break;
      for (const { id, sourceSha256, headersOnly } of batch) {
        const source = await readSource(house.database, sourceSha256);
        if (!source) continue;
        const [read] = await house.syncContext.readers.read([{ source, headersOnly }]);
        await inTransaction(house.database, (transaction) => replaceReading(transaction, id, read!));
        counts.read += 1;
        if (read!.email.parse === 'failed') counts.failed += 1;
        context.out.progress(`read again: ${counts.read}`);
      }
      after = batch.at(-1)!.id;
    }
    await execute(
      house.database,
      "delete from quarantine using copies, activities where copies.id = quarantine.copy_id and activities.id = copies.activity_id and activities.parse <> 'failed'",
    );
    context.out.answer(counts, `read ${counts.read} messages again, ${counts.failed} still cannot be read`);
    return EXIT.done;
  },
};
