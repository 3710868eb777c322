import { listMailboxes, purgeMailbox } from '../store/mailboxes.ts';
import { type Command, EXIT, UsageError } from './command.ts';

export const purge: Command = {
  name: 'purge',
  summary: 'remove a mailbox that is no longer in the config, with everything only it holds',
  usage: '<address or id> --yes [--json]',
  help: `A mailbox that leaves the config is only paused: its mail and its cursors stay. This removes them for good. Mail that other
mailboxes have a copy of stays theirs. Nothing on any server is touched.
  --yes   without it the command only says what it would remove`,
  options: { yes: { type: 'boolean' } },
  async run(args, context) {
    const [word] = args.words;
    if (word === undefined) throw new UsageError('which mailbox? give its address or its id');
    const house = await context.openHouse();
    const found = (await listMailboxes(house.database)).find(({ id, address }) => id === word || address === word.toLowerCase());
    if (!found) {
      context.out.note(`mailroom purge: the database knows no mailbox "${word}"`);
      return EXIT.notFound;
    }
    if (house.config.mailboxes.some(({ id }) => id === found.id)) {
      throw new UsageError(`${found.address} is still in ${house.config.file}; take it out there first`);
    }
    if (args.flags.yes !== true) {
      context.out.answer({ mailbox: found.id, purged: false }, `would remove everything of ${found.address}; add --yes to do it`);
      return EXIT.failed;
    }
    const counts = await purgeMailbox(house.database, found.id);
    context.out.answer(
      { mailbox: found.id, purged: true, ...counts },
      `removed ${found.address}: ${counts.copies} copies, and ${counts.activities} activities that nobody else had`,
    );
    return EXIT.done;
  },
};
